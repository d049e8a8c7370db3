"""The tables of the SQLite state, and what is read and written there.

Every function runs inside a transaction that its caller began and will commit. `now` and other times are microseconds
since 1970; what has expired at `now` is as if it were not there. `mark` is `Keys.mark`: asked here and not by SQLite,
which would give the interpreter's lock back and forth for every key.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from bots.state import Entry, Tally
from bots.state.lines import LINES, seal_lines, without
from bots.state.times import EPOCH, MICROSECOND, instant
from bots.state.values import packed, unpacked
from moderation.stores.keyring import Keyring
from moderation.stores.migrations import Schema
from moderation.stores.rows import Text, keep, revive
from moderation.stores.unsealed import start

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


def _seal(connection: sqlite3.Connection) -> None:
    """Bring a state that was kept in the open under keys. Inside a transaction."""
    start(connection)
    columns = "kind, key, value, coalesce(person, ''), listed, until"
    entries = connection.execute(f"SELECT {columns} FROM entry ORDER BY seq").fetchall()  # noqa: S608 - only constants
    connection.execute("DELETE FROM entry")
    for kind, key, value, person, listed, until in entries:
        held = json.dumps([revive(key), revive(listed), unpacked(revive(value))], ensure_ascii=False)
        marked = dict(zip(("key", "group"), _marked(connection, key, listed), strict=True))
        row = {"kind": kind, "value": keep(held), "person": person, "until": until, **marked}
        connection.execute(_PUT, row)
    seal_lines(connection)
    connection.execute("ALTER TABLE counter ADD COLUMN name ANY NOT NULL DEFAULT ''")
    connection.execute(
        "UPDATE counter SET name = seal(house(), key), key = mark(key),"
        " person = iif(person IS NULL, NULL, mark(person))"
    )


def _marked(connection: sqlite3.Connection, *texts: Text) -> tuple[bytes, ...]:
    """What `texts` are found by, where there are no keys at hand."""
    return tuple(connection.execute("SELECT mark(?)", (text,)).fetchone()[0] for text in texts)


# `entry.value` holds key, group and value, sealed with the key of the person, or of nobody; `counter.name` what its key
# is. Keys and groups are found by what marks them, persons of entries by their key, of counters by a mark.
_PUT: Final = (
    "WITH given (owner) AS (SELECT iif(:person = '', NULL, owner_of('', :person)))"
    " INSERT OR REPLACE INTO entry (kind, key, value, person, listed, until)"
    " SELECT :kind, :key, seal(coalesce(owner, house()), :value), owner, :group, :until FROM given"
)

SCHEMA: Final = Schema(
    name="talchum-state", application=_APPLICATION, steps=(("state", _STATE), ("lines", LINES), ("sealed", _seal))
)

SEALED: Final = {
    "entry": "SELECT unseal(coalesce(person, house()), value) FROM entry",
    "counter": "SELECT unseal(house(), name) FROM counter",
}
"""By table, what reads everything in it that is sealed."""

KIND: Final = "state"
"""Sets the keys of this kind of database apart."""

Row = Mapping[str, Text | int | None]
"""kind, key (marked), value, person, group (marked), until."""
Mark = Callable[[str], bytes]

# A counter is named once: most of what is added is added to one that there is.
_ADD: Final = (
    "UPDATE counter SET total = :amount + iif(until > :now, total, 0),"
    " person = iif(until > :now, coalesce(person, :person), :person),"
    " until = iif(until > :now, max(until, :until), :until) WHERE key = :key"
)
_COUNT: Final = (
    "INSERT INTO counter (key, name, total, person, until)"
    " VALUES (:key, seal(house(), :name), :amount, :person, :until)"
)

_COLUMNS: Final = "kind, unseal(coalesce(person, house()), value), name_of(coalesce(person, '')), until"
_THEIRS: Final = "(SELECT value FROM json_each(owners_of('', :person)))"
_LIVE: Final = "(until IS NULL OR until > :now)"


def get(connection: sqlite3.Connection, mark: Mark, kind: str, keys: Iterable[str], now: int) -> dict[str, Entry]:
    """Those of `keys` that there are, by key."""
    sql = f"SELECT {_COLUMNS} FROM entry WHERE kind = :kind AND key = :key AND {_LIVE}"  # noqa: S608 - only constants
    rows = ((key, {"kind": keep(kind), "key": mark(key), "now": now}) for key in keys)
    found = ((key, connection.execute(sql, fields).fetchone()) for key, fields in rows)
    return {key: _entry(row) for key, row in found if row is not None}


def select(connection: sqlite3.Connection, kind: str, *, group: str | None, limit: int, now: int) -> tuple[Entry, ...]:
    """Entries of a kind (and group), the one put last first."""
    listed = "" if group is None else "AND listed = mark(:group)"
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM entry WHERE kind = :kind {listed} AND {_LIVE}"  # noqa: S608 - only constants
        " ORDER BY seq DESC LIMIT :limit",
        {"kind": keep(kind), "group": keep(group or ""), "limit": max(0, limit), "now": now},
    )
    return tuple(_entry(row) for row in rows)


def of_person(connection: sqlite3.Connection, person: str, now: int) -> tuple[Entry, ...]:
    """Every entry of a person, by kind and key."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM entry WHERE person IN {_THEIRS} AND {_LIVE}",  # noqa: S608 - only constants
        {"person": keep(person), "now": now},
    )
    return tuple(sorted((_entry(row) for row in rows), key=lambda entry: (entry.kind, entry.key)))


