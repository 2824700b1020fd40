"""Sizes of pictures in texts."""

from octavo.publishing.pages.portable import portable_html
from octavo.publishing.read_model.facts import FileFacts, Rendition
from octavo.publishing.read_model.pictures import with_pictures
from octavo.publishing.text.markdown import render_body

MODERN = [
    Rendition(path="sizes/aa/b-480.avif", mime="image/avif", width=480, height=320),
    Rendition(path="sizes/aa/b-900.avif", mime="image/avif", width=900, height=600),
    Rendition(path="sizes/aa/b-900.webp", mime="image/webp", width=900, height=600),
]
SMALLER = Rendition(path="sizes/aa/b-800.jpg", mime="image/jpeg", width=800, height=533)
MILL = FileFacts(
    id=1, url="/media/ab/mill.jpg", path="ab/mill.jpg", mime="image/jpeg", width=900, height=600,
    renditions=[*MODERN, SMALLER],
)  # fmt: skip
TEXT = "A\n\n![The mill](/media/ab/mill.jpg)\n\n![Again](/media/ab/mill.jpg?x=1)"


def shown(body: str, *files: FileFacts, is_first: bool = False) -> str:
    return with_pictures(render_body(body).html, files or (MILL,), is_first=is_first)


def test_a_picture_offers_the_best_formats_first_and_keeps_its_place() -> None:
    html = shown("![The mill](/media/ab/mill.jpg)")
    avif, webp, image = html.split("<source ")[1], html.split("<source ")[2], html.split("<img ")[1]
    assert 'type="image/avif"' in avif
    assert "/media/sizes/aa/b-480.avif 480w, /media/sizes/aa/b-900.avif 900w" in avif
    assert 'type="image/webp"' in webp
    assert 'src="/media/ab/mill.jpg" alt="The mill" width="900" height="600"' in image
    assert 'srcset="/media/sizes/aa/b-800.jpg 800w, /media/ab/mill.jpg 900w"' in image
    assert html.count("</picture>") == 1


def test_only_the_first_picture_is_loaded_at_once_and_only_where_nothing_stands_above() -> None:
    assert shown(TEXT).count('loading="lazy"') == 2
    first, second = shown(TEXT, is_first=True).split("<img ")[1:]
    assert "lazy" not in first
    assert "lazy" in second


def test_what_a_writer_decided_stays() -> None:
    own = '<picture><source srcset="/media/x.webp"><img src="/media/ab/mill.jpg"></picture>'
    assert shown(own) == render_body(own).html
    with_set = '<img src="/media/ab/mill.jpg" srcset="/media/x.png 2x" alt="">'
    assert shown(with_set) == render_body(with_set).html
    narrow = shown('<img src="/media/ab/mill.jpg" width="40" alt="">')
    assert 'width="40"' in narrow
    assert "height=" not in narrow


def test_pictures_of_elsewhere_and_unknown_ones_stay_as_they_are() -> None:
    for body in ("![x](https://example.com/media/ab/mill.jpg)", "![x](/media/gone.jpg)", "x"):
        assert shown(body) == render_body(body).html


def test_a_picture_without_sizes_still_keeps_its_place() -> None:
    bare = FileFacts(
        id=1, url="/media/ab/mill.jpg", path="ab/mill.jpg", mime="image/jpeg", width=9, height=6
    )
    html = shown("![x](/media/ab/mill.jpg)", bare)
    assert "<picture" not in html
    assert 'width="9" height="6"' in html


def test_names_with_spaces_and_other_signs_are_found() -> None:
    odd = FileFacts(
        id=1, url="/media/ab/caf%C3%A9%20%26%20co.jpg", path="ab/café & co.jpg", mime="image/jpeg",
        width=9, height=6,
    )  # fmt: skip
    assert 'width="9"' in shown("![x](/media/ab/caf%C3%A9%20&%20co.jpg)", odd)


def test_programs_elsewhere_get_one_file_with_a_whole_address() -> None:
    html = portable_html(shown(TEXT), [], url="https://folio.example/p/")
    assert "<picture" not in html
    assert "<source" not in html
    assert html.count('<img src="https://folio.example/media/ab/mill.jpg') == 2
    assert "https://folio.example/media/sizes/aa/b-800.jpg 800w" in html
