"""Files that people bring -> documents: text, Markdown, saved web pages, EPUB. Nothing is fetched or unpacked."""

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import PurePath
from typing import Final

from markdown_it import MarkdownIt

from personas.errors import PersonaFileError
from personas.knowledge.cutting import cut, paragraphs
from personas.knowledge.markup import Page, read_html
from personas.knowledge.pieces import Document, Piece

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_PIECES: Final = 20_000
"""Of one document: a book of a thousand pages has about ten thousand."""
KINDS: Final = (".txt", ".md", ".html", ".xhtml", ".epub")
_SAME: Final = {".text": ".txt", ".markdown": ".md", ".htm": ".html"}


def read_document(
    raw: bytes, *, file: str, source: str = "", licence: str = "", title: str = "", since: date | None = None,
    witness: bool = True, stated: bool = True,
) -> Document:  # fmt: skip
    """The document that the bytes of a file hold; `file` names it in errors and tells by its ending what it is.

    `source`, `licence` and `title` win over what the file says of itself. Raises PersonaFileError: too large, another
    kind, damaged, without text, or, where they must be `stated`, without a source or a licence.
    """
    if len(raw) > MAX_BYTES:
        raise PersonaFileError("knowledge.too_big", file=file, key="-", expected=MAX_BYTES // 1024 // 1024)
    page = _page(raw, file)
    pieces = cut(page.blocks)
    if not pieces:
        raise PersonaFileError("knowledge.empty", file=file, key="-")
    if len(pieces) > MAX_PIECES:
        raise PersonaFileError("knowledge.too_long", file=file, key="-", expected=MAX_PIECES)
    return Document(
        id=_digest(pieces),
        title=title or page.title or PurePath(file).stem,
        source=_stated(source or page.source, file, "source", required=stated),
        licence=_stated(licence or page.licence, file, "licence", required=stated),
        pieces=pieces,
        since=since,
        witness=witness,
    )


def _stated(value: str, file: str, key: str, *, required: bool) -> str:
    if required and not value:
        raise PersonaFileError("knowledge.unstated", file=file, key=key)
    return value


def _page(raw: bytes, file: str) -> Page:
    ending = PurePath(file).suffix.lower()
    kind = _SAME.get(ending, ending)
    if kind == ".epub":
        from personas.knowledge.epub import read_epub  # archives are read by what reads cards, which reads personas

        return read_epub(raw, file=file)
    if kind not in KINDS:
        raise PersonaFileError("knowledge.kind", file=file, key="-", expected=", ".join(KINDS))
    text = _text(raw, file)
    if kind == ".txt":
        return Page(blocks=tuple(paragraphs(text)))
    return read_html(MarkdownIt("commonmark").render(text) if kind == ".md" else text)


def _text(raw: bytes, file: str) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PersonaFileError("personas.not_utf8", file=file, line=raw.count(b"\n", 0, error.start) + 1) from error


def _digest(pieces: Iterable[Piece]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(f"{piece.heading}\n{piece.text}\n\n".encode())
    return digest.hexdigest()[:12]
