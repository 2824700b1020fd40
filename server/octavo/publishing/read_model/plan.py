"""Which pages there are, where they stand, and which of them a change touches.

Lists are numbered from the oldest: `/page/1/` holds the oldest `size` pieces and stays as it is
when a new one comes. The front page shows what the numbered ones do not: the newest `size` to
`2 * size - 1` pieces, so it is never almost empty, and one new piece changes one page.

Pages by name:
    piece:12              a piece's own page
    list:tag:3 list:tag:3#2   the front and a numbered page of a list (home, tag, author, month, series,
                          language)
    feed:tag:3            its three feeds
    tags series archive 404 robots redirects     one each
    sitemap sitemap:pages sitemap:lists sitemap:2026-11:0
    redirect:/old/ asset:css/site.css media:ab/cd.png
    search search-index search-docs:12 search-words:3    see `search.index`
"""

from typing import TYPE_CHECKING

from octavo.publishing.text.tongues import Front, home_list, is_own, language_slug

if TYPE_CHECKING:
    from octavo.publishing.read_model.prepared import PieceRecord

__all__ = [
    "FEED_SIZE",
    "HOME",
    "PODCAST",
    "SINGLE_PAGES",
    "SITEMAP_SIZE",
    "Touched",
    "feed_size",
    "front_start",
    "has_feed",
    "lists_of",
    "numbered_pages",
    "page_kind",
    "page_size",
    "pages_of_list",
    "rank_of_kind",
]

HOME = "home"
PODCAST = "podcast"
FEED_SIZE = 20
SITEMAP_SIZE = 2_000
SINGLE_PAGES = ("list:home", "feed:home", "tags", "series", "archive", "404", "robots", "llms",
                "indexnow", "redirects", "sitemap", "sitemap:pages", "sitemap:lists", "search",
                "search-index")  # fmt: skip
_SIZES = {"home": 10, "language": 10, "tag": 20, "author": 20, "month": 50, "series": 100}
_ORDER = ("asset", "media", "piece", "redirect", "numbered", "list", "tags", "series", "archive", "404",
          "feed", "podcast", "redirects", "sitemap", "robots", "llms", "indexnow", "search-docs",
          "search-words", "search-index", "search")  # fmt: skip


def lists_of(record: "PieceRecord", month: str, front: Front) -> list[str]:
    """Answer the lists that a piece stands in."""
    homes = [HOME]
    if record.language and not is_own(record.language, front.language):
        homes = list(dict.fromkeys([home_list(record.language, front),
                                    f"language:{language_slug(record.language)}"]))  # fmt: skip
    return [
        *homes,
        f"month:{month}",
        *(f"tag:{i}" for i in dict.fromkeys(record.tag_ids)),
        *(f"author:{i}" for i in dict.fromkeys(record.author_ids)),
        *([f"series:{record.series_id}"] if record.series_id is not None else []),
        *([PODCAST] if record.kind == "audio" else []),
    ]


def page_size(name: str) -> int:
    return _SIZES[name.partition(":")[0]]


def feed_size(name: str) -> int:
    """Answer how many entries a list's feed holds: the site's own 20, the others' half."""
    return FEED_SIZE if name == HOME else FEED_SIZE // 2


def has_feed(name: str) -> bool:
    return not name.startswith("month:")


def numbered_pages(name: str, count: int) -> int:
    """Answer how many numbered pages a list of `count` pieces has beside its front."""
    return max(0, count // page_size(name) - 1)


def front_start(name: str, count: int) -> int:
    """Answer the index, from the oldest, of the first piece that the front shows."""
    return numbered_pages(name, count) * page_size(name)


def pages_of_list(name: str, count: int) -> list[str]:
    """Answer every page of a list, its feed included; an empty list has none, but for the home."""
    if name == PODCAST:
        return [PODCAST]
    if count == 0 and name != HOME:
        return []
    numbered = [f"list:{name}#{n}" for n in range(1, numbered_pages(name, count) + 1)]
    feed = [f"feed:{name}"] if has_feed(name) else []
    return [*numbered, f"list:{name}", *feed]


def page_kind(page: str) -> str:
    """Answer the kind of a page, which says where it comes in the order of the switch."""
    kind = page.partition(":")[0]
    return "numbered" if kind == "list" and "#" in page else kind


def rank_of_kind(page: str) -> int:
    """Pages come before the lists and feeds that link to them, and what they show before them."""
    return _ORDER.index(page_kind(page))


class Touched:
    """Collects what a change touches: pages by name, and keys that pages have read."""

    def __init__(self) -> None:
        self.pages: set[str] = set()
        self.keys: set[str] = set()
        self.paths: set[str] = set()

    def page(self, page: str) -> None:
        self.pages.add(page)

    def path(self, path: str) -> None:
        """The owner of an address may be another now."""
        self.paths.add(path)

    def list_change(self, name: str, *, rank: int, before: int, after: int) -> None:
        """A piece came to or left index `rank` (from the oldest) of a list."""
        if name == PODCAST:  # which is a feed and nothing else
            self.pages.add(PODCAST)
            return
        self.pages.add(f"list:{name}")
        first = rank // page_size(name) + 1
        numbered = numbered_pages(name, before), numbered_pages(name, after)
        self.pages |= {f"list:{name}#{n}" for n in range(first, max(numbered) + 1)}
        if numbered[0] != numbered[1]:
            # Some came or went, and the last one that stays has another neighbour.
            self.pages |= {f"list:{name}#{n}" for n in range(min(numbered), max(numbered) + 1)}
        if name == HOME and rank >= max(before, after) - FEED_SIZE - 1:
            self.pages.add("llms")
        longest = max(before, after)
        if has_feed(name) and rank >= longest - feed_size(name) - 1:
            self.pages.add(f"feed:{name}")
        self._touch_indexes(name, rank, before, after)

    def _touch_indexes(self, name: str, rank: int, before: int, after: int) -> None:
        if name.startswith("tag:"):
            self.pages.add("tags")
        if name.startswith("series:"):
            self.pages.add("series")
        if name.startswith("language:") and 0 in {before, after}:
            self.keys.add("languages:*")
        if name != HOME and 0 in {before, after}:
            self.pages |= {"sitemap:lists", f"feed:{name}" if has_feed(name) else f"list:{name}"}
        if name.startswith("month:"):
            month = name.removeprefix("month:")
            self.pages.add("archive")
            for shard in range(rank // SITEMAP_SIZE, max(before, after) // SITEMAP_SIZE + 1):
                self.pages.add(f"sitemap:{month}:{shard}")
            if -(-before // SITEMAP_SIZE) != -(-after // SITEMAP_SIZE):
                self.pages.add("sitemap")

    def renamed_list(self, name: str, count: int) -> None:
        """A tag or an author has another name or address: so have all pages of the list."""
        self.pages.update(pages_of_list(name, count))
        self.pages |= {"sitemap:lists", "tags", "series"}

    def standing_pages(self) -> None:
        """A standing page came, went or changed."""
        self.pages |= {"sitemap:pages", "llms"}

    def beside_month(self, month: str) -> None:
        """The month before or after this one came or went."""
        self.pages |= {f"list:month:{month}", f"list:month:{month}#1"}

    def sitemap_place(self, month: str, rank: int) -> None:
        self.pages.add(f"sitemap:{month}:{rank // SITEMAP_SIZE}")
