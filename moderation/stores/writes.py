"""What the SQLite store writes. Every function runs inside a transaction that its caller began and will commit.

`exchange` is an id, `seq` a row number.
"""

import sqlite3
from datetime import datetime

from moderation.records import Closing, Objection, Opening, Origin, Outcome
from moderation.stores import casework
from moderation.stores.erasure import silent, wordless
from moderation.stores.rows import Text, finding_row, keep, revive
from moderation.stores.searching import append_terms


def insert_exchange(connection: sqlite3.Connection, exchange: str, opening: Opening, session: int) -> int | None:
    """The seq of a new exchange, which has no case yet; None where the id is taken. Its first objection indexes what
    was said."""
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
        "WITH value (platform, conversation, person, message, server, persona, persona_version, model, policy,"
        " language, said, owner) AS (SELECT ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, owner_of(?4, ?6))"
        " INSERT INTO exchange (id, session, at, platform, conversation, person, message, server, persona,"
        " persona_version, model, policy, language, said) SELECT ?1, ?2, ?3, platform, seal(owner, conversation),"
        " owner, seal(owner, message), server, persona, persona_version, model, policy, language, seal(owner, said)"
        " FROM value WHERE true ON CONFLICT (id) DO NOTHING RETURNING seq",
        (keep(exchange), session, opening.at.isoformat(), *map(keep, texts)),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    connection.execute("UPDATE exchange SET lead = seq WHERE seq = ?", row)
    return int(row[0])


def insert_objection(connection: sqlite3.Connection, seq: int, objection: Objection, *, said: str = "") -> int:
    """Append an objection with its findings to an exchange, without its texts to an erased one; returns its seq.

    With the first one comes what was `said`, so that both are indexed at once.
    """
    if is_erased(connection, seq):
        objection = wordless(objection)
    texts = (objection.text, objection.shown, objection.by)
    cursor = connection.execute(
        "INSERT INTO objection (exchange, at, stage, text, shown, reporter)"
        " SELECT seq, ?2, ?3, seal(person, ?4), seal(person, ?5), iif(?6 = '', '', owner_of(platform, ?6))"
        " FROM exchange WHERE seq = ?1 RETURNING seq, iif(reporter != '', reporter,"
        " (SELECT e.person FROM exchange e WHERE e.seq = objection.exchange))",
        (seq, objection.at.isoformat(), objection.stage.value, *map(keep, texts)),
    )
    row, owner = cursor.fetchone()
    connection.executemany(
        "INSERT INTO finding (objection, filter, version, category, decision, action, score, spans, detail,"
        " microseconds) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, seal(?11, ?9), ?10)",
        [(*finding_row(row, finding), owner) for finding in objection.findings],
    )
    append_terms(connection, seq, keep(f"{said}\n{objection.text}"))
    _keep_anew(connection, seq)
    casework.press(connection, seq, objection)
    return int(row)


def insert_report(connection: sqlite3.Connection, objection: int, origin: Origin) -> None:
    """Note which message an objection is a report of."""
    connection.execute(
        "INSERT INTO report (objection, platform, conversation, message) VALUES (?, ?, mark(?), mark(?))",
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
        " SELECT seq, ?2, ?3, seal(person, ?4), ?5, ?6, ?7, ?8 FROM exchange WHERE seq = ?1"
        " ON CONFLICT (exchange) DO NOTHING",
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
        append_terms(connection, seq, keep(closing.shown))
        _keep_anew(connection, seq)
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


def interrupt(connection: sqlite3.Connection, at: datetime) -> tuple[datetime, ...]:
    """Close what sessions that are gone left open; when each of those began. What was on the screen is what the last
    objection saw there."""
    rows = connection.execute(
        "SELECT e.seq, e.at, unseal(e.person,"
        " (SELECT o.shown FROM objection o WHERE o.exchange = e.seq ORDER BY o.seq DESC LIMIT 1))"
        " FROM exchange e WHERE e.session NOT IN (SELECT seq FROM session)"
        " AND NOT EXISTS (SELECT 1 FROM closing c WHERE c.exchange = e.seq)"
    ).fetchall()
    for seq, _, shown in rows:
        insert_closing(connection, seq, Closing(at=at, outcome=Outcome.INTERRUPTED, shown=revive(shown)))
    return tuple(datetime.fromisoformat(began) for _, began, _ in rows)


def is_erased(connection: sqlite3.Connection, seq: int) -> bool:
    """Whether no text may enter an exchange any more."""
    (erased,) = connection.execute("SELECT erased FROM exchange WHERE seq = ?", (seq,)).fetchone()
    return bool(erased)


def _keep_anew(connection: sqlite3.Connection, seq: int) -> None:
    """Words were added: where those before them were kept for long enough, these have their own time."""
    connection.execute("UPDATE exchange SET expired = 0 WHERE seq = ? AND expired", (seq,))


def _server_of(connection: sqlite3.Connection, seq: int) -> Text:
    (server,) = connection.execute("SELECT server FROM exchange WHERE seq = ?", (seq,)).fetchone()
    kept: Text = server
    return kept
