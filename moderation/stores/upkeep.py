"""Copies of databases, and whether one is whole. Everything here waits for the disk.

A copy is made while others read and write, of one moment. The search index is not in it: it holds digests of words
under a key that outlives the keys of persons, so whoever was erased since could still be searched for; it is made anew
when the copy is opened (`searching.fill`).
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from moderation.stores import casework
from moderation.stores.faults import failed, is_about_content, unavailable
from moderation.stores.keyring import KeyLost, Keyring
from moderation.stores.keys import Keys
from moderation.stores.sealing import Sealing, is_sealed

Check = Callable[[sqlite3.Connection], Iterable[str]]
"""Looks at one more thing in a database that can be read; says what is wrong, in the words of `integrity_check`."""

SEALED_EXCHANGES: Final[Mapping[str, str]] = {
    "exchange": "SELECT unseal(person, said), unseal(person, conversation), unseal(person, message) FROM exchange",
    "objection": "SELECT unseal(e.person, o.text), unseal(e.person, o.shown), name_of(o.reporter)"
    " FROM objection o JOIN exchange e ON e.seq = o.exchange",
    "finding": "SELECT unseal(iif(o.reporter != '', o.reporter, e.person), f.detail)"
    " FROM finding f JOIN objection o ON o.seq = f.objection JOIN exchange e ON e.seq = o.exchange",
    "closing": "SELECT unseal(e.person, c.shown) FROM closing c JOIN exchange e ON e.seq = c.exchange",
    "review": "SELECT unseal(house(), note) FROM review",
}
"""By table, what reads everything in it that is sealed."""

_MOST: Final = 20
"""Troubles of one kind that are told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nature:
    """What is looked at in a kind of database."""

    kind: str
    """Of its keys."""
    sealed: Mapping[str, str]
    """See `SEALED_EXCHANGES`."""
    counted: str
    """What finds a row where talks were counted."""
    checks: tuple[Check, ...] = ()
    """What else must hold."""


def _trail(database: sqlite3.Connection) -> Iterator[str]:
    """What is wrong with the audit trail."""
    audit = casework.verify(database)
    if audit.broken:
        yield f"audit trail: not as it was written from {audit.broken} on"
    if audit.differing:
        yield f"audit trail: tells other states than the cases have: {', '.join(audit.differing[:_MOST])}"


EXCHANGES: Final = Nature(kind="exchange", sealed=SEALED_EXCHANGES, counted="SELECT 1 FROM outcome", checks=(_trail,))


def copy(file: Path, target: Path) -> None:
    """Write the database of this moment to `target`, which must not be there; readable by its owner alone. Raises
    StoreFailed."""
    try:
        target.touch(mode=0o600, exist_ok=False)
        with (
            contextlib.closing(_reading(file)) as source,
            contextlib.closing(sqlite3.connect(target, isolation_level=None)) as made,
        ):
            source.backup(made)
            made.execute("PRAGMA journal_mode = DELETE")
            for (definition,) in made.execute("SELECT sql FROM sqlite_schema WHERE name = 'search'").fetchall():
                made.execute("DROP TABLE search")
                made.execute(definition)
            made.execute("VACUUM")
    except sqlite3.Error as error:
        raise failed(error, file) from error


def recognise(copied: Path, file: Path, keys: Keys, nature: Nature) -> None:
    """See that the copy of the database `file` and `keys` belong together. What was never sealed belongs to any. Raises
    StoreUnavailable, StoreFailed."""
    if not is_sealed(copied):
        return
    try:
        with (
            contextlib.closing(_reading(copied)) as database,
            contextlib.closing(Sealing(database, Keyring.at(keys, making=False), kind=nature.kind)) as sealing,
        ):
            sealing.check(file)
    except sqlite3.Error as error:
        raise failed(error, file) from error


def troubles(file: Path, keys: Keys, nature: Nature) -> list[str]:
    """What is wrong with a database; nothing where it is whole. Raises StoreUnavailable where the keys are not its
    own, and where it cannot be got at: of what is in it that says nothing."""
    try:
        with contextlib.closing(_reading(file)) as database:
            found = [line for (line,) in database.execute(f"PRAGMA integrity_check ({_MOST})") if line != "ok"]
            found += [
                f"foreign key: {table} {row} without its {parent}"
                for table, row, parent, _ in database.execute("PRAGMA foreign_key_check").fetchmany(_MOST)
            ]
            if found:
                return found
            sealing = Sealing(database, Keyring.at(keys, making=False), kind=nature.kind)
            with contextlib.closing(sealing):
                sealing.check(file)
                found += _unreadable(database, sealing, nature.sealed)
                for check in nature.checks:
                    found += check(database)
            return found
    except sqlite3.Error as error:
        if not is_about_content(error):
            raise unavailable(error, file) from error
        return [str(error)]


def is_used(file: Path, nature: Nature) -> bool:
    """Whether talks were counted in a database; False where that cannot be read, which is told elsewhere."""
    try:
        with contextlib.closing(_reading(file)) as database:
            return database.execute(nature.counted).fetchone() is not None
    except sqlite3.Error:
        return False


def _unreadable(database: sqlite3.Connection, sealing: Sealing, sealed: Mapping[str, str]) -> Iterator[str]:
    for table, query in sealed.items():
        try:
            for _ in database.execute(query):
                pass
        except sqlite3.Error as error:
            trouble = sealing.trouble()
            lost = isinstance(trouble, KeyLost)
            yield f"{table}: a key is missing" if lost else f"{table}: {trouble or error}"


def _reading(file: Path) -> sqlite3.Connection:
    # Not as read-only: the last one to close such a connection leaves the log and its index behind.
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
    connection.execute("PRAGMA query_only = ON")
    return connection
