"""Links that show a piece to whoever has them, before readers see it: made, listed, revoked.

A link shows the piece as it is now, or one revision of it, at `/p/<token>`. It ends by itself; the token
is stored as a fingerprint, so nobody can read a link out of the database.
"""
