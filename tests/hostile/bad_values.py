"""Values that fields of a kind cannot have: ids, versions, days, addresses, texts."""

NUL = "before\x00after"
BELL = "before\x07after"
LONE_SURROGATE = "before\ud800after"

IDS = (-1, 0, 2**31, 2**63, 2**64, 10**400, 1.5, "1", True, [], {})
VERSIONS = (-1, 2**31, 2**63, 10**400, 1.5, "1", True, None, [])
DAYS = ("2026-02-30", "2026-13-01", "0000-01-01", "10000-01-01", "-0001-01-01", "yesterday", [])
URLS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "https://",
    "http://[::1",
    "http://exa mple.org/",
    "https://example.org/\r\nSet-Cookie: a=b",
    "https://example.org/" + NUL,
    "https://example.org:99999/",
    "not an address",
)
WALLS = (
    "2026-03-29T02:30",  # clocks in Madrid go from 02:00 to 03:00
    "2026-10-25T02:30",  # and here 02:30 happens twice
    "2026-02-30T10:00",
    "2026-12-01T25:00",
    "2026-12-01T10:00Z",
    "2026-12-01T10:00+02:00",
    "0000-00-00T00:00",
    "99999-01-01T00:00",
    "9999-12-31T23:59",
    "0001-01-01T00:00",
    "tomorrow",
    "2026-12-01",
    "",
    NUL,
    20261201,
)
ZONES = (
    "Mars/Olympus",
    "../../etc/passwd",
    "/etc/localtime",
    "Europe/Madrid\x00",
    "europe/madrid ",
    "posixrules",
    "Europe",
    "",
    "+02:00",
    "A" * 64,
)
SLUGS = (
    "admin",
    "api",
    "go",
    "t",
    "f",
    "p",
    "feed",
    "assets",
    "///",
    "!!!",
    "",
    "..",
    NUL,
    "x" * 121,
)
REDIRECTS = (
    "relative",
    "//evil.example/",
    "https://evil.example/",
    "/a/../b/",
    "/./a/",
    "/a//b/",
    "/\\evil",
    "/",
    "/" + NUL,
    "/a\r\nLocation: https://evil.example",
    "/" + "x" * 700,
    "/api/v1/pieces",
    "/admin/",
    "/go/abc",
    "/healthz",
    "/assets/css/site.css",
    "/feed.xml",
    "/sitemap.xml",
    "/robots.txt",
    "/404.html",
    "/index.html",
    "/tags/",
)

PIECE_TEXTS = {"title": 300, "body": 10_000_000, "excerpt": 5_000, "slug": 120, "language": 16}