def row_of(entry: Entry, mark: Mark) -> Row:
    """An entry as it is kept. Raises TypeError, ValueError where its value is not JSON or its time not aware."""
    held = f"[{packed(entry.key)},{packed(entry.group)},{packed(dict(entry.value))}]"
    return {
        "kind": keep(entry.kind),
        "key": mark(entry.key),
        "value": keep(held),
        "person": keep(entry.person),
        "group": mark(entry.group),
        "until": None if entry.until is None else instant(entry.until),
    }


def put(connection: sqlite3.Connection, row: Row) -> None:
    """Keep an entry, in place of the one of that kind and key."""
    connection.execute(_PUT, row)


def put_new(connection: sqlite3.Connection, row: Row, now: int) -> bool:
    """Keep an entry where there is none of that kind and key; whether it was kept."""
    sql = f"SELECT 1 FROM entry WHERE kind = :kind AND key = :key AND {_LIVE}"  # noqa: S608 - only constants
    if connection.execute(sql, {**row, "now": now}).fetchone():
        return False
    put(connection, row)
    return True


def drop(connection: sqlite3.Connection, mark: Mark, kind: str, key: str, now: int) -> bool:
    """Forget an entry; whether there was one."""
    there = bool(get(connection, mark, kind, [key], now))
    change(connection, mark, (), [(kind, key)])
    return there


def change(connection: sqlite3.Connection, mark: Mark, rows: Iterable[Row], dropped: Iterable[tuple[str, str]]) -> None:
    """Keep entries, and forget others."""
    connection.executemany(_PUT, rows)
    gone = [(keep(kind), mark(key)) for kind, key in dropped]
    connection.executemany("DELETE FROM entry WHERE kind = ? AND key = ?", gone)


def erase(connection: sqlite3.Connection, ring: Keyring, person: str, now: int) -> int:
    """Forget what is of a person, destroy their key, and note that the files have traces of it; how much that was.

    The key is gone for good before the transaction is committed. Where that fails, `sweep` does the rest.
    """
    there = len(of_person(connection, person, now))
    owners = ring.owners(KIND, "", person)
    lines = _forget(connection, owners)
    ring.destroy(owners)
    return there + lines


