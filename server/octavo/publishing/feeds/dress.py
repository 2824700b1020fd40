"""What makes a feed readable for a person who opens it in a browser."""

from octavo.publishing.pages.maker import PageMaker

__all__ = ["STYLE", "dressed"]

STYLE = "css/feed.css"
_HEAD = b"?>"


def dressed(maker: PageMaker, xml: bytes) -> bytes:
    """Name the style sheet of feeds after the XML declaration."""
    style = f'\n<?xml-stylesheet type="text/css" href="/{maker.theme.asset(STYLE).path}"?>'
    at = xml.index(_HEAD) + len(_HEAD)
    return xml[:at] + style.encode() + xml[at:]
