"""What of a writer's HTML reaches a reader.

The admin may share its origin with the site, so nothing that a writer, an importer or a pasted page
brings in may run as script, imitate our controls, or shadow a name of the page (DOM clobbering):
every id gets the prefix `h-`, and links within the text follow it.
"""

import re

import nh3

__all__ = ["ID_PREFIX", "clean_html"]

ID_PREFIX = "h-"

_FLOW = {
    "p", "div", "section", "blockquote", "pre", "hr", "br", "ul", "ol", "li", "dl", "dt", "dd",
    "h1", "h2", "h3", "h4", "h5", "h6", "details", "summary", "figure", "figcaption", "aside",
    "table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td",
}  # fmt: skip
_PHRASING = {
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "i", "ins", "kbd",
    "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time",
    "u", "var", "wbr", "img", "picture", "source", "input", "audio", "video", "track",
}  # fmt: skip

_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "lang", "dir", "title"},
    "a": {"href", "hreflang", "name", "data-footnote-ref", "data-footnote-backref", "aria-label"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height"},
    "source": {"src", "srcset", "sizes", "media", "type"},
    "audio": {"src"},
    "video": {"src", "poster", "width", "height"},
    "track": {"src", "kind", "srclang", "label", "default"},
    "code": {"class"},
    "input": {"checked"},
    "ol": {"start", "type", "reversed"},
    "li": {"value"},
    "td": {"colspan", "rowspan", "headers", "align"},
    "th": {"colspan", "rowspan", "headers", "scope", "abbr", "align"},
    "col": {"span"},
    "colgroup": {"span"},
    "time": {"datetime"},
    "del": {"datetime", "cite"},
    "ins": {"datetime", "cite"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "data": {"value"},
    "details": {"open"},
    "section": {"data-footnotes"},
    "bdo": {"dir"},
}

# Only the classes that our Markdown renderers write themselves.
_CLASSES: dict[str, set[str]] = {
    "div": {
        "markdown-alert", "markdown-alert-note", "markdown-alert-tip", "markdown-alert-important",
        "markdown-alert-warning", "markdown-alert-caution",
    },
    "p": {"markdown-alert-title"},
    "sup": {"footnote-ref"},
    "a": {"footnote-backref"},
    "section": {"footnotes"},
    "ul": {"contains-task-list"},
    "li": {"task-list-item"},
    "input": {"task-list-item-checkbox"},
}  # fmt: skip

_CLEANER = nh3.Cleaner(
    tags=_FLOW | _PHRASING,
    clean_content_tags={"script", "style", "template", "noscript", "iframe", "object", "svg", "math",
                        "textarea", "select", "title", "noembed", "noframes", "xmp"},
    attributes=_ATTRIBUTES,
    allowed_classes=_CLASSES,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener",
    strip_comments=False,
    id_prefix=ID_PREFIX,
)  # fmt: skip

# Set by text, not by nh3, which writes several set attributes in an order that differs from process to
# process. This is safe because nh3 escapes `<` in text and in attribute values alike: after it, and
# after the comments are gone, `<img ` begins a tag and nothing else.
_SET = (
    ("<img", '<img loading="lazy" decoding="async"'),
    ("<audio", '<audio controls preload="none"'),
    ("<video", '<video controls preload="none"'),
    ("<table", '<div class="table-scroll" tabindex="0"><table'),
    ("</table>", "</table></div>"),
)
_CHECKBOX = re.compile(r"<input([^>]*)>")

_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_CTA = re.compile(r"\s*cta:\s*([A-Za-z0-9][A-Za-z0-9_-]{0,119})\s*\Z")
_FRAGMENT = re.compile(r'href="#(?!h-)(?=[^"])')
# To a heading of another piece; a file's fragment (`/media/a.pdf#page=2`) means something else.
_PATH_FRAGMENT = re.compile(
    r'href="(/(?!/)(?:[^"#?]*/)?(?:[^"#?/.]*|[^"#?/]*\.html))#(?!h-)(?=[^"])'
)
_NAMED = re.compile(r'<a name="([^"]*)"(?![^>]* id=)')
_NAME = re.compile(r'(<a [^>]*?) ?\bname="[^"]*"')
_OTHER_CLASS = re.compile(r'<code class="(?!language-[\w+#.,:{}=-]+")[^"]*"')
# A link that shows its own address: print, which writes addresses beside links, leaves this one out.
_BARE = re.compile(r'<a href="(?:https?://)?([^"]+?)/?"(?=[^>]*>(?:https?://)?\1/?</a>)')
_ALIGN = re.compile(r'(<t[dh](?: [^>]*?)?) align="(left|right|center|justify)"')
_ALIGN_ANY = re.compile(r'(<t[dh](?: [^>]*?)?) align="[^"]*"')


def clean_html(html: str) -> str:
    """Answer `html` with only what may stand in a page.

    Of its comments, `<!-- cta: slug -->` alone survives, as `<!--cta:slug-->`.
    """
    html = _CLEANER.clean(html)
    if "<!--" in html:
        html = _COMMENT.sub(_kept_comment, html)
    for old, new in _SET:
        html = html.replace(old, new)
    if "<input" in html:
        html = _CHECKBOX.sub(_dead_checkbox, html)
    if 'href="#' in html:
        html = _FRAGMENT.sub('href="#h-', html)
    if 'href="/' in html and "#" in html:
        html = _PATH_FRAGMENT.sub(r'href="\1#h-', html)
    if 'name="' in html:
        html = _NAME.sub(r"\1", _NAMED.sub(r'<a id="h-\1"', html))
    if ">http" in html or ">www." in html:
        html = _BARE.sub(r'\g<0> class="bare"', html)
    if "<code class" in html:
        html = _OTHER_CLASS.sub("<code", html)
    if " align=" in html:
        html = _ALIGN_ANY.sub(r"\1", _ALIGN.sub(r'\1 class="align-\2"', html))
    return html


def _kept_comment(match: re.Match[str]) -> str:
    cta = _CTA.match(match[1])
    return f"<!--cta:{cta[1].lower()}-->" if cta else ""


def _dead_checkbox(match: re.Match[str]) -> str:
    """Write the only control there is; in words, too, whether the task is done."""
    checked = "checked" in match[1]
    label, state = ("Done", " checked") if checked else ("To do", "")
    return f'<input type="checkbox" disabled{state} aria-label="{label}">'
