"""Every state, one on a file, and processes that share one."""

import asyncio
import contextlib
import os
import subprocess
import sys
import textwrap
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from bots.state import Entry, State
from bots.state.memory import MemoryState
from bots.state.sqlite import SqliteState
from tests.support.keys import keys_beside

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LATER = NOON + 60 * SECOND


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


Make = Callable[[Path, Clock], Awaitable[State]]


async def make_sqlite(folder: Path, clock: Clock) -> State:
    return await sqlite_at(folder / "state.db", clock)


async def make_memory(folder: Path, clock: Clock) -> State:
    return MemoryState(clock=clock)


async def sqlite_at(file: Path, clock: Callable[[], datetime] = Clock(), *, queue: int = 256) -> SqliteState:  # noqa: B008
    return await asyncio.to_thread(lambda: SqliteState.at(file, keys=keys_beside(file), clock=clock, queue=queue))


def entry(
    key: str = "k",
    *,
    kind: str = "note",
    text: str = "안녕",
    person: str = "",
    group: str = "",
    at: datetime | None = None,
) -> Entry:
    return Entry(kind=kind, key=key, value={"text": text}, person=person, group=group, until=at)


CHILD = """
import asyncio, os, signal, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from bots.state import Entry
from bots.state.sqlite import SqliteState
from tests.support.keys import keys_beside

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

def say(text):
    print(text, flush=True)

async def main(state, name):
{body}

file = Path(sys.argv[1])
asyncio.run(main(SqliteState.at(file, keys=keys_beside(file), clock=lambda: NOON), sys.argv[2]))
"""


@contextlib.contextmanager
def child(file: Path, body: str, *, name: str = "c") -> Iterator[subprocess.Popen[str]]:
    """A process that runs `body`, with a state of its own on `file`."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(body=textwrap.indent(textwrap.dedent(body), "    ")), str(file), name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream
