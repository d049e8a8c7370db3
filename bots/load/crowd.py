"""People who talk, all at once: each in a room of their own, thinking between two questions."""

import asyncio
import itertools
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Final

from bots.load.asked import Asked
from bots.load.lines import Lines
from bots.load.rooms import Room
from bots.load.venues import Venue

_PATIENCE: Final = timedelta(seconds=90)
"""How long anybody waits for an answer."""
_TWICE: Final = 0.1
"""How often somebody writes again at once, before there is an answer."""
_PAUSE: Final = 0.3
"""Seconds until then."""
_LOOK: Final = 0.1
"""Seconds between two looks at whether it is over."""
_TIDY: Final = timedelta(seconds=5)


class Crowd:
    """Everybody, in the rooms of all venues. Used from one event loop."""

    def __init__(self, lines: Lines, *, now: Callable[[], float], seed: int) -> None:
        """`now` gives seconds."""
        self._lines, self._now, self._seed = lines, now, seed
        self._numbers = itertools.count(1)
        self.asked: dict[int, Asked] = {}
        """Questions that are under way, by number."""
        self.lost: list[Asked] = []
        """Questions that nothing came of."""

    async def talk(
        self,
        venues: Iterable[tuple[Venue, Iterable[Room]]],
        *,
        think: float,
        going: Callable[[], bool],
        over: Callable[[Asked], None],
    ) -> None:
        """Have everybody in these rooms talk while `going`, with `think` seconds on average between an answer and the
        next question; until the last answer is there. `over` is told of each question that came to an end."""
        venues = [(venue, list(rooms)) for venue, rooms in venues]
        ended = asyncio.Event()
        beside = [
            asyncio.create_task(self._tidy([venue for venue, _ in venues])),
            asyncio.create_task(_watch(going, ended)),
        ]
        try:
            async with asyncio.TaskGroup() as people:
                for venue, rooms in venues:
                    for number, room in enumerate(rooms):
                        dice = Random(f"{self._seed}/{venue.name}/{number}")  # noqa: S311 - repeatable, not secret
                        people.create_task(self._person(venue, room, dice, think, ended, over))
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)

    async def _person(
        self,
        venue: Venue,
        room: Room,
        dice: Random,
        think: float,
        ended: asyncio.Event,
        over: Callable[[Asked], None],
    ) -> None:
        await _pause(dice.uniform(0, think), ended)  # they do not begin all at once
        while not ended.is_set():
            asked = [self._ask(venue, room, dice)]
            if dice.random() < _TWICE:
                await asyncio.sleep(_PAUSE)
                asked.append(self._ask(venue, room, dice))
            try:
                async with asyncio.timeout(_PATIENCE.total_seconds()):
                    await room.quiet()
            except TimeoutError:
                self.lost += room.give_up()
            for each in asked:
                del self.asked[each.number]
                if each.over:
                    over(each)
            if think:
                await _pause(dice.expovariate(1 / think), ended)

    def _ask(self, venue: Venue, room: Room, dice: Random) -> Asked:
        asked = Asked(number=next(self._numbers), language=room.language, said=self._now())
        self.asked[asked.number] = asked
        room.ask(asked)
        venue.say(room, asked, self._lines.question(asked.number, room.language, dice))
        return asked

    async def _tidy(self, venues: Iterable[Venue]) -> None:
        while True:
            await asyncio.sleep(_TIDY.total_seconds())
            for venue in venues:
                venue.tidy()


async def _watch(going: Callable[[], bool], ended: asyncio.Event) -> None:
    """Notice when it is over."""
    while True:
        if not going():  # a clock or a count, which tell nobody
            ended.set()
            return
        await asyncio.sleep(_LOOK)


async def _pause(seconds: float, ended: asyncio.Event) -> None:
    """Wait so long, but no longer than until it is over."""
    with suppress(TimeoutError):
        await asyncio.wait_for(ended.wait(), seconds)
