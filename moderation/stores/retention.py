"""How what is kept for long enough leaves the SQLite store: texts first, then whose they were.

Rows stay, as of erased exchanges, so that counts stay true. What is overwritten is gone from the rows at once, and from
where SQLite keeps copies when the file is copied clean next: at the next start, or when somebody is erased.
"""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from moderation.cases import CaseState
from moderation.stores import Expired
from moderation.stores.keyring import Keyring
from moderation.stores.traces import OWN

BATCH: Final = 500
"""Exchanges in one transaction: others wait no longer than it takes."""

# The last thing that happened in an exchange, or in the case it is part of.
_AGED: Final = """
    SELECT e.seq, e.expired, f.state = :closed AS decided, max(
        e.at,
        coalesce((SELECT c.at FROM closing c WHERE c.exchange = e.seq), ''),
        coalesce((SELECT max(o.at) FROM objection o WHERE o.exchange = e.seq), ''),
        coalesce((SELECT max(r.at) FROM exchange x JOIN review r ON r.exchange = x.seq WHERE x.lead = e.lead), '')
    ) AS last
    FROM exchange e JOIN casefile f ON f.seq = e.lead WHERE NOT e.erased AND e.at < :texts
"""
_TEXTS: Final = (
    "UPDATE exchange SET expired = 1, said = '' WHERE seq IN (SELECT value FROM json_each(?))",
    "UPDATE search SET terms = '' WHERE rowid IN (SELECT value FROM json_each(?))",
    "UPDATE closing SET shown = '' WHERE exchange IN (SELECT value FROM json_each(?))",
    """UPDATE finding SET detail = '', spans = '[]' WHERE objection IN
    (SELECT seq FROM objection WHERE exchange IN (SELECT value FROM json_each(?)))""",
    "UPDATE objection SET text = '', shown = '' WHERE exchange IN (SELECT value FROM json_each(?))",
)


def due(connection: sqlite3.Connection, texts: datetime, metadata: datetime) -> Expired:
    """What `expire` would come to, in all."""
    values = {"texts": texts.isoformat(), "metadata": metadata.isoformat(), "closed": CaseState.CLOSED.value}
    sql = (
        "SELECT coalesce(sum(decided AND NOT expired), 0), coalesce(sum(decided AND last < :metadata), 0),"  # noqa: S608 - only constants
        f" coalesce(sum(NOT decided), 0) FROM ({_AGED}) WHERE last < :texts"
    )
    row = connection.execute(sql, values).fetchone()
    return Expired(texts=row[0], metadata=row[1], held=row[2])


def expire(connection: sqlite3.Connection, ring: Keyring, texts: datetime, metadata: datetime) -> tuple[int, int]:
    """Overwrite some of what is due: of how many exchanges texts, and metadata. (0, 0) at the end. Inside a
    transaction."""
    values = {
        "texts": texts.isoformat(),
        "metadata": metadata.isoformat(),
        "closed": CaseState.CLOSED.value,
        "batch": BATCH,
    }
    rows = connection.execute(
        f"SELECT seq, expired, last < :metadata FROM ({_AGED} AND (NOT e.expired OR e.at < :metadata))"  # noqa: S608
        " WHERE decided AND last < :texts AND (NOT expired OR last < :metadata) LIMIT :batch",
        values,
    ).fetchall()
    wordy = [seq for seq, expired, _ in rows if not expired]
    named = [seq for seq, _, nameless in rows if nameless]
    _run(connection, _TEXTS, wordy)
    if named:
        owners = _owners(connection, named)
        _run(connection, OWN, named)
        ring.destroy([owner for owner in owners if not _needed(connection, owner)])
    if rows:
        connection.execute("INSERT INTO trace DEFAULT VALUES")
    return len(wordy), len(named)


def _run(connection: sqlite3.Connection, statements: Sequence[str], seqs: Sequence[int]) -> None:
    for statement in statements:
        connection.execute(statement, (json.dumps(seqs),))


def _owners(connection: sqlite3.Connection, seqs: Sequence[int]) -> set[str]:
    rows = connection.execute(
        "SELECT person FROM exchange WHERE seq IN (SELECT value FROM json_each(:seqs)) UNION"
        " SELECT reporter FROM objection WHERE exchange IN (SELECT value FROM json_each(:seqs))",
        {"seqs": json.dumps(seqs)},
    )
    return {owner for (owner,) in rows if owner}


def _needed(connection: sqlite3.Connection, owner: str) -> bool:
    """Whether anything is left that a key seals: without, it is destroyed, in copies of the database too."""
    rows = connection.execute(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM exchange WHERE person = :owner)"
        " OR EXISTS (SELECT 1 FROM objection WHERE reporter = :owner AND reporter != '')",
        {"owner": owner},
    )
    return rows.fetchone() is not None
