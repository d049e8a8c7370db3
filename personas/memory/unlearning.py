"""What somebody had forgotten, or worded otherwise, and the talk that said it may still bring back in an account.

Held in memory alone: the talk that is in mind goes with the program too, and what is not in mind gets into no account.
"""

import re
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from personas.memory import Kind, Memory, Whose
from personas.memory.merging import folded
from personas.memory.shelf import terms

_MOST: Final = 1_000
"""Whose something is held of at once; of each the latest `_EACH`."""
_EACH: Final = 64
_WORD: Final = re.compile(r"[가-힣]+|[^\W_가-힣]+")
_SENTENCE: Final = re.compile(r"[.!?…。\n]+")


@dataclass(frozen=True, slots=True)
class Gone:
    """What a memory says, as far as it can be found in other words."""

    value: str
    """Folded; "" for none that tells it from others."""
    terms: frozenset[str]

    @classmethod
    def of(cls, memory: Memory) -> Self:
        """What `memory` says."""
        value = folded(memory.value) or folded(memory.slot.partition(":")[2])
        return cls(value if memory.slot and len(value) > 1 else "", frozenset(terms(memory.text)))

    def is_in(self, text: str) -> bool:
        """Whether its value stands there, or a sentence there has more than half of its terms."""
        if self.value and _stands(self.value, text):
            return True
        least = len(self.terms) // 2 + 1
        return any(len(self.terms & terms(part).keys()) >= least for part in _SENTENCE.split(text))


class Unlearned:
    """What accounts may not say any more. Used from one event loop."""

    def __init__(self) -> None:
        self._gone: OrderedDict[Whose, deque[Gone]] = OrderedDict()

    def add(self, memory: Memory) -> None:
        """It is forgotten, or says something else from now on."""
        if memory.kind is Kind.SUMMARY:
            return
        self._gone.setdefault(memory.whose, deque(maxlen=_EACH)).append(Gone.of(memory))
        self._gone.move_to_end(memory.whose)
        while len(self._gone) > _MOST:
            self._gone.popitem(last=False)

    def of(self, whose: Whose) -> tuple[Gone, ...]:
        """What is held there."""
        return tuple(self._gone.get(whose, ()))

    def forget(self, person: str = "") -> None:
        """Hold nothing of a person ("": of anybody) any more."""
        for whose in [whose for whose in self._gone if person in ("", whose.person)]:
            del self._gone[whose]


def told_in(text: str, gone: Iterable[Gone]) -> bool:
    """Whether `text` says any of it."""
    return any(each.is_in(text) for each in gone)


def _stands(value: str, text: str) -> bool:
    """Whether words of `text` are a folded `value`, in the plural too, or in Korean begin with it."""
    words = _WORD.findall(text.casefold())
    joined, starts, at = "".join(words), set[int](), 0
    for word in words:
        starts.add(at)
        at += len(word)
    ends = starts | {at}
    found = re.finditer(re.escape(value), joined)
    korean = "가" <= value[-1] <= "힣"
    return any(
        match.start() in starts
        and (korean or match.end() in ends or (joined[match.end()] == "s" and match.end() + 1 in ends))
        for match in found
    )
