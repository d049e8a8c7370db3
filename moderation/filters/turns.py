"""What the filters of a person's turns share: one book of phrases, one category."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import ClassVar, Final, Self

from moderation.filters.fragments import composed
from moderation.filters.phrases import Book, Source, data_folder, digest, in_context, signals
from moderation.records import Candidate, Signal, Stage

ALGORITHM: Final = b"turns 2"
"""Raised when the code changes what the same data finds."""


@dataclass(frozen=True, slots=True)
class TurnFilter:
    """A filter of the input whose rules are the `phrases.toml` of its own folder of data. Immutable."""

    category: ClassVar[str]
    """What every hit of the book is."""

    book: Book
    id: str
    """Also the name of the folder."""
    version: str
    """Digest of rules and code, made once: every finding has it."""
    categories: frozenset[str]
    stages: frozenset[Stage] = frozenset({Stage.INPUT})

    @classmethod
    def read(cls, name: str, folder: Traversable | None) -> Self:
        """The filter `name` with the rules in `folder` (default: those that ship). Raises FilterUnavailable."""
        source = Source.read(folder or data_folder(name), "phrases.toml")
        book = Book.load(composed(source))
        return cls(book, name, digest(ALGORITHM, book.raw), frozenset({cls.category}))

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal a rule that hits, or one of score 0.0."""
        context = in_context(candidate)
        hits = ((hit, self.category) for hit in self.book.hits(context.folded.text))
        return signals(hits, context, clean=self.category)
