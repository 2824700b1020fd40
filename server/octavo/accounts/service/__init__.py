"""Writes of accounts: one verb per function, each in one transaction."""

from octavo.accounts.service.audit import record
from octavo.accounts.service.keys import make_key, revoke_key
from octavo.accounts.service.organisation import patch_organisation
from octavo.accounts.service.people import (
    create_user,
    invite,
    invite_first_owner,
    patch_user,
    take_invitation,
)
from octavo.accounts.service.sessions import drop_old_sessions, end_session, open_session, sign_in

__all__ = [
    "create_user",
    "drop_old_sessions",
    "end_session",
    "invite",
    "invite_first_owner",
    "make_key",
    "open_session",
    "patch_organisation",
    "patch_user",
    "record",
    "revoke_key",
    "sign_in",
    "take_invitation",
]
