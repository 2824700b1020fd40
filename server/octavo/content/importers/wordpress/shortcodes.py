"""WordPress shortcodes: `[caption]`, `[gallery]`, `[embed]`, `[audio]`, `[video]`, `[code]` as HTML.

Others stay as they are and are named. Nothing in code is touched. Linear in the length of the text.
"""

import re
from collections.abc import Callable, Sequence
from html import escape, unescape

import msgspec

_TOKEN = re.compile(
    r"<!--|<(?P<code>pre|code|script|style|textarea)\b|<[a-zA-Z/][^<>]*>"
    r"|(?P<quoted>\[\[/?[a-zA-Z][^\[\]\n]{0,500}\]\])"
    r"|\[(?P<close>/)?(?P<name>[a-zA-Z][\w-]{0,40})"
    r"(?P<attributes>(?:[\s=](?:\"[^\"]{0,3000}\"|'[^']{0,3000}'|[^\[\]\"'<>]){0,3000}?)?)(?P<self>/)?\]",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[\w-]{1,60})\s{0,4}=\s{0,4}(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)'|(?P<c>[^\s\"']+))"
    r"|\"(?P<d>[^\"]*)\"|'(?P<e>[^']*)'|=?(?P<f>[^\s\"'=]+)"
)
_PICTURE = re.compile(
    r"\s*(?P<picture>(?:<a\b[^<>]*>\s*)?<img\b[^<>]*>(?:\s*</a>)?)(?P<rest>.*)", re.DOTALL
)
_URL = re.compile(r"https?://[^\s<>\"'\[\]]{1,2000}")
_SOUNDS = ("src", "mp3", "m4a", "ogg", "wav", "wma", "flac")
_FILMS = ("src", "mp4", "m4v", "webm", "ogv", "wmv", "flv", "mov")
_PLAYED = {"audio": _SOUNDS, "video": _FILMS}
_LINKED = frozenset(
    {"embed", "youtube", "vimeo", "tweet", "soundcloud", "instagram", "dailymotion"}
)
_CODE = frozenset({"code", "sourcecode"})
_DEEPEST = 5


