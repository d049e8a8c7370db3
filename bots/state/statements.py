"""The tables of the SQLite state, and what is read and written there.

Every function runs inside a transaction that its caller began and will commit. `now` and other times are microseconds
since 1970; what has expired at `now` is as if it were not there.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from bots.state import Entry, Tally
from bots.state.lines import LINES, without
from bots.state.times import EPOCH, MICROSECOND, instant
from bots.state.values import packed, unpacked
from moderation.stores.migrations import Schema
from moderation.stores.rows import Text, keep, revive

_APPLICATION: Final = 0x54414C53
"""Marks a file as a state of ours ("TALS"), where SQLite keeps the id of the application."""

# Texts have the type ANY: what UTF-8 cannot hold (lone surrogates) is kept as bytes, see `rows.keep`. `seq` orders what
# was put. No person is NULL. A row of `trace` says that something was erased since the files were last copied clean
# (`moderation.stores.traces`).
_STATE: Final = f"""
PRAGMA application_id = {_APPLICATION};
CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    kind ANY NOT NULL,
    key ANY NOT NULL,
    value ANY NOT NULL,
    person ANY,
    listed ANY NOT NULL,
    until INTEGER,
    UNIQUE (kind, key)
) STRICT;
CREATE INDEX entry_listed ON entry (kind, listed);
CREATE INDEX entry_person ON entry (person) WHERE person IS NOT NULL;
CREATE INDEX entry_until ON entry (until) WHERE until IS NOT NULL;
CREATE TABLE counter (
    key ANY PRIMARY KEY NOT NULL,
    total INTEGER NOT NULL,
    person ANY,
    until INTEGER NOT NULL
) STRICT;
CREATE INDEX counter_person ON counter (person) WHERE person IS NOT NULL;
CREATE INDEX counter_until ON counter (until);
CREATE TABLE trace (
    seq INTEGER PRIMARY KEY AUTOINCREMENT
) STRICT;
"""

SCHEMA: Final = Schema(name="talchum-state", application=_APPLICATION, steps=(("state", _STATE), ("lines", LINES)))

Row = tuple[Text, Text, Text, Text | None, Text, int | None]
"""Kind, key, value, person, group, until."""

_COLUMNS: Final = "kind, key, value, person, listed, until"
_LIVE: Final = "(until IS NULL OR until > :now)"


def get(connection: sqlite3.Connection, kind: str, keys: Iterable[str], now: int) -> dict[str, Entry]:
    """Those of `keys` that there are, by key."""
    sql = f"SELECT {_COLUMNS} FROM entry WHERE kind = :kind AND key = :key AND {_LIVE}"  # noqa: S608 - only constants
    rows = ((key, {"kind": keep(kind), "key": keep(key), "now": now}) for key in keys)
    found = ((key, connection.execute(sql, fields).fetchone()) for key, fields in rows)
    return {key: _entry(row) for key, row in found if row is not None}


def select(connection: sqlite3.Connection, kind: str, *, group: str | None, limit: int, now: int) -> tuple[Entry, ...]:
    """Entries of a kind (and group), the one put last first."""
    listed = "" if group is None else "AND listed = :group"
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM entry WHERE kind = :kind {listed} AND {_LIVE}"  # noqa: S608 - only constants
        " ORDER BY seq DESC LIMIT :limit",
        {"kind": keep(kind), "group": keep(group or ""), "limit": max(0, limit), "now": now},
    )
    return tuple(_entry(row) for row in rows)


def of_person(connection: sqlite3.Connection, person: str, now: int) -> tuple[Entry, ...]:
    """Every entry of a person, by kind and key."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM entry WHERE person = :person AND {_LIVE}",  # noqa: S608 - only constants
        {"person": keep(person), "now": now},
    )
    return tuple(sorted((_entry(row) for row in rows), key=lambda entry: (entry.kind, entry.key)))


def row_of(entry: Entry) -> Row:
    """An entry as it is kept. Raises TypeError, ValueError where its value is not JSON or its time not aware."""
    return (
        keep(entry.kind),
        keep(entry.key),
        keep(packed(entry.value)),
        _owner(entry.person),
        keep(entry.group),
        None if entry.until is None else instant(entry.until),
    )


def put(connection: sqlite3.Connection, row: Row) -> None:
    """Keep an entry, in place of the one of that kind and key."""
    sql = f"INSERT OR REPLACE INTO entry ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608 - only constants
    connection.execute(sql, row)


def put_new(connection: sqlite3.Connection, row: Row, now: int) -> bool:
    """Keep an entry where there is none of that kind and key; whether it was kept."""
    kind, key, *_ = row
    sql = f"SELECT 1 FROM entry WHERE kind = :kind AND key = :key AND {_LIVE}"  # noqa: S608 - only constants
    if connection.execute(sql, {"kind": kind, "key": key, "now": now}).fetchone():
        return False
    put(connection, row)
    return True


def drop(connection: sqlite3.Connection, kind: str, key: str, now: int) -> bool:
    """Forget an entry; whether there was one."""
    there = bool(get(connection, kind, [key], now))
    connection.execute("DELETE FROM entry WHERE kind = ? AND key = ?", (keep(kind), keep(key)))
    return there


def erase(connection: sqlite3.Connection, person: str, now: int) -> int:
    """Forget what is of a person, and note that the files have traces of it; how much that was."""
    there = len(of_person(connection, person, now))
    lines = without(connection, person)
    if connection.execute("DELETE FROM entry WHERE person = ?", (keep(person),)).rowcount or lines:
        connection.execute("INSERT INTO trace DEFAULT VALUES")
    return there + lines


def add(
    connection: sqlite3.Connection, amounts: Mapping[str, int], people: Mapping[str, str], *, until: int, now: int
) -> None:
    """Add to counters."""
    connection.executemany(
        "INSERT INTO counter (key, total, person, until) VALUES (:key, :amount, :person, :until)"
        " ON CONFLICT (key) DO UPDATE SET"
        " total = excluded.total + iif(until > :now, total, 0),"
        " person = iif(until > :now, coalesce(person, excluded.person), excluded.person),"
        " until = iif(until > :now, max(until, excluded.until), excluded.until)",
        [
            {"key": keep(key), "amount": amount, "person": _owner(people.get(key, "")), "until": until, "now": now}
            for key, amount in amounts.items()
        ],
    )


def add_within(
    connection: sqlite3.Connection,
    amounts: Mapping[str, int],
    most: Mapping[str, int],
    people: Mapping[str, str],
    *,
    until: int,
    now: int,
) -> Tally:
    """Add to counters where none of them then is above what `most` has for it."""
    before = counts(connection, list(most), now)
    fits = all(before[key] + amounts.get(key, 0) <= limit for key, limit in most.items())
    if fits:
        add(connection, amounts, people, until=until, now=now)
    return Tally(added=fits, totals=counts(connection, [*amounts, *most], now))


def counts(connection: sqlite3.Connection, keys: Sequence[str], now: int) -> dict[str, int]:
    """The counters of these keys; 0 for those that there are not."""
    sql = "SELECT total FROM counter WHERE key = ? AND until > ?"
    found = ((key, connection.execute(sql, (keep(key), now)).fetchone()) for key in keys)
    return {key: row[0] if row else 0 for key, row in found}


def carry(connection: sqlite3.Connection, before: str, after: str, now: int) -> None:
    """Let counters whose keys begin with `before` begin with `after`."""
    rows = connection.execute("SELECT key, total, person, until FROM counter").fetchall()
    moving = [row for row in rows if revive(row[0]).startswith(before)]
    connection.executemany("DELETE FROM counter WHERE key = ?", [(key,) for key, *_ in moving])
    for key, total, person, until in moving:
        if until > now:
            there, owner = after + revive(key).removeprefix(before), "" if person is None else revive(person)
            add(connection, {there: total}, {there: owner}, until=until, now=now)


def counts_of(connection: sqlite3.Connection, person: str, now: int) -> dict[str, int]:
    """Every counter of a person."""
    rows = connection.execute("SELECT key, total FROM counter WHERE person = ? AND until > ?", (keep(person), now))
    return {revive(key): total for key, total in rows}


def prune(connection: sqlite3.Connection, now: int) -> int:
    """Delete what has expired; how much that was."""
    return sum(
        connection.execute(f"DELETE FROM {table} WHERE until <= ?", (now,)).rowcount  # noqa: S608 - only constants
        for table in ("entry", "counter")
    )


def _owner(person: str) -> Text | None:
    return keep(person) if person else None


def _entry(row: Sequence[Any]) -> Entry:
    """From the columns kind … until."""
    kind, key, value, person, listed, until = row
    return Entry(
        kind=revive(kind),
        key=revive(key),
        value=unpacked(revive(value)),
        person="" if person is None else revive(person),
        group=revive(listed),
        until=None if until is None else EPOCH + until * MICROSECOND,
    )
