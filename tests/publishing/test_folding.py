"""What is worked out ahead of time comes out as if it had not been."""

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from octavo.publishing.theme.contexts import FeedRef, NavItem, PageView, SiteView
from octavo.publishing.theme.templates import Theme, ThemeError

SITE = SiteView(
    name="Ink & <Paper>",
    tagline="",
    description="A 'quiet' \"place\"",
    base_url="https://example.org",
    locale="en",
    nav=[NavItem(label="About <us>", url="/about/"), NavItem(label="Shop", url="/shop/?a=1&b=2")],
    feeds=[FeedRef(title="RSS", url="/feed.xml", type="application/rss+xml")],
    theme={"contents": "on", "items": "few"},
)
PAGE = PageView(
    title="T & T",
    description="",
    url="/about/",
    absolute_url="https://example.org/about/",
    kind="page",
    language="en",
    words="en",
    feeds=[],
)

TEMPLATES = {
    "values, escaped": "{{ site.name }}|{{ site.description }}|{{ page.title }}",
    "filters and tests": "{{ site.name | upper }}{{ site.name ~ '<' }}"
    "{% if site.name is string %}s{% endif %}",
    "decided questions": "{% if site.tagline %}a{% else %}b{% endif %}{% if site.name %}c{% endif %}",
    "open questions": "{% if site.tagline or page.title %}a{% elif site.name %}b{% else %}c{% endif %}",
    "a loop": "{% for item in site.nav %}<a href='{{ item.url }}'>{{ item.label }}</a>{% endfor %}",
    "a loop that asks": "{% for item in site.nav %}{% if item.url == page.url %}*{% endif %}{% endfor %}",
    "a loop with its number": "{% for item in site.nav %}{{ loop.index }}{{ item.label }}{% endfor %}",
    "a loop over wholes": "{% for f in site.feeds if f not in page.feeds %}{{ f.url }}{% endfor %}",
    "a loop in a loop": "{% for a in site.nav %}{% for b in site.feeds %}{{ a.url }}{{ b.url }}"
    "{% endfor %}{% endfor %}",
    "one name twice": "{% for a in site.nav %}{% for a in site.feeds %}{{ a.url }}{% endfor %}"
    "{{ a.url }}{% endfor %}",
    "a loop that sets": "{% for a in site.nav %}{% set x = a.url %}{{ x }}{% endfor %}",
    "a name of its own": "{% set site = page %}{{ site.title }}",
    "a name as a loop's": "{% for site in site.nav %}{{ site.label }}{% endfor %}",
    "a macro's": "{% macro m(site) %}{{ site.title }}{% endmacro %}{{ m(page) }}",
    "raw text beside it": "a{{ site.name }}b{{ page.title }}c{{ 1 + 1 }}d",
    "what a key and a method share": "{{ site.theme.contents }}{{ site.theme['items'] }}",
}


@pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES.keys())
def test_folded_templates_write_the_same(text: str, tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "x.html").write_text(text)
    plain = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
    variables = {"site": SITE, "page": PAGE}

    folded = Theme(tmp_path).render("x.html", "en", variables)

    assert folded == plain.get_template("x.html").render(variables)


def test_another_site_gets_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "x.html").write_text("{{ site.name }}")
    theme = Theme(tmp_path)
    other = SiteView(
        **{name: getattr(SITE, name) for name in SITE.__struct_fields__} | {"name": "B"}
    )

    seen = [theme.render("x.html", "en", {"site": site}) for site in (SITE, other, SITE)]

    assert seen == ["Ink &amp; &lt;Paper&gt;", "B", "Ink &amp; &lt;Paper&gt;"]


def test_what_the_contract_does_not_give_is_still_an_error(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "x.html").write_text("{{ site.secret }}")

    with pytest.raises(ThemeError, match="secret"):
        Theme(tmp_path).render("x.html", "en", {"site": SITE})
