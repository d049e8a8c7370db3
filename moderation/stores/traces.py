"""How a person's texts leave the SQLite store: out of the rows, out of the files, and out of copies made before.

Their key is destroyed (`moderation.stores.keyring`), which is what reaches copies.

Overwriting a row is not enough. SQLite zeroes what it deletes (`secure_delete`), but where it divides a page between
two, a copy of what moved stays behind; the search index keeps a term until its segments are merged; the log holds both.
So `erase` overwrites and merges, and notes that there may be traces; `clean` merges what others overwrote, copies the
database, cuts the log off and takes the note away. Where a process dies in between, the note stays, and the next one to
open the file cleans up.
"""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from moderation.errors import StoreFailed
from moderation.stores import reads

if TYPE_CHECKING:
    from moderation.stores.keyring import Keyring

# As `moderation.stores.erasure` says it for values; a test holds the two together. Each takes row numbers as JSON.
OWN: Final = (
    """UPDATE exchange SET erased = 1, person = '', conversation = '', message = '', said = ''
    WHERE seq IN (SELECT value FROM json_each(?))""",
    """UPDATE search SET terms = '' WHERE rowid IN (SELECT value FROM json_each(?))""",
    """UPDATE closing SET shown = '' WHERE exchange IN (SELECT value FROM json_each(?))""",
    """UPDATE finding SET detail = '', spans = '[]' WHERE objection IN
    (SELECT seq FROM objection WHERE exchange IN (SELECT value FROM json_each(?)))""",
    """DELETE FROM report WHERE objection IN
    (SELECT seq FROM objection WHERE exchange IN (SELECT value FROM json_each(?)))""",
    """UPDATE objection SET text = '', shown = '', reporter = '' WHERE exchange IN (SELECT value FROM json_each(?))""",
)
_REPORTED: Final = (
    "UPDATE finding SET detail = '' WHERE objection IN (SELECT value FROM json_each(?))",
    "UPDATE objection SET reporter = '' WHERE seq IN (SELECT value FROM json_each(?))",
)
_MERGE: Final = "INSERT INTO search (search) VALUES ('optimize')"


def erase(connection: sqlite3.Connection, ring: "Keyring", person: str, platform: str) -> int:
    """Overwrite the texts of a person, destroy their key, and note both; in how many exchanges there were any. Inside
    a transaction.

    The key is gone for good before the transaction is committed. Where that fails, `sweep` does the rest.
    """
    erased = _overwrite(
        connection, reads.of_person(connection, person, platform), reads.reports_of(connection, person, platform)
    )
    if person:
        ring.destroy(ring.owners("exchange", platform, person))
    return erased


def sweep(connection: sqlite3.Connection, ring: "Keyring") -> int:
    """Overwrite what belongs to keys that were destroyed, where a process died before it could, or where this is an
    older copy of the database; in how many exchanges there were any. Inside a transaction."""
    gone = (json.dumps(ring.destroyed()),)
    own = connection.execute(
        "SELECT seq FROM exchange WHERE person IN (SELECT value FROM json_each(?))", gone
    ).fetchall()
    reported = connection.execute(
        "SELECT exchange, seq FROM objection WHERE reporter != '' AND reporter IN (SELECT value FROM json_each(?))",
        gone,
    ).fetchall()
    return _overwrite(connection, [seq for (seq,) in own], reported)


def _overwrite(connection: sqlite3.Connection, own: Sequence[int], reported: Sequence[tuple[int, int]]) -> int:
    for statements, seqs in ((OWN, own), (_REPORTED, [objection for _, objection in reported])):
        for statement in statements:
            connection.execute(statement, (json.dumps(seqs),))
    touched = {*own, *(exchange for exchange, _ in reported)}
    if touched:
        connection.execute(_MERGE)
        connection.execute("INSERT INTO trace DEFAULT VALUES")
    return len(touched)


def clean(connection: sqlite3.Connection, file: Path, *, indexed: bool = False) -> None:
    """Leave nothing in the files that is not in the rows, if there may be anything. Outside of any transaction.
    `indexed`: there is an index of terms, in which what others took out (`retention.expire`) may not be merged yet.

    Raises StoreFailed where it cannot be done now: the disk is full, or somebody else reads or writes for too long.
    """
    (latest,) = connection.execute("SELECT max(seq) FROM trace").fetchone()
    if latest is None:
        return
    try:
        if indexed:
            connection.execute(_MERGE)
        connection.execute("VACUUM")
        (busy, *_) = connection.execute("PRAGMA wal_checkpoint (TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        raise StoreFailed("stores.traces", file=file, detail=error) from error
    if busy:
        raise StoreFailed("stores.traces", file=file, detail="SQLITE_BUSY")
    # Not what another process noted meanwhile: it is about to clean up itself.
    connection.execute("DELETE FROM trace WHERE seq <= ?", (latest,))
