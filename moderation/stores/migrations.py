"""The tables of SQLite databases, as ordered steps that were each applied once, and those of the exchanges.

Steps are only ever added at the end: a database remembers by name which it has. A database with a step that this
version does not know comes from a newer one and is refused, as is one of another program.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlite_utils import Database, Migrations

from moderation.errors import StoreUnavailable
from moderation.stores.companions import Companion, transaction
from moderation.stores.unsealed import seal_exchanges

_APPLICATION: Final = 0x54414C43
"""Marks a file as ours ("TALC"), where SQLite keeps the id of the application."""

# Texts have the type ANY: what UTF-8 cannot hold (lone surrogates) is kept as bytes, see `rows.keep`. `seq` orders what
# was kept; ids are for people. Times are ISO 8601.
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

# What was counted before servers were told apart stays counted, as of none.
_SERVERS: Final = """
ALTER TABLE exchange ADD COLUMN server ANY NOT NULL DEFAULT '';
CREATE INDEX exchange_server ON exchange (server);
CREATE INDEX exchange_person ON exchange (person);
ALTER TABLE outcome RENAME TO outcome_of_all;
CREATE TABLE outcome (
    server ANY NOT NULL,
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (server, name)
) STRICT;
INSERT INTO outcome (server, name, count) SELECT '', name, count FROM outcome_of_all;
DROP TABLE outcome_of_all;
"""

# `report.message` is the one that was reported, not the one that its exchange began with.
_REPORTS: Final = """
ALTER TABLE objection ADD COLUMN reporter ANY NOT NULL DEFAULT '';
CREATE INDEX objection_reporter ON objection (reporter) WHERE reporter != '';
CREATE TABLE report (
    objection INTEGER PRIMARY KEY REFERENCES objection (seq),
    platform ANY NOT NULL,
    conversation ANY NOT NULL,
    message ANY NOT NULL
) STRICT;
CREATE INDEX report_message ON report (message);
"""

# A row of `trace` says that texts were overwritten since the files were last copied clean (`moderation.stores.traces`).
_ERASURES: Final = """
ALTER TABLE exchange ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
CREATE TABLE trace (
    seq INTEGER PRIMARY KEY AUTOINCREMENT
) STRICT;
"""

# A case has the row number of the exchange it began with; `exchange.lead` says of which case an exchange is part.
# `waiting` is whether somebody has something to do, as `moderation.cases.OPEN` says it: the queue is read by it.
# Decisions: 1 is FLAG, 2 is BLOCK; actions from 5 are those of somebody in danger (`moderation.records`).
_CASES: Final = """
CREATE TABLE casefile (
    seq INTEGER PRIMARY KEY REFERENCES exchange (seq),
    state TEXT NOT NULL,
    waiting INTEGER NOT NULL DEFAULT 0,
    ruling TEXT,
    version INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL,
    opened TEXT NOT NULL,
    holder ANY NOT NULL DEFAULT '',
    until TEXT,
    decided_by ANY NOT NULL DEFAULT '',
    escalated INTEGER NOT NULL DEFAULT 0,
    appealed INTEGER NOT NULL DEFAULT 0,
    appeals INTEGER NOT NULL DEFAULT 0,
    server ANY NOT NULL
) STRICT;
INSERT INTO casefile (seq, state, waiting, ruling, version, priority, opened, decided_by, server)
SELECT e.seq,
    CASE WHEN e.state != 'open' THEN 'closed'
        WHEN EXISTS (SELECT 1 FROM closing c WHERE c.exchange = e.seq) THEN 'queued' ELSE 'new' END,
    e.state = 'open' AND EXISTS (SELECT 1 FROM closing c WHERE c.exchange = e.seq),
    CASE WHEN e.state != 'open' THEN e.state END,
    e.version,
    CASE WHEN f.action >= 5 THEN 3 WHEN f.reported THEN 2 WHEN f.decision >= 2 THEN 1 ELSE 0 END,
    e.at,
    CASE WHEN e.state != 'open' THEN coalesce((SELECT r.actor FROM review r WHERE r.exchange = e.seq
        AND r.step IN ('uphold', 'overturn') ORDER BY r.seq DESC LIMIT 1), '') ELSE '' END,
    e.server
