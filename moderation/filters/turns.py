"""What the filters of a person's turns share: one book of phrases, one category."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import ClassVar, Final, Self

from moderation.filters.fragments import composed
from moderation.filters.phrases import Book, Context, Source, data_folder, digest, in_context, signals
from moderation.normalise.said import SAID_VERSION, said
from moderation.records import Candidate, Signal, Stage

ALGORITHM: Final = f"turns 3, said {SAID_VERSION}".encode()
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
        """One signal a rule that hits, or one of score 0.0.

        The text is read as it stands (a line, a star may mean something) and as what is said in it.
        """
        context = in_context(candidate)
        found = self._found(context)
        words = said(context.folded)
        if words is context.folded:
            return found
        merged: dict[tuple[str, float | None], Signal]
        merged = {(signal.detail, signal.score): signal for signal in found if signal.score}
        for signal in self._found(Context(words, context.offset)):
            key = signal.detail, signal.score
            if signal.score and (key not in merged or len(merged[key].spans) < len(signal.spans)):
                merged[key] = signal
        return tuple(merged.values()) or found

    def _found(self, context: Context) -> Sequence[Signal]:
        hits = ((hit, self.category) for hit in self.book.hits(context.folded.text))
        return signals(hits, context, clean=self.category)
