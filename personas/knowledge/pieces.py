"""Documents and what they are cut into. Data only."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some sentences of a document, a few hundred characters at most."""

    text: str
    heading: str = ""
    """What they stand under, the outermost heading first: "The tower > The lamp"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One text that a persona may look up."""

    id: str
    title: str
    source: str
    """Where it comes from: who wrote it, an address, a book."""
    licence: str
    pieces: tuple[Piece, ...]
    since: date | None = None
    """From when what it says is true; a persona pinned to an earlier moment does not know it."""
    witness: bool = True
    """Whether the persona knows of it at first or second hand."""
