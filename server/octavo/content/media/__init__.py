"""Files that readers may fetch: what they are (`kinds`), where they lie (`kernel.storage`), what is
known of them (alt text, credit, licence, focal point), and which pieces use them.

The bytes are stored before the row that points at them, and removed after it: what a crash leaves
behind is at most a file without a row, which the orphan report shows.
"""
