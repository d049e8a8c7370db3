"""The keys of persons: one data key for each of whom something is kept, in a file apart from what they seal.

A copy of the database is of no use without this file, and of no use for somebody whose key was destroyed: that is how
erasure reaches backups that were made before. So this file is never part of a backup of the database, and whoever
copies it for safety keeps one copy, not many. What is left of a key that was destroyed is its id, which names nobody:
by it the loss of a key is told from its end.

A key is durable before anything that it seals: a transaction of the database is committed after the one here.
"""

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

from moderation.errors import StoreUnavailable
from moderation.stores import traces
from moderation.stores.faults import unavailable
from moderation.stores.keys import KEYRING, SIZE, Box, Keys
from moderation.stores.migrations import Schema, migrate
from moderation.stores.rows import keep

K = TypeVar("K")
V = TypeVar("V")

_APPLICATION: Final = 0x54414C4B
"""Marks a file as a keyring of ours ("TALK"), where SQLite keeps the id of the application."""

# Of a key that was destroyed everything is NULL but its id. `name` is sealed with the key itself.
_KEYRING: Final = f"""
PRAGMA application_id = {_APPLICATION};
CREATE TABLE instance (
    fingerprint TEXT NOT NULL
) STRICT;
CREATE TABLE owner (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT,
    platform ANY,
    digest BLOB,
    name BLOB,
    key BLOB
) STRICT;
CREATE INDEX owner_digest ON owner (digest, kind, platform);
CREATE TABLE trace (
    seq INTEGER PRIMARY KEY AUTOINCREMENT
) STRICT;
"""

SCHEMA: Final = Schema(name="talchum-keys", application=_APPLICATION, steps=(("keys", _KEYRING),))

HOUSE: Final = "house"
"""Kind of the owner of what is nobody's."""

_PATIENCE: Final = timedelta(seconds=5)
_REMEMBERED: Final = 4_096
"""Owners held in memory at once, by id and by person."""


@dataclass(frozen=True, slots=True)
class _Owner:
    name: str
    box: Box | None
    """None: the key was destroyed."""


class KeyLost(LookupError):
    """A key is not there that was never destroyed: this is an old copy of the keyring, or another instance's."""


