"""Pure: HTML -> headings and paragraphs, without what surrounds an article on a page. XHTML of books reads the same."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_SILENT: Final = frozenset(
    {"script", "style", "noscript", "template", "svg", "math", "nav", "aside", "footer", "form", "button", "select",
     "iframe", "object", "canvas", "video", "audio", "dialog", "rt", "rp"}
)  # fmt: skip
"""What holds nothing to read, or nothing of the text itself."""
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_BLOCKS: Final = frozenset(
    {"p", "li", "td", "th", "dt", "dd", "blockquote", "pre", "div", "section", "article", "main", "figcaption", "tr",
     "ul", "ol", "dl", "table", "body", "header", "caption", "summary", "details", *_HEADINGS}
)  # fmt: skip
_ARTICLES: Final = ("article", "main")
"""What a page says it is about: where there is one, the rest of the page is not read."""

_META: Final = {"og:url": "source", "dc.rights": "licence", "dcterms.license": "licence", "copyright": "licence"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph, or one heading of a level from 1 to 6."""

    text: str
    level: int = 0
    """0: a paragraph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page says."""

    blocks: tuple[Block, ...]
    title: str = ""
    source: str = ""
    """The address it names as its own."""
    licence: str = ""


@dataclass(slots=True)
class _Found:
    meta: dict[str, str] = field(default_factory=dict)
    blocks: list[tuple[Block, bool]] = field(default_factory=list)
    """Each with whether it stands inside an article."""


class _Reader(HTMLParser):
    """Linear in the page; forgives what browsers forgive."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = _Found()
        self._text: list[str] = []
        self._silent: dict[str, None] = {}
        """Kinds of tags that are open, in the order in which the first of each was opened."""
        self._articles = 0
        self._level = 0
        self._title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"meta", "link"}:
            self._described(tag, {name: value or "" for name, value in attrs})
        if tag == "title":
            self._title = True
        if tag in _SILENT:
            self._silent.setdefault(tag)
        if tag in _BLOCKS:
            self._end_block()
            self._level = _HEADINGS.get(tag, 0)
        if tag in _ARTICLES:
            self._articles += 1
        if tag == "br":
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._title = False
        if tag in _SILENT and tag in self._silent:
            # Whatever was opened inside of it and never closed ends with it.
            while self._silent.popitem()[0] != tag:
                pass
        if tag in _BLOCKS:
            self._end_block()
            self._level = 0
        if tag in _ARTICLES and self._articles:
            self._articles -= 1

    def handle_data(self, data: str) -> None:
        if self._title and not self._articles:
            self.found.meta["title"] = self.found.meta.get("title", "") + data
        elif not self._silent:
            self._text.append(data)

    def end(self) -> None:
        """Nothing comes any more."""
        self.close()
        self._end_block()

    def _end_block(self) -> None:
        lines = (" ".join(line.split()) for line in "".join(self._text).split("\n"))
        text = "\n".join(line for line in lines if line)
        self._text.clear()
        if text:
            self.found.blocks.append((Block(text=text.replace("\n", " "), level=self._level), self._articles > 0))

    def _described(self, tag: str, attributes: dict[str, str]) -> None:
        relations = attributes.get("rel", "").casefold().split()
        if tag == "link" and "canonical" in relations:
            self.found.meta.setdefault("source", attributes.get("href", ""))
        if tag == "link" and "license" in relations:
            self.found.meta.setdefault("licence", attributes.get("href", ""))
        name = (attributes.get("name") or attributes.get("property") or "").casefold()
        if tag == "meta" and (key := _META.get(name)):
            self.found.meta.setdefault(key, attributes.get("content", ""))


def read_html(text: str) -> Page:
    """The page of `text`: its article, where it names one, and otherwise all that is not navigation."""
    reader = _Reader()
    reader.feed(text)
    reader.end()
    found = reader.found
    inside = [block for block, article in found.blocks if article]
    meta = {key: " ".join(value.split()) for key, value in found.meta.items()}
    return Page(
        blocks=tuple(inside or [block for block, _ in found.blocks]),
        title=meta.get("title", ""),
        source=meta.get("source", ""),
        licence=meta.get("licence", ""),
    )
