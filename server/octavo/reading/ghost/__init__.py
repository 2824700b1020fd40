"""Ghost's Content API on our pieces: its addresses, its parameters, its documents, its errors.

What a theme or a front end made for Ghost asks is answered; what Ghost has and we have not (members,
offers, code injection) is answered as Ghost does where nobody uses it.
"""
