"""The files by which a site speaks to crawlers: robots.txt, llms.txt, and the key of IndexNow."""

from octavo.publishing.pages.maker import File, PageMaker
from octavo.publishing.read_model.plan import HOME, feed_size

__all__ = ["indexnow", "llms", "robots"]

# Those that gather texts for models and say by which name; a page that a search finds stays found.
_MODELS = (
    "GPTBot", "ClaudeBot", "anthropic-ai", "CCBot", "Google-Extended", "Applebot-Extended",
    "Bytespider", "Amazonbot", "meta-externalagent", "cohere-ai", "Diffbot", "PerplexityBot",
)  # fmt: skip
_PAGES = 20


def robots(maker: PageMaker, rest: str) -> list[File]:
    """Name what is nobody's to index, and the sitemap (RFC 9309)."""
    del rest
    text = "User-agent: *\nDisallow: /admin/\nDisallow: /api/\nDisallow: /go/\n\n"
    if maker.views.site.theme.get("ai_crawlers") == "refuse":
        text += "".join(f"User-agent: {name}\n" for name in _MODELS) + "Disallow: /\n\n"
    text += f"Sitemap: {maker.base_url}/sitemap.xml\n"
    return [File(path="robots.txt", data=text.encode())]


def llms(maker: PageMaker, rest: str) -> list[File]:
    """Say in Markdown what the site is and what is new on it (https://llmstxt.org); bounded."""
    del rest
    settings, base = maker.settings, maker.base_url
    about = settings.description or settings.tagline
    lines = [f"# {_line(settings.name)}", ""]
    lines += [f"> {_line(about)}", ""] if about else []
    lines += ["## Pages", ""]
    lines += [
        f"- [{_line(maker.views.t('archive'))}]({base}/archive/)",
        f"- [{_line(maker.views.t('tags'))}]({base}/tags/)",
        f"- [RSS]({base}/feed.xml)",
    ]
    for piece_id in maker.model.standing_pages()[:_PAGES]:
        lines.append(_entry(maker, piece_id))
    lines += ["", "## Newest", ""]
    lines += [_entry(maker, piece_id) for piece_id in maker.model.newest(HOME, feed_size(HOME))]
    return [File(path="llms.txt", data=("\n".join(lines) + "\n").encode())]


def indexnow(maker: PageMaker, rest: str) -> list[File]:
    """Prove to search engines that whoever tells them of changes owns the site."""
    del rest
    key = maker.settings.indexnow_key
    return [File(path=f"{key}.txt", data=key.encode())] if key else []


def _entry(maker: PageMaker, piece_id: int) -> str:
    ref = maker.views.post_ref(piece_id)
    about = f": {_line(ref.excerpt)}" if ref.excerpt else ""
    title = _line(ref.title).replace("[", "\\[").replace("]", "\\]")
    return f"- [{title}]({maker.base_url}{ref.url}){about}"


def _line(text: str) -> str:
    return " ".join(text.split())
