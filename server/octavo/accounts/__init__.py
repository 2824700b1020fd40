"""Who may act, and what they did: users, roles, invitations, sessions, API keys, the audit log.

Also the organisation itself (name, zone, locale, permalink pattern), because everything above
speaks in its name. `access` is the one table of who may do what.
"""
