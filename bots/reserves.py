"""What replies under way are likely to take: held back from limits before they begin, given back when they end.

Kept in memory alone: when the program ends, nothing is under way any more, so nothing is held back for ever.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_WEIGHT: Final = 0.125
"""Of the last reply, in what one is likely to take."""


@dataclass(slots=True)
class _Held:
    kinds: Mapping[str, str]
    """Of what each counter counts."""
    amounts: Mapping[str, int]
    """By kind."""
    spent: dict[str, int] = field(default_factory=dict)


class Reserves:
    """By whoever holds them; each holds one at a time. Used from one event loop; nothing waits."""

    def __init__(self, likely: Mapping[str, int]) -> None:
        """`likely` is what a reply may take before any has ended, by kind."""
        self._likely = {kind: float(amount) for kind, amount in likely.items()}
        self._held: dict[str, _Held] = {}

    @property
    def likely(self) -> Mapping[str, int]:
        """What a reply is likely to take, by kind, rounded up: of those that ended, the last ones counting most."""
        return {kind: math.ceil(amount) for kind, amount in self._likely.items()}

    def hold(self, holder: str, kinds: Mapping[str, str]) -> None:
        """Hold back what a reply is likely to take from every counter of `kinds`, which says what each of them counts.
        What the holder held before is given back."""
        self._held[holder] = _Held(kinds, self.likely)

    def held(self, counter: str, *, but: str = "") -> int:
        """What is held back from a counter, by others than `but`."""
        return sum(
            held.amounts.get(held.kinds[counter], 0)
            for holder, held in self._held.items()
            if holder != but and counter in held.kinds
        )

    def spend(self, holder: str, amounts: Mapping[str, int]) -> None:
        """The reply of `holder` took this, by kind. Nothing where it holds nothing (any more)."""
        if held := self._held.get(holder):
            for kind, amount in amounts.items():
                held.spent[kind] = held.spent.get(kind, 0) + amount

    def release(self, holder: str) -> None:
        """Give back what is held, and learn from what was taken instead. Idempotent."""
        held = self._held.pop(holder, None)
        if held and any(held.spent.values()):
            for kind, before in self._likely.items():
                self._likely[kind] = before + (held.spent.get(kind, 0) - before) * _WEIGHT
