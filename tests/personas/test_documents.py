"""Documents: what people bring, cut into pieces that say where they come from."""

import io
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.errors import PersonaFileError
from personas.knowledge.cutting import LONGEST, cut
from personas.knowledge.markup import Block, read_html
from personas.knowledge.reading import KINDS, read_document
from personas.loading import load_persona, read_persona

ORIGIN: dict[str, Any] = {"source": "by hand", "licence": "CC0-1.0"}
PERSONA = 'id = "keeper"\nlanguage = "en"\nname = "Maren"\ndescription = "You keep a lamp."\n'
PAGE = """<html><head><title>Gull Rock</title><link rel="canonical" href="https://example.org/rock">
<link rel="license" href="https://example.org/free"><style>p { color: red }</style><body>
<nav><ul><li>Home</li><li>Shop</li></ul></nav><article><h1>The rock</h1><p>It lies two miles out.
<script>track()</script></p><h2>The lamp</h2><p>It flashes <b>twice</b> &amp; rests.</p></article>
<footer>All rights &copy; nobody</footer></body></html>"""
CONTAINER = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
BOOK = """<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Tides</dc:title>
<dc:source>an attic</dc:source><dc:rights>public domain</dc:rights></metadata><manifest>
<item id="b" href="two.xhtml" media-type="application/xhtml+xml"/>
<item id="a" href="one%20.xhtml" media-type="application/xhtml+xml"/>
<item id="c" href="cover.png" media-type="image/png"/></manifest>
<spine><itemref idref="a"/><itemref idref="b"/><itemref idref="c"/></spine></package>"""
CHAPTERS = {
    "OPS/one .xhtml": "<html><body><h1>Ebb</h1><p>The water goes.</p></body></html>",
    "OPS/two.xhtml": "<html><body><h1>Flood</h1><p>The water comes.</p></body></html>",
}


def book(**changes: str) -> bytes:
    """An EPUB; `changes` are files that are different, "" for those that are missing."""
    files = {"META-INF/container.xml": CONTAINER, "OPS/book.opf": BOOK, **CHAPTERS, **changes}
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name, content in files.items():
            if content:
                archive.writestr(name, content)
    return raw.getvalue()


def refusal(raw: bytes, file: str, **given: Any) -> str:
    with pytest.raises(PersonaFileError) as caught:
        read_document(raw, file=file, **(ORIGIN | given))
    assert caught.value.explain("ko") != caught.value.explain("en")
    return caught.value.key


def test_of_a_saved_page_the_article_is_read_and_nothing_around_it() -> None:
    document = read_document(PAGE.encode(), file="rock.html")

    assert [(piece.heading, piece.text) for piece in document.pieces] == [
        ("The rock", "It lies two miles out."),
        ("The rock > The lamp", "It flashes twice & rests."),
    ]
    assert (document.title, document.source, document.licence) == (
        "Gull Rock", "https://example.org/rock", "https://example.org/free",
    )  # fmt: skip


def test_markdown_and_plain_text_are_cut_at_headings_and_paragraphs() -> None:
    marked = read_document(b"# Log\n\nFog *all* day.\n\n## Night\n\n- The lamp [held](x).\n", file="a.md", **ORIGIN)
    plain = read_document("안개가 짙다.\n여전하다.\n\n=====\n\n바람이 분다.".encode(), file="a.txt", **ORIGIN)

    assert [(piece.heading, piece.text) for piece in marked.pieces] == [
        ("Log", "Fog all day."),
        ("Log > Night", "The lamp held."),
    ]
    assert [piece.text for piece in plain.pieces] == ["안개가 짙다. 여전하다. 바람이 분다."]
    assert marked.title == "a"


def test_a_book_is_read_in_its_own_order_and_says_where_it_comes_from() -> None:
    document = read_document(book(), file="tides.epub")

    assert [piece.heading for piece in document.pieces] == ["Ebb", "Flood"]
    assert (document.title, document.source, document.licence) == ("Tides", "an attic", "public domain")


def test_a_chapter_that_a_book_names_again_and_again_is_read_once() -> None:
    again = BOOK.replace("<spine>", '<spine><itemref idref="a"/><itemref idref="b"/>')

    assert (
        read_document(book(**{"OPS/book.opf": again}), file="a.epub").pieces
        == read_document(book(), file="a.epub").pieces
    )


def test_what_is_opened_and_never_closed_holds_nothing_up() -> None:
    # Were all that is open looked through at each end, this would take several minutes.
    page = read_html("<p>Ebb" + "<rt>" * 200_000 + "</rp>" * 200_000 + "</rt> and flood</p>")

    assert [block.text for block in page.blocks] == ["Ebb and flood"]


