"""Links of a text that lead nowhere on this site become words, and lost pictures their descriptions.

Texts come from elsewhere, and pages are withdrawn: a link to a page that is not there would only
disappoint. The stored text stays as it was written; when the page comes, the link is one again.
"""

import html as html_text
import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import unquote, urljoin, urlsplit

__all__ = ["internal_path", "unlink"]

Leads = Callable[[str], bool]
"""Says whether a path of this site leads somewhere."""

_HREF = re.compile(r' (?:href|rel|target)="[^"]*"')
_ALT = re.compile(r' alt="([^"]*)"')
_ELSEWHERE = ("http://", "https://", "//", "#", "mailto:", "tel:", "data:")


def unlink(html: str, *, url: str, base_url: str, leads: Leads) -> str:
    """Answer a sanitised text without the links and pictures that lead nowhere.

    Args:
        url: the absolute address of the page that the text stands on.
        base_url: what every address of this site begins with.
    """

    def shown(match: re.Match[str]) -> str:
        tag, attributes, address = match.groups()
        path = internal_path(html_text.unescape(address), url=url, base_url=base_url)
        if path is None or leads(path):
            return match[0]
        if tag == "a":
            return f"<a{_HREF.sub('', attributes)}>"
        alt = _ALT.search(attributes)
        return f'<span class="missing-image">{alt[1]}</span>' if alt and alt[1] else ""

    return _own_links(base_url).sub(shown, html)


@lru_cache(maxsize=16)
def _own_links(base_url: str) -> re.Pattern[str]:
    """Answer what finds a link or picture that may be of this site: most of a text's are not."""
    elsewhere = "|".join(re.escape(start) for start in _ELSEWHERE)
    ours = re.escape(html_text.escape(base_url))
    return re.compile(
        r'<(a|img)((?: (?!href=|src=)[a-z-]+(?:="[^"]*")?)*'
        rf' (?:href|src)="((?:(?={ours})|(?!{elsewhere}))[^"]*)"'
        r'(?: [a-z-]+(?:="[^"]*")?)*)>'
    )


def internal_path(address: str, *, url: str, base_url: str) -> str | None:
    """Answer the path of this site that an address asks for; None when it leads elsewhere."""
    if address.startswith(_ELSEWHERE) and not address.startswith(base_url):
        return None
    try:
        joined = urljoin(url, address)
        parts = urlsplit(joined)
    except ValueError:
        return None
    if not joined.startswith(base_url) or joined[len(base_url) :][:1] not in {"", "/", "?", "#"}:
        return None
    return unquote(parts.path) or "/"
