"""Code blocks with a class on every token; the theme gives the classes their colours.

Pygments costs ten times what the Markdown around it does, so blocks are kept by their content.
"""

import hashlib
import html
import re
import time
from collections import OrderedDict
from collections.abc import Iterable

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, _TokenType
from pygments.util import ClassNotFound

__all__ = ["Highlighter"]

_BLOCK = re.compile(r'<pre><code class="language-([^"]*)">(.*?)</code></pre>', re.DOTALL)
_PLAIN = re.compile(r"<pre><code>(.*?)</code></pre>", re.DOTALL)
_LANGUAGE = re.compile(r"[A-Za-z0-9_+#.-]{1,40}")
_PLAIN_NAMES = {
    "text",
    "txt",
    "plain",
    "plaintext",
    "none",
    "no_run",
    "ignore",
    "output",
    "console-output",
}
_BLOCK_LIMIT = 64_000
_MOST_LEXERS = 2_000
_PIECE_LIMIT_S = 3.0


class Highlighter:
    """Highlights the blocks of sanitised HTML; holds up to `limit` characters of results."""

    def __init__(self, limit: int = 8_000_000) -> None:
        self._limit = limit
        self._held = 0
        self._cache: OrderedDict[bytes, str] = OrderedDict()
        self._lexers: dict[str, Lexer | None] = {}

    def highlight(self, page: str) -> str:
        """Answer `page` with its code blocks marked up, or as they are when that takes too long."""
        deadline = time.perf_counter() + _PIECE_LIMIT_S
        if "<pre><code" not in page:
            return page
        page = _BLOCK.sub(lambda match: self._block(match, deadline), page)
        return _PLAIN.sub(
            r'<div class="highlight"><pre tabindex="0"><code>\1</code></pre></div>', page
        )

    def _block(self, match: re.Match[str], deadline: float) -> str:
        found = _LANGUAGE.match(match[1])
        name = found[0].lower().rstrip(".-") if found else ""
        code = self._code(name, match[2], deadline)
        label = f' class="language-{html.escape(name)}"' if name else ""
        return f'<div class="highlight"><pre tabindex="0"><code{label}>{code}</code></pre></div>'

    def _code(self, name: str, escaped: str, deadline: float) -> str:
        lexer = self._lexer(name)
        if lexer is None or len(escaped) > _BLOCK_LIMIT or time.perf_counter() > deadline:
            return escaped
        key = hashlib.blake2b(f"{name}\0{escaped}".encode(), digest_size=16).digest()
        known = self._cache.get(key)
        if known is not None:
            self._cache.move_to_end(key)
            return known
        marked = _mark_up(lexer.get_tokens(html.unescape(escaped)), deadline)
        if marked is None:
            return escaped
        self._keep(key, marked)
        return marked

    def _lexer(self, name: str) -> Lexer | None:
        if name not in self._lexers:
            if len(self._lexers) > _MOST_LEXERS:
                self._lexers.clear()
            self._lexers[name] = _find_lexer(name)
        return self._lexers[name]

    def _keep(self, key: bytes, marked: str) -> None:
        self._cache[key] = marked
        self._held += len(marked)
        while self._held > self._limit:
            self._held -= len(self._cache.popitem(last=False)[1])


def _find_lexer(name: str) -> Lexer | None:
    if not name or name in _PLAIN_NAMES:
        return None
    try:
        return get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def _mark_up(tokens: Iterable[tuple[_TokenType, str]], deadline: float) -> str | None:
    """Join runs of one class into a span each; None when the deadline passes on the way."""
    out: list[str] = []
    run_class = ""
    run: list[str] = []
    for token, text in tokens:
        css = STANDARD_TYPES.get(token)
        if css is None:
            css = _nearest(token)
        if css == "w":
            css = ""
        if css != run_class:
            _flush(out, run_class, run)
            run_class = css
            run = []
            if time.perf_counter() > deadline:
                return None
        run.append(text)
    _flush(out, run_class, run)
    return "".join(out)


def _flush(out: list[str], css: str, run: list[str]) -> None:
    if not run:
        return
    text = "".join(run).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    out.append(f'<span class="{css}">{text}</span>' if css else text)


def _nearest(token: _TokenType) -> str:
    css: str | None = None
    while css is None and token.parent is not None:
        token = token.parent
        css = STANDARD_TYPES.get(token)
    return css or ""
