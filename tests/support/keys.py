"""Keys for databases of tests, and what is to be gone from files with them."""

import contextlib
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from moderation.stores.keyring import opened
from moderation.stores.keys import Keys


def keys_beside(file: Path) -> Keys:
    """Those of the folder a database is in: made there beside it, always the same."""
    return Keys.at(keys_folder(file))


def keys_folder(file: Path) -> Path:
    """Where these keys are."""
    return file.parent.with_name(f"{file.parent.name}-keys")


def secrets_of(file: Path, kind: str, platform: str, person: str, held: Iterable[str]) -> list[bytes]:
    """What must be in no file once a person is erased: what the queries `held` give of their owners, and their keys."""
    with opened(keys_beside(file)) as ring, contextlib.closing(sqlite3.connect(file)) as database:
        owners = json.dumps(ring.owners(kind, platform, person))
        sealed = [blob for query in held for (blob,) in database.execute(query, {"owners": owners}) if blob]
        keys = "SELECT key, name, digest FROM owner WHERE id IN (SELECT value FROM json_each(?))"
        rows = ring._connection.execute(keys, (owners,)).fetchall()
    # From the middle: pages may hold the beginning and the end of a value apart.
    return [blob[len(blob) // 2 :][:12] for blob in (*sealed, *(value for row in rows for value in row))]


def everything(file: Path) -> bytes:
    """All files beside the database, and those of the keys."""
    folders = (file.parent, keys_beside(file).folder)
    return b"".join(path.read_bytes() for folder in folders for path in sorted(folder.iterdir()))


def left(file: Path, secrets: Iterable[bytes]) -> list[bytes]:
    """Those of `secrets` that stand in any of these files."""
    content = everything(file)
    return [secret for secret in secrets if secret in content]
