"""What is written: pieces with their revisions, tags, authors (bylines), redirects and media.

A piece's text lives in its revisions alone. `head_revision_id` is what writers see,
`live_revision_id` what readers see; the two part when a published piece is edited and meet again
when it is published. The same holds for its tags and authors: rows flagged `live` are the readers'.
"""
