"""The store in a SQLite file: durable before it answers, searchable, safe to read and review from a second process.

Two threads serve it, each with a connection of its own: one writes, one reads what was committed. Both have a bounded
queue (`moderation.stores.worker`); the statements are in `moderation.stores.writes` and `moderation.stores.reads`.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from moderation.cases import Case, Priority, Review, Reviewer
from moderation.errors import Deflect, StoreFailed, UnknownExchange
from moderation.figures import Decided, Standing, Waiting
from moderation.records import Closing, Exchange, Objection, Opening, Outcome, Stats
from moderation.stores import (
    Audit,
    Expired,
    News,
    Query,
    Sibling,
    casework,
    figures,
    furnishing,
    reads,
    reports,
    retention,
    searching,
    traces,
    writes,
)
from moderation.stores.companions import transaction
from moderation.stores.erasure import reported_by
from moderation.stores.faults import unavailable
from moderation.stores.furnishing import furnished
from moderation.stores.keyring import Keyring
from moderation.stores.keys import Keys
from moderation.stores.migrations import EXCHANGES
from moderation.stores.presence import Presence, is_alive
from moderation.stores.rows import keep
from moderation.stores.sealing import Sealing
from moderation.stores.worker import Worker

KIND: Final = "exchange"
"""Sets the keys of this kind of database apart."""

_TRIES: Final = 16
"""How many ids are asked for before an exchange is refused: so many taken in a row are a broken maker."""


class SqliteStore:
    """Meets `moderation.stores.Store`."""

    def __init__(
        self,
        *,
        writer: Worker,
        reader: Worker,
        ring: Keyring,
        file: Path,
        ids: Callable[[], str],
        session: int,
        presence: Presence,
        interrupted: tuple[datetime, ...],
    ) -> None:
        """For `at`, which knows how to get these."""
        self._file = file
        self._writer = writer
        self._reader = reader
        self._ring = ring
        self._ids = ids
        self._session = session
        self._presence = presence
        self.interrupted = interrupted
        """When each exchange began that was closed as INTERRUPTED as this was opened."""

    @classmethod
    def at(
        cls, path: Path, *, keys: Keys, clock: Callable[[], datetime], ids: Callable[[], str], queue: int = 256
    ) -> "SqliteStore":
        """The store in the file `path`, which is made, private, with its folder, where there is none.

        Waits for the disk: call it before the event loop runs, or from a thread. Exchanges that a process left
        unfinished when it died are closed as INTERRUPTED, those of processes that live are left alone; so any number of
        processes may have one file open, to chat and to review.

        `keys` are those of this instance, always the same: with them texts and names of people are encrypted.

        `clock` gives aware times in UTC; `ids` makes a new short id at each call (one that is taken is asked for again)
        and is called from one thread at a time; `queue` is how many writes, and how many reads, may wait.

        Raises StoreUnavailable: folder or file cannot be written, not a database, another program's, a newer version's,
        locked, disk full, encrypted with other keys.
        """
        file = path.absolute()
        with contextlib.ExitStack() as undo:
            try:
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                file.touch(mode=0o600)
                writing, sealing = furnished(file.as_uri(), keys, undo, kind=KIND)
                _prepare(writing, file, sealing)
                session, presence, interrupted = _enter(writing, file, clock(), sealing)
                undo.callback(presence.end)
                reading, unsealing = furnished(f"{file.as_uri()}?mode=ro", keys, undo, kind=KIND, making=False)
            except (sqlite3.Error, OSError) as error:
                raise unavailable(error, file) from error
            undo.pop_all()
        return cls(
            writer=Worker(writing, file=file, mode="IMMEDIATE", waiting=queue, companion=sealing),
            reader=Worker(reading, file=file, mode="DEFERRED", waiting=queue, companion=unsealing),
            ring=sealing.ring,
            file=file,
            ids=ids,
            session=session,
            presence=presence,
            interrupted=interrupted,
        )

    async def open(self, opening: Opening, first: Objection) -> str:
        """Keep a new exchange with its first objection in one transaction; returns its id."""

        def job(connection: sqlite3.Connection) -> str:
            exchange, seq = self._insert(connection, opening, first)
            writes.insert_objection(connection, seq, first, said=opening.said)
            return exchange

        return await self._writer.call(job)

    async def add(self, exchange: str, objection: Objection) -> None:
        """Keep another objection of the same exchange. Raises UnknownExchange."""
        await self._writer.call(lambda db: writes.insert_objection(db, reads.find(db, exchange), objection))

    async def close(self, exchange: str, closing: Closing) -> None:
        """Keep how it ended and count it, in one transaction; the first closing stands. Raises UnknownExchange."""
        await self._writer.call(lambda db: writes.insert_closing(db, reads.find(db, exchange), closing))

    async def count(self, outcome: Outcome, server: str = "") -> None:
        """Count an exchange of which nothing is kept."""
        await self._writer.call(lambda db: writes.count_outcome(db, outcome, keep(server)))

    async def report(self, opening: Opening, objection: Objection, *, exchange: str = "") -> str:
        """Keep what a member objects to, in one transaction; returns the id of the exchange it stands in."""
        return await self._writer.call(lambda db: self._report(db, opening, objection, exchange))

    async def get(self, exchange: str) -> Exchange:
        """One exchange with everything kept of it. Raises UnknownExchange."""
        return await self._reader.call(lambda db: _get(db, exchange))

    async def list(self, query: Query) -> tuple[Exchange, ...]:
        """Exchanges that match, the one opened last first. Raises UnknownExchange for an unknown `before`."""
        return await self._reader.call(lambda db: reads.load(db, reads.select(db, query)))

    async def next(self, by: Reviewer, *, server: str = "", after: str = "") -> Exchange | None:
        """The first case that waits. Raises UnknownExchange for an unknown `after`."""

        def job(connection: sqlite3.Connection) -> Exchange | None:
            behind = reads.find(connection, after) if after else None
            seq = casework.following(connection, by, server, behind)
            return None if seq is None else reads.load(connection, [seq])[0]

        return await self._reader.call(job)

    async def review(self, exchange: str, reviews: Sequence[Review], case: Case) -> Exchange:
        """Append steps. Raises UnknownExchange; Overtaken where the version is not that of `case` any more."""

        def job(connection: sqlite3.Connection) -> Exchange:
            casework.change(connection, reads.find(connection, exchange), reviews, case)
            return _get(connection, exchange)

        return await self._writer.call(job)

    async def merge(self, case: Case, other: Case, review: Review) -> Exchange:
        """Make one case of two. Raises UnknownExchange; Overtaken where a version is another one."""

        def job(connection: sqlite3.Connection) -> Exchange:
            seqs = [reads.find(connection, each.id) for each in (case, other)]
            casework.merge(connection, seqs[0], case, seqs[1], other, review)
            return _get(connection, case.id)

        return await self._writer.call(job)

    async def verify(self, earlier: str = "") -> Audit:
        """Look through the whole trail; other reads wait meanwhile."""
        return await self._reader.call(lambda db: casework.verify(db, earlier))

    async def news(self, after: int | None, *, limit: int = 200) -> News:
        """Where steps were taken since."""
        return await self._reader.call(lambda db: casework.news(db, after, limit))

    async def waiting(self, before: Mapping[Priority, datetime], *, server: str = "") -> tuple[Waiting, ...]:
        """Cases that wait, counted by state and priority."""
        return await self._reader.call(lambda db: figures.waiting(db, before, server))

    async def decided(self, since: datetime, *, server: str = "") -> tuple[Decided, ...]:
        """Every decision since then, in order."""
        return await self._reader.call(lambda db: figures.decided(db, since, server))

    async def of_person(self, person: str, *, platform: str) -> tuple[Exchange, ...]:
        """Everything kept of a person, oldest first."""

        def job(connection: sqlite3.Connection) -> tuple[Exchange, ...]:
            own = reads.of_person(connection, person, platform)
            others = {seq for seq, _ in reads.reports_of(connection, person, platform)}
            seqs = sorted({*own, *others})
            found = zip(seqs, reads.load(connection, seqs), strict=True)
            return tuple(reported_by(person, exchange) if seq in others else exchange for seq, exchange in found)

        return await self._reader.call(job)

    async def erase(self, person: str, *, platform: str) -> int:
        """Overwrite every text of a person's; in how many exchanges there were any. Other writes wait meanwhile, for
        other processes no longer than a lock is waited for."""
        erased = await self._writer.call(lambda db: traces.erase(db, self._ring, person, platform))
        await self._writer.call_alone(lambda db: traces.clean(db, self._file, indexed=True))
        await self._writer.call_alone(lambda _: self._ring.clean())
        return erased

    async def due(self, *, texts: datetime, metadata: datetime) -> Expired:
        """What `expire` would do."""
        return await self._reader.call(lambda db: retention.due(db, texts, metadata))

    async def expire(self, *, texts: datetime, metadata: datetime) -> Expired:
        """Overwrite what was kept for long enough; others write in between."""
        wordless = nameless = 0
        while sum(done := await self._writer.call(lambda db: retention.expire(db, self._ring, texts, metadata))):
            wordless, nameless = wordless + done[0], nameless + done[1]
        await self._writer.call_alone(lambda _: self._ring.clean())
        left = await self.due(texts=texts, metadata=metadata)
        return Expired(texts=wordless, metadata=nameless, held=left.held)

    async def move(self, old: str, new: str) -> None:
        """What was kept of a community is that of another key."""
        if old and old != new:
            await self._writer.call(lambda db: writes.move(db, keep(old), keep(new)))

    async def stats(self, server: str = "") -> Stats:
        """Counts over everything, or one server; outcomes and states that did not occur are counted as 0."""
        return await self._reader.call(lambda db: reads.stats(db, server))

    async def standing(self) -> Standing:
        """How many cases there are of each state and ruling."""
        return await self._reader.call(lambda db: figures.standing(db, ""))

    async def siblings(self, limit: int) -> tuple[Sibling, ...]:
        """Cases that may belong together, the oldest first."""
        return await self._reader.call(lambda db: figures.siblings(db, limit))

    async def aclose(self) -> None:
        """Finish the jobs that were taken, then release files and threads. Idempotent."""
        # Where this is refused, the session looks as if its process had died: the next one to open tidies up.
        with contextlib.suppress(Deflect):
            await self._writer.call(lambda db: writes.end_session(db, self._session))
        await self._reader.stop()
        await self._writer.stop()
        await asyncio.to_thread(self._presence.end)

    def _report(self, db: sqlite3.Connection, opening: Opening, objection: Objection, exchange: str) -> str:
        origin = opening.origin
        recognised = reports.recognisable(origin, objection)
        if recognised and (before := reads.reported(db, origin, by=objection.by)):
            return before[0]
        meant = _look(db, exchange)
        before = reads.reported(db, origin) if recognised else []
        candidates = [meant, *(_look(db, each) for each in before)]
        kept = next((each.id for each in candidates if each and reports.belongs(each, origin)), "")
        if kept:
            row = writes.insert_objection(db, reads.find(db, kept), objection)
        else:
            begun = reports.begun(opening, meant)
            kept, seq = self._insert(db, begun, objection)
            row = writes.insert_objection(db, seq, objection, said=begun.said)
            writes.insert_closing(db, seq, reports.ended(objection), count=False)
        if recognised:
            writes.insert_report(db, row, origin)
        return kept

    def _insert(self, connection: sqlite3.Connection, opening: Opening, first: Objection) -> tuple[str, int]:
        for _ in range(_TRIES):
            exchange = self._ids()
            seq = writes.insert_exchange(connection, exchange, opening, self._session)
            if seq is not None:
                casework.begin(connection, seq, opening, first)
                return exchange, seq
        raise StoreFailed("stores.ids", tries=_TRIES)


def _get(connection: sqlite3.Connection, exchange: str) -> Exchange:
    return reads.load(connection, [reads.find(connection, exchange)])[0]


def _look(connection: sqlite3.Connection, exchange: str) -> Exchange | None:
    try:
        return _get(connection, exchange)
    except UnknownExchange:
        return None


def bring_up(file: Path, keys: Keys) -> None:
    """See `moderation.stores.furnishing.bring_up`."""
    furnishing.bring_up(file, keys, kind=KIND, prepared=_prepare)


def _prepare(connection: sqlite3.Connection, file: Path, sealing: Sealing) -> None:
    furnishing.prepare(connection, file, sealing, EXCHANGES)
    with transaction(connection, sealing):
        traces.sweep(connection, sealing.ring)
        searching.fill(connection)
    with contextlib.suppress(StoreFailed):  # somebody else is at work; the next one to open it tries again
        traces.clean(connection, file, indexed=True)


def _enter(
    connection: sqlite3.Connection, file: Path, now: datetime, sealing: Sealing
) -> tuple[int, Presence, tuple[datetime, ...]]:
    """Tidy up after sessions that are gone (`writes.interrupt`), and begin one. Nobody can see its row before its lock
    is held."""
    with contextlib.ExitStack() as undo:
        with transaction(connection, sealing):
            gone = [session for session in writes.sessions(connection) if not is_alive(_lock_of(file, session))]
            for session in gone:
                writes.end_session(connection, session)
            interrupted = writes.interrupt(connection, now)
            session = writes.begin_session(connection)
            presence = Presence(_lock_of(file, session))
            undo.callback(presence.end)
        undo.pop_all()
    return session, presence, interrupted


def _lock_of(file: Path, session: int) -> Path:
    return file.with_name(f"{file.name}-session-{session}")