class Attachment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A file of the media library of the old site."""

    url: str
    alt: str
    caption: str


class Library(msgspec.Struct, frozen=True, kw_only=True):
    """How shortcodes find files: by id, and those that belong to the post."""

    find: Callable[[int], Attachment | None]
    own: Callable[[], Sequence[Attachment]]


class Expanded(msgspec.Struct, frozen=True, kw_only=True):
    """The text with what could be said in HTML; names of the shortcodes left, and what is missing."""

    html: str
    unknown: list[str]
    missing: list[str]


def expand(html: str, library: Library) -> Expanded:
    """Turn the shortcodes that we know into HTML."""
    run = _Expansion(library)
    text = run.expand(html, depth=0) if "[" in html else html
    return Expanded(html=text, unknown=list(run.unknown), missing=run.missing)


class _Expansion:
    def __init__(self, library: Library) -> None:
        self.unknown: dict[str, None] = {}
        self.missing: list[str] = []
        self._library = library

    def expand(self, html: str, *, depth: int) -> str:
        endless: set[str] = set()
        lowered = html.lower()
        if len(lowered) != len(html):  # a few letters change their length
            lowered = html
        done: list[str] = []
        place = 0
        while (found := _TOKEN.search(html, place)) is not None:
            done.append(html[place : found.start()])
            text, place = self._one(found, html, lowered, endless, depth)
            done.append(text)
        done.append(html[place:])
        return "".join(done)

    def _one(
        self, found: re.Match[str], html: str, lowered: str, endless: set[str], depth: int
    ) -> tuple[str, int]:
        """Answer what to write for a token, and where to go on."""
        if found["code"]:
            end = _find(lowered, f"</{found['code'].lower()}", found.end(), endless)
            end = found.end() if end < 0 else end
            return html[found.start() : end], end
        if found[0] == "<!--":
            end = _find(lowered, "-->", found.end(), endless)
            end = found.end() if end < 0 else end
            return html[found.start() : end], end
        if found["quoted"]:
            return found[0][1:-1], found.end()
        if not found["name"]:
            return found[0], found.end()
        return self._shortcode(found, html, lowered, endless, depth)

    def _shortcode(
        self, found: re.Match[str], html: str, lowered: str, endless: set[str], depth: int
    ) -> tuple[str, int]:
        name = found["name"].lower()
        if found["close"]:
            return found[0], found.end()
        end = -1
        if not found["self"]:
            end = _find(lowered, f"[/{name}]", found.end(), endless)
        inner = html[found.end() : end] if end >= 0 else ""
        made = None
        if depth < _DEEPEST:
            made = self._made(name, _attributes(found["attributes"] or ""), inner, depth)
        if made is not None:
            after = end + len(name) + 3 if end >= 0 and _encloses(name) else found.end()
            return f"\n\n{made}\n\n", after
        if end >= 0 or "=" in (found["attributes"] or "") or name in _KNOWN:
            self.unknown[name] = None
        return found[0], found.end()

    def _made(self, name: str, given: dict[str, str], inner: str, depth: int) -> str | None:
        if name in {"caption", "wp_caption"}:
            return self._caption(given, inner, depth)
        if name in _CODE:
            return _code(given, inner)
        if name == "gallery":
            return self._gallery(given)
        if name in _PLAYED:
            return self._player(name, given, inner, _PLAYED[name])
        if name in _LINKED:
            url = _URL.search(" ".join([inner, *given.values()]))
            return None if url is None else _link(unescape(url[0]))
        return None

    def _caption(self, given: dict[str, str], inner: str, depth: int) -> str | None:
        found = _PICTURE.match(inner)
        if found is None:
            return None
        text = unescape(given.get("caption", "")).strip() or found["rest"].strip()
        text = self.expand(text, depth=depth + 1)
        caption = f"<figcaption>{text}</figcaption>" if text else ""
        return f"<figure>{found['picture']}{caption}</figure>"

    def _gallery(self, given: dict[str, str]) -> str | None:
        ids = re.findall(r"\d{1,12}", given.get("ids") or given.get("include") or "")
        if ids:
            found = [(number, self._library.find(int(number))) for number in ids]
            lost = [number for number, attachment in found if attachment is None]
            pictures = [attachment for _, attachment in found if attachment is not None]
            if lost:
                self.missing.append(f"pictures of a gallery are not in the export: {_listed(lost)}")
        else:
            pictures = [one for one in self._library.own() if _is_picture(one.url)]
            if not pictures:
                self.missing.append("a gallery has no pictures in the export")
        return "\n\n".join(_figure(picture) for picture in pictures) or None

    def _player(
        self, tag: str, given: dict[str, str], inner: str, kinds: tuple[str, ...]
    ) -> str | None:
        first = next((given[kind] for kind in kinds if given.get(kind)), "")
        if not first:
            found = _URL.search(" ".join([given.get("", ""), inner]))
            first = unescape(found[0]) if found else ""
        if not first:
            ends = tuple(f".{kind}" for kind in kinds[1:])
            own = (one.url for one in self._library.own() if one.url.lower().endswith(ends))
            first = next(own, "")
        if not first:
            return None
        poster = given.get("poster", "")
        shown = f' poster="{escape(poster)}"' if tag == "video" and poster else ""
        return f'<{tag} controls src="{escape(first)}"{shown}></{tag}>'


_KNOWN = frozenset({"caption", "wp_caption", "gallery", "audio", "video", "playlist", *_LINKED})


def _encloses(name: str) -> bool:
    return name != "gallery"


def _find(text: str, what: str, start: int, endless: set[str]) -> int:
    """Find the text; what was not found once is not looked for again."""
    if what in endless:
        return -1
    place = text.find(what, start)
    if place < 0:
        endless.add(what)
    return place


def _attributes(text: str) -> dict[str, str]:
    """Answer the attributes; values without a name run together under the empty one."""
    given: dict[str, str] = {}
    loose: list[str] = []
    for found in _ATTRIBUTE.finditer(text.replace("”", '"').replace("“", '"')):
        if found["name"]:
            value = found["a"] or found["b"] or found["c"] or ""
            given.setdefault(found["name"].lower(), unescape(value))
        else:
            loose.append(found["d"] or found["e"] or found["f"] or "")
    if loose:
        given[""] = " ".join(loose)
    return given


def _code(given: dict[str, str], inner: str) -> str | None:
    if not inner.strip():
        return None
    language = re.sub(r"[^\w+#.-]", "", given.get("language") or given.get("lang") or "").lower()
    kind = f' class="language-{language}"' if language else ""
    # The editor stores some signs as entities and some as they are.
    text = inner.strip("\r\n").replace("<", "&lt;").replace(">", "&gt;")
    return f"<pre><code{kind}>{text}</code></pre>"


def _link(url: str) -> str:
    return f'<p><a href="{escape(url)}">{escape(url)}</a></p>'


def _figure(picture: Attachment) -> str:
    image = f'<img src="{escape(picture.url)}" alt="{escape(picture.alt)}">'
    if not picture.caption:
        return f"<p>{image}</p>"
    return f"<figure>{image}<figcaption>{picture.caption}</figcaption></figure>"


def _is_picture(url: str) -> bool:
    return url.lower().endswith((".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg"))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")  # noqa: PLR2004
