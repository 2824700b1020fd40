"""Callouts say what they are in the language of the page."""

import pytest

from octavo.publishing.text.callouts import ALERTS, name_callouts
from octavo.publishing.text.markdown import render_body


@pytest.mark.parametrize("kind", ALERTS)
def test_the_title_of_a_callout_is_the_themes_word_for_it(kind: str) -> None:
    html = render_body(f"> [!{kind.upper()}]\n> Mind the gap.").html

    named = name_callouts(html, lambda key: f"<{key}>")

    assert f'<p class="markdown-alert-title">&lt;alert_{kind}&gt;</p>' in named


def test_a_title_of_the_writers_own_and_the_same_word_in_the_text_stay() -> None:
    html = render_body("> [!NOTE] Read this\n> Note\n\nNote").html

    assert name_callouts(html, str.upper) == html
