"""Cards: drawn by the worker for pieces without a picture, and named by their pages. On both engines."""

import io
import os
import re
from datetime import timedelta

import pytest
from PIL import Image
from tests.publishing.house import House
from tests.publishing.image_samples import photo

from octavo.accounts import queries as accounts_queries
from octavo.accounts import service as accounts
from octavo.accounts.schemas import SYSTEM, OrganisationPatch
from octavo.content import queries as content_queries
from octavo.content import service as content
from octavo.content.kinds import Cover
from octavo.content.schemas import PieceIn, PiecePatch, Transition
from octavo.kernel.paths import default_theme
from octavo.publishing.cards import queries, service
from octavo.publishing.cards.drawing import SIZE, CardText, Colours, draw_card, file_name
from octavo.publishing.cards.lettering import Letters, width_of


def said(page: str) -> dict[str, str]:
    """Answer what a page's head says to those who show links."""
    return dict(
        re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]*)" content="([^"]*)">', page)
    )


async def make_owner(house: House) -> None:
    await accounts.create_user(
        "ada@example.org",
        role="owner",
        name="Ada",
        password="correct horse battery",
        now=house.clock(),
        bus=house.bus,
    )


async def change_site(house: House, **fields: object) -> None:
    version = (await accounts_queries.get_organisation()).version
    patch = OrganisationPatch(version=version, **fields)  # type: ignore[arg-type]
    await accounts.patch_organisation(patch, actor=SYSTEM, now=house.clock(), bus=house.bus)


def card(**changed: object) -> CardText:
    fields = {
        "piece_id": 1,
        "site": "The Folio",
        "title": "A title",
        "byline": "Ada",
    }
    return CardText(**(fields | changed))  # type: ignore[arg-type]


def drawn(text: CardText) -> Image.Image:
    return Image.open(io.BytesIO(draw_card(text))).convert("RGB")


def ink_rows(picture: Image.Image) -> int:
    """Count the rows of the title's room that hold dark pixels."""
    room = picture.convert("L").crop((80, 150, 1150, 500))
    return sum(
        1 for y in range(room.height) if room.crop((0, y, room.width, y + 1)).getextrema()[0] < 90
    )


async def test_a_page_names_its_card_once_the_worker_has_drawn_it(house: House) -> None:
    await house.publish(title="Mill & river", body="Text.")
    await house.site.build(now=house.clock())
    assert "og:image" not in said(house.page("mill-river/index.html"))

    assert await house.cards.draw_waiting() == 1
    assert await house.site.build_pending(house.clock()) is not None

    heads = said(house.page("mill-river/index.html"))
    assert heads["twitter:card"] == "summary_large_image"
    assert (heads["og:image:width"], heads["og:image:height"]) == ("1200", "630")
    assert heads["og:image:alt"] == "Mill &amp; river"
    address = heads["og:image"].removeprefix("https://folio.example/media/")
    with Image.open(house.site_file(address)) as picture:
        assert picture.size == SIZE
    assert f'"image":["{heads["og:image"]}"]' in house.page("mill-river/index.html").replace(
        " ", ""
    )
    assert await house.cards.draw_waiting() == 0
    assert await house.site.build_pending(house.clock()) is None


async def test_a_scheduled_piece_has_its_card_when_it_goes_live(house: House) -> None:
    piece = await content.create_piece(
        PieceIn(title="Tomorrow", body="Text."), actor=SYSTEM, now=house.clock(), bus=house.bus
    )
    wall = (house.clock() + timedelta(days=1)).replace(tzinfo=None, microsecond=0)
    move = Transition(
        to="scheduled", version=piece.version, publish_at=wall.isoformat(), zone="UTC"
    )
    await content.transition_piece(piece.id, move, actor=SYSTEM, now=house.clock(), bus=house.bus)
    assert await house.cards.draw_waiting() == 1
    before = await queries.cards_of([piece.id])
    edit = PiecePatch(version=piece.version + 1, title="The day after")
    await content.patch_piece(piece.id, edit, actor=SYSTEM, now=house.clock(), bus=house.bus)
    assert await house.cards.draw_waiting() == 1
    assert await queries.cards_of([piece.id]) != before, "the card says the new title"

    house.clock.move(days=1, seconds=1)
    await content.publish_due(now=house.clock(), bus=house.bus)
    await house.site.build(now=house.clock())

    assert "/media/cards/" in said(house.page("tomorrow/index.html"))["og:image"]
    await house.cards.draw_waiting()
    assert await house.site.build_pending(house.clock()) is None, "the same card, and no other page"


async def test_a_cover_goes_before_a_card_in_the_size_that_is_enough(house: House) -> None:
    cover = await house.upload(photo(3000, 2000))
    await house.publish(title="Mill", body="Text.", cover=Cover(media_id=cover.id, alt="A mill"))
    await house.cards.draw_waiting()
    await house.make()
    await house.site.build(now=house.clock())

    heads = said(house.page("mill/index.html"))

    assert "/media/sizes/" in heads["og:image"]
    assert heads["og:image"].endswith((".jpg", ".webp"))
    assert 1200 <= int(heads["og:image:width"]) <= 1600
    assert heads["og:image:alt"] == "A mill"
    assert not (house.settings.home / "media" / "cards").exists()


async def test_a_cover_that_those_who_show_links_do_not_know_gets_a_card(house: House) -> None:
    cover = await house.upload(photo(300, 200, form="AVIF"), "mill.avif")
    await house.publish(title="Mill", body="Text.", cover=Cover(media_id=cover.id))
    await house.cards.draw_waiting()
    await house.site.build(now=house.clock())

    assert "/media/cards/" in said(house.page("mill/index.html"))["og:image"]


async def test_another_title_another_name_of_the_site_or_none_at_all(house: House) -> None:
    await make_owner(house)
    await house.publish(title="Mill", body="Text.")
    await house.cards.draw_waiting()
    await house.site.build(now=house.clock())
    first = said(house.page("mill/index.html"))["og:image"]

    await change_site(house, name="Another house")
    await house.cards.draw_waiting()
    await house.site.build_pending(house.clock())
    second = said(house.page("mill/index.html"))["og:image"]
    assert second != first
    await change_site(house, theme={"cards": "off"})
    await house.cards.draw_waiting()
    await house.site.build_pending(house.clock())
    assert "og:image" not in said(house.page("mill/index.html"))

    assert await house.cards.drop_strays() == 0, "a build may still be reading of it"
    for file in (house.settings.home / "media" / "cards").rglob("*.png"):
        os.utime(file, (0, 0))
    assert await house.cards.drop_strays() == 2


async def test_a_planned_edit_has_its_card_when_it_goes_live(house: House) -> None:
    piece = await house.publish(title="Mill", body="Text.")
    await house.cards.draw_waiting()
    first = await queries.cards_of([piece.id])
    current = await content_queries.get_piece(piece.id)
    edit = PiecePatch(version=current.version, title="The other mill")
    changed = await content.patch_piece(
        piece.id, edit, actor=SYSTEM, now=house.clock(), bus=house.bus
    )
    wall = (house.clock() + timedelta(days=1)).replace(tzinfo=None, microsecond=0)
    move = Transition(
        to="published", version=changed.version, publish_at=wall.isoformat(), zone="UTC"
    )
    await content.transition_piece(piece.id, move, actor=SYSTEM, now=house.clock(), bus=house.bus)
    await house.cards.draw_waiting()
    planned = (await queries.next_cards_of([piece.id]))[piece.id]
    assert await queries.cards_of([piece.id]) == first, "readers see the old title"
    assert (house.settings.home / "media" / planned).is_file()
    os.utime(house.settings.home / "media" / planned, (0, 0))
    assert await house.cards.drop_strays() == 0

    house.clock.move(days=1, seconds=1)
    assert await content.publish_due(now=house.clock(), bus=house.bus) == [piece.id]
    assert await queries.cards_of([piece.id]) == {piece.id: planned}
    await house.site.build(now=house.clock())
    assert planned in said(house.page("mill/index.html"))["og:image"]
    await house.cards.draw_waiting()
    assert await house.site.build_pending(house.clock()) is None, "the same card, and no other page"
    assert await queries.next_cards_of([piece.id]) == {}


async def test_pages_that_are_no_piece_show_the_card_of_the_site(house: House) -> None:
    await make_owner(house)
    await house.publish(title="Mill", body="Text.")
    assert await house.cards.notice_look()
    assert not await house.cards.notice_look(), "nothing changed since"
    assert await house.cards.draw_waiting() == 2
    await house.site.build(now=house.clock())

    home, archive = (said(house.page(f"{at}index.html")) for at in ("", "archive/"))
    assert home["og:image"] == archive["og:image"]
    assert home["twitter:card"] == "summary_large_image"
    with Image.open(house.settings.site_dir / home["og:image"].split("/", 3)[3]) as picture:
        assert picture.size == SIZE
    assert said(house.page("mill/index.html"))["og:image"] != home["og:image"]

    own = await house.upload(photo(1200, 630))
    await change_site(house, theme={"share_picture": f"/media/{own.path}"})
    assert await house.cards.notice_look()
    await house.cards.draw_waiting()
    await house.site.build_pending(house.clock())
    assert "share_picture" in said(house.page("index.html"))["og:image"]
    assert await queries.cards_of([queries.SITE]) == {}
    await change_site(house, theme={"share_picture": ""})
    await house.cards.draw_waiting()
    assert await queries.cards_of([queries.SITE]) != {}


async def test_other_colours_in_the_files_of_the_theme_have_cards_drawn_anew(house: House) -> None:
    piece = await house.publish(title="Mill", body="Text.")
    await house.cards.notice_look()
    await house.cards.draw_waiting()
    first = await queries.cards_of([piece.id, queries.SITE])

    own = house.settings.home / "theme"
    own.mkdir()
    stated = (default_theme() / "theme.toml").read_text()
    (own / "theme.toml").write_text(stated.replace("#a6331b", "#1f4fa6"))
    assert await house.cards.notice_look()
    await house.cards.draw_waiting()

    second = await queries.cards_of([piece.id, queries.SITE])
    assert set(first.values()).isdisjoint(second.values())
    with Image.open(house.settings.home / "media" / second[piece.id]) as picture:
        assert picture.convert("RGB").getpixel((4, 300)) == (31, 79, 166)


async def test_pieces_from_before_there_were_cards_are_found(house: House) -> None:
    await house.publish(title="One")
    await house.publish(title="Two")
    await service.CardRow.delete(force=True)

    assert await service.want_unknown() == 2
    assert await service.want_unknown() == 0
    assert await house.cards.draw_waiting() == 2


async def test_what_is_asked_for_while_a_card_is_drawn_is_looked_at_again(house: House) -> None:
    piece = await house.publish(title="One")
    claimed = await service.claim(9, now=house.clock())
    assert await service.claim(9, now=house.clock()) == {}, "somebody is at it"
    await service.want([piece.id])
    await service.note(piece.id, "cards/a.png", claimed_until=claimed[piece.id], is_new=True)

    assert list(await service.claim(9, now=house.clock())) == [piece.id]


def test_a_card_is_a_small_picture_of_the_form_that_is_asked_for() -> None:
    data = draw_card(card(title="Why a sheet is folded three times " * 8))

    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.size) == ("PNG", SIZE)
    assert len(data) < 100_000
    assert picture.convert("RGB").getpixel((4, 300)) == (166, 51, 27)
    assert file_name(card()) != file_name(card(title="Another"))


