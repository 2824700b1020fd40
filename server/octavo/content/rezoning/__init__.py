"""Another zone for the organisation: what is scheduled in the old one moves as its people say.

Whoever holds scheduled things brings a `Timetable` (pieces: here; deliveries: in distribution);
`runtime` puts them together. The same timetables tell where new rules of a zone have changed what
a stored wall time means.
"""
