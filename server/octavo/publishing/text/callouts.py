"""The titles of callouts (`> [!NOTE]`) in the words of the page; the renderer knows English only."""

import re
from collections.abc import Callable
from html import escape

__all__ = ["ALERTS", "name_callouts"]

ALERTS = ("note", "tip", "important", "warning", "caution")
"""The kinds there are; a theme's word for one is `alert_<kind>`."""

_TITLE = re.compile(
    r'(?<=<p class="markdown-alert-title">)(Note|Tip|Important|Warning|Caution)(?=</p>)'
)


def name_callouts(html: str, word: Callable[[str], str]) -> str:
    """Answer `html` with its callouts in the words that `word` has for a key; a writer's own stay."""
    if "markdown-alert-title" not in html:
        return html
    return _TITLE.sub(lambda title: escape(word(f"alert_{title[1].lower()}")), html)
