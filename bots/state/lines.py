"""The books of the SQLite state: lines that are written once.

The database itself refuses to change or to take out a line, whoever asks; it only lets go of whom one is about. Every
function runs inside a transaction that its caller began and will commit.
"""

import json
import sqlite3
from collections.abc import Sequence
from typing import Final

from bots.state import Line
from bots.state.times import instant, moment
from bots.state.values import month_of, packed, unpacked
from moderation.stores.rows import Text, keep, revive

# Consent was an entry once, about training alone: it becomes the first line of its book.
LINES: Final = """
CREATE TABLE line (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind ANY NOT NULL,
    at INTEGER NOT NULL,
    value ANY NOT NULL,
    person ANY
) STRICT;
CREATE INDEX line_kind ON line (kind, at);
CREATE INDEX line_person ON line (person) WHERE person IS NOT NULL;
INSERT INTO line (kind, at, value, person)
SELECT 'consent', strftime('%s', json_extract(value, '$.at')) * 1000000,
    json_object(
        'consent', 'training', 'granted', json(iif(json_extract(value, '$.granted'), 'true', 'false')), 'wording', 1,
        'language', '', 'platform', substr(key, 1, instr(key, ' ') - 1)
    ), person
FROM entry
WHERE kind = 'consent' AND typeof(key) = 'text' AND strftime('%s', json_extract(value, '$.at')) IS NOT NULL
ORDER BY seq;
DELETE FROM entry WHERE kind = 'consent';
CREATE TRIGGER line_is_never_changed BEFORE UPDATE ON line
WHEN NOT (
    OLD.person IS NOT NULL AND NEW.person IS NULL AND NEW.at <= OLD.at
    AND NEW.seq = OLD.seq AND NEW.kind = OLD.kind AND NEW.value = OLD.value
)
BEGIN
    SELECT RAISE(ABORT, 'lines are append-only');
END;
CREATE TRIGGER line_is_never_deleted BEFORE DELETE ON line
BEGIN
    SELECT RAISE(ABORT, 'lines are append-only');
END;
"""

Row = tuple[Text, int, Text, Text | None]
"""Kind, time, value, person."""


def row_of(line: Line) -> Row:
    """A line as it is kept. Raises TypeError, ValueError where its value is not JSON or its time not aware."""
    return keep(line.kind), instant(line.at), keep(packed(line.value)), keep(line.person) if line.person else None


def append(connection: sqlite3.Connection, row: Row) -> None:
    """Write a line."""
    connection.execute(
        "INSERT INTO line (kind, at, value, person)"
        " VALUES (?1, ?2, ?3, CASE WHEN ?4 IS NOT NULL THEN owner_of('', ?4) END)",
        row,
    )


def select(
    connection: sqlite3.Connection, kind: str, since: int | None, before: int | None, *, person: str | None
) -> tuple[Line, ...]:
    """The lines of a book from `since` on, up to `before`, those written first first."""
    rows = connection.execute(
        "SELECT kind, at, value, name_of(coalesce(person, '')) FROM line WHERE kind = :kind"
        " AND (:since IS NULL OR at >= :since) AND (:before IS NULL OR at < :before)"
        " AND (:anybody OR (:person = '' AND person IS NULL)"
        " OR (:person != '' AND person IN (SELECT value FROM json_each(owners_of('', :person))))) ORDER BY seq",
        {
            "kind": keep(kind),
            "since": since,
            "before": before,
            "anybody": person is None,
            "person": keep(person or ""),
        },
    )
    return tuple(
        Line(kind=revive(kind), at=moment(at), value=unpacked(revive(value)), person=revive(whom))
        for kind, at, value, whom in rows
    )


def seal_lines(connection: sqlite3.Connection) -> None:
    """Let lines name people by their keys, which the database refuses to lines that are written."""
    for name, guard in connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name = 'line_is_never_changed'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE line SET person = owner_of('', person) WHERE person IS NOT NULL")
        connection.execute(guard)


def without(connection: sqlite3.Connection, owners: Sequence[str]) -> int:
    """Forget whom lines are about that are about a person with one of these keys, and when in the month they were
    written; how many."""
    about = connection.execute(
        "SELECT seq, at FROM line WHERE person IN (SELECT value FROM json_each(?))", (json.dumps(owners),)
    ).fetchall()
    cut = [(instant(month_of(moment(at))), seq) for seq, at in about]
    connection.executemany("UPDATE line SET person = NULL, at = ? WHERE seq = ?", cut)
    return len(about)
