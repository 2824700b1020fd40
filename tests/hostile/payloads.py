"""Hostile texts: a few of our own, and the collections of the shared test data when they are there."""

import gzip
import json
from pathlib import Path

SHARED = Path(__file__).parents[3] / "shared" / "data"
PAYLOADS = SHARED / "payloads"
MISSING = f"SKIPPED: no shared test data at ../shared/data ({PAYLOADS.name})"

OWN = (
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</script><script>alert(1)</script>",
    "<!--</script><script>alert(1)//-->",
    "<img src=x onerror=alert(1)//",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "[x](javascript:alert(1)) [y](<java\tscript:alert(1)>) ![z](data:text/html,x)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)> <data:text/html,<script>alert(1)</script>>",
    "```<script>alert(1)</script>\ncode\n```",
    '```"onload=alert(1)//\ncode\n```',
    "| <img src=x onerror=alert(1)> |\n|---|\n| <style>*{display:none}</style> |",
    "<iframe src=//evil.example></iframe><object data=x></object><embed src=x>",
    "<base href=//evil.example/><meta http-equiv=refresh content='0;url=//evil.example'>",
    "<div style='position:fixed;inset:0' class='skip masthead' id='text' name='body'>x</div>",
    "<p id=__proto__ name=cookie><input name=attributes form=x><a id=x><a id=x name=y>",
    '<!-- cta: nothing --><!-- cta: "><script>alert(1)</script> -->',
    "<!--cta:subscribe--><script>alert(1)</script>",
    "]]><script>alert(1)</script><![CDATA[",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "{{1337*1337}} {% print(1337*1337) %} ${1337*1337} <%= 1337*1337 %> #{1337*1337} {1337*1337}",
    "{{ self.__init__.__globals__ }} {{ site.__class__.__mro__ }} {% include '/etc/passwd' %}",
    "%s%n%x {0} {title} {url} {cta:subscribe} %(name)s",
    "\u2028alert(1)\u2029",
    "\u202e\u2066 reversed \u2069 \u200b \ufeff",
    "\U0001f4a9" * 20,
    "a" * 300,
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "//evil.example/%2f..",
    "a\r\nSet-Cookie: a=b\r\n\r\n<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE piece; --",
    "CON",
    "NUL.txt",
    ".",
    "..",
    " ",
    "-",
    "_redirects",
    "index.html",
)


def shared_payloads() -> list[str]:
    """Answer every payload of the shared folder, each once."""
    found: list[str] = []
    for file in sorted(PAYLOADS.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            found += [json.loads(line)["payload"] for line in lines]
    found += json.loads((PAYLOADS / "blns.json").read_text("utf-8"))
    found += [
        case["input"] for case in json.loads((PAYLOADS / "bleach-sanitizer.json").read_text())
    ]
    found += [
        case["markdown"] for case in json.loads((PAYLOADS / "markdown-it-xss.json").read_text())
    ]
    return list(dict.fromkeys(found))
