"""People over one piece: who reviews it, what they say about it, who has it open, what changed.

A verdict names the revision it was given for and says so when the text moved on. A comment keeps
the passage it is about and finds it again in later revisions. Presence is advice, never a lock.
"""
