"""One action on many pieces, each in a transaction of its own under its own rules, and the way back.

What a piece was before is kept with the action. Undoing restores the pieces that nobody touched
since, and names the others.
"""
