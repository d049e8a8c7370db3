"""Does somebody court whom they talk to: declare love, kiss, flirt, call them by a pet name, want to be a couple?

It looks at both sides, the persona's words and the person's: who may hear what is the policy's. It knows the phrases of
`moderation/data/romance` and cannot see who feels what, so that scores say how seldom a phrase is innocent: 0.8 hardly
ever, 0.65 seldom, 0.45 often. Love of family, friends, things and people in stories is none of it.

Plain words it hears; of indirect ones that were written after its rules it heard about half. So it is not all that
keeps a conversation with a minor decent: the model is told so as well.
"""

from dataclasses import replace
from importlib.resources.abc import Traversable
from typing import Final, Self

from moderation.filters.turns import TurnFilter
from moderation.records import Stage

CATEGORY: Final = "romance"


class Romance(TurnFilter):
    """Filter "romance", category "romance", at every stage. Immutable."""

    __slots__ = ()
    category = CATEGORY

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read `phrases.toml` from `folder` (default: the one that ships). Raises FilterUnavailable."""
        return replace(cls.read("romance", folder), stages=frozenset(Stage))
