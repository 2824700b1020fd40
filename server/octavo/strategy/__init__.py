"""What the content is for: objectives and the campaigns under them.

An objective is a metric, a target value and a period; a campaign is a time-boxed initiative
(campaign, contest, promotion or series) that serves one. Numbers that were reached are not kept
here: they are read from outcomes, further up.
"""
