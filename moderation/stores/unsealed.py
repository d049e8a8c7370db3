"""Databases from before texts were encrypted, brought under keys.

It happens as a step of their migration, in its transaction, through the functions of `moderation.stores.sealing`. What
was in the open stays in the file until that is copied clean: a row of `trace` says so.
"""

import sqlite3
from typing import Final

from moderation.stores.searching import append_terms

SEALED: Final = """
CREATE TABLE sealing (
    fingerprint TEXT NOT NULL,
    newest TEXT NOT NULL
) STRICT;
INSERT INTO sealing (fingerprint, newest) VALUES (fingerprint(), '');
"""
"""What a database knows of its keys: whose they are, and which was the last that it made."""


def start(connection: sqlite3.Connection) -> None:
    """Note whose keys there are from now on, and that there are texts in the open."""
    for statement in filter(str.strip, SEALED.split(";")):
        connection.execute(statement)
    connection.execute("INSERT INTO trace DEFAULT VALUES")


def seal_exchanges(connection: sqlite3.Connection) -> None:
    """Bring a database of exchanges that was kept in the open under keys. Inside a transaction."""
    start(connection)
    connection.execute("DROP TABLE search")
    connection.execute(
        "CREATE VIRTUAL TABLE search USING fts5 (terms, tokenize = 'ascii', detail = none, columnsize = 0)"
    )
    _index(connection)
    for statement in _STATEMENTS:
        connection.execute(statement)


# Erased exchanges have no person any more, nor any text. Comments belong to those who reported.
_STATEMENTS: Final = (
    "UPDATE exchange SET person = owner_of(platform, person) WHERE NOT erased",
    """UPDATE objection SET reporter = owner_of((SELECT e.platform FROM exchange e WHERE e.seq = objection.exchange),
    reporter) WHERE reporter != ''""",
    """UPDATE finding SET detail = seal((SELECT iif(o.reporter != '', o.reporter, e.person) FROM objection o
    JOIN exchange e ON e.seq = o.exchange WHERE o.seq = finding.objection), detail) WHERE detail != ''""",
    """UPDATE objection SET text = seal((SELECT e.person FROM exchange e WHERE e.seq = objection.exchange), text),
    shown = seal((SELECT e.person FROM exchange e WHERE e.seq = objection.exchange), shown)""",
    """UPDATE closing SET shown = seal((SELECT e.person FROM exchange e WHERE e.seq = closing.exchange), shown)
    WHERE shown != ''""",
    """UPDATE exchange SET said = seal(person, said), conversation = seal(person, conversation),
    message = seal(person, message) WHERE NOT erased""",
    "UPDATE report SET conversation = mark(conversation), message = mark(message)",
    "DROP TRIGGER review_is_never_changed",
    "UPDATE review SET note = seal(house(), note) WHERE note != ''",
    """CREATE TRIGGER review_is_never_changed BEFORE UPDATE ON review
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
)


def _index(connection: sqlite3.Connection) -> None:
    """Fill the search index from texts in the open."""
    said = "SELECT e.seq, e.said FROM exchange e WHERE NOT e.erased"
    drafted = "SELECT exchange, text FROM objection WHERE text != ''"
    shown = "SELECT exchange, shown FROM closing WHERE shown != ''"
    for texts in (said, drafted, shown):
        for seq, text in connection.execute(texts):
            append_terms(connection, seq, text)
