"""Raw events, the group-commit click writer, rollups, visitor classes: numbers, no product rules.

A click is answered only once it is stored: in the database, or as one line of a spool file when
the database is slow. `writer.Tracker` keeps that promise, `go` speaks HTTP, `jobs` turns raw
events into daily figures exactly once. Days are the organisation's local days; who clicked is
known only as a keyed hash whose key is destroyed 48 hours after its day.
"""
