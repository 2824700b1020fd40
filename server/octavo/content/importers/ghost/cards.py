"""Ghost's cards as plain HTML, or as the Markdown that they hold. Pure; unknown ones stay visible."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

Payload = Mapping[str, object]

_MAX_SHOWN = 20_000


class Segment(NamedTuple):
    """A part of a body: HTML, or Markdown that stays as it is."""

    text: str
    is_markdown: bool = False


@dataclass
class Seen:
    """What was met in a body that a person should hear of."""

    unknown: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    gated: bool = False

    def warnings(self) -> list[str]:
        """Answer it in sentences."""
        warnings = list(self.problems)
        if self.unknown:
            names = ", ".join(sorted(self.unknown))
            warnings.append(f"unknown cards are kept as visible source: {names}")
        if self.left_out:
            names = ", ".join(sorted(self.left_out))
            warnings.append(f"cards for e-mails are left out: {names}")
        if self.gated:
            warnings.append("has a part for members only: it is public here, look at it")
        return warnings


def render_card(name: str, payload: Payload, seen: Seen) -> Segment:
    """Answer a card of an editor, by the name that the editor gives it."""
    plain = name.removeprefix("card-")
    if plain == "markdown":
        return Segment(_text(payload, "markdown"), is_markdown=True)
    if plain in _FOR_EMAIL:
        seen.left_out[plain] += 1
        return Segment("")
    if plain == "paywall":
        seen.gated = True
        return Segment("<!--members-only-->")
    render = _CARDS.get(plain)
    if render is None:
        seen.unknown[plain[:40]] += 1
        source = json.dumps({"card": name, **payload}, ensure_ascii=False, indent=2, default=str)
        return Segment(_code(source[:_MAX_SHOWN], "json"))
    return Segment(render(payload))


def picture(payload: Payload) -> str:
    """Answer an image card; its caption is HTML already."""
    src = _text(payload, "src")
    if not src:
        return ""
    title = _text(payload, "title")
    html = f'<img src="{escape(src)}" alt="{escape(_text(payload, "alt"))}"'
    html += f' title="{escape(title)}">' if title else ">"
    if href := _text(payload, "href"):
        html = f'<a href="{escape(href)}">{html}</a>'
    return _captioned(html, payload)


def _captioned(html: str, payload: Payload) -> str:
    caption = _text(payload, "caption").strip()
    return (
        f"<figure>{html}<figcaption>{caption}</figcaption></figure>"
        if caption
        else f"<p>{html}</p>"
    )


def _gallery(payload: Payload) -> str:
    images = payload.get("images")
    shown = [item for item in images if isinstance(item, dict)] if isinstance(images, list) else []
    pictures = [picture({**item, "caption": ""}) for item in shown]
    caption = _text(payload, "caption").strip()
    return "".join(pictures) + (f"<p><em>{caption}</em></p>" if caption else "")


def _code(source: str, language: str) -> str:
    name = f' class="language-{escape(language)}"' if language else ""
    return f"<pre><code{name}>{escape(source)}</code></pre>"


def _code_card(payload: Payload) -> str:
    html = _code(_text(payload, "code"), _text(payload, "language"))
    caption = _text(payload, "caption").strip()
    return html + (f"<p><em>{caption}</em></p>" if caption else "")


def _bookmark(payload: Payload) -> str:
    url = _text(payload, "url")
    data = payload.get("metadata")
    about: Payload = data if isinstance(data, dict) else payload
    title = _text(about, "title") or url
    by = " · ".join(filter(None, (_text(about, "author"), _text(about, "publisher"))))
    lines = [f'<strong><a href="{escape(url)}">{escape(title)}</a></strong>']
    lines += [escape(text) for text in (_text(about, "description"), by) if text]
    caption = _text(payload, "caption").strip()
    html = f"<blockquote><p>{'<br>'.join(lines)}</p></blockquote>"
    return html + (f"<p><em>{caption}</em></p>" if caption else "")


def _embed(payload: Payload) -> str:
    html = _text(payload, "html").strip()
    url = _text(payload, "url")
    if not html:
        html = f'<p><a href="{escape(url)}">{escape(url)}</a></p>' if url else ""
    caption = _text(payload, "caption").strip()
    return html + (f"<p><em>{caption}</em></p>" if caption else "")


def _callout(payload: Payload) -> str:
    emoji = _text(payload, "calloutEmoji")
    return f"<blockquote><p>{escape(emoji)} {_text(payload, 'calloutText')}</p></blockquote>"


def _button(payload: Payload) -> str:
    url = _text(payload, "buttonUrl") or _text(payload, "url")
    text = _text(payload, "buttonText") or _text(payload, "text") or url
    if not url:
        return f"<p>{escape(text)}</p>" if text else ""
    return f'<p><a href="{escape(url)}">{escape(text)}</a></p>'


def _toggle(payload: Payload) -> str:
    heading, content = _text(payload, "heading"), _text(payload, "content")
    return f"<details><summary>{heading}</summary>{content}</details>"


def _audio(payload: Payload) -> str:
    src, title = _text(payload, "src"), _text(payload, "title")
    html = f'<audio controls src="{escape(src)}"></audio>'
    return f"<p>{escape(title)}</p>{html}" if title else html


def _video(payload: Payload) -> str:
    poster = _text(payload, "customThumbnailSrc") or _text(payload, "thumbnailSrc")
    shown = f' poster="{escape(poster)}"' if poster else ""
    html = f'<video controls src="{escape(_text(payload, "src"))}"{shown}></video>'
    caption = _text(payload, "caption").strip()
    return f"<figure>{html}<figcaption>{caption}</figcaption></figure>" if caption else html


def _file(payload: Payload) -> str:
    src, name = _text(payload, "src"), _text(payload, "fileName")
    title = _text(payload, "fileTitle") or name or src
    caption = _text(payload, "fileCaption")
    more = f"<br>{escape(caption)}" if caption else ""
    shown = f" ({escape(name)})" if name and name != title else ""
    return f'<p><a href="{escape(src)}">{escape(title)}</a>{shown}{more}</p>'


def _header(payload: Payload) -> str:
    heading = _text(payload, "header") or _text(payload, "heading")
    below = _text(payload, "subheader") or _text(payload, "subheading")
    html = f"<h2>{heading}</h2>" if heading else ""
    html += f"<p>{below}</p>" if below else ""
    return html + (_button(payload) if payload.get("buttonEnabled", True) else "")


def _product(payload: Payload) -> str:
    image = picture({"src": _text(payload, "productImageSrc"), "alt": ""})
    title = _text(payload, "productTitle")
    rating = payload.get("productStarRating") if payload.get("productRatingEnabled") else None
    stars = f"<p>{'★' * rating}</p>" if isinstance(rating, int) and 0 < rating < 6 else ""  # noqa: PLR2004
    button = {"buttonUrl": payload.get("productUrl"), "buttonText": payload.get("productButton")}
    shown = _button(button) if payload.get("productButtonEnabled") else ""
    return f"{image}<h4>{title}</h4>{stars}{_text(payload, 'productDescription')}{shown}"


def _signup(payload: Payload) -> str:
    return _header({**payload, "buttonText": "", "buttonUrl": ""}) + _line(payload, "disclaimer")


def _call_to_action(payload: Payload) -> str:
    image = picture({"src": _text(payload, "imageUrl"), "alt": ""})
    button = _button(payload) if payload.get("showButton", True) else ""
    return f"{image}{_text(payload, 'textValue')}{button}"


def _line(payload: Payload, name: str) -> str:
    text = _text(payload, name)
    return f"<p>{text}</p>" if text else ""


def _text(payload: Payload, name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""


_FOR_EMAIL = frozenset({"email", "email-cta"})
_CARDS: dict[str, Callable[[Payload], str]] = {
    "audio": _audio,
    "bookmark": _bookmark,
    "button": _button,
    "call-to-action": _call_to_action,
    "callout": _callout,
    "code": _code_card,
    "codeblock": _code_card,
    "divider": lambda _payload: "<hr>",
    "embed": _embed,
    "file": _file,
    "gallery": _gallery,
    "header": _header,
    "horizontalrule": lambda _payload: "<hr>",
    "hr": lambda _payload: "<hr>",
    "html": lambda payload: _text(payload, "html"),
    "image": picture,
    "product": _product,
    "signup": _signup,
    "toggle": _toggle,
    "transistor": lambda payload: _embed({**payload, "html": ""}),
    "video": _video,
}
