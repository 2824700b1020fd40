"""What is said of a file of the site when it is sent: its type, how long it keeps, what it may do."""

import mimetypes

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
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".webmanifest": "application/manifest+json",
    ".vtt": "text/vtt; charset=utf-8",
    ".srt": "application/x-subrip; charset=utf-8",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mov": "video/quicktime",
    ".ogv": "video/ogg",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
}
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
    suffix = "." + base.rpartition(".")[2].lower()
    return _TYPES.get(suffix) or mimetypes.guess_type(base)[0] or "application/octet-stream"
