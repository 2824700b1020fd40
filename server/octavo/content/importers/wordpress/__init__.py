"""WordPress exports (WXR 1.0 to 1.2), read as a stream: a file of any size takes the same memory.

`reader` takes the XML apart, `site` keeps what all items share, `items` says what one item means,
`bodies` makes Markdown of its text, and `importer` is the `Format` that `intake` drives.
"""
