"""Texts and names of people as SQLite keeps them: encrypted, each with the key of the person it belongs to.

A connection that is `furnished` has functions for that, so that a statement says what is sealed and nothing that runs
it need know how:

- `owner_of(platform, person)`: the id of the person's key, made where there is none; what columns of persons hold
- `owners_of(platform, person)`: all ids there are of them, as JSON; platform '' means any
- `name_of(owner)`: the person; '' for ''
- `seal(owner, text)`, `unseal(owner, sealed)`: '' stays ''; what was sealed with a key that was destroyed is ''
- `house()`: the owner of what is nobody's
- `mark(text)`: what a key of a platform is found by
- `beginnings(text)`, `matching(text)`: what the search index holds and is asked
  (`moderation.stores.search`)
- `fingerprint()`: of the master key

They refuse with an error of their own, which SQLite replaces: `trouble` gives it back.
"""

import contextlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

from moderation.errors import StoreUnavailable
from moderation.stores.faults import unavailable
from moderation.stores.keyring import KeyLost, Keyring
from moderation.stores.keys import Keys
from moderation.stores.rows import keep, revive
from moderation.stores.search import beginnings, matching, phrases

_Value = str | bytes


class Sealing:
    """What binds a connection to its keyring. Used by the thread that has the connection."""

    def __init__(self, connection: sqlite3.Connection, ring: Keyring, *, kind: str) -> None:
        """Furnish `connection`. `kind` sets the keys of this kind of database apart. It takes over `ring`."""
        self.ring = ring
        self._connection = connection
        self._kind = kind
        self._raised: Exception | None = None
        functions: dict[str, tuple[int, Callable[..., _Value]]] = {
            "owner_of": (2, lambda platform, person: ring.owner(kind, revive(platform), revive(person))),
            "owners_of": (2, lambda platform, who: json.dumps(ring.owners(kind, revive(platform), revive(who)))),
            "name_of": (1, lambda owner: keep(ring.name(owner)) if owner else ""),
            "seal": (2, lambda owner, text: ring.seal(owner, revive(text)) if text else ""),
            "unseal": (2, lambda owner, sealed: keep(ring.unseal(owner, sealed)) if sealed else ""),
            "house": (0, ring.house),
            "mark": (1, lambda text: ring.keys.mark(revive(text))),
            "beginnings": (1, lambda text: beginnings(revive(text), ring.keys.term)),
            "matching": (1, lambda text: matching(phrases(revive(text)), ring.keys.term)),
            "fingerprint": (0, lambda: ring.keys.fingerprint),
        }
        for name, (count, function) in functions.items():
            connection.create_function(name, count, self._telling(function))

    def settle(self) -> None:
        """Make durable what the keyring has pending, before what it sealed: just before a COMMIT."""
        if self.ring.newest:
            self._connection.execute("UPDATE sealing SET newest = ?", (self.ring.newest,))
        self.ring.settle()

    def abandon(self) -> None:
        """Take back what the keyring has pending."""
        self.ring.abandon()

    def trouble(self) -> Exception | None:
        """What a function raised last since this was asked."""
        raised, self._raised = self._raised, None
        return raised

    def close(self) -> None:
        """Release the keyring."""
        self.ring.close()

    def check(self, file: Path) -> None:
        """See that the database and the keys belong together. Raises StoreUnavailable; nothing was changed then."""
        fingerprint, newest = self._connection.execute("SELECT fingerprint, newest FROM sealing").fetchone()
        keys = self.ring.keys
        if fingerprint != keys.fingerprint:
            raise StoreUnavailable("keys.wrong", file=file, source=keys.source)
        if newest and self.ring.missing([newest]):
            raise StoreUnavailable("keys.lost", file=file, folder=keys.folder)

    def _telling(self, function: Callable[..., _Value]) -> Callable[..., _Value]:
        def tell(*values: object) -> _Value:
            try:
                return function(*values)
            except (sqlite3.Error, KeyLost, ValueError) as error:
                self._raised = error
                raise

        return tell


def recognise(file: Path, keys: Keys) -> None:
    """See that a database that is sealed was sealed with `keys`, without a keyring. Raises StoreUnavailable."""
    try:
        with contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            row = database.execute("SELECT fingerprint FROM sealing").fetchone()
    except sqlite3.Error as error:
        raise unavailable(error, file) from error
    if row and row[0] != keys.fingerprint:
        raise StoreUnavailable("keys.wrong", file=file, source=keys.source)


def is_sealed(file: Path) -> bool:
    """Whether a database holds anything that was sealed; False where it cannot be opened, which is told elsewhere.

    Raises StoreUnavailable where its folder may not be looked into."""
    try:
        if not file.is_file() or not file.stat().st_size:
            return False
    except OSError as error:
        raise unavailable(error, file) from error
    try:
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
        try:
            return bool(connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sealing'").fetchone())
        finally:
            connection.close()
    except sqlite3.Error:
        return False