class Keyring:
    """The keys, as one connection to the database needs them. Used by one thread at a time.

    What is changed is pending until `settle`. Methods raise sqlite3.Error; ValueError where the file was tampered with.
    """

    def __init__(self, keys: Keys, connection: sqlite3.Connection, *, making: bool) -> None:
        """For `at`."""
        self._making = making
        self.keys = keys
        self._connection = connection
        self._owners: dict[str, _Owner] = {}
        self._ids: dict[tuple[str, str, str], str] = {}
        self._version = -1
        self._fresh = False
        self.newest = ""
        """Id of the key that was made last since `settle`, or ""."""

    @classmethod
    def at(cls, keys: Keys, *, making: bool = True) -> "Keyring":
        """The keyring in the folder of `keys`, made where there is none; without `making` it makes no keys. Raises
        StoreUnavailable: also where it belongs to another master key."""
        file = keys.folder / KEYRING
        with contextlib.ExitStack() as undo:
            try:
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                file.touch(mode=0o600)
                connection = undo.enter_context(contextlib.closing(_connect(file)))
                connection.execute("PRAGMA secure_delete = ON")
                migrate(connection, file, SCHEMA)
                _recognise(connection, keys, file)
                ring = cls(keys, connection, making=making)
                ring.clean()
            except (sqlite3.Error, OSError) as error:
                raise unavailable(error, file) from error
            undo.pop_all()
        return ring

    def owner(self, kind: str, platform: str, person: str) -> str:
        """The id of a person's key, made where there is none, or "" where none may be made."""
        self._refresh()
        whose = (kind, platform, person)
        if whose not in self._ids:
            found = self._find(kind, platform, person)
            if not found and not self._making:
                return ""
            _room(self._ids)[whose] = found or self._make(kind, platform, person)
        return self._ids[whose]

    def owners(self, kind: str, platform: str, person: str) -> list[str]:
        """The ids of a person's keys; `platform` "" means any. Makes none."""
        rows = self._connection.execute(
            "SELECT id FROM owner WHERE digest = :digest AND kind = :kind"
            " AND (:platform = '' OR platform = :platform) ORDER BY seq",
            {"digest": self.keys.person(person), "kind": kind, "platform": keep(platform)},
        )
        return [owner for (owner,) in rows]

    def house(self) -> str:
        """The id of the key for what is nobody's."""
        return self.owner(HOUSE, "", "")

    def name(self, owner: str) -> str:
        """The person a key is of; "" where it was destroyed. Raises KeyLost."""
        return self._owner(owner).name

    def seal(self, owner: str, text: str) -> bytes:
        """`text`, for those alone who have the key. Raises KeyLost, also where the key was destroyed."""
        box = self._owner(owner).box
        if box is None:
            raise KeyLost(owner)
        return box.seal(text.encode("utf-8", "surrogatepass"), owner.encode())

    def unseal(self, owner: str, sealed: bytes) -> str:
        """What was sealed; "" where the key was destroyed. Raises KeyLost."""
        box = self._owner(owner).box
        return "" if box is None else box.open(sealed, owner.encode()).decode("utf-8", "surrogatepass")

    def destroyed(self) -> list[str]:
        """The ids of all keys that were destroyed."""
        return [owner for (owner,) in self._connection.execute("SELECT id FROM owner WHERE key IS NULL")]

    def missing(self, owners: Sequence[str]) -> list[str]:
        """Those of `owners` that are not here, not even as destroyed."""
        rows = self._connection.execute(
            "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM owner)", (json.dumps(list(owners)),)
        )
        return [owner for (owner,) in rows]

    def destroy(self, owners: Sequence[str]) -> None:
        """Leave nothing of these keys but their ids: what they sealed can be read by nobody any more, wherever it is.
        Once it is settled, `clean` leaves nothing in the file either."""
        self._begin()
        changed = self._connection.execute(
            "UPDATE owner SET kind = NULL, platform = NULL, digest = NULL, name = NULL, key = NULL"
            " WHERE key IS NOT NULL AND id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(owners)),),
        )
        if changed.rowcount:
            self._connection.execute("INSERT INTO trace DEFAULT VALUES")
        self._forget()

    def settle(self) -> None:
        """Make durable what is pending: the transaction is at its end."""
        self.newest, self._fresh = "", False
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def abandon(self) -> None:
        """Take back what is pending."""
        self.newest, self._fresh = "", False
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._forget()

    def clean(self) -> None:
        """Leave nothing of destroyed keys in the file. Raises StoreFailed."""
        traces.clean(self._connection, self.keys.folder / KEYRING)

    def copy(self, file: Path) -> None:
        """Write all keys, wrapped as they are, to a new file."""
        with contextlib.closing(sqlite3.connect(file)) as target:
            file.chmod(0o600)
            self._connection.backup(target)

    def merge(self, file: Path) -> int:
        """Take over the keys of a copy that are not here; how many there were. What is destroyed stays destroyed.
        Raises StoreUnavailable where it is none, or another instance's."""
        try:
            with contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as copy:
                _recognise(copy, self.keys, file)
                rows = copy.execute("SELECT id, kind, platform, digest, name, key FROM owner ORDER BY seq").fetchall()
        except (sqlite3.Error, OSError) as error:
            raise unavailable(error, file) from error
        self._begin()
        added = self._connection.executemany(
            "INSERT INTO owner (id, kind, platform, digest, name, key) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO NOTHING",
            rows,
        ).rowcount
        self._forget()
        return added

    def close(self) -> None:
        """Release the file; what is pending is taken back."""
        self._connection.close()

    def _find(self, kind: str, platform: str, person: str) -> str:
        row = self._connection.execute(
            "SELECT id FROM owner WHERE digest = ? AND kind = ? AND platform = ? ORDER BY seq DESC LIMIT 1",
            (self.keys.person(person), kind, keep(platform)),
        ).fetchone()
        return str(row[0]) if row else ""

    def _make(self, kind: str, platform: str, person: str) -> str:
        self._begin()
        if found := self._find(kind, platform, person):  # by another process, before this one had its turn
            return found
        owner, key = os.urandom(8).hex(), os.urandom(SIZE)
        box = Box(key)
        self._connection.execute(
            "INSERT INTO owner (id, kind, platform, digest, name, key) VALUES (?, ?, ?, ?, ?, ?)",
            (
                owner,
                kind,
                keep(platform),
                self.keys.person(person),
                box.seal(person.encode("utf-8", "surrogatepass"), b"name"),
                self.keys.wrapping.seal(key, owner.encode()),
            ),
        )
        _room(self._owners)[owner] = _Owner(person, box)
        self.newest = owner
        return owner

    def _owner(self, owner: str) -> _Owner:
        if owner not in self._owners:
            row = self._connection.execute("SELECT name, key FROM owner WHERE id = ?", (owner,)).fetchone()
            if row is None:
                raise KeyLost(owner)
            _room(self._owners)[owner] = self._opened(owner, *row)
        return self._owners[owner]

    def _opened(self, owner: str, name: bytes | None, key: bytes | None) -> _Owner:
        if name is None or key is None:
            return _Owner("", None)
        box = Box(self.keys.wrapping.open(key, owner.encode()))
        return _Owner(box.open(name, b"name").decode("utf-8", "surrogatepass"), box)

    def _begin(self) -> None:
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")

    def _refresh(self) -> None:
        """Forget what another process may have destroyed before this transaction. During it nobody does: they would
        have to write to the database, too."""
        if self._fresh:
            return
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._forget()
            self._version = version
        self._fresh = True

    def _forget(self) -> None:
        self._owners.clear()
        self._ids.clear()


def _room(held: dict[K, V]) -> dict[K, V]:
    if len(held) >= _REMEMBERED:
        held.clear()
    return held


@contextlib.contextmanager
def opened(keys: Keys) -> Iterator[Keyring]:
    """A keyring for as long as this lasts."""
    with contextlib.closing(Keyring.at(keys)) as ring:
        yield ring


def is_keyring(file: Path) -> bool:
    """Whether a file is a keyring, whoever's."""
    try:
        with contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            return bool(database.execute("PRAGMA application_id").fetchone() == (_APPLICATION,))
    except sqlite3.Error:
        return False


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=_PATIENCE.total_seconds(), isolation_level=None, check_same_thread=False)
    # No write-ahead log: the file by itself is always whole, for those who copy it.
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")
    return connection


def _recognise(connection: sqlite3.Connection, keys: Keys, file: Path) -> None:
    """Give a new keyring its fingerprint. Raises StoreUnavailable where it has another one."""
    row = connection.execute("SELECT fingerprint FROM instance").fetchone()
    if row is None:
        connection.execute("INSERT INTO instance (fingerprint) VALUES (?)", (keys.fingerprint,))
    elif row[0] != keys.fingerprint:
        raise StoreUnavailable("keys.wrong", file=file, source=keys.source)
