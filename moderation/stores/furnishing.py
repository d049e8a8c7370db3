"""How a database of ours is opened: a connection and its keys, and settings that make commits durable and deletions
real. Everything here waits for the disk."""

import contextlib
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from moderation.errors import StoreUnavailable
from moderation.stores.faults import unavailable
from moderation.stores.keyring import Keyring
from moderation.stores.keys import Keys
from moderation.stores.migrations import Schema, migrate
from moderation.stores.sealing import Sealing

_PATIENCE: Final = timedelta(seconds=5)
"""How long a statement waits for another connection that writes. Ours take milliseconds, but for erasing."""


def furnished(
    uri: str, keys: Keys, undo: contextlib.ExitStack, *, kind: str, making: bool = True
) -> tuple[sqlite3.Connection, Sealing]:
    """A connection, to be handed to a thread, in autocommit mode, as transactions are ours; with what seals its texts
    under keys of that kind. Both are released by `undo`. Raises sqlite3.Error, StoreUnavailable."""
    connection = sqlite3.connect(
        uri, uri=True, timeout=_PATIENCE.total_seconds(), isolation_level=None, check_same_thread=False
    )
    undo.enter_context(contextlib.closing(connection))
    connection.execute("PRAGMA foreign_keys = ON")
    sealing = Sealing(connection, Keyring.at(keys, making=making), kind=kind)
    return connection, undo.enter_context(contextlib.closing(sealing))


def prepare(connection: sqlite3.Connection, file: Path, sealing: Sealing, schema: Schema) -> None:
    """Bring an existing or new database to the present schema, make its commits durable and its deletions real. Raises
    sqlite3.Error, StoreUnavailable."""
    migrate(connection, file, schema, companion=sealing)
    sealing.check(file)
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise StoreUnavailable("stores.broken", file=file, detail=f"journal_mode = {mode}")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")  # macOS: through the drive's own cache; no effect elsewhere
    connection.execute("PRAGMA secure_delete = ON")


def bring_up(
    file: Path, keys: Keys, *, kind: str, prepared: Callable[[sqlite3.Connection, Path, Sealing], None]
) -> None:
    """Bring a database that nobody uses up to the present: have it `prepared`, as opening it does. Raises
    StoreUnavailable and what `prepared` raises."""
    try:
        with contextlib.ExitStack() as undo:
            connection, sealing = furnished(file.absolute().as_uri(), keys, undo, kind=kind)
            prepared(connection, file, sealing)
    except (sqlite3.Error, OSError) as error:
        raise unavailable(error, file) from error
