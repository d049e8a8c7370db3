"""The tables of the SQLite store, as ordered steps that were each applied once.

Steps are only ever added at the end: a database remembers by name which it has. A database with a step that this
version does not know comes from a newer one and is refused, as is one of another program.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlite_utils import Database, Migrations

from moderation.errors import StoreUnavailable

_APPLICATION: Final = 0x54414C43
"""Marks a file as ours ("TALC"), where SQLite keeps the id of the application."""

# Texts have the type ANY: what UTF-8 cannot hold (lone surrogates) is kept as bytes, see `rows.keep`. `seq` orders what
# was kept; ids are for people. Times are ISO 8601. `exchange.state` and `.version` sum up `review` and change with it.
_EXCHANGES: Final = f"""
PRAGMA application_id = {_APPLICATION};
CREATE TABLE session (
    seq INTEGER PRIMARY KEY AUTOINCREMENT
) STRICT;
CREATE TABLE exchange (
    seq INTEGER PRIMARY KEY,
    id ANY NOT NULL UNIQUE,
    session INTEGER NOT NULL,
    platform ANY NOT NULL,
    conversation ANY NOT NULL,
    person ANY NOT NULL,
    message ANY NOT NULL,
    at TEXT NOT NULL,
    persona ANY NOT NULL,
    persona_version ANY NOT NULL,
    model ANY NOT NULL,
    policy ANY NOT NULL,
    language ANY NOT NULL,
    said ANY NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',
    version INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX exchange_state ON exchange (state);
CREATE INDEX exchange_persona ON exchange (persona);
CREATE TABLE objection (
    seq INTEGER PRIMARY KEY,
    exchange INTEGER NOT NULL REFERENCES exchange (seq),
    at TEXT NOT NULL,
    stage TEXT NOT NULL,
    text ANY NOT NULL,
    shown ANY NOT NULL
) STRICT;
CREATE INDEX objection_exchange ON objection (exchange);
CREATE TABLE finding (
    seq INTEGER PRIMARY KEY,
    objection INTEGER NOT NULL REFERENCES objection (seq),
    filter ANY NOT NULL,
    version ANY NOT NULL,
    category ANY NOT NULL,
    decision INTEGER NOT NULL,
    action INTEGER NOT NULL,
    score REAL,
    spans TEXT NOT NULL,
    detail ANY NOT NULL,
    microseconds INTEGER NOT NULL
) STRICT;
CREATE INDEX finding_objection ON finding (objection);
CREATE INDEX finding_rule ON finding (filter, category);
CREATE TABLE closing (
    exchange INTEGER PRIMARY KEY REFERENCES exchange (seq),
    at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    shown ANY NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_cached INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    tokens_overshoot INTEGER NOT NULL
) STRICT;
CREATE TABLE outcome (
    name TEXT PRIMARY KEY,
    count INTEGER NOT NULL
) STRICT;
"""

_REVIEWS: Final = """
CREATE TABLE review (
    seq INTEGER PRIMARY KEY,
    exchange INTEGER NOT NULL REFERENCES exchange (seq),
    at TEXT NOT NULL,
    actor ANY NOT NULL,
    tool ANY NOT NULL,
    step TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    note ANY NOT NULL
) STRICT;
CREATE INDEX review_exchange ON review (exchange);
CREATE TRIGGER review_is_never_changed BEFORE UPDATE ON review
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
CREATE TRIGGER review_is_never_deleted BEFORE DELETE ON review
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
"""

# Holds the terms of `moderation.stores.search`, one row an exchange (rowid: its seq); the tokenizer only cuts at the
# spaces between them.
_SEARCH: Final = """
CREATE VIRTUAL TABLE search USING fts5 (terms, tokenize = "ascii tokenchars '_'");
"""


_STEPS: Final = (("exchanges", _EXCHANGES), ("reviews", _REVIEWS), ("search", _SEARCH))


def migrate(connection: sqlite3.Connection, file: Path) -> None:
    """Bring the database to the present schema. `file` is named in errors.

    All steps that are missing happen in one transaction that excludes other writers, so that two processes may start on
    one new file. Raises StoreUnavailable where the database is another program's or a newer version's; nothing of it
    was changed then. Raises sqlite3.Error.
    """
    database = Database(connection, execute_plugins=False)
    connection.execute("BEGIN IMMEDIATE")
    try:
        _recognise(database, file)
        _migrations().apply(database)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _migrations() -> Migrations:
    migrations = Migrations("talchum")
    for name, script in _STEPS:
        migrations(name=name)(_runs(script))
    return migrations


def _runs(script: str) -> Callable[[Database], None]:
    def run(database: Database) -> None:
        database.executescript(script)

    return run


def _recognise(database: Database, file: Path) -> None:
    (application,) = database.execute("PRAGMA application_id").fetchone()
    if application != _APPLICATION and database.table_names():
        raise StoreUnavailable("stores.foreign", file=file)
    known = {name for name, _ in _STEPS}
    unknown = [step.name for step in _migrations().applied(database) if step.name not in known]
    if unknown:
        raise StoreUnavailable("stores.newer", file=file, unknown=", ".join(unknown))
