"""Bringing content in from elsewhere: one module per format, one report for all.

Nothing imported is executed. An import says what it did with every file, adds nothing when it is
run twice, goes on where it stopped, and changes nothing in a dry run.
"""