@pytest.mark.parametrize(
    "title",
    [
        "Łódź, Crème brûlée à l’œuvre",
        "A",
        "Ein" + "schifffahrt" * 9,
        "Ο μύλος και το ποτάμι",
        "ἐν ἀρχῇ",
        "Мельница и река, їжак",
        "Cối xay gió ở Hà Nội",
    ],
)
def test_titles_in_latin_greek_and_cyrillic_letters_are_written(title: str) -> None:
    assert ink_rows(drawn(card(title=title))) > 20


@pytest.mark.parametrize("title", ["日本語", "عربي", "Half 日本"])
def test_titles_that_the_type_has_no_letters_for_are_left_out_whole(title: str) -> None:
    assert drawn(card(title=title)).tobytes() == drawn(card(title="語")).tobytes()


def test_a_letter_is_taken_from_the_file_that_has_it_and_not_put_together() -> None:
    letters = Letters(60, 400)
    assert width_of("ấ", letters) == pytest.approx(width_of("a", letters), rel=0.1)
    tall, plain = (ink_rows(drawn(card(title=title))) for title in ("ấ", "â"))
    assert tall >= plain + 8, "the accents stand one above the other"


def test_a_long_title_is_written_smaller_and_then_cut() -> None:
    short, long, endless = (ink_rows(drawn(card(title="word " * n))) for n in (2, 20, 400))

    assert short < long
    assert endless <= 350


def test_a_card_says_what_it_is_in_the_colours_of_the_theme() -> None:
    plain, named = drawn(card(site="F")), drawn(card(site="F", kind="Press release"))
    assert plain.tobytes() != named.tobytes()
    dark = Colours(paper="#101418", ink="#ffffff", accent="#00a0ff")
    assert drawn(card(colours=dark)).getpixel((600, 20)) == (16, 20, 24)
    assert file_name(card(colours=dark)) != file_name(card())
