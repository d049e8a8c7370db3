"""Databases of SQLite that tests share: a store on a file, somebody who locks it, a process with a store of its own."""

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from moderation.stores.sqlite import SqliteStore
from tests.support.exchanges import NOON, numbered, opening
from tests.support.keys import keys_beside

OPENING = opening("안녕")


def store_at(file: Path, *, prefix: str = "a", queue: int = 256) -> SqliteStore:
    return SqliteStore.at(file, keys=keys_beside(file), clock=lambda: NOON, ids=numbered(prefix), queue=queue)


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Somebody else writes, and does not finish."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def taken(store: SqliteStore) -> None:
    """Wait until the writer has in hand what was given to it."""

    def wait() -> None:
        while not store._writer._queue.empty():
            time.sleep(0.001)

    await asyncio.sleep(0)
    await asyncio.to_thread(wait)


async def pragma(store: SqliteStore, setting: str) -> int | str:
    """Ask or set something on the writer's own connection."""
    value: int | str = await store._writer.call(lambda db: db.execute(f"PRAGMA {setting}").fetchone()[0])
    return value


CHILD = """
import asyncio, itertools, os, signal, sys
from pathlib import Path
from tests.moderation.sqlite_databases import OPENING, store_at
from tests.support.exchanges import closing, objection

def say(text):
    print(text, flush=True)

async def main(store):
{body}

asyncio.run(main(store_at(Path(sys.argv[1]), prefix=sys.argv[2])))
"""


@contextlib.contextmanager
def child(file: Path, body: str, *, prefix: str = "c") -> Iterator[subprocess.Popen[str]]:
    """A process that runs `body`, with a store of its own on `file`."""
    code = CHILD.format(body=textwrap.indent(textwrap.dedent(body), "    "))
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(file), prefix],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    return pipe(process.stdout).readline().strip()


def pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream
