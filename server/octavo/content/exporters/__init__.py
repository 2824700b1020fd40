"""Content on its way out: Markdown that comes back unchanged, JSON of everything, WXR for elsewhere.

Every export is written under another name and takes its own only when it is whole.
"""
