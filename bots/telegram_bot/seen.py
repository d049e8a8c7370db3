"""Which updates came already: Telegram gives one again where it does not know that it was taken. Pure."""

from typing import Final

MOST: Final = 1_000
"""Updates that are known, far more than Telegram gives at a time. One that comes again after so many others is known by
its claim (`Replies.claim`)."""


class Seen:
    """The newest updates of one bot since the start. Used from one event loop."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._numbers: dict[int, None] = {}
        """In the order in which they came, which is not that of the numbers: after a week of silence Telegram begins to
        count anew, anywhere."""

    def begin(self, number: int) -> bool:
        """Whether an update that came is to be handled: not where it is, or was."""
        if number in self._numbers:
            return False
        self._numbers[number] = None
        if len(self._numbers) > self._most:
            del self._numbers[next(iter(self._numbers))]
        return True

    def refuse(self, number: int) -> None:
        """It cannot be handled now, and is to come again."""
        self._numbers.pop(number, None)
