"""Taking back our own export: what `octavo export markdown` wrote, without loss.

`archive` reads its files, `lists`, `files` and `pieces` store what they say, `checking` looks at a
piece before that, and `service` is the course of it all. Files of people are checked like any input:
nothing here is trusted because it says it is ours.
"""
