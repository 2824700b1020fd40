"""Files that readers may fetch: the media library.

`kinds` says what a file is, `kernel.storage` where it lies, `uses` which pieces show it. The bytes
are stored before the row that points at them and removed after it: what a crash leaves behind is at
most a file without a row, which `orphans` reports.
"""
