"""The bounded window of turns behind a conversation: each turn with the key of the reply it is a part of."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from personas.messages import Turn

_HEARD = 12
"""Turns of people that are kept for filters, whoever said them."""


@dataclass(frozen=True, slots=True)
class Said:
    """A turn in the window, and the key of the reply it is a part of: the person's turn and the persona's share it."""

    turn: Turn
    key: str
    overheard: bool = False
    """Of another persona's reply, or said to that one."""


class Window:
    """What was said, oldest first, and what filters may look back on."""

    def __init__(self, size: int) -> None:
        """`size` is how many turns are kept."""
        self.said: deque[Said] = deque(maxlen=size)
        self.heard: deque[tuple[str, str, str]] = deque(maxlen=_HEARD)
        """Who said it, what, and the key of the reply to it."""
        self.gone: Counter[str] = Counter()
        """How many turns of each role made room."""
        self._left: deque[Turn] = deque(maxlen=size)

    @property
    def end(self) -> int:
        """Where what was overheard after the last of the persona's own turns begins."""
        end = len(self.said)
        while end and self.said[end - 1].overheard:
            end -= 1
        return end

    def place(self, key: str) -> int:
        """Where the reply of that key begins; the end for "", or where it is not in the window."""
        return next((at for at, said in enumerate(self.said) if key and said.key == key), len(self.said))

    def insert(self, turns: Sequence[Said], at: int) -> None:
        """Put turns ahead of the one at that place; the oldest make room."""
        window = list(self.said)
        window[at:at] = turns
        self.said = deque(window, maxlen=self.said.maxlen)
        gone = window[: len(window) - len(self.said)]
        self.gone.update(said.turn.role for said in gone)
        self._left.extend(said.turn for said in gone if not said.overheard)

    def take_left(self) -> tuple[Turn, ...]:
        """The turns of its own that left for want of room since this was asked last, oldest first; where that is long
        ago, the latest of them. Not those that were undone or forgotten."""
        left = tuple(self._left)
        self._left.clear()
        return left

    def put(self, turns: Sequence[Said], key: str, before: str) -> None:
        """Put turns in the place of those of that key; where there are none, ahead of those with the key `before`."""
        at = self.place(key)
        if at == len(self.said):
            at = self.place(before)
        else:
            self._without(key)
        self.insert(turns, at)

    def reword(self, at: int, text: str) -> None:
        """The turn at that place reads differently now."""
        self.said[at] = replace(self.said[at], turn=replace(self.said[at].turn, text=text))

    def reworded(self, key: str, text: str) -> None:
        """What a reply of that key reads is different now, where it is in the window."""
        found = [at for at, said in enumerate(self.said) if key and said.key == key]
        if found:
            self.reword(found[-1], text)

    def drop(self, key: str) -> None:
        """What has that key was never said."""
        self._without(key)
        self.heard = deque([heard for heard in self.heard if heard[2] != key], maxlen=_HEARD)

    def _without(self, key: str) -> None:
        self.said = deque([said for said in self.said if said.key != key], maxlen=self.said.maxlen)
