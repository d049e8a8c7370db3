"""Which updates are taken over: what is asked for next, so that a restart neither loses one nor takes it twice. Pure.

Telegram forgets an update when a later one is asked for. So the next one asked for is the oldest that is still being
handled: whatever was not handled when the program ends comes again. What was handled after that one comes again too,
and is known by its claim (`Replies.claim`). Only where very many wait behind one that takes long, it is given up: it
is not asked for again.
"""

from typing import Final

MOST: Final = 80
"""Updates that may be held back; Telegram gives a hundred at a time."""


class Backlog:
    """The updates of one bot since the start. Used from one event loop."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._last: int | None = None
        self._open: set[int] = set()
        self._done: set[int] = set()
        """Handled ones behind the oldest that is not."""

    @property
    def open(self) -> bool:
        """Whether any is being handled."""
        return bool(self._open)

    @property
    def offset(self) -> int | None:
        """What to ask for next; all before it are forgotten. None: nothing came yet."""
        if self._last is None:
            return None
        while self._open and self._last - min(self._open) >= self._most:
            self._open.remove(min(self._open))
        first = min(self._open, default=self._last + 1)
        self._done = {number for number in self._done if number >= first}
        return first

    def begin(self, number: int) -> bool:
        """Whether an update that came is to be handled: not where it is, or was."""
        if number in self._open or number in self._done:
            return False
        # After a week of silence Telegram begins to count anew, anywhere.
        self._last = max(self._last, number) if self._open and self._last is not None else number
        self._open.add(number)
        return True

    def refuse(self, number: int) -> None:
        """It cannot be handled now, and is to come again."""
        self._open.discard(number)

    def end(self, number: int) -> None:
        """It was handled."""
        if number in self._open:
            self._open.remove(number)
            self._done.add(number)
