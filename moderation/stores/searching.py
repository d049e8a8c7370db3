"""How the SQLite store finds texts that it keeps encrypted: candidates by digests of terms, then a look at each.

Candidates come newest first and are looked at one by one, so that a page of a search takes as long as the page is, not
as the store is large.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from itertools import islice

from moderation.stores import Query
from moderation.stores.rows import Text, keep, revive
from moderation.stores.search import Phrase, holds, phrases, terms


def select(
    connection: sqlite3.Connection, query: Query, where: str, order: str, values: Mapping[str, object]
) -> list[int]:
    """The seqs of exchanges, `query.limit` at most, that hold the phrases of `query.text` and are as `where` says of
    them (`e`) and their cases (`c`), in this order."""
    sought = phrases(query.text)
    (match,) = connection.execute("SELECT matching(?)", (keep(query.text),)).fetchone()
    if query.queue:
        tables = "exchange e JOIN casefile c ON c.seq = e.lead"
        among = "e.seq IN (SELECT rowid FROM search WHERE search MATCH :match)"
    else:
        # CROSS: by the index of terms first, in its order, whatever `where` would have an index for.
        tables = "search CROSS JOIN exchange e ON e.seq = search.rowid CROSS JOIN casefile c ON c.seq = e.lead"
        among, order = "search MATCH :match", "search.rowid DESC"
    sql = f"SELECT e.seq FROM {tables} WHERE {among} AND {where} ORDER BY {order}"  # noqa: S608 - only constants
    found = (seq for (seq,) in connection.execute(sql, {**values, "match": match}) if _holds(connection, seq, sought))
    return list(islice(found, max(0, query.limit)))


def _holds(connection: sqlite3.Connection, seq: int, sought: Sequence[Phrase]) -> bool:
    """Whether the texts of an exchange hold all phrases."""
    rows = connection.execute(
        "SELECT unseal(person, said) FROM exchange WHERE seq = :seq UNION ALL"
        " SELECT unseal(e.person, o.text) FROM objection o JOIN exchange e ON e.seq = o.exchange"
        " WHERE o.exchange = :seq UNION ALL"
        " SELECT unseal(e.person, c.shown) FROM closing c JOIN exchange e ON e.seq = c.exchange"
        " WHERE c.exchange = :seq",
        {"seq": seq},
    )
    held = [term for (text,) in rows for term in terms(revive(text))]
    return all(holds(held, phrase) for phrase in sought)


def append_terms(connection: sqlite3.Connection, seq: int, text: Text) -> None:
    """Let an exchange be found by a text, too."""
    row = {"seq": seq, "text": text}
    there = connection.execute(
        "UPDATE search SET terms = terms || ' ' || beginnings(:text) WHERE rowid = :seq", row
    ).rowcount
    if not there:
        connection.execute("INSERT INTO search (rowid, terms) VALUES (:seq, beginnings(:text))", row)


def fill(connection: sqlite3.Connection) -> None:
    """Make the index anew where there is none: in a copy of a database. Inside a transaction."""
    (empty,) = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM exchange) AND NOT EXISTS (SELECT 1 FROM search)"
    ).fetchone()
    if not empty:
        return
    for text in (
        "SELECT seq, unseal(person, said) FROM exchange",
        "SELECT e.seq, unseal(e.person, o.text) FROM objection o JOIN exchange e ON e.seq = o.exchange",
        "SELECT e.seq, unseal(e.person, c.shown) FROM closing c JOIN exchange e ON e.seq = c.exchange",
    ):
        for seq, opened in connection.execute(text):
            append_terms(connection, seq, opened)
