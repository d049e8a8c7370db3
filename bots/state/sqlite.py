"""The state in a SQLite file of its own: durable before it answers, safe to share between processes.

Two threads serve it, each with a connection of its own: one writes, one reads what was committed. Both have a bounded
queue (`moderation.stores.worker`); the statements are in `bots.state.statements`.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bots.state import Entry, Line, Tally, lines, statements
from bots.state.statements import KIND, row_of
from bots.state.times import instant
from bots.state.values import require
from moderation.errors import StoreFailed
from moderation.stores import furnishing
from moderation.stores.companions import transaction
from moderation.stores.faults import unavailable
from moderation.stores.furnishing import furnished
from moderation.stores.keyring import Keyring
from moderation.stores.keys import Keys
from moderation.stores.sealing import Sealing
from moderation.stores.traces import clean
from moderation.stores.worker import Worker


class SqliteState:
    """Meets `bots.state.State`."""

    def __init__(
        self, *, writer: Worker, reader: Worker, ring: Keyring, file: Path, clock: Callable[[], datetime]
    ) -> None:
        """For `at`, which knows how to get these."""
        self._writer = writer
        self._reader = reader
        self._ring = ring
        self._mark = ring.keys.mark
        self._file = file
        self._clock = clock
        self._erasing = asyncio.Lock()

    @classmethod
    def at(cls, path: Path, *, keys: Keys, clock: Callable[[], datetime], queue: int = 256) -> "SqliteState":
        """The state in the file `path`, which is made, private, with its folder, where there is none.

        Waits for the disk: call it before the event loop runs, or from a thread. Any number of processes may have one
        file open. `keys` are those of this instance, always the same: with them all is encrypted. `clock` gives aware
        times in UTC; `queue` is how many writes, and how many reads, may wait.

        Raises StoreUnavailable: folder or file cannot be written, not a database, another program's (the exchanges'
        too), a newer version's, locked, disk full, encrypted with other keys.
        """
        file = path.absolute()
        with contextlib.ExitStack() as undo:
            try:
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                file.touch(mode=0o600)
                writing, sealing = furnished(file.as_uri(), keys, undo, kind=KIND)
                _prepare(writing, file, sealing)
                reading, unsealing = furnished(f"{file.as_uri()}?mode=ro", keys, undo, kind=KIND, making=False)
            except (sqlite3.Error, OSError) as error:
                raise unavailable(error, file) from error
            undo.pop_all()
        return cls(
            writer=Worker(writing, file=file, mode="IMMEDIATE", waiting=queue, companion=sealing),
            reader=Worker(reading, file=file, mode="DEFERRED", waiting=queue, companion=unsealing),
            ring=sealing.ring,
            file=file,
            clock=clock,
        )

    async def get(self, kind: str, key: str) -> Entry | None:
        """See `State.get`."""
        return (await self.many(kind, [key])).get(key)

    async def many(self, kind: str, keys: Sequence[str]) -> dict[str, Entry]:
        """See `State.many`."""
        now = self._now()
        return await self._reader.call(lambda db: statements.get(db, self._mark, kind, keys, now))

    async def put(self, entry: Entry) -> None:
        """See `State.put`."""
        row = row_of(entry, self._mark)
        await self._writer.call(lambda db: statements.put(db, row))

    async def put_new(self, entry: Entry) -> bool:
        """See `State.put_new`."""
        row, now = row_of(entry, self._mark), self._now()
        return await self._writer.call(lambda db: statements.put_new(db, row, now))

    async def drop(self, kind: str, key: str) -> bool:
        """See `State.drop`."""
        now = self._now()
        return await self._writer.call(lambda db: statements.drop(db, self._mark, kind, key, now))

    async def change(self, entries: Sequence[Entry], *, dropped: Sequence[tuple[str, str]] = ()) -> None:
        """See `State.change`."""
        rows = [row_of(entry, self._mark) for entry in entries]
        await self._writer.call(lambda db: statements.change(db, self._mark, rows, dropped))

    async def list(self, kind: str, *, group: str | None = None, limit: int = 100) -> tuple[Entry, ...]:
        """See `State.list`."""
        now = self._now()
        return await self._reader.call(lambda db: statements.select(db, kind, group=group, limit=limit, now=now))

    async def append(self, line: Line) -> None:
        """See `State.append`."""
        row = lines.row_of(line)
        await self._writer.call(lambda db: lines.append(db, row))

    async def lines(
        self,
        kind: str,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
        person: str | None = None,
    ) -> tuple[Line, ...]:
        """See `State.lines`."""
        first = None if since is None else instant(since)
        end = None if before is None else instant(before)
        return await self._reader.call(lambda db: lines.select(db, kind, first, end, person=person))

    async def of_person(self, person: str) -> tuple[Entry, ...]:
        """See `State.of_person`."""
        require(person)
        now = self._now()
        return await self._reader.call(lambda db: statements.of_person(db, person, now))

    async def erase(self, person: str) -> int:
        """See `State.erase`. Other writes wait meanwhile, those of other processes no longer than for a lock."""
        require(person)
        now = self._now()
        async with self._erasing:
            erased = await self._writer.call(lambda db: statements.erase(db, self._ring, person, now))
            # Also where there was nothing: it may have failed before.
            await self._writer.call_alone(lambda db: clean(db, self._file))
            await self._writer.call_alone(lambda _: self._ring.clean())
        return erased

    async def add(
        self, amounts: Mapping[str, int], *, until: datetime, people: Mapping[str, str] | None = None
    ) -> dict[str, int]:
        """See `State.add`."""
        return dict((await self.add_within(amounts, {}, until=until, people=people)).totals)

    async def add_within(
        self,
        amounts: Mapping[str, int],
        most: Mapping[str, int],
        *,
        until: datetime,
        people: Mapping[str, str] | None = None,
    ) -> Tally:
        """See `State.add_within`."""
        end, now, owners = instant(until), self._now(), people or {}
        return await self._writer.call(
            lambda db: statements.add_within(db, self._mark, amounts, most, owners, until=end, now=now),
        )

    async def counts(self, keys: Sequence[str]) -> dict[str, int]:
        """See `State.counts`."""
        now = self._now()
        return await self._reader.call(lambda db: statements.counts(db, self._mark, keys, now))

    async def carry(self, before: str, after: str) -> None:
        """See `State.carry`."""
        now = self._now()
        await self._writer.call(lambda db: statements.carry(db, self._mark, before, after, now))

    async def counts_of(self, person: str) -> dict[str, int]:
        """See `State.counts_of`."""
        require(person)
        now = self._now()
        return await self._reader.call(lambda db: statements.counts_of(db, person, now))

    async def prune(self) -> int:
        """See `State.prune`."""
        now = self._now()
        return await self._writer.call(lambda db: statements.prune(db, now))

    async def aclose(self) -> None:
        """See `State.aclose`."""
        async with self._erasing:
            await self._reader.stop()
            await self._writer.stop()

    def _now(self) -> int:
        return instant(self._clock())


def bring_up(file: Path, keys: Keys) -> None:
    """See `moderation.stores.furnishing.bring_up`."""
    furnishing.bring_up(file, keys, kind=KIND, prepared=_prepare)


def _prepare(connection: sqlite3.Connection, file: Path, sealing: Sealing) -> None:
    furnishing.prepare(connection, file, sealing, statements.SCHEMA)
    connection.execute("PRAGMA temp_store = MEMORY")  # or `clean` would take everything through another file
    with transaction(connection, sealing):
        statements.sweep(connection, sealing.ring)
    with contextlib.suppress(StoreFailed):  # somebody else is at work; the next one to open it tries again
        clean(connection, file)
