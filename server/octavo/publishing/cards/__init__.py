"""The picture that stands for a piece where its link is shared, drawn when the piece has none of its own.

A card is made by the worker, before a scheduled piece is due if there is time, and never by a build: a
page names the card that the table knows, and is made again when there is another.
"""