def sweep(connection: sqlite3.Connection, ring: Keyring) -> None:
    """Forget what belongs to keys that were destroyed: see `moderation.stores.traces.sweep`."""
    _forget(connection, ring.destroyed())


def _forget(connection: sqlite3.Connection, owners: Sequence[str]) -> int:
    """Of how many lines it was forgotten whom they are about."""
    lines = without(connection, owners)
    sql = "DELETE FROM entry WHERE person IN (SELECT value FROM json_each(?))"
    if connection.execute(sql, (json.dumps(owners),)).rowcount or lines:
        connection.execute("INSERT INTO trace DEFAULT VALUES")
    return lines


def add(
    connection: sqlite3.Connection,
    mark: Mark,
    amounts: Mapping[str, int],
    people: Mapping[str, str],
    *,
    until: int,
    now: int,
) -> None:
    """Add to counters."""
    for key, amount in amounts.items():
        person = mark(people[key]) if people.get(key) else None
        row = {"key": mark(key), "name": keep(key), "amount": amount, "person": person, "until": until, "now": now}
        if not connection.execute(_ADD, row).rowcount:
            connection.execute(_COUNT, row)


def add_within(
    connection: sqlite3.Connection,
    mark: Mark,
    amounts: Mapping[str, int],
    most: Mapping[str, int],
    people: Mapping[str, str],
    *,
    until: int,
    now: int,
) -> Tally:
    """Add to counters where none of them then is above what `most` has for it."""
    before = counts(connection, mark, list(most), now)
    fits = all(before[key] + amounts.get(key, 0) <= limit for key, limit in most.items())
    if fits:
        add(connection, mark, amounts, people, until=until, now=now)
    return Tally(added=fits, totals=counts(connection, mark, [*amounts, *most], now))


def counts(connection: sqlite3.Connection, mark: Mark, keys: Sequence[str], now: int) -> dict[str, int]:
    """The counters of these keys; 0 for those that there are not."""
    sql = "SELECT total FROM counter WHERE key = ? AND until > ?"
    found = ((key, connection.execute(sql, (mark(key), now)).fetchone()) for key in keys)
    return {key: row[0] if row else 0 for key, row in found}


def carry(connection: sqlite3.Connection, mark: Mark, before: str, after: str, now: int) -> None:
    """Let counters whose keys begin with `before` begin with `after`."""
    rows = connection.execute("SELECT unseal(house(), name), total, person, until FROM counter").fetchall()
    moving = [row for row in rows if revive(row[0]).startswith(before)]
    connection.executemany("DELETE FROM counter WHERE key = mark(?)", [(key,) for key, *_ in moving])
    for key, total, person, until in moving:
        if until > now:
            there = after + revive(key).removeprefix(before)
            add(connection, mark, {there: total}, {}, until=until, now=now)
            sql = "UPDATE counter SET person = coalesce(person, ?) WHERE key = mark(?)"
            connection.execute(sql, (person, keep(there)))


def counts_of(connection: sqlite3.Connection, person: str, now: int) -> dict[str, int]:
    """Every counter of a person."""
    rows = connection.execute(
        "SELECT unseal(house(), name), total FROM counter WHERE person = mark(?) AND until > ?", (keep(person), now)
    )
    return {revive(key): total for key, total in rows}


def prune(connection: sqlite3.Connection, now: int) -> int:
    """Delete what has expired; how much that was."""
    return sum(
        connection.execute(f"DELETE FROM {table} WHERE until <= ?", (now,)).rowcount  # noqa: S608 - only constants
        for table in ("entry", "counter")
    )


def _entry(row: Sequence[Any]) -> Entry:
    """From what `_COLUMNS` says."""
    kind, held, person, until = row
    key, group, value = unpacked(revive(held))
    return Entry(
        kind=revive(kind),
        key=key,
        value=value,
        person=revive(person),
        group=group,
        until=None if until is None else EPOCH + until * MICROSECOND,
    )
