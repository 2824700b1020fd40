"""What holds a piece back: the findings of the checks that the organisation chose for it."""

from collections.abc import Awaitable, Callable

from octavo.accounts import queries as accounts
from octavo.accounts.events import OrganisationChanged
from octavo.content import queries as content
from octavo.content.events import PublicationAsked
from octavo.kernel.errors import FieldError, InvalidInputError
from octavo.publishing.checks import queries
from octavo.publishing.checks.errors import ChecksFailedError
from octavo.publishing.checks.messages import LANGUAGES, language_of
from octavo.publishing.checks.rules import blocking
from octavo.publishing.checks.schemas import CheckReport

__all__ = ["on_organisation_changed", "on_publication_asked", "report_on"]


async def report_on(piece_id: int, *, base_url: str, language: str | None = None) -> CheckReport:
    """Check a stored piece, in `language` or the organisation's own.

    Raises:
        PieceNotFoundError: there is no such piece.
    """
    piece = await content.get_piece(piece_id)
    return await queries.check_draft(
        piece,
        base_url=base_url,
        piece_id=piece_id,
        campaign_id=piece.campaign_id,
        language=language,
    )


def on_publication_asked(*, base_url: str) -> Callable[[PublicationAsked], Awaitable[None]]:
    """Make the subscriber that holds back a piece with findings that the organisation fears."""

    async def subscriber(event: PublicationAsked) -> None:
        organisation = await accounts.get_organisation()
        if not organisation.blocking_checks:
            return
        language = language_of(organisation.locale)
        report = await report_on(event.piece_id, base_url=base_url, language=language)
        held = blocking(report, organisation.blocking_checks)
        if held:
            raise ChecksFailedError(held)

    return subscriber


async def on_organisation_changed(event: OrganisationChanged) -> None:
    """Let the organisation choose checks that exist alone.

    Raises:
        InvalidInputError: one of them does not.
    """
    chosen = (await accounts.get_organisation()).blocking_checks
    unknown = [name for name in chosen if name not in LANGUAGES["en"]]
    if unknown:
        message = f"there is no check {unknown[0]!r}"
        raise InvalidInputError(
            f"blocking_checks: {message}", FieldError(field="blocking_checks", message=message)
        )
