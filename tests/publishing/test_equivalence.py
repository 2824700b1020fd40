"""The law of the builder: any sequence of changes, built step by step, equals one build from scratch."""

import asyncio
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.publishing.fakes import NOW, Desk, author, cta, file, make_piece, series, tag

from octavo.content.kinds import Cover
from octavo.publishing.cards.queries import SITE
from octavo.publishing.read_model.facts import Rendition

IDS = st.integers(1, 8)
FIELDS = {
    "picture": {"pictures": [{"media_id": 1, "alt": "", "caption": "C"}, {"media_id": 2}]},
    "audio": {"audio": {"media_id": 2, "url": None}, "duration_s": 65, "transcript": "*Hm.*"},
}
START = datetime(2026, 3, 30, 12, tzinfo=UTC)

put = st.fixed_dictionaries(
    {
        "do": st.just("put"),
        "id": IDS,
        "day": st.integers(0, 60),
        "title": st.sampled_from(["One", "Two & <b>", "Três"]),
        "body": st.sampled_from(
            [
                "Short.",
                "# H\n\n```py\nx = 1\n```",
                "A <!-- cta: a --> b\n\n<!-- cta: b -->",
                "![m](/media/m.png)",
                "![f](/media/f1.png)\n\nand ![f](/media/f2.png)",
                "[a](/p-1/) [b](/p-2/) [c](/old/) [d](../shared) ![e](x.png) [f](/old.html)",
            ]
        ),
        "excerpt": st.sampled_from(["", "An excerpt."]),
        "path": st.sampled_from([None, None, None, "/shared/", "/old/"]),
        "tags": st.lists(st.integers(1, 3), max_size=3, unique=True),
        "authors": st.lists(st.integers(1, 2), max_size=2, unique=True),
        "kind": st.sampled_from(["post", "post", "post", "page", "picture", "audio"]),
        "cover": st.sampled_from([None, None, 1, 2]),
        "series": st.sampled_from([None, None, 1, 2]),
        "part": st.sampled_from([None, 1, 2, 3]),
        "language": st.sampled_from(["", "", "en", "de", "DE", "fr"]),
        "group": st.sampled_from([None, None, "g1", "g2"]),
        "updated": st.booleans(),
    }
)
withdraw = st.fixed_dictionaries({"do": st.just("withdraw"), "id": IDS})
ctas = st.fixed_dictionaries(
    {
        "do": st.just("ctas"),
        "id": IDS,
        "slugs": st.lists(st.sampled_from("abc"), max_size=2, unique=True),
    }
)
redirect = st.fixed_dictionaries(
    {
        "do": st.just("redirect"),
        "path": st.sampled_from(["/old/", "/old", "/old.html", "/shared"]),
        "target": st.sampled_from([None, "/p-1/", "/p-2/", "https://example.com/"]),
    }
)
rename_tag = st.fixed_dictionaries(
    {"do": st.just("tag"), "id": st.integers(1, 3), "name": st.sampled_from(["X", "Y"])}
)
rename_author = st.fixed_dictionaries(
    {
        "do": st.just("author"),
        "id": st.integers(1, 2),
        "bio": st.sampled_from(["", "Bio."]),
        "website": st.sampled_from(["", "https://one.example/"]),
    }
)
rename_series = st.fixed_dictionaries(
    {"do": st.just("series"), "id": st.integers(1, 2), "title": st.sampled_from(["S1", "S2"])}
)
describe_file = st.fixed_dictionaries(
    {
        "do": st.just("file"),
        "id": st.integers(1, 2),
        "alt": st.sampled_from(["", "A mill"]),
        "sizes": st.lists(st.sampled_from(["80.avif", "80.webp", "40.png"]), unique=True),
    }
)
draw_card = st.fixed_dictionaries(
    {
        "do": st.just("card"),
        "id": IDS | st.just(SITE),
        "path": st.sampled_from(["", "cards/1.png", "cards/2.png"]),
    }
)
rename_site = st.fixed_dictionaries({"do": st.just("site"), "name": st.sampled_from(["N1", "N2"])})
speak = st.fixed_dictionaries(
    {
        "do": st.just("speak"),
        "locale": st.sampled_from(["en", "de"]),
        "front": st.sampled_from(["own", "all"]),
    }
)
step = st.lists(
    st.one_of(
        *(put, put, put, withdraw, ctas, redirect),
        *(rename_tag, rename_author, rename_series, describe_file, draw_card, rename_site),
        *(put, put, speak),
    ),
    min_size=1,
    max_size=4,
)


