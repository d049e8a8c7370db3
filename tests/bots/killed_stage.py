"""A review desk on databases of its own, which is killed (SIGKILL) while a moderator decides, and comes back.

As a program it decides in processes that it forks, one for each point, and looks through every audit trail with
`talchum audit verify` after the kill. It prints a line for each: its number, how the process ended, what that returned.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bots.__main__ import build, main
from bots.aftermath import Aftermath
from bots.mutes import Mutes
from bots.replies import Replies
from bots.state.sqlite import SqliteState
from moderation.cases import ReviewStep
from moderation.review import ReviewDesk
from moderation.stores import casework
from moderation.stores.sqlite import SqliteStore
from tests.bots.aftermath_stage import BAD, Clock, Stage, Wall
from tests.support.exchanges import numbered
from tests.support.house import open_house
from tests.support.keys import keys_beside
from tests.support.stage import holding, scripted


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where the program dies: at the first call of a function of a class or module, before it or after it."""

    name: str
    where: Any
    method: str
    after: bool = False
    wanted: Callable[..., bool] = lambda *_, **__: True
    """Which calls count."""
    left: tuple[bool, bool, bool, bool]
    """What is there afterwards: the decision, the end of the mute, the reply in its place, the end of the case."""


def _of(step: ReviewStep) -> Callable[..., bool]:
    return lambda _desk, _exchange, what, **_: what is step


_OVERTURN, _RESTORE = _of(ReviewStep.OVERTURN), _of(ReviewStep.RESTORE)
NOTHING = (False, False, False, False)
DECIDED = (True, False, False, False)
UNMUTED = (True, True, False, False)
SHOWN = (True, True, True, False)
CLOSED = (True, True, True, True)

POINTS = (
    Point(name="before anything is written", where=ReviewDesk, method="take", wanted=_OVERTURN, left=NOTHING),
    Point(name="while the decision is written", where=casework, method="change", after=True, left=NOTHING),
    Point(
        name="when the decision is written", where=ReviewDesk, method="take", wanted=_OVERTURN, after=True, left=DECIDED
    ),
    Point(name="before the mute is lifted, which is noted", where=Mutes, method="lift", left=DECIDED),
    Point(name="when the mute is lifted", where=Mutes, method="lift", after=True, left=UNMUTED),
    Point(name="before the reply is delivered", where=Wall, method="put", left=UNMUTED),
    Point(name="when the reply is delivered, before that is noted", where=Replies, method="keep", left=SHOWN),
    Point(name="when it is noted, before it is remembered", where=Aftermath, method="_remember", left=SHOWN),
    Point(name="before the case is closed", where=Aftermath, method="_close", left=SHOWN),
    Point(name="when the case is closed", where=ReviewDesk, method="take", wanted=_RESTORE, after=True, left=CLOSED),
)


class OnDisk(dict[str, str]):
    """What stands on a wall outlives the program, as messages of a platform do; so does how often it was written."""

    def __init__(self, file: Path) -> None:
        super().__init__(json.loads(file.read_text(encoding="utf-8")) if file.exists() else {})
        self._file = file

    def __setitem__(self, message: str, text: str) -> None:
        super().__setitem__(message, text)
        self._file.write_text(json.dumps(self), encoding="utf-8")


class Writes(list[str]):
    """One line for each."""

    def __init__(self, file: Path) -> None:
        super().__init__(json.loads(line) for line in (file.read_text().splitlines() if file.exists() else []))
        self._file = file

    def append(self, text: str) -> None:
        super().append(text)
        with self._file.open("a") as stream:
            stream.write(json.dumps(text) + "\n")


@asynccontextmanager
async def at_home(folder: Path, *, lasting: bool = False) -> AsyncGenerator[Stage, None]:
    """The desk whose databases are in `folder`, as it begins again; `lasting`: what its wall has is kept there, too."""
    clock, data = Clock(), folder / "data"
    store = await asyncio.to_thread(
        lambda: SqliteStore.at(
            data / "talchum.db", keys=keys_beside(data / "talchum.db"), clock=clock, ids=numbered("x")
        )
    )
    state = await asyncio.to_thread(
        lambda: SqliteState.at(data / "state.db", keys=keys_beside(data / "state.db"), clock=clock)
    )
    try:
        async with open_house(scripted(BAD), now=clock, policy=holding(), store=store, state=state) as opened:
            stands, writes = await asyncio.to_thread(lambda: (OnDisk(folder / "wall"), Writes(folder / "writes")))
            wall = Wall(opened, stands=stands, writes=writes) if lasting else Wall(opened, dict(stands), list(writes))
            opened.host.register(wall)
            yield Stage(opened, wall, clock)
    finally:
        await store.aclose()
        await state.aclose()


async def begin(folder: Path) -> None:
    """A reply that is held, and whose person is muted for it."""
    async with at_home(folder, lasting=True) as stage:
        await stage.ask()
        await stage.decide("/review mute person x1 2d")


async def decide(folder: Path) -> None:
    async with at_home(folder, lasting=True) as stage:
        stage.clock.now += timedelta(minutes=1)
        await stage.decide("/review approve x1")


def die(point: Point) -> None:
    """Let this process be killed at that point."""
    real, waits = getattr(point.where, point.method), True

    def here(values: tuple[object, ...], named: dict[str, object]) -> bool:
        nonlocal waits
        if waits and point.wanted(*values, **named):
            waits = False
            return True
        return False

    def at_once(*values: object, **named: object) -> object:
        now, done = here(values, named), real(*values, **named)
        if now:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    async def awaited(*values: object, **named: object) -> object:
        now = here(values, named)
        if now and not point.after:
            os.kill(os.getpid(), signal.SIGKILL)
        done = await real(*values, **named)
        if now:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(point.where, point.method, awaited if asyncio.iscoroutinefunction(real) else at_once)


def forked(work: Callable[[], object]) -> int:
    """What a process of its own ends with, as `subprocess` has it."""
    if pid := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    work()
    os._exit(0)


def _verify(folder: Path) -> None:
    os.environ["TALCHUM_DATA"] = str(folder / "data")
    sys.argv[1:] = ["audit", "verify"]
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        main()
    except SystemExit as end:
        os._exit(int(end.code or 0))


def kill_at_each(folder: Path) -> None:
    """The program."""
    kept = folder / "kept"
    kept.mkdir()
    asyncio.run(begin(kept))
    build("en")  # so that nothing need be loaded in each
    for number, point in enumerate(POINTS):
        there = shutil.copytree(kept, folder / str(number))

        def work(point: Point = point, there: Path = there) -> None:
            die(point)
            asyncio.run(decide(there))

        ended = forked(work)
        print(number, ended, forked(partial(_verify, there)), flush=True)


if __name__ == "__main__":
    kill_at_each(Path(sys.argv[1]))
