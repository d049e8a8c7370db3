"""What the SQLite store reads and writes of cases and their trail. Every function runs inside a transaction of its
caller's.

`case` is the row number of a case: that of the exchange it began with.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from moderation.cases import OPEN, Case, CaseState, Priority, Review, Reviewer, ReviewStep, Ruling
from moderation.errors import Overtaken
from moderation.records import Objection, Opening
from moderation.stores import Audit, News
from moderation.stores.chain import link
from moderation.stores.rows import keep, review, review_row, revive
from moderation.transitions import may_take, priority_of, queued

_CASE: Final = (
    "c.seq, e.id, c.state, c.ruling, c.version, c.priority, c.opened, c.holder, c.until, c.decided_by, c.escalated,"
    " c.appealed, c.appeals FROM casefile c JOIN exchange e ON e.seq = c.seq"
)
_STEP: Final = "at, actor, tool, step, before, after, unseal(house(), note), ruling, policy, chain FROM review"
_UNTOLD: Final = frozenset({CaseState.NEW, CaseState.QUEUED})
"""States of cases that nobody looked at yet: those from before there was a trail of how they came there have none."""
READABLE: Final = (
    "(NOT e.erased OR EXISTS (SELECT 1 FROM exchange other WHERE other.lead = c.seq AND NOT other.erased))"
)
"""Not everything in a case was erased, where `e` is the exchange it began with."""
_BATCH: Final = 64
"""Cases looked at together where what comes next is sought."""


def begin(connection: sqlite3.Connection, seq: int, opening: Opening, first: Objection) -> None:
    """A case for a new exchange."""
    connection.execute(
        "INSERT INTO casefile (seq, state, priority, opened, server) VALUES (?, ?, ?, ?, ?)",
        (
            seq,
            CaseState.NEW.value,
            priority_of([first]).value,
            opening.at.isoformat(),
            keep(opening.origin.server),
        ),
    )


def case_of(connection: sqlite3.Connection, seq: int) -> int:
    """The case of an exchange."""
    (case,) = connection.execute("SELECT lead FROM exchange WHERE seq = ?", (seq,)).fetchone()
    return int(case)


def press(connection: sqlite3.Connection, seq: int, objection: Objection) -> None:
    """Let the case of an exchange be as pressing as one more objection makes it."""
    connection.execute(
        "UPDATE casefile SET priority = max(priority, ?) WHERE seq = (SELECT lead FROM exchange WHERE seq = ?)",
        (priority_of([objection]).value, seq),
    )


def queue(connection: sqlite3.Connection, seq: int, at: datetime) -> None:
    """Put the case of an exchange that ended before people, once."""
    case = load(connection, [case_of(connection, seq)])[0]
    if case.state is CaseState.NEW:
        ready, steps = queued(case, at)
        change(connection, seq, steps, ready)


def change(connection: sqlite3.Connection, seq: int, reviews: Sequence[Review], case: Case) -> None:
    """Append steps to the trail of an exchange and leave its case as `case` is. Raises Overtaken where its
    version is not `case.version` any more."""
    row = case_of(connection, seq)
    cursor = connection.execute(
        "UPDATE casefile SET state = ?, waiting = ?, ruling = ?, version = version + 1, priority = ?, holder = ?,"
        " until = ?, decided_by = ?, escalated = ?, appealed = ?, appeals = ? WHERE seq = ? AND version = ?",
        (
            case.state.value,
            case.state in OPEN,
            case.ruling and case.ruling.value,
            case.priority.value,
            keep(case.holder),
            case.until and case.until.isoformat(),
            keep(case.decided_by),
            case.escalated,
            case.appealed,
            case.appeals,
            row,
            case.version,
        ),
    )
    if not cursor.rowcount:
        raise _overtaken(connection, row, reviews[-1].step)
    _append(connection, seq, reviews)


def merge(connection: sqlite3.Connection, seq: int, case: Case, joining: int, other: Case, told: Review) -> None:
    """Make the exchanges of the case of `joining` those of the case of `seq`, which stands as `case` then."""
    into, gone = case_of(connection, seq), case_of(connection, joining)
    for row, seen in ((into, case), (gone, other)):
        if load(connection, [row])[0].version != seen.version:
            raise _overtaken(connection, row, told.step)
    connection.execute("UPDATE exchange SET lead = ? WHERE lead = ?", (into, gone))
    connection.execute(
        "UPDATE casefile SET version = version + 1, state = ?, waiting = ?, escalated = ?,"
        " priority = max(priority, (SELECT o.priority FROM casefile o WHERE o.seq = ?)) WHERE seq = ?",
        (case.state.value, case.state in OPEN, case.escalated, gone, into),
    )
    connection.execute("DELETE FROM casefile WHERE seq = ?", (gone,))
    _append(connection, into, [told])


def load(connection: sqlite3.Connection, cases: Iterable[int]) -> list[Case]:
    """Cases with their exchanges and trails, in the order of `cases`."""
    wanted = list(cases)
    asked = (json.dumps(wanted),)
    exchanges: dict[int, list[str]] = defaultdict(list)
    for lead, exchange in connection.execute(
        "SELECT lead, id FROM exchange WHERE lead IN (SELECT value FROM json_each(?)) ORDER BY seq", asked
    ):
        exchanges[lead].append(revive(exchange))
    trails: dict[int, list[Review]] = defaultdict(list)
    for lead, *row in connection.execute(
        f"SELECT (SELECT lead FROM exchange WHERE seq = exchange) AS lead, {_STEP} WHERE exchange IN"  # noqa: S608 - ours
        " (SELECT seq FROM exchange WHERE lead IN (SELECT value FROM json_each(?))) ORDER BY seq",
        asked,
    ):
        trails[lead].append(review(row))
    found = {
        row[0]: _case(row, exchanges, trails)
        for row in connection.execute(f"SELECT {_CASE} WHERE c.seq IN (SELECT value FROM json_each(?))", asked)  # noqa: S608
    }
    return [found[case] for case in wanted]


def following(connection: sqlite3.Connection, by: Reviewer, server: str, after: int | None) -> int | None:
    """The first case behind that of the exchange `after` that waits for somebody like `by`."""
    values: dict[str, object] = {"server": keep(server), "batch": _BATCH, "priority": None, "seq": None}
    if after is not None:
        (seen,) = load(connection, [case_of(connection, after)])
        values |= {"priority": seen.priority.value, "seq": case_of(connection, after)}
    while batch := [int(seq) for (seq,) in connection.execute(_WAITING, values)]:
        for row, case in zip(batch, load(connection, batch), strict=True):
            if may_take(case, by):
                return row
        values |= {"priority": case.priority.value, "seq": row}
    return None


_WAITING: Final = (
    "SELECT c.seq FROM casefile c CROSS JOIN exchange e ON e.seq = c.seq"  # noqa: S608 - ours
    f" WHERE c.waiting = 1 AND {READABLE} AND (:server = '' OR c.server = :server)"
    " AND (:seq IS NULL OR c.priority < :priority OR (c.priority = :priority AND c.seq > :seq))"
    " ORDER BY c.priority DESC, c.seq LIMIT :batch"
)


def counted(connection: sqlite3.Connection, column: str, server: str) -> dict[str, int]:
    """How many cases have each value of a column of ours."""
    return dict(
        connection.execute(
            f"SELECT {column}, count(*) FROM casefile WHERE {column} IS NOT NULL"  # noqa: S608 - a column's name
            " AND (:server = '' OR server = :server) GROUP BY 1",
            {"server": keep(server)},
        )
    )


def news(connection: sqlite3.Connection, after: int | None, limit: int) -> News:
    """See `Store.news`."""
    (head,) = connection.execute("SELECT coalesce(max(seq), 0) FROM review").fetchone()
    if after is None or after >= head:
        return News(until=head)
    rows = connection.execute(
        "SELECT r.seq, e.id FROM review r JOIN exchange e ON e.seq = r.exchange"
        " WHERE r.seq > ? AND r.step != ? ORDER BY r.seq LIMIT ?",
        (after, ReviewStep.QUEUE.value, limit),
    ).fetchall()
    until = rows[-1][0] if len(rows) == limit else head
    return News(until=until, exchanges=tuple(dict.fromkeys(revive(exchange) for _, exchange in rows)))


def verify(connection: sqlite3.Connection, earlier: str = "") -> Audit:
    """Look through the whole trail, for the digest `earlier` too."""
    steps = unchained = 0
    lost = bool(earlier)
    digest = broken = ""
    last: dict[int, str] = {}
    for lead, exchange, kept in _trail(connection):
        steps += 1
        digest = link(digest, exchange, kept)
        lost = lost and digest != earlier
        unchained += not kept.chain
        last[lead] = kept.after.value
        if not broken and kept.chain not in ("", digest):
            broken = exchange
    differing = [
        revive(exchange)
        for seq, exchange, state in connection.execute(
            "SELECT c.seq, e.id, c.state FROM casefile c JOIN exchange e ON e.seq = c.seq ORDER BY c.seq"
        )
        if state != last.get(seq, state if state in _UNTOLD else CaseState.NEW.value)
    ]
    return Audit(steps=steps, unchained=unchained, broken=broken, differing=tuple(differing), head=digest, lost=lost)


def _trail(connection: sqlite3.Connection) -> Iterator[tuple[int, str, Review]]:
    rows = connection.execute(
        "SELECT e.lead, e.id, r.at, r.actor, r.tool, r.step, r.before, r.after,"
        " unseal(house(), r.note), r.ruling, r.policy, r.chain"
        " FROM review r JOIN exchange e ON e.seq = r.exchange ORDER BY r.seq"
    )
    return ((lead, revive(exchange), review(row)) for lead, exchange, *row in rows)


def _append(connection: sqlite3.Connection, seq: int, reviews: Iterable[Review]) -> None:
    (exchange,) = connection.execute("SELECT id FROM exchange WHERE seq = ?", (seq,)).fetchone()
    digest = _head(connection)
    for step in reviews:
        digest = link(digest, revive(exchange), step)
        connection.execute(
            "INSERT INTO review (exchange, at, actor, tool, step, before, after, note, ruling, policy, chain)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, seal(house(), ?), ?, ?, ?)",
            (seq, *review_row(replace(step, chain=digest))),
        )


def _head(connection: sqlite3.Connection) -> str:
    """The digest of the last step; of steps from before there was a chain it is made now."""
    row = connection.execute("SELECT chain FROM review ORDER BY seq DESC LIMIT 1").fetchone()
    if row is None:
        return ""
    return str(row[0]) or verify(connection).head


def _case(row: Sequence[Any], exchanges: Mapping[int, list[str]], trails: Mapping[int, list[Review]]) -> Case:
    seq, exchange, state, ruling, version, priority, opened, holder, until, decided_by, *flags = row
    escalated, appealed, appeals = flags
    return Case(
        id=revive(exchange),
        state=CaseState(state),
        ruling=Ruling(ruling) if ruling else None,
        version=version,
        priority=Priority(priority),
        opened=datetime.fromisoformat(opened),
        holder=revive(holder),
        until=datetime.fromisoformat(until) if until else None,
        decided_by=revive(decided_by),
        escalated=bool(escalated),
        appealed=bool(appealed),
        appeals=appeals,
        exchanges=tuple(exchanges[seq]),
        reviews=tuple(trails[seq]) if seq in trails else (),
    )


def _overtaken(connection: sqlite3.Connection, case: int, step: ReviewStep) -> Overtaken:
    (kept,) = load(connection, [case])
    return Overtaken("stores.overtaken", id=kept.id, state=kept.state, step=step)
