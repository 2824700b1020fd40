"""What a kind shows around its text, as HTML that any reader of feeds can show. Pure."""

import html as html_text
from collections.abc import Callable

from octavo.publishing.read_model.facts import FileFacts
from octavo.publishing.read_model.kinds import KindDetail, Press
from octavo.publishing.read_model.prepared import PieceDetail

__all__ = ["around"]


def around(detail: PieceDetail, *, t: Callable[..., str]) -> tuple[str, str]:
    """Answer what stands before a text and after it; nothing for a piece of nothing but text."""
    parts = detail.parts
    if parts is None:
        return "", _source(detail, t) if detail.kind == "link" else ""
    before = [
        _dateline(parts.press),
        _figure(parts.cover),
        _quote(detail, parts, t) if detail.kind == "link" else "",
        *(_figure(picture) for picture in parts.pictures),
        _player(parts, detail.kind, t),
    ]
    return "".join(before), _after(parts, t)


def _figure(file: FileFacts | None) -> str:
    if file is None:
        return ""
    size = f' width="{file.width}" height="{file.height}"' if file.width and file.height else ""
    image = f'<img src="{_attribute(file.url)}" alt="{_attribute(file.alt)}"{size}>'
    said = " · ".join(filter(None, (file.caption, file.credit, file.licence)))
    caption = f"<figcaption>{html_text.escape(said)}</figcaption>" if said else ""
    return f"<figure>{image}{caption}</figure>"


def _quote(detail: PieceDetail, parts: KindDetail, t: Callable[..., str]) -> str:
    """Answer what is quoted and of whom: the source always comes first."""
    quote = parts.quote
    lines = quote.text.split("\n\n") if quote else []
    inner = "".join(f"<p>{html_text.escape(line.strip())}</p>" for line in lines if line.strip())
    quoted = f'<blockquote cite="{_attribute(detail.source)}">{inner}</blockquote>' if inner else ""
    title = quote.source_title if quote else ""
    author = quote.source_author if quote else ""
    return quoted + _source(detail, t, title=title, author=author)


def _source(
    detail: PieceDetail, t: Callable[..., str], *, title: str = "", author: str = ""
) -> str:
    if not detail.source.startswith(("https://", "http://")):
        return ""
    name = html_text.escape(title or detail.source)
    link = f'<a href="{_attribute(detail.source)}">{name}</a>'
    by = f", {html_text.escape(author)}" if author else ""
    return f"<p>{html_text.escape(t('source'))} {link}{by}</p>"


def _player(parts: KindDetail, kind: str, t: Callable[..., str]) -> str:
    if parts.recording is None:
        return ""
    poster = _figure(parts.poster)
    word = html_text.escape(t("video_file" if kind == "video" else "audio_file"))
    return f'{poster}<p><a href="{_attribute(parts.recording.url)}">{word}</a></p>'


def _dateline(press: Press | None) -> str:
    return f"<p><em>{html_text.escape(press.dateline)}</em></p>" if press and press.dateline else ""


def _after(parts: KindDetail, t: Callable[..., str]) -> str:
    found = ""
    if parts.transcript:
        found += f"<h2>{html_text.escape(t('transcript'))}</h2>{parts.transcript}"
    if parts.press is not None:
        found += parts.press.boilerplate
        lines = [" · ".join(filter(None, contact)) for contact in parts.press.contacts]
        items = "".join(f"<li>{html_text.escape(line)}</li>" for line in lines)
        found += f"<ul>{items}</ul>" if items else ""
    return found


def _attribute(text: str) -> str:
    return html_text.escape(text, quote=True)
