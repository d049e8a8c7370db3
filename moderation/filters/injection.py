"""Does a person's turn try to rewrite the rules: "ignore your instructions", a forged role tag, a switched-off limit?

Simple and honest: it knows the phrases of `moderation/data/injection`, no more. It cannot see intent, so that scores
say how seldom a phrase is innocent: 0.9 hardly ever, 0.6 often not, 0.3 usually.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources.abc import Traversable
from typing import Final, Self

from moderation.filters.turns import TurnFilter
from moderation.normalise.hangul import FILLER
from moderation.normalise.leet import LEET_WORD, read_leet
from moderation.records import Candidate, Signal

CATEGORY: Final = "injection"

_TAKEN_APART: Final = re.compile(r"(?<!\w)\w(?:[-._·*+]\w)+(?!\w)")
_BETWEEN: Final = re.compile(r"[-._·*+]")
_LONE: Final = re.compile(r"(?<!\S)\w(?: \w){5,}(?!\S)")
"""Letters that spaces keep apart; where two stand, a word ends."""


class Injection(TurnFilter):
    """Filter "injection", category "injection". Immutable."""

    __slots__ = ()
    category = CATEGORY

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read `phrases.toml` from `folder` (default: the one that ships). Raises FilterUnavailable."""
        return cls.read("injection", folder)

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal a rule that hits, in the text or in what it completes of the turns before, or one of score 0.0.

        Letters that signs or spaces keep apart are read together too, and digits as the letters they are drawn for; a
        hit in these stands nowhere in particular.
        """
        found = list(super().examine(candidate))
        if candidate.earlier:
            found += super().examine(replace(candidate, shown=" ".join((*candidate.earlier, ""))))
        for reading in _readings(candidate.text):
            found += [replace(signal, spans=()) for signal in super().examine(replace(candidate, text=reading))]
        hits = list(dict.fromkeys(signal for signal in found if signal.score))
        return hits or found[:1]


def _readings(text: str) -> list[str]:
    """What else `text` may be read as. Linear."""
    whole = _TAKEN_APART.sub(lambda apart: _BETWEEN.sub("", apart.group()), text)
    readings = [whole, _LONE.sub(lambda apart: apart.group().replace(" ", ""), whole)]
    key = text.lower()
    if LEET_WORD.search(key):
        readings += [read_leet(key, bar).replace(FILLER, "") for bar in "il"]
    return [reading for reading in dict.fromkeys(readings) if reading != text]
