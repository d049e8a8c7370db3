"""A very long run under load that is ended early."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bots.load.asked import Asked
from bots.load.crowd import Crowd
from bots.load.lines import Lines, Speech
from bots.load.phases import Conditions, House, endure, interrupt
from bots.load.program import Taken
from bots.load.rooms import Room
from bots.load.venues import Venue

LINES = Lines.load()


async def test_the_first_interrupt_is_told_and_the_second_is_one_as_ever() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupt() as came:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.wait_for(came.wait(), 5)
        assert signal.getsignal(signal.SIGINT) == before


async def test_afterwards_an_interrupt_is_one_as_ever() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupt() as came:
        assert signal.getsignal(signal.SIGINT) != before

    assert signal.getsignal(signal.SIGINT) == before
    assert not came.is_set()


class Running:
    """A program under load that takes nothing."""

    alive = True

    async def taken(self) -> Taken:
        return Taken(cpu=0.0, memory=1, tasks=1, threads=1, files=1, connections=1, running=0, waiting=0)


class Talking(Crowd):
    """People whose questions are answered at once, and who are interrupted after the third."""

    async def talk(
        self,
        venues: Iterable[tuple[Venue, Iterable[Room]]],
        *,
        think: float,
        going: Callable[[], bool],
        over: Callable[[Asked], None],
    ) -> None:
        number = 0
        while going():
            number += 1
            over(Asked(number=number, language="en", said=0.0, done=1.0))
            if number == 3:
                os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0)


@pytest.mark.parametrize(("messages", "answered"), [(2, 2), (1_000_000, range(3, 1_000))])
async def test_an_endurance_run_ends_with_its_last_message_or_the_first_interrupt(
    messages: int, answered: int | range
) -> None:
    conditions = Conditions(
        conversations=10, think=1.0, seconds=0.0, messages=messages, faults=0.0, speech=Speech(ttft=0.0, tps=1.0)
    )
    venue = SimpleNamespace(name="discord", rooms=[Room(language="en", lines=LINES, now=time.monotonic)])
    house: Any = House(
        conditions=conditions, venues=cast("Any", (venue,)), crowd=Talking(LINES, now=time.monotonic, seed=0),
        program=cast("Any", Running()), now=time.monotonic, told=lambda *_: None,
    )  # fmt: skip
    await endure(house)

    (phase,) = house.phases
    assert phase.name == "endurance"
    assert phase.messages in ({answered} if isinstance(answered, int) else answered)
    assert house.samples or messages > 100
