"""Exports that people start in the admin: a worker writes the file, which waits there for some days.

A run is a row in the database, so it survives a restart: whoever takes it up again begins anew, and
a file takes its name only when it is whole.
"""
