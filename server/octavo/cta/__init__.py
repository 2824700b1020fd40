"""What pieces ask of their audience: calls to action, where they stand, and what came of them.

A call to action has a destination and an expected result. Attached to a piece it gets a tracked
link for the blog and one for the feeds at once, and one more for every delivery of the piece.
`queries.outcomes` sets what was measured against what was expected.
"""
