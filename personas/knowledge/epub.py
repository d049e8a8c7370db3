"""EPUB -> headings and paragraphs in the order of reading. An archive is read in memory, its entities not expanded."""

import posixpath
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from personas.cards.charx import Archive
from personas.errors import PersonaFileError
from personas.knowledge.markup import Block, Page, read_html

_CONTAINER: Final = "META-INF/container.xml"
_READABLE: Final = frozenset({"application/xhtml+xml", "text/html"})


def read_epub(raw: bytes, *, file: str) -> Page:
    """The chapters of the book, in its own order. Raises PersonaFileError where it is damaged, encrypted or no book."""
    archive = Archive(raw, file=file)
    package = _opened(archive, file)
    root = _xml(archive.read(package), file, package)
    folder = posixpath.dirname(package)
    blocks: list[Block] = []
    # A chapter that is named again says nothing new; a short book could ask for one a hundred thousand times.
    for chapter in dict.fromkeys(_spine(root)):
        name = posixpath.normpath(posixpath.join(folder, unquote(chapter)))
        if name not in archive.names:
            raise PersonaFileError("knowledge.no_chapter", file=file, key=name)
        blocks += read_html(archive.read(name).decode("utf-8-sig", "replace")).blocks
    return Page(
        blocks=tuple(blocks),
        title=_meta(root, "title"),
        source=_meta(root, "source") or _meta(root, "identifier"),
        licence=_meta(root, "rights"),
    )


def _opened(archive: Archive, file: str) -> str:
    """The name of the file that says what the book is made of."""
    if _CONTAINER not in archive.names:
        raise PersonaFileError("knowledge.no_book", file=file, key=_CONTAINER)
    for element in _xml(archive.read(_CONTAINER), file, _CONTAINER).iter():
        path = element.get("full-path")
        if _local(element) == "rootfile" and path:
            return posixpath.normpath(path)
    raise PersonaFileError("knowledge.no_book", file=file, key=_CONTAINER)


def _xml(content: bytes, file: str, name: str) -> Element:
    try:
        root: Element = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise PersonaFileError("knowledge.bad_xml", file=file, key=name) from error
    return root


def _spine(root: Element) -> Iterator[str]:
    """Names of the chapters relative to the package, in the order of reading."""
    items = {
        element.get("id"): element.get("href", "")
        for element in root.iter()
        if _local(element) == "item" and element.get("media-type") in _READABLE
    }
    for element in root.iter():
        if _local(element) == "itemref" and element.get("linear") != "no" and items.get(element.get("idref")):
            yield items[element.get("idref")]


def _meta(root: Element, name: str) -> str:
    """What the book says of itself under that name of the Dublin Core, or ""."""
    found = (element.text or "" for element in root.iter() if _local(element) == name)
    return " ".join(next(found, "").split())


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
