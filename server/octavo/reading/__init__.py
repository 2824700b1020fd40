"""What programs read of the published site: the Ghost-compatible Content API, and our own.

Owns the content version: one number that moves in the transaction of whatever readers could see
differently. An answer is kept together with the version it was made at, and served for as long as
that is still the version: a kept answer is never an old one, whichever process changed what.
"""
