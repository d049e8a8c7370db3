"""A conversation of one person with a persona: what was asked there, and what of it stands there."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bots.load.asked import Asked
from bots.load.lines import Lines


@dataclass(slots=True, kw_only=True, eq=False)
class Room:
    """Used from one event loop."""

    language: str
    lines: Lines
    now: Callable[[], float]
    """Seconds."""
    waiting: deque[Asked] = field(default_factory=deque)
    """Questions that are not over, in the order in which they were asked."""
    asked: int = 0
    answered: int = 0
    refusals: int = 0
    disordered: int = 0
    """Answers that came before one to an earlier question."""
    strange: int = 0
    """Answers to nothing that was asked."""
    _quiet: asyncio.Event = field(default_factory=asyncio.Event)

    def ask(self, asked: Asked) -> None:
        """It is asked now."""
        asked.behind = bool(self.waiting)
        self.asked += 1
        self.waiting.append(asked)
        self._quiet.clear()

    async def quiet(self) -> None:
        """Wait until every question is over."""
        if self.waiting:
            await self._quiet.wait()

    def showing(self, text: str) -> None:
        """`text` can be read there now, of an answer that may go on."""
        for asked in self.waiting:
            if asked.visible < 0 and asked.first and asked.first in text:
                asked.visible = self.now()

    def finished(self, text: str) -> None:
        """`text` is a whole answer, with its buttons."""
        self.showing(text)
        asked = next((each for each in self.waiting if self._answers(text, each)), None)
        whole = asked is not None
        # What was said in place of an answer bears no number: it is the one to the question that waits longest.
        asked = asked or next(iter(self.waiting), None)
        if asked is None:
            self.strange += 1
            return
        self.disordered += asked is not self.waiting[0]
        for each in [one for one in self.waiting if one is asked or one.joined == asked.number]:
            each.whole, each.done = whole, self.now()
            self.answered += 1
            self._over(each)

    def refused(self, number: int | None = None) -> None:
        """A sign said that there is no room for the question of that number; None: for the newest."""
        asked = next((each for each in reversed(self.waiting) if number in (None, each.number)), None)
        if asked is not None:
            asked.refused, asked.done = True, self.now()
            self.refusals += 1
            self._over(asked)

    def give_up(self) -> tuple[Asked, ...]:
        """Wait for nothing any more; what was waited for."""
        lost = tuple(self.waiting)
        self.waiting.clear()
        self._quiet.set()
        return lost

    def _answers(self, text: str, asked: Asked) -> bool:
        return self.lines.last(asked.number, asked.language) in text

    def _over(self, asked: Asked) -> None:
        self.waiting.remove(asked)
        if not self.waiting:
            self._quiet.set()
