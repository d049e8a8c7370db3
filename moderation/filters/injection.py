"""Does a person's turn try to rewrite the rules: "ignore your instructions", a forged role tag, a switched-off limit?

Simple and honest: it knows the phrases of `moderation/data/injection`, no more. It cannot see intent, so that scores
say how seldom a phrase is innocent: 0.9 hardly ever, 0.6 often not, 0.3 usually.
"""

from importlib.resources.abc import Traversable
from typing import Final, Self

from moderation.filters.turns import TurnFilter

CATEGORY: Final = "injection"


class Injection(TurnFilter):
    """Filter "injection", category "injection". Immutable."""

    __slots__ = ()
    category = CATEGORY

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read `phrases.toml` from `folder` (default: the one that ships). Raises FilterUnavailable."""
        return cls.read("injection", folder)
