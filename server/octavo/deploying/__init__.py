"""Where the generated site is copied to: targets, their deployers, runs.

A deployment compares what stands with what a target has, by the marks that the builder gives files,
and moves only what differs: first what pages need, then pages, then lists, feeds and maps, and last
it removes what is gone. It may be killed anywhere; the next one goes on from there. What a target
has is kept in one SQLite file for each, beside the builder's own: both can be made again.
"""
