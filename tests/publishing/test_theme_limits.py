"""Templates that are not ours can neither look around nor use the machine up."""

import gzip
import json
import time
from pathlib import Path

import pytest

from octavo.kernel.paths import default_theme
from octavo.publishing.theme.templates import Theme, ThemeError
from octavo.publishing.theming.samples import sample_site, samples

_PAYLOADS = Path(__file__).parents[2] / ".." / "shared" / "data" / "payloads" / "ssti.jsonl.gz"
_SECRETS = ("<module ", "<class ", "<function ", "__globals__", "root:x:0", "uid=", "<Config")


def rendered(folder: Path, text: str) -> str:
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates/404.html").write_text(text, encoding="utf-8", errors="surrogatepass")
    theme = Theme(folder, default_theme())
    page = samples()["404"][1]
    return theme.render("404.html", "en", {"site": sample_site(theme=theme.in_force), **page})


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in range(10**9) %}x{% endfor %}",
        "{{ 'a' * 10**9 }}",
        "{{ 10**9999 }}",
        "{{ 'a'|center(10**9) }}",
        "{{ 'a'.ljust(1000000000) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '%*d' % (999999999, 1) }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ '%999999999d'|format(1) }}",
        "{{ ('a' * 9999)|replace('a', 'b' * 9999) }}",
        "{{ ('b' * 9999).join('a' * 9999) }}",
        "{% set s = 'a' * 9999 %}" + "{% set s = s ~ s %}" * 40 + "{{ s|length }}",
        "{% set s = ('a' * 9999)|list %}" + "{% set s = s + s %}" * 40 + "{{ s|length }}",
        "{% macro m(s) %}{{ s }}{{ s }}{% endmacro %}{% set s = 'a' * 99 %}"
        + "{% set s = m(s) %}" * 40
        + "{{ s|length }}",
        "{% set s = 'a' * 9000 %}{% for a in s %}{% for b in s %}{{ s }}{% endfor %}{% endfor %}",
        "{% set s = 'a' * 9000 %}{% for a in s %}{% for b in s %}{% endfor %}{% endfor %}",
        "{% set s = 'a' * 9999 %}{% for a in s %}" + "x" * 9999 + "{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% include '404.html' %}",
        "{{ 1 / 0 }}",
        "{{ page + 1 }}",
        "{{ site.theme.nothing.at.all }}",
    ],
)
def test_a_greedy_or_wrong_template_is_stopped_soon(tmp_path: Path, text: str) -> None:
    began = time.perf_counter()
    with pytest.raises(ThemeError, match=r"templates/404\.html"):
        rendered(tmp_path, text)

    assert time.perf_counter() - began < 5


def test_a_modest_template_of_ones_own_is_not_in_the_way(tmp_path: Path) -> None:
    text = (
        "{% macro m(x) %}<b>{{ x }}</b>{% endmacro %}{% for c in 'abc' %}{{ loop.index }}{{ m(c) }}"
        "{% endfor %}{{ ['x', 'y']|join(', ') }}{{ '%02d' % 7 }}{{ 'a'|center(5) }}{{ 3 * 4 + 1 }}"
        "{{ 'a'.replace('a', 'b') }}{{ '<' ~ site.name }}"
    )

    assert rendered(tmp_path, text) == (
        "1<b>a</b>2<b>b</b>3<b>c</b>x, y07  a  13b&lt;Tom &amp; Jerry&#39;s"
    )


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ t.__globals__ }}",
        "{{ asset.__self__._files }}",
        "{{ self.__init__.__globals__ }}",
        "{{ site|attr('__class__') }}",
        "{{ '{0.__class__}'.format(site) }}",
        "{{ ['__class__']|map('attr')|list }}",
        "{{ site.nav.append(1) }}",
        "{{ (site.nav|map(attribute='__class__')|list)[0] }}",
        "{% import 'os' as os %}{{ os }}",
        "{% include '../theme.toml' %}",
        "{{ config }}{{ request }}{{ cycler }}{{ lipsum }}{{ namespace }}",
    ],
)
def test_a_template_gets_at_nothing_but_its_contract(tmp_path: Path, text: str) -> None:
    try:
        html = rendered(tmp_path, text)
    except ThemeError:
        return
    assert not any(word in html for word in _SECRETS), html


def test_no_known_payload_leaks_or_crashes(tmp_path: Path) -> None:
    if not _PAYLOADS.exists():
        pytest.skip("the collection of payloads is not here")
    found = []
    for line in gzip.decompress(_PAYLOADS.read_bytes()).decode().splitlines():
        payload = json.loads(line)["payload"]
        try:
            html = rendered(tmp_path, payload)
        except ThemeError:
            continue
        said = html.replace(payload, "")
        found += [payload for word in _SECRETS if word in said]

    assert found == []
