"""Text in Markdown: escaped so that it reads as it did, emphasised where Markdown will see it."""

import re
from urllib.parse import quote

SPACES = re.compile(r"[ \t\n\f\r]+")
_SPECIAL = re.compile(
    r"(?P<pair>\[(?:[^\[\]\\^!*_`<&~\n]|(?<=[^\W_])_(?=[^\W_])){2,300}\](?=[\s.,;)]|$))"
    r"|(?P<url>\bhttps?://(?:[\w/.,:;?=%@+#&()-])+)"
    r"|(?P<colon>(?<=http):(?=//)|(?<=https):(?=//)|(?<=ftp):(?=//))"
    r"|(?P<dot>(?<=www)\.)"
    r"|(?P<sign>[\\`*\[\]~]|_|<|&|!$)"
)
_LINE_START = re.compile(r"(?P<digits>\d{1,9})?(?P<sign>[-+#>=.):|])")
_DELIMITER_LINE = re.compile(r"[|:\-= ]+")
_SPACE_OR_SIGN = re.compile(r"[\s!-/:-@\[-`{-~]|[^\w\s]")


class Emphasis:
    """Emphasis whose signs are chosen once its neighbours are known."""

    def __init__(self, sign: str, tag: str, inner: str) -> None:
        self.sign, self.tag, self.inner = sign, tag, inner


class Line:
    """Inline content in the making: spaces run together, emphasis waits for its neighbours."""

    def __init__(self, *, in_link: bool, in_cell: bool) -> None:
        self.in_link, self.in_cell = in_link, in_cell
        self._parts: list[str | Emphasis] = []
        self._spaced = False

    def add(self, part: str | Emphasis) -> None:
        if part != "":
            self._parts.append(part)
            self._spaced = False

    def space(self) -> None:
        if not self._spaced:
            self._parts.append(" ")
            self._spaced = True

    def text(self) -> str:
        written: list[str] = []
        last = ""
        for place, part in enumerate(self._parts):
            if isinstance(part, Emphasis):
                after = self._parts[place + 1] if place + 1 < len(self._parts) else ""
                text = _emphasised(part, before=last, after=_first_sign(after))
            else:
                text = part
            written.append(text)
            last = text[-1:]
        return "".join(written)


def _first_sign(part: str | Emphasis) -> str:
    return "*" if isinstance(part, Emphasis) else part[:1]


def _emphasised(part: Emphasis, *, before: str, after: str) -> str:
    """Write emphasis with signs where Markdown will see them, else with tags."""
    inner, sign = part.inner, part.sign
    opens = not _is_sign(inner[0]) or before == "" or _is_sign(before)
    closes = not _is_sign(inner[-1]) or after == "" or _is_sign(after)
    spaced = inner[0].isspace() or inner[-1].isspace()
    clash = {before, after, inner[0], inner[-1]} & {"*", "~", "_"}
    if opens and closes and not clash and not spaced:
        return f"{sign}{inner}{sign}"
    lone = sign == "**" and inner[0] == inner[-1] == "*" and inner.count("*") == 2  # noqa: PLR2004
    if lone and before in {"", " ", "\n"} and after in {"", " ", "\n"}:
        return f"**_{inner[1:-1]}_**"
    return f"<{part.tag}>{inner}</{part.tag}>"


def _is_sign(sign: str) -> bool:
    return _SPACE_OR_SIGN.match(sign) is not None


def add_text(text: str, line: Line, *, alone: bool) -> None:
    words = SPACES.sub(" ", text)
    if words.startswith(" "):
        line.space()
    if inner := words.strip(" "):
        line.add(escaped(inner, in_link=line.in_link, alone=alone and inner == words))
        if words.endswith(" "):
            line.space()


def escaped(text: str, *, in_link: bool, alone: bool) -> str:
    """Put a backslash (or an entity) before everything that Markdown would take for its own."""

    def write(found: re.Match[str]) -> str:
        kind, sign = found.lastgroup, found[0]
        start, end = found.span()
        free = (start > 0 or alone) and (end < len(text) or alone) and not in_link
        if kind == "pair":
            return sign if free else "".join(_one(s, text, start, i) for i, s in enumerate(sign))
        if kind == "url":
            apart = (start == 0 or text[start - 1] == " ") and (
                end == len(text) or text[end] == " "
            )
            if free and apart and not re.search(r"\b_|_\b|&", sign):
                return sign
            return "".join(_one(s, text, start, i) for i, s in enumerate(sign)).replace(
                ":", "\\:", 1
            )
        return "\\" + sign if kind in {"colon", "dot"} else _one(sign, text, start, 0)

    return _SPECIAL.sub(write, text)


def _one(sign: str, text: str, start: int, offset: int) -> str:
    place = start + offset
    if sign == "<":
        return "&lt;"
    if sign == "&":
        follows = text[place + 1 : place + 2]
        return "&amp;" if not follows or follows == "#" or follows.isalnum() else "&"
    if sign == "_":
        within = text[place - 1 : place].isalnum() and text[place + 1 : place + 2].isalnum()
        return "_" if place and within else "\\_"
    return "\\" + sign if sign in "\\`*[]~!" else sign


def harmless_start(line: str) -> str:
    """Answer the line so that its first signs are text: no list, heading, quote, rule or table."""
    if _DELIMITER_LINE.fullmatch(line):
        return "\\" + line
    found = _LINE_START.match(line)
    if found is None:
        return line
    digits, sign = found["digits"] or "", found["sign"]
    rest = line[found.end() :]
    if digits:
        dangerous = sign in ".)" and rest[:1] in {"", " "}
    elif sign == "#":
        dangerous = rest.lstrip("#")[:1] in {"", " "}
    else:
        dangerous = sign in ">=|" or (sign in "-+" and rest[:1] in {"", " "})
    return f"{digits}\\{sign}{rest}" if dangerous else line


def without_edge_breaks(text: str) -> str:
    """Answer the text without spaces and line breaks at its edges (a backslash and a line end each)."""
    text = text.strip(" ")
    start, end = 0, len(text)
    while text.startswith(("\\\n", " "), start, end):
        start += 1 if text[start] == " " else 2
    while text.endswith(("\\\n", " "), start, end):
        end -= 1 if text[end - 1] == " " else 2
    return text[start:end]


def label(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>&~])", r"\\\1", SPACES.sub(" ", text).strip())


def target(url: str) -> str:
    """Write a destination: no sign in it can end it."""
    clean = re.sub(r"[\t\n\r\f]+", "", url)
    clean = re.sub(r"&(?=#|\w+;)", "&amp;", clean)
    return re.sub(r"[\x00-\x20<>\\()*_`\[\]~|\"']", _percent, clean)


def _percent(found: re.Match[str]) -> str:
    # These two never end a destination, and quoting them would hide many plain addresses.
    return found[0] if found[0] in "_~" else quote(found[0], safe="")


def title(attributes: dict[str, str]) -> str:
    title = SPACES.sub(" ", attributes.get("title", "")).strip()
    if not title:
        return ""
    return ' "' + re.sub(r'([\\"&<`*_\[\]~])', r"\\\1", title) + '"'


def longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