class World:
    """Applies the same changes to any number of desks, as the features would."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.tags = {n: tag(n) for n in range(1, 4)}
        self.authors = {n: author(n) for n in range(1, 3)}
        self.series = {n: series(n) for n in range(1, 3)}
        self.desk.library.files_now = {n: file(n) for n in range(1, 3)}

    def change(self, what: dict[str, object]) -> None:
        getattr(self, f"_{what['do']}")({k: v for k, v in what.items() if k != "do"})

    def _put(self, what: dict[str, object]) -> None:
        n = what["id"]
        published = START + timedelta(days=int(str(what["day"])))
        self.desk.put(
            make_piece(
                int(str(n)),
                title=what["title"],
                body=what["body"],
                excerpt=what["excerpt"],
                path=what["path"] or f"/p-{n}/",
                published_at=published,
                updated_at=published + timedelta(hours=2) if what["updated"] else None,
                kind=what["kind"],
                fields=FIELDS.get(str(what["kind"]), {}),
                cover=what["cover"] and Cover(media_id=what["cover"]),  # type: ignore[arg-type]
                series=self.series.get(what["series"]),  # type: ignore[call-overload]
                series_position=what["part"] if what["series"] else None,
                tags=[self.tags[i] for i in what["tags"]],  # type: ignore[attr-defined]
                language=what["language"],
                translation_group=what["group"],
                authors=[self.authors[i] for i in what["authors"]],  # type: ignore[attr-defined]
            )
        )

    def _withdraw(self, what: dict[str, object]) -> None:
        self.desk.withdraw(int(str(what["id"])))

    def _ctas(self, what: dict[str, object]) -> None:
        n = int(str(what["id"]))
        self.desk.library.ctas_of[n] = [cta(s) for s in what["slugs"]]  # type: ignore[attr-defined]
        self.desk.log.mark(f"piece:{n}")

    def _redirect(self, what: dict[str, object]) -> None:
        self.desk.lead(str(what["path"]), what["target"] and str(what["target"]))

    def _tag(self, what: dict[str, object]) -> None:
        n = int(str(what["id"]))
        # A name of its own per tag: two tags never share a slug.
        self.tags[n] = tag(n, f"{what['name']} {n}")
        self.desk.rename_tag(self.tags[n])

    def _author(self, what: dict[str, object]) -> None:
        n = int(str(what["id"]))
        self.authors[n] = author(n, bio=str(what["bio"]), website=str(what["website"]))
        self.desk.rename_author(self.authors[n])

    def _series(self, what: dict[str, object]) -> None:
        n = int(str(what["id"]))
        self.series[n] = series(n, f"{what['title']} {n}")
        self.desk.rename_series(self.series[n])

    def _file(self, what: dict[str, object]) -> None:
        n = int(str(what["id"]))
        sizes = [
            Rendition(
                path=f"sizes/f{n}-{size}", mime=f"image/{size[3:]}", width=int(size[:2]), height=45
            )
            for size in what["sizes"]  # type: ignore[attr-defined]
        ]
        self.desk.describe_file(file(n, alt=str(what["alt"]), renditions=sizes))

    def _card(self, what: dict[str, object]) -> None:
        self.desk.draw_card(int(str(what["id"])), str(what["path"]))

    def _speak(self, what: dict[str, object]) -> None:
        library = self.desk.library
        library.organisation_now = msgspec.structs.replace(
            library.organisation_now,
            locale=str(what["locale"]),
            theme={"front_languages": str(what["front"])},
        )

    def _site(self, what: dict[str, object]) -> None:
        library = self.desk.library
        library.organisation_now = msgspec.structs.replace(
            library.organisation_now, name=str(what["name"])
        )


@pytest.mark.timeout(900)
@settings(
    max_examples=int(os.environ.get("OCTAVO_EXAMPLES", "16")),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.lists(step, min_size=1, max_size=5))
def test_step_by_step_and_in_full_are_the_same_bytes(monkeypatch, steps) -> None:  # type: ignore[no-untyped-def]
    from octavo.publishing.read_model import plan
    from octavo.publishing.search import layout

    # Small pages, so that a few pieces fill several of them.
    monkeypatch.setattr(
        plan, "_SIZES", {"home": 2, "language": 2, "tag": 2, "author": 1, "month": 2, "series": 2}
    )
    monkeypatch.setattr(plan, "FEED_SIZE", 4)
    for name, size in {"CHUNK": 2, "GROUP": 2, "BLOCK": 4}.items():
        monkeypatch.setattr(layout, name, size)
    asyncio.run(_compare(steps))


async def _compare(steps: list[list[dict[str, object]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "a")
        home.mkdir()
        desk = Desk(home, workers=0)
        (home / "media").mkdir()
        for name in ("m", "f1", "f2"):
            (home / "media" / f"{name}.png").write_bytes(name.encode())
        (home / "media" / "sizes").mkdir()
        for name in ("80.avif", "80.webp", "40.png"):
            for n in (1, 2):
                (home / "media" / "sizes" / f"f{n}-{name}").write_bytes(name.encode())
        (home / "media" / "cards").mkdir()
        for n in (1, 2):
            (home / "media" / "cards" / f"{n}.png").write_bytes(b"card %d" % n)
        world = World(desk)
        await desk.site.build(now=NOW)
        for changes in steps:
            for change in changes:
                world.change(change)
            await desk.site.build(now=NOW)
        stepwise = desk.tree()
        idle = await desk.site.build(now=NOW)
        assert (idle.written, idle.removed) == (0, 0)
        full = await desk.site.build(full=True, now=NOW)

        assert _differences(stepwise, desk.tree()) == []
        assert (full.written, full.removed) == (0, 0)
        other = await desk.site.build(now=NOW, output=Path(folder, "b"))
        assert other.problems == full.problems
        assert _differences(stepwise, desk.tree(Path(folder, "b"))) == []


def _differences(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(n for n in one.keys() | other.keys() if one.get(n) != other.get(n))
