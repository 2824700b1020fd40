"""Ghost exports, of every version: one JSON file, with or without the folder of its pictures.

The file is walked twice and never held: first where each row lies, then one post at a time.
Bodies come as HTML, Mobiledoc or Lexical, mixed in one file; all become Markdown.
"""
