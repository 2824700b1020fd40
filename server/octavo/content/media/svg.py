"""SVG made harmless: it lies on the readers' origin, where it must not run anything.

The drawing is read and written anew from a list of what is allowed; everything else is dropped.
Nothing outside of the file is ever fetched, by us or by the reader's browser.
"""

import re
from xml.etree import ElementTree as ET

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
_ALLOWED = frozenset(
    {
        "a", "circle", "clipPath", "defs", "desc", "ellipse", "feBlend", "feColorMatrix",
        "feComponentTransfer", "feComposite", "feConvolveMatrix", "feDiffuseLighting",
        "feDisplacementMap", "feDistantLight", "feDropShadow", "feFlood", "feFuncA", "feFuncB",
        "feFuncG", "feFuncR", "feGaussianBlur", "feMerge", "feMergeNode", "feMorphology",
        "feOffset", "fePointLight", "feSpecularLighting", "feSpotLight", "feTile",
        "feTurbulence", "filter", "g", "image", "line", "linearGradient", "marker", "mask",
        "path", "pattern", "polygon", "polyline", "radialGradient", "rect", "stop", "style",
        "svg", "switch", "symbol", "text", "textPath", "title", "tspan", "use", "view",
        "animate", "animateTransform", "animateMotion", "mpath",
    }
)  # fmt: skip
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]{0,1000}>", re.IGNORECASE)
_DANGEROUS = re.compile(
    r"@import|expression\s*\(|javascript:|behavior\s*:|-moz-binding|\\", re.IGNORECASE
)
_URL = re.compile(r"url\(\s*[\"']?\s*(?!#|data:image/(?:png|jpeg|gif|webp);)", re.IGNORECASE)
_DATA_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*")
_MAX_DEPTH = 200


class UnsafeSvgError(Exception):
    """The drawing cannot be made harmless; the message says why."""


def sanitise(data: bytes) -> bytes:
    """Answer the drawing without anything that runs or reaches out.

    Raises:
        UnsafeSvgError: it is not well-formed, declares entities, or is no SVG.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise UnsafeSvgError("is not UTF-8") from exc
    text = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", text)
    text = _DOCTYPE.sub("", text, count=1)
    if "<!doctype" in text.lower() or "<!entity" in text.lower():
        raise UnsafeSvgError("declares entities")
    try:
        root = ET.fromstring(text)  # noqa: S314 - no DTD is left, so no entity can be declared
    except (ET.ParseError, ValueError, RecursionError) as exc:
        raise UnsafeSvgError(f"is not well-formed: {exc}") from exc
    if root.tag not in {f"{{{_SVG}}}svg", "svg"}:
        raise UnsafeSvgError("is not an SVG drawing")
    _clean(root, depth=0)
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    return bytes(ET.tostring(root, encoding="utf-8"))


def _clean(element: ET.Element, *, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise UnsafeSvgError("is nested too deeply")
    for child in list(element):
        if not isinstance(child.tag, str) or _local(child.tag) not in _ALLOWED:
            _drop(element, child)
        else:
            _clean(child, depth=depth + 1)
    for name in list(element.attrib):
        if not _is_safe(element, name):
            del element.attrib[name]
    if _local(element.tag) == "style" and _reaches_out(element.text or ""):
        element.text = ""


def _drop(parent: ET.Element, child: ET.Element) -> None:
    """Remove the child but keep the text that follows it."""
    place = list(parent).index(child)
    if child.tail:
        if place == 0:
            parent.text = (parent.text or "") + child.tail
        else:
            before = parent[place - 1]
            before.tail = (before.tail or "") + child.tail
    parent.remove(child)


def _is_safe(element: ET.Element, name: str) -> bool:
    local, value = _local(name).lower(), element.attrib[name].strip()
    if name.startswith("{") and not name.startswith((f"{{{_XLINK}}}", f"{{{_XML}}}")):
        return False
    if local.startswith("on") or local == "base":
        return False
    if local == "href":
        return _is_safe_link(_local(element.tag), value)
    if local == "attributename":
        target = value.lower().rpartition(":")[2]
        return target not in {"href", "style"} and not target.startswith("on")
    return not _reaches_out(value)


def _is_safe_link(tag: str, value: str) -> bool:
    if tag == "image":
        return bool(_DATA_IMAGE.fullmatch(value))
    if tag == "a":
        return value.lower().startswith(("https://", "http://", "#"))
    return value.startswith("#")


def _reaches_out(value: str) -> bool:
    return bool(_DANGEROUS.search(value) or _URL.search(value))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
