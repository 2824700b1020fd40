"""Translations: pieces that say the same in different languages, as writers keep them."""

import pytest

from octavo.content import listing, queries, site_queries
from octavo.content import service as content
from octavo.content.bulk import trash
from octavo.content.errors import TakenError
from octavo.content.events import PieceTranslated, TranslationsChanged
from octavo.content.schemas import PieceFilter
from octavo.kernel.errors import InvalidInputError


async def translate(room, piece, language):
    return await content.translate_piece(
        piece.id, language, actor=room.editor, now=room.now, bus=room.bus
    )


async def languages_of(piece):
    shown = await queries.get_piece(piece.id)
    return [(each.id, each.language) for each in shown.translations]


async def found(**wanted):
    page = await listing.list_pieces(PieceFilter(**wanted), sort="id")
    return [piece.id for piece in page.items]


async def test_a_translation_begins_with_what_the_piece_says(room):
    bread = await room.make(title="Bread", body="Of rye.", tags=["Food"], featured=True)

    brot = await translate(room, bread, "DE-at")

    assert (brot.language, brot.status, brot.slug) == ("de-AT", "draft", "bread-de-at")
    assert (brot.title, brot.body, brot.featured) == ("Bread", "Of rye.", True)
    assert [tag.name for tag in brot.tags] == ["Food"]
    assert brot.authors == bread.authors
    assert await languages_of(bread) == [(brot.id, "de-AT")]
    assert await languages_of(brot) == [(bread.id, "")]
    (told,) = room.of(PieceTranslated)
    assert (told.piece_id, told.original_id, told.language) == (brot.id, bread.id, "de-AT")
    assert room.of(TranslationsChanged)[-1].piece_ids == (brot.id, bread.id)
    assert (await queries.get_piece(bread.id)).version == bread.version


async def test_a_group_has_one_piece_of_each_language_and_an_empty_one_is_the_sites_own(room):
    bread = await room.make(title="Bread")
    await translate(room, bread, "de")
    for taken in ("de", "DE", "en"):
        with pytest.raises(TakenError):
            await translate(room, bread, taken)
    pan = await translate(room, bread, "es")
    with pytest.raises(TakenError) as caught:
        await room.patch(pan, language="de")
    assert "language" in str(caught.value)
    assert (await queries.get_piece(pan.id)).language == "es"


async def test_pieces_join_change_and_leave_a_group(room):
    bread, brot = await room.make(title="Bread"), await room.make(title="Brot", language="de")
    salt, pan = await room.make(title="Salt"), await room.make(title="Pan", language="es")

    brot = await room.patch(brot, translation_of=bread.id)
    pan = await room.patch(pan, translation_of=brot.id)
    assert await languages_of(bread) == [(brot.id, "de"), (pan.id, "es")]

    pan = await room.patch(pan, translation_of=salt.id)
    assert room.of(TranslationsChanged)[-1].piece_ids == (pan.id, salt.id)
    assert await languages_of(bread) == [(brot.id, "de")]

    brot = await room.patch(brot, translation_of=None)
    assert await languages_of(bread) == await languages_of(brot) == []
    assert room.of(TranslationsChanged)[-1].piece_ids == (brot.id, bread.id)
    for wrong in (brot.id, 9_999):
        with pytest.raises(InvalidInputError):
            await room.patch(brot, translation_of=wrong)


async def test_whoever_is_left_alone_is_no_translation(room):
    bread = await room.make(title="Bread")
    brot = await translate(room, bread, "de")
    assert await found(translated=True) == [bread.id, brot.id]

    await content.delete_piece(brot.id, actor=room.editor, now=room.now, bus=room.bus)

    assert await found(translated=True) == []
    assert await found(translated=False) == [bread.id]
    assert room.of(TranslationsChanged)[-1].piece_ids == (bread.id,)


async def test_pieces_are_found_by_their_language(room):
    plain, english = await room.make(title="One"), await room.make(title="Two", language="en")
    german = await room.make(title="Drei", language="de")
    assert await found(language="en") == [plain.id, english.id]
    assert await found(language="DE") == [german.id]
    german = await room.patch(german, language="fr")
    assert await found(language="de") == []
    assert await found(language="fr") == [german.id]


async def test_readers_get_the_group_without_a_new_publication(room):
    bread = await room.make(title="Bread", body="Of rye.")
    bread = await room.move(bread, "published")
    brot = await translate(room, bread, "de")

    (shown,) = await site_queries.published_pieces([bread.id, brot.id])

    assert shown.id == bread.id
    assert shown.translation_group
    assert not (await queries.get_piece(bread.id)).has_unpublished_changes


async def test_a_deletion_that_is_undone_brings_it_back_among_them_if_its_place_is_free(room):
    bread = await room.make(title="Bread")
    brot, pan = await translate(room, bread, "de"), await translate(room, bread, "es")
    heap = await trash.collect(pan.id)
    await content.delete_piece(pan.id, actor=room.editor, now=room.now, bus=room.bus)
    await trash.bring_back(heap, now=room.now, bus=room.bus)
    assert [language for _, language in await languages_of(bread)] == ["de", "es"]

    heap = await trash.collect(brot.id)
    await content.delete_piece(brot.id, actor=room.editor, now=room.now, bus=room.bus)
    await room.make(title="Other", language="de", translation_of=bread.id)
    await trash.bring_back(heap, now=room.now, bus=room.bus)
    assert await languages_of(brot) == []
