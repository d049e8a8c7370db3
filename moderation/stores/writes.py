"""What the SQLite store writes. Every function runs inside a transaction that its caller began and will commit.

`exchange` is an id, `seq` a row number.
"""

import sqlite3
from datetime import datetime

from moderation.records import Closing, Objection, Opening, Origin, Outcome
from moderation.stores import casework
from moderation.stores.erasure import silent, wordless
from moderation.stores.rows import Text, finding_row, keep, revive
from moderation.stores.search import terms


def insert_exchange(connection: sqlite3.Connection, exchange: str, opening: Opening, session: int) -> int | None:
    """The seq of a new exchange, which has no case yet; None where the id is taken."""
    origin = opening.origin
    texts = (
        origin.platform,
        origin.conversation,
        origin.person,
        origin.message,
        origin.server,
        opening.persona,
        opening.persona_version,
        opening.model,
        opening.policy,
        opening.language,
        opening.said,
    )
    cursor = connection.execute(
        "INSERT INTO exchange (id, session, at, platform, conversation, person, message, server, persona,"
        " persona_version, model, policy, language, said) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING RETURNING seq",
        (keep(exchange), session, opening.at.isoformat(), *map(keep, texts)),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    seq = int(row[0])
    connection.execute("UPDATE exchange SET lead = seq WHERE seq = ?", (seq,))
    connection.execute("INSERT INTO search (rowid, terms) VALUES (?, ?)", (seq, " ".join(terms(opening.said))))
    return seq


def insert_objection(connection: sqlite3.Connection, seq: int, objection: Objection) -> int:
    """Append an objection with its findings to an exchange, without its texts to an erased one; returns its seq."""
    if is_erased(connection, seq):
        objection = wordless(objection)
    texts = (objection.text, objection.shown, objection.by)
    cursor = connection.execute(
        "INSERT INTO objection (exchange, at, stage, text, shown, reporter) VALUES (?, ?, ?, ?, ?, ?) RETURNING seq",
        (seq, objection.at.isoformat(), objection.stage.value, *map(keep, texts)),
    )
    row = int(cursor.fetchone()[0])
    connection.executemany(
        "INSERT INTO finding (objection, filter, version, category, decision, action, score, spans, detail,"
        " microseconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [finding_row(row, finding) for finding in objection.findings],
    )
    _index(connection, seq, objection.text)
    casework.press(connection, seq, objection)
    return row


def insert_report(connection: sqlite3.Connection, objection: int, origin: Origin) -> None:
    """Note which message an objection is a report of."""
    connection.execute(
        "INSERT INTO report (objection, platform, conversation, message) VALUES (?, ?, ?, ?)",
        (objection, *map(keep, (origin.platform, origin.conversation, origin.message))),
    )


def insert_closing(connection: sqlite3.Connection, seq: int, closing: Closing, *, count: bool = True) -> None:
    """Keep how an exchange ended, without its text where it is erased, and count it, unless it was counted before.

    The first closing stands; a further one changes nothing.
    """
    if is_erased(connection, seq):
        closing = silent(closing)
    cursor = connection.execute(
        "INSERT INTO closing (exchange, at, outcome, shown, tokens_in, tokens_cached, tokens_out, tokens_overshoot)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (exchange) DO NOTHING",
        (
            seq,
            closing.at.isoformat(),
            closing.outcome.value,
            keep(closing.shown),
            closing.tokens_in,
            closing.tokens_cached,
            closing.tokens_out,
            closing.tokens_overshoot,
        ),
    )
    if cursor.rowcount:
        _index(connection, seq, closing.shown)
        casework.queue(connection, seq, closing.at)
        if count:
            count_outcome(connection, closing.outcome, _server_of(connection, seq))


def count_outcome(connection: sqlite3.Connection, outcome: Outcome, server: Text) -> None:
    """One more exchange that ended like this."""
    connection.execute(
        "INSERT INTO outcome (server, name, count) VALUES (?, ?, 1)"
        " ON CONFLICT (server, name) DO UPDATE SET count = count + 1",
        (server, outcome.value),
    )


def move(connection: sqlite3.Connection, old: Text, new: Text) -> None:
    """Let what was kept and counted in one server be of another."""
    for table in ("exchange", "casefile"):
        connection.execute(f"UPDATE {table} SET server = ? WHERE server = ?", (new, old))  # noqa: S608 - tables of ours
    connection.execute(
        "INSERT INTO outcome (server, name, count) SELECT ?, name, count FROM outcome WHERE server = ?"
        " ON CONFLICT (server, name) DO UPDATE SET count = count + excluded.count",
        (new, old),
    )
    connection.execute("DELETE FROM outcome WHERE server = ?", (old,))


def sessions(connection: sqlite3.Connection) -> list[int]:
    """The sessions that have begun and not ended: of processes that live, or that were killed."""
    return [session for (session,) in connection.execute("SELECT seq FROM session")]


def begin_session(connection: sqlite3.Connection) -> int:
    """A number that no session had before."""
    return int(connection.execute("INSERT INTO session DEFAULT VALUES RETURNING seq").fetchone()[0])


def end_session(connection: sqlite3.Connection, session: int) -> None:
    """What the session left unclosed counts as interrupted from now on."""
    connection.execute("DELETE FROM session WHERE seq = ?", (session,))


def interrupt(connection: sqlite3.Connection, at: datetime) -> None:
    """Close what sessions that are gone left open. What was on the screen is what the last objection saw there."""
    rows = connection.execute(
        "SELECT e.seq, (SELECT o.shown FROM objection o WHERE o.exchange = e.seq ORDER BY o.seq DESC LIMIT 1)"
        " FROM exchange e WHERE e.session NOT IN (SELECT seq FROM session)"
        " AND NOT EXISTS (SELECT 1 FROM closing c WHERE c.exchange = e.seq)"
    ).fetchall()
    for seq, shown in rows:
        insert_closing(connection, seq, Closing(at=at, outcome=Outcome.INTERRUPTED, shown=revive(shown)))


def is_erased(connection: sqlite3.Connection, seq: int) -> bool:
    """Whether no text may enter an exchange any more."""
    (erased,) = connection.execute("SELECT erased FROM exchange WHERE seq = ?", (seq,)).fetchone()
    return bool(erased)


def _server_of(connection: sqlite3.Connection, seq: int) -> Text:
    (server,) = connection.execute("SELECT server FROM exchange WHERE seq = ?", (seq,)).fetchone()
    kept: Text = server
    return kept


def _index(connection: sqlite3.Connection, seq: int, text: str) -> None:
    connection.execute("UPDATE search SET terms = terms || ' ' || ? WHERE rowid = ?", (" ".join(terms(text)), seq))
