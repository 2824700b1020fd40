"""Telling one's own status again from the HTML that a server made of its text."""

import re
from collections.abc import Sequence
from html.parser import HTMLParser

__all__ = ["is_same"]

_REMOTE = re.compile(r"(@[a-z0-9_.-]+)@[\w.-]+", re.IGNORECASE)


class _Content(HTMLParser):
    """Collects the text and the link targets of a status."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.links: set[str] = set()

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.update(value for name, value in attrs if name == "href" and value)


def is_same(content_html: str, *, text: str, marks: Sequence[str]) -> bool:
    """Say whether a status is the one we sent as `text`.

    `marks` are links that only this delivery holds: where there are any, they decide. Otherwise
    letters and digits are compared, since servers add markup, drop spaces and the host of mentions.
    """
    content = _Content()
    content.feed(content_html)
    shown = "".join(content.text)
    if marks:
        return all(mark in content.links or mark in shown for mark in marks)
    return _letters(shown) == _letters(text)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, _REMOTE.sub(r"\1", text))).casefold()
