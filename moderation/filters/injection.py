"""Does a person's turn try to rewrite the rules: "ignore your instructions", a forged role tag, a switched-off limit?

Simple and honest: it knows the phrases of `moderation/data/injection`, no more. It cannot see intent, so that scores
say how seldom a phrase is innocent: 0.9 hardly ever, 0.6 often not, 0.3 usually.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Final, Self

from moderation.filters.fragments import composed
from moderation.filters.phrases import Book, Source, data_folder, digest, in_context, signals
from moderation.records import Candidate, Signal, Stage

ALGORITHM: Final = b"injection 2"
"""Raised when the code changes what the same data finds."""
CATEGORY: Final = "injection"


@dataclass(frozen=True, slots=True)
class Injection:
    """Filter "injection", category "injection". Immutable."""

    book: Book
    id: str = "injection"
    categories: frozenset[str] = frozenset({CATEGORY})
    stages: frozenset[Stage] = frozenset({Stage.INPUT})

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read `phrases.toml` from `folder` (default: the one that ships). Raises FilterUnavailable."""
        return cls(Book.load(composed(Source.read(folder or data_folder("injection"), "phrases.toml"))))

    @property
    def version(self) -> str:
        """Digest of rules and code."""
        return digest(ALGORITHM, self.book.raw)

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal a rule that hits, or one of score 0.0."""
        context = in_context(candidate)
        hits = ((hit, CATEGORY) for hit in self.book.hits(context.folded.text))
        return signals(hits, context, clean=CATEGORY)
