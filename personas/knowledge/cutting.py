"""Pure: headings and paragraphs -> pieces that are short enough to look up and to tell."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from personas.cleaning import clean
from personas.knowledge.markup import Block
from personas.knowledge.pieces import Piece
from personas.sentences import SentenceSplitter

LONGEST: Final = 400
"""Code points of a piece: some sentences."""
_SHORTEST: Final = 120
"""A paragraph below this is joined with the next one under the same heading."""
_PARAGRAPHS: Final = re.compile(r"\n[ \t]*\n\s*")
_UNDERLINED: Final = re.compile(r"[=\-*_]{3,}")


def paragraphs(text: str) -> Iterator[Block]:
    """The blocks of a plain text: paragraphs between empty lines."""
    for paragraph in _PARAGRAPHS.split(clean(text)):
        joined = " ".join(paragraph.split())
        if joined and not _UNDERLINED.fullmatch(joined):
            yield Block(text=joined)


def cut(blocks: Iterable[Block]) -> tuple[Piece, ...]:
    """The pieces of `blocks`, in order: whole sentences as far as they are no longer than a piece may be; short
    paragraphs together, never across a heading. Joined by spaces, the pieces under a heading are what stood there."""
    pieces: list[Piece] = []
    path: dict[int, str] = {}
    waiting = ""
    for block in blocks:
        text = " ".join(clean(block.text).split())
        if block.level:
            pieces += _sentences(waiting, _heading(path))
            waiting = ""
            path = {level: name for level, name in path.items() if level < block.level} | {block.level: text[:LONGEST]}
        elif text:
            waiting = f"{waiting} {text}".strip()
            if len(waiting) >= _SHORTEST:
                pieces += _sentences(waiting, _heading(path))
                waiting = ""
    return (*pieces, *_sentences(waiting, _heading(path)))


def _heading(path: dict[int, str]) -> str:
    return " > ".join(name for _, name in sorted(path.items()) if name)


def _sentences(text: str, heading: str) -> Iterator[Piece]:
    splitter = SentenceSplitter(bound=LONGEST)
    piece = ""
    for sentence in (*splitter.feed(text), *splitter.finish()):
        if piece and len(piece) + len(sentence) > LONGEST:
            yield Piece(text=piece.strip(), heading=heading)
            piece = ""
        piece += sentence
    if piece.strip():
        yield Piece(text=piece.strip(), heading=heading)