def test_what_the_author_says_of_a_document_wins() -> None:
    document = read_document(PAGE.encode(), file="rock.html", title="Rock", source="me", licence="mine")

    assert (document.title, document.source, document.licence) == ("Rock", "me", "mine")


@pytest.mark.parametrize(
    ("raw", "file", "changes", "key"),
    [
        (b"Some text.", "a.txt", {"source": ""}, "unstated"),
        (b"Some text.", "a.txt", {"licence": ""}, "unstated"),
        (b"Some text.", "a.pdf", {}, "kind"),
        (b" \n ", "a.txt", {}, "empty"),
        (b"%PDF", "a.epub", {}, "zip_damaged"),
        (b"a" * (8 * 1024 * 1024 + 1), "a.txt", {}, "too_big"),
        (b"a. " * 20_000 * 200, "a.txt", {}, "too_big"),
        (b"word\n\n# h\n\n" * 20_001, "a.md", {}, "too_long"),
        (b"\xff\xfa\x00", "a.txt", {}, "not_utf8"),
        (book(**{"META-INF/container.xml": ""}), "a.epub", {}, "no_book"),
        (book(**{"META-INF/container.xml": "<a/>"}), "a.epub", {}, "no_book"),
        (book(**{"OPS/two.xhtml": ""}), "a.epub", {}, "no_chapter"),
        (book(**{"OPS/book.opf": "<package"}), "a.epub", {}, "bad_xml"),
        (book(**{"OPS/book.opf": '<!DOCTYPE p [<!ENTITY a "b">]><package>&a;</package>'}), "a.epub", {}, "bad_xml"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(raw: bytes, file: str, changes: Any, key: str) -> None:
    assert refusal(raw, file, **changes).rpartition(".")[2] == key


def test_a_persona_reads_what_lies_beside_its_file_and_knows_it_from_its_time_on(tmp_path: Path) -> None:
    (tmp_path / "log.md").write_text("The boiler burst.", "utf-8")
    entry = '[[documents]]\nfile = "log.md"\nsource = "by hand"\nlicence = "CC0-1.0"\n'
    file = tmp_path / "keeper.toml"
    file.write_text(f"moment = 1923-05-01\n{PERSONA}{entry}", "utf-8")
    early = load_persona(file)
    file.write_text(f"moment = 1923-05-01\n{PERSONA}{entry}since = 1924-01-01\n", "utf-8")
    late = load_persona(file)
    (tmp_path / "log.md").write_text("The boiler held.", "utf-8")

    assert [document.title for document in early.read] == ["log"]
    assert late.documents
    assert late.read == ()
    assert load_persona(file).version != late.version


@pytest.mark.parametrize(
    ("name", "key"), [("../log.md", "outside"), ("/etc/hostname", "outside"), ("no.md", "unreadable")]
)
def test_a_persona_reads_nothing_else(tmp_path: Path, name: str, key: str) -> None:
    (tmp_path / "log.md").write_text("Nothing to see.", "utf-8")
    folder = tmp_path / "inside"
    folder.mkdir()
    entry = f'[[documents]]\nfile = "{name}"\nsource = "x"\nlicence = "y"\n'
    (folder / "keeper.toml").write_text(PERSONA + entry, "utf-8")

    with pytest.raises(PersonaFileError, match=name) as caught:
        load_persona(folder / "keeper.toml")
    assert caught.value.key == f"knowledge.{key}"
    with pytest.raises(PersonaFileError) as caught:
        read_persona((PERSONA + entry).encode(), file="keeper.toml")
    assert caught.value.key == "knowledge.no_place"


WORDS = st.lists(st.text("ab가나. !\n", min_size=1, max_size=90), max_size=8)


@given(WORDS)
def test_the_pieces_under_a_heading_are_what_stood_there(texts: list[str]) -> None:
    pieces = cut([Block(text=text) for text in texts])

    assert "".join("".join(piece.text.split()) for piece in pieces) == "".join("".join(text.split()) for text in texts)
    assert all(len(piece.text) <= LONGEST for piece in pieces)


@given(st.text(max_size=300) | st.text("<>/ap&;!-\"'= ", max_size=300))
def test_any_page_is_read(text: str) -> None:
    for block in read_html(text).blocks:
        assert block.text.strip()


@given(st.binary(max_size=300), st.sampled_from(KINDS))
def test_any_file_is_a_document_or_a_clear_refusal(raw: bytes, kind: str) -> None:
    with suppress(PersonaFileError):
        assert read_document(raw, file=f"a{kind}", **ORIGIN).pieces
