"""What is said of a file of the site when it is sent: its type, how long it keeps, what it may do."""

from octavo.kernel import media_types

__all__ = [
    "PAGE_POLICY",
    "Headers",
    "headers_of",
    "is_named_by_content",
    "media_type",
    "page_headers",
]

Headers = list[tuple[bytes, bytes]]

PAGE_POLICY = (
    "default-src 'none'; script-src {assets}; style-src 'self'; img-src 'self' https: http: data:;"
    " media-src 'self' https:; font-src 'self'; connect-src 'self'; manifest-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
# What people upload never runs, not even when it is opened by itself.
_MEDIA_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; sandbox"
)
_NAMED_TYPES = {
    # Programs take a feed under any of its names; browsers show only this one with its style.
    "feed.xml": "application/xml; charset=utf-8",
    "atom.xml": "application/xml; charset=utf-8",
    "podcast.xml": "application/xml; charset=utf-8",
    "feed.json": "application/feed+json; charset=utf-8",
    "_redirects": "text/plain; charset=utf-8",
}
_SHOWN_MEDIA = ("image/", "audio/", "video/")
# The address of a file stays when its bytes are replaced: browsers ask again before long.
_MEDIA_CACHE = b"public, max-age=300, stale-while-revalidate=604800"


def page_headers(base_url: str) -> Headers:
    """Answer the headers that every page of the site carries."""
    policy = PAGE_POLICY.format(assets=f"{base_url}/assets/")
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"strict-origin-when-cross-origin"),
        (b"x-frame-options", b"SAMEORIGIN"),
    ]


_NAMED_BY_CONTENT = ("assets/", "media/sizes/", "media/cards/")


def is_named_by_content(name: str) -> bool:
    """Say whether other bytes would have another name, so that this one may be kept for good."""
    return name.startswith(_NAMED_BY_CONTENT)


def headers_of(name: str, page: Headers) -> Headers:
    """Answer the headers of a file of the site; `page` are those that every page carries."""
    kind = media_type(name)
    headers: Headers = [(b"content-type", kind.encode())]
    if is_named_by_content(name):
        headers.append((b"cache-control", b"public, max-age=31536000, immutable"))
    elif name.startswith("media/"):
        headers.append((b"cache-control", _MEDIA_CACHE))
    else:
        headers.append((b"cache-control", b"no-cache"))
    if not name.startswith("media/"):
        return headers + page
    headers.append((b"content-security-policy", _MEDIA_POLICY.encode()))
    headers.append((b"x-content-type-options", b"nosniff"))
    if not kind.startswith(_SHOWN_MEDIA):
        headers.append((b"content-disposition", b"attachment"))
    return headers


def media_type(name: str) -> str:
    """Answer the Content-Type of a file of the site."""
    base = name.rpartition("/")[2]
    if not name.startswith("media/") and base in _NAMED_TYPES:
        return _NAMED_TYPES[base]
    kind = media_types.media_type(base)
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or base.endswith(".srt") else kind
