"""Texts that leave the site: for feeds, for the APIs, for channels. Nothing in them is relative.

Calls to action stand in them as plain links, where the text asks for them, else at its end.
"""

import html as html_text
import re
from collections.abc import Sequence
from urllib.parse import urljoin

import msgspec

from octavo.publishing.read_model.prepared import NOT_XML
from octavo.publishing.text.placing import place_ctas

__all__ = ["TextLink", "portable_html"]

# Both begin with `="`, which is rarer in a text than the space before the name.
_URL = re.compile(
    r'="(?:(?<= href=")|(?<= src=")|(?<= poster=")|(?<= cite="))(?!https?://|mailto:|tel:)([^"]*)"'
)
_SRCSET = re.compile(r'="(?<= srcset=")([^"]*)"')
# The sizes of our pictures: programs elsewhere take the file, or one of the same format.
_SOURCES = re.compile(
    r'<picture>(?:<source type="image/(?:avif|webp)" srcset="[^"]*" sizes="[^"]*">)+(<img [^>]*>)</picture>'
)
_PAGE_ONLY = (' tabindex="0"', ' loading="lazy"', ' decoding="async"', ' rel="noopener"')


class TextLink(msgspec.Struct, frozen=True, kw_only=True):
    """A call to action as a link of a text; `url` is absolute."""

    slug: str
    label: str
    url: str


def portable_html(
    html: str, links: Sequence[TextLink], *, url: str, anchors_stay: bool = False
) -> str:
    """Answer a rendered text with absolute addresses and its calls to action as links.

    Args:
        html: what `render_body` made, with its marks.
        links: the calls to action in their order; none at all leaves them out.
        url: the absolute address of the page that the text stands on.
        anchors_stay: links within the text (`#notes`) stay as they are, for pages made elsewhere.
    """
    start = "#" if anchors_stay else "\0"
    shown = {link.slug: _paragraph(link) for link in links}
    html, placed, _ = place_ctas(html, known=set(shown), render=shown.__getitem__)
    for attribute in _PAGE_ONLY:
        html = html.replace(attribute, "")
    if "<picture>" in html:
        html = _SOURCES.sub(r"\1", html)
    html = _URL.sub(
        lambda m: m[0] if m[1].startswith(start) else f'="{_absolute(m[1], url)}"', html
    )
    html = _SRCSET.sub(lambda m: f'="{_absolute_set(m[1], url)}"', html)
    return html + "".join(link for slug, link in shown.items() if slug not in placed)


def _paragraph(link: TextLink) -> str:
    label = NOT_XML.sub("", link.label)
    return f'<p><a href="{html_text.escape(link.url)}">{html_text.escape(label)}</a></p>'


def _absolute(address: str, url: str) -> str:
    if address.startswith(("http://", "https://", "mailto:", "tel:")):
        return address
    try:
        return html_text.escape(urljoin(url, html_text.unescape(address)))
    except ValueError:
        return address


def _absolute_set(candidates: str, url: str) -> str:
    parts = [part.strip().split(" ", 1) for part in candidates.split(",") if part.strip()]
    return ", ".join(" ".join([_absolute(part[0], url), *part[1:]]) for part in parts)
