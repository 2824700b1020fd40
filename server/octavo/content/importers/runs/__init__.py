"""Imports that people start in the admin: a file comes in, a worker imports it, rows tell of it.

A run is a row in the database, so it survives a restart: whoever takes it up again begins at the
first item and finds what was stored before.
"""
