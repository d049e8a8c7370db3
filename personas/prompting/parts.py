"""What a prompt was made of: every part with where it comes from, what it takes, and whether it is in it."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from personas.messages import Prompt

Place = Literal["system", "assistant", "user", "note", "beside"]
"""Where a part stands: in the system text, in a turn of that role, in a message of ours among the turns, or beside all
that (what a chat template adds, what was already said)."""


class Fate(enum.StrEnum):
    """What became of a part."""

    KEPT = "kept"
    CUT = "cut"
    """In it, but for its beginning or its end."""
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part."""

    origin: str
    """What it is: "policy", "description", "fact:ID", "demonstration:2", "turn:-3" (counted from the newest, which is
    "turn:0"), "reminder", or the origin of an aside ("note", "lore:ID", "memory:ID")."""
    place: Place
    text: str
    """As it stands in the prompt, or would have."""
    tokens: int
    """What it takes, or would have, with what a template puts around it."""
    fate: Fate = Fate.KEPT
    why: str = ""
    """Why it is not all there: the end of a key `prompting.why_…` of our words, or ""."""

    @property
    def stands(self) -> bool:
        """Whether it is in the prompt."""
        return self.fate is not Fate.LEFT_OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A prompt and how it came to be."""

    prompt: Prompt
    parts: tuple[Part, ...]
    """In the order in which the model reads them, those that were left out where they would have stood."""
    budget: int

    @property
    def tokens(self) -> int:
        """What the parts in it take."""
        return total(self.parts)


def total(parts: Iterable[Part]) -> int:
    """What those of `parts` that stand in a prompt take."""
    return sum(part.tokens for part in parts if part.stands)