FROM exchange e LEFT JOIN (
    SELECT o.exchange, max(f.action) AS action, max(f.decision) AS decision, max(o.reporter != '') AS reported
    FROM objection o JOIN finding f ON f.objection = o.seq GROUP BY o.exchange
) f ON f.exchange = e.seq;
CREATE INDEX casefile_queue ON casefile (waiting, priority DESC, seq);
CREATE INDEX casefile_server ON casefile (server, waiting, priority DESC, seq);
ALTER TABLE exchange ADD COLUMN lead INTEGER NOT NULL DEFAULT 0;
UPDATE exchange SET lead = seq;
CREATE INDEX exchange_lead ON exchange (lead);
DROP INDEX exchange_state;
ALTER TABLE exchange DROP COLUMN state;
ALTER TABLE exchange DROP COLUMN version;
ALTER TABLE review ADD COLUMN ruling TEXT;
ALTER TABLE review ADD COLUMN policy ANY NOT NULL DEFAULT '';
ALTER TABLE review ADD COLUMN chain TEXT NOT NULL DEFAULT '';
"""

# An action came between 3 and 4: to hold.
_DECIDED: Final = "CREATE INDEX casefile_decided ON casefile (seq) WHERE state = 'decided';"
_HOLDING: Final = "UPDATE finding SET action = action + 1 WHERE action >= 4;"

# `exchange.expired` is whether its texts were kept for long enough, and none came since. Most of what is old is erased:
# not in the index.
_RETENTION: Final = """
ALTER TABLE exchange ADD COLUMN expired INTEGER NOT NULL DEFAULT 0;
CREATE INDEX exchange_aged ON exchange (at) WHERE NOT erased;
"""

# Words that came after an exchange had expired did not take that back.
_WORDS_SINCE: Final = """
UPDATE exchange SET expired = 0 WHERE expired AND EXISTS (
    SELECT 1 FROM objection o LEFT JOIN finding f ON f.objection = o.seq
    WHERE o.exchange = exchange.seq AND (o.text != '' OR o.shown != '' OR f.detail != '')
);
"""

Step = str | Callable[[sqlite3.Connection], None]
"""A script, or what does the work inside the transaction it is called in."""

_STEPS: Final = (
    ("exchanges", _EXCHANGES),
    ("reviews", _REVIEWS),
    ("search", _SEARCH),
    ("servers", _SERVERS),
    ("reports", _REPORTS),
    ("erasures", _ERASURES),
    ("cases", _CASES),
    ("sealed", seal_exchanges),
    ("retention", _RETENTION),
    ("holding", _HOLDING),
    ("decided", _DECIDED),
    ("words-since", _WORDS_SINCE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The tables of one kind of database."""

    name: str
    """What a database remembers its steps under."""
    application: int
    """Marks a file as of this kind. The first step sets it: `PRAGMA application_id`."""
    steps: tuple[tuple[str, Step], ...]
    """Names, and what to do."""


EXCHANGES: Final = Schema(name="talchum", application=_APPLICATION, steps=_STEPS)


def migrate(connection: sqlite3.Connection, file: Path, schema: Schema, *, companion: Companion | None = None) -> None:
    """Bring the database to the present `schema`. `file` is named in errors, `companion` is settled with it.

    All steps that are missing happen in one transaction that excludes other writers, so that two processes may start on
    one new file. Raises StoreUnavailable where the database is another program's or a newer version's; nothing of it
    was changed then. Raises sqlite3.Error.
    """
    database = Database(connection, execute_plugins=False)
    with transaction(connection, companion):
        _recognise(database, file, schema)
        _migrations(schema).apply(database)


def _migrations(schema: Schema) -> Migrations:
    migrations = Migrations(schema.name)
    for name, step in schema.steps:
        migrations(name=name)(_runs(step))
    return migrations


def _runs(step: Step) -> Callable[[Database], None]:
    def run(database: Database) -> None:
        if isinstance(step, str):
            database.executescript(step)
        else:
            step(database.conn)

    return run


def _recognise(database: Database, file: Path, schema: Schema) -> None:
    (application,) = database.execute("PRAGMA application_id").fetchone()
    if application != schema.application and database.table_names():
        raise StoreUnavailable("stores.foreign", file=file)
    known = {name for name, _ in schema.steps}
    unknown = [step.name for step in _migrations(schema).applied(database) if step.name not in known]
    if unknown:
        raise StoreUnavailable("stores.newer", file=file, unknown=", ".join(unknown))
