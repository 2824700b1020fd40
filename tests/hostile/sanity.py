"""What a generated site must not hold, whoever wrote its pieces: read as browsers and readers do."""

import json
import re
from pathlib import Path

from lxml import etree
from selectolax.lexbor import LexborHTMLParser, LexborNode

# `svg` is the theme's own mark; of a writer's, nothing is kept.
_FORBIDDEN = frozenset(
    {
        "iframe", "frame", "frameset", "object", "embed", "applet", "base", "form", "button",
        "textarea", "select", "style", "math", "foreignobject", "animate", "set", "handler",
        "template", "noscript", "portal", "slot", "dialog", "marquee", "isindex", "plaintext",
    }
)  # fmt: skip
_URLS = frozenset(
    {
        "href", "src", "action", "formaction", "data", "poster", "cite", "background", "ping",
        "xlink:href", "longdesc", "lowsrc", "dynsrc", "codebase", "manifest", "usemap", "profile",
    }
)  # fmt: skip
_NEVER = frozenset({"style", "srcdoc", "http-equiv", "is", "slot", "formaction", "autofocus"})
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_ALLOWED = frozenset({"http", "https", "mailto", "tel"})
# Spaces count for nothing before an address only: `jav ascript:` is no scheme.
_IGNORED_BY_BROWSERS = re.compile(r"^[\x00-\x20]+|[\x00-\x1f\x7f-\xa0\u2028\u2029]")
_REFRESH = re.compile(r"0;\s*url=(/(?!/)|https?://)[^\s<>\"']*\Z")
_EVALUATED = "1787569"  # 1337 * 1337


def faults_in_site(folder: Path, *, base_url: str) -> list[str]:
    """Answer what is wrong in the generated files below `folder`."""
    faults: list[str] = []
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.parent.name != "assets":
            name = file.relative_to(folder).as_posix()
            found = _faults_in_file(name, file.read_bytes(), base_url)
            faults += [f"{name}: {fault}" for fault in found]
    return faults


_OF_SEARCH = ("<noscript>", "<form>", "<template>", "<input>", "<label>", "<button>", "<output>")


def _faults_in_file(name: str, data: bytes, base_url: str) -> list[str]:
    if name.startswith(("assets/", "media/", ".")):
        return []
    text = data.decode("utf-8", "strict")
    faults = ["a template was evaluated"] if _EVALUATED in text else []
    if name.endswith(".html"):
        found = faults_in_html(text)
        if (
            name == "search/index.html"
        ):  # the theme's own form, which nothing of the content reaches
            found = [fault for fault in found if not fault.startswith(_OF_SEARCH)]
        return faults + found
    if name == "_redirects":
        return faults + _faults_in_redirects(text)
    if name.endswith("feed.json"):
        return faults + _faults_in_json_feed(data)
    if name.endswith(".xml"):
        return faults + _faults_in_xml(data, base_url)
    return faults


def faults_in_html(text: str, *, fragment: bool = False) -> list[str]:
    """Answer what could run, lead astray or imitate in a page, parsed as a browser does."""
    root = LexborHTMLParser(text).root
    if root is None:
        return ["cannot be parsed"]
    faults: list[str] = []
    for node in root.traverse():
        faults += _faults_in_node(node, fragment=fragment)
    return faults


def _faults_in_node(node: LexborNode, *, fragment: bool) -> list[str]:
    tag = node.tag
    if tag is None or tag in {"-text", "-comment"}:
        return []
    attributes = {name.lower(): value or "" for name, value in node.attributes.items()}
    faults = []
    if tag in _FORBIDDEN or (tag in {"svg", "link", "meta", "title"} and fragment):
        faults.append(f"<{tag}>: {node.html!r:.200}")
    if tag == "script":
        faults += _faults_in_script(node, attributes)
    if tag == "meta" and "http-equiv" in attributes:
        faults += _faults_in_refresh(attributes)
        attributes.pop("http-equiv")
    for name, value in attributes.items():
        if name.startswith("on") or name in _NEVER:
            faults.append(f"<{tag} {name}={value!r:.80}>")
        elif name in _URLS and not _leads_well(value):
            faults.append(f"<{tag} {name}={value!r:.80}> leads astray")
        elif name == "srcset" and not all(map(_leads_well, value.split(","))):
            faults.append(f"<{tag} srcset={value!r:.80}> leads astray")
    return faults


def _faults_in_script(node: LexborNode, attributes: dict[str, str]) -> list[str]:
    if attributes.get("type") == "application/ld+json":
        try:
            json.loads(node.text())
        except ValueError:
            return [f"JSON-LD is broken: {node.text()!r:.200}"]
        return []
    if re.fullmatch(r"/assets/[\w./-]+\.js", attributes.get("src", "")) and not node.text().strip():
        return []
    return [f"<script>: {node.html!r:.200}"]


def _faults_in_refresh(attributes: dict[str, str]) -> list[str]:
    content = attributes.get("content", "")
    if attributes["http-equiv"].lower() == "refresh" and _REFRESH.match(content):
        return []
    return [f"<meta http-equiv={attributes['http-equiv']!r:.30} content={content!r:.100}>"]


def _leads_well(url: str) -> bool:
    plain = _IGNORED_BY_BROWSERS.sub("", url)
    scheme = _SCHEME.match(plain)
    return scheme is None or scheme[1].lower() in _ALLOWED


def _faults_in_redirects(text: str) -> list[str]:
    faults = []
    for line in text.splitlines():
        parts = line.split(" ")
        good = len(parts) == 3 and parts[0].startswith("/") and parts[2] == "301"
        if not good or not re.match(r"/(?!/)|https?://", parts[1]) or parts[0].startswith("//"):
            faults.append(f"a bad line: {line!r:.200}")
    return faults


def _faults_in_json_feed(data: bytes) -> list[str]:
    feed = json.loads(data)
    faults = []
    for item in feed.get("items", []):
        faults += faults_in_html(item.get("content_html", ""), fragment=True)
        faults += [
            f"{key} leads astray: {item[key]!r:.80}"
            for key in ("url", "external_url")
            if key in item and not str(item[key]).startswith(("http://", "https://"))
        ]
    return faults


def _faults_in_xml(data: bytes, base_url: str) -> list[str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as exc:
        return [f"is not well-formed: {exc}"]
    faults = ["has a document type"] if root.getroottree().docinfo.doctype else []
    for element in root.iter():
        local = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if element.text and _holds_html(element, local):
            faults += faults_in_html(element.text, fragment=True)
        # A picture may lie elsewhere, as the piece says; a page of the sitemap may not.
        is_picture = local == "loc" and "sitemap-image" in (etree.QName(element).namespace or "")
        own = ("https://", "http://") if is_picture else base_url + "/"
        if local == "loc" and not (element.text or "").startswith(own):
            faults.append(f"<loc> leads astray: {element.text!r:.80}")
        for name, value in element.attrib.items():
            if etree.QName(name).localname in {"href", "url", "src"} and not _leads_well(
                str(value)
            ):
                faults.append(f"{name}={value!r:.80} leads astray")
    return faults


def _holds_html(element: etree._Element, local: str) -> bool:
    """Say whether readers take the text for HTML: in RSS always, in Atom when it says so."""
    if etree.QName(element).namespace == "http://www.w3.org/2005/Atom":
        return element.get("type", "text") != "text"
    # The titles, and what is said of the whole feed, are text.
    parent = element.getparent()
    return parent is not None and parent.tag == "item" and local in {"description", "encoded"}
