"""Backups of the databases while they are in use, their restoration, and whether they are whole.

A backup is a ZIP file: `backup.json` (`format` 1, `at`, `keys`: the fingerprint of the master key, `files`: SHA-256 by
name), and a copy of each database. Everything of people in it is encrypted, and the keys are not in it: so whoever is
erased later is erased from it, too. Everything here waits for the disk.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bots.config import Settings
from bots.errors import RefuseToStart
from bots.parts import keys_of
from bots.state.sqlite import bring_up
from bots.state.statements import KIND, SEALED
from moderation.errors import StoreUnavailable
from moderation.stores import presence, sqlite, upkeep
from moderation.stores.faults import unavailable
from moderation.stores.keyring import is_keyring, opened
from moderation.stores.keys import KEYRING, Keys, lasting

_FORMAT: Final = 1
_MANIFEST: Final = "backup.json"
_CHUNK: Final = 1 << 20

STATE: Final = upkeep.Nature(kind=KIND, sealed=SEALED, counted="SELECT 1 FROM counter")


class BackupError(RefuseToStart):
    """A backup cannot be made or used: what stands in the way; nothing was changed. Fields: file, and others by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a backup was."""

    at: datetime
    """When it was made."""
    keys: int
    """How many keys of people came back with it."""


def databases(settings: Settings) -> dict[Path, upkeep.Nature]:
    """Those that there are. The state, which names exchanges, is before the exchanges: of copies made one after the
    other, the later one has all that the earlier one names."""
    both = {settings.state: STATE, settings.store: upkeep.EXCHANGES}
    return {file: nature for file, nature in both.items() if file.is_file()}


def missing(settings: Settings) -> tuple[Path, ...]:
    """Those that are gone. Every talk is counted in both: where one has counts there were two. Commands that only look
    make one alone."""
    there = databases(settings)
    if not any(upkeep.is_used(file, nature) for file, nature in there.items()):
        return ()
    return tuple(file for file in (settings.state, settings.store) if file not in there)


def back_up(settings: Settings, file: Path, *, at: datetime, keys: Path | None = None) -> int:
    """Write a backup to `file`, whole or not at all, and the keys of people to `keys`, whose copy from before is
    replaced; the size of the backup in bytes. The databases may be in use meanwhile.

    Raises BackupError: nothing to back up, a database is gone, another kind of file is there, both are to be one file;
    StoreUnavailable, also where the keys are not those of the databases, or nothing of the backup could be read later;
    StoreFailed, also where the disk is full.
    """
    sources = databases(settings)
    if not sources:
        raise BackupError("store.nothing", folder=settings.data)
    for gone in missing(settings):
        raise BackupError("store.gone", file=gone)
    if keys and os.path.realpath(keys) == os.path.realpath(file):
        raise BackupError("store.same_file", file=keys)
    if file.exists() and not _is_backup(file):
        raise BackupError("store.in_the_way", file=file)
    secrets = keys_of(settings)
    with _workshop(file.absolute().parent) as folder:
        copies = [folder / source.name for source in sources]
        for (source, nature), copied in zip(sources.items(), copies, strict=True):
            upkeep.copy(source, copied)
            upkeep.recognise(copied, source, secrets, nature)
        files = {copied.name: _digest(copied) for copied in copies}
        manifest = {"format": _FORMAT, "at": at.isoformat(), "keys": secrets.fingerprint, "files": files}
        packed = folder / "backup.zip"
        with packed.open("xb") as stream:
            packed.chmod(0o600)
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                archive.writestr(_MANIFEST, json.dumps(manifest, indent=2))
                for copied in copies:
                    archive.write(copied, copied.name)
            stream.flush()
            os.fsync(stream.fileno())
        if keys:
            # After the databases: nobody whose texts are in the backup is missing here.
            _copy_keys(secrets, keys.absolute())
        size = packed.stat().st_size
        _put(packed, file)
    return size


def restore(settings: Settings, file: Path, *, replacing: bool = False, keys: Path | None = None) -> Restored:
    """Put the databases of a backup in place: all of them are looked at and brought up to this version before any is.

    `keys`, a copy of the keys of people, is taken over first: keys that are missing come back with it, destroyed ones
    do not. Whoever was erased since the backup was made is erased from it, too.

    Raises BackupError: no backup, damaged, no `keys` there, there is something already and it is not to be `replacing`
    that, Talchum runs; StoreUnavailable: other keys, too old ones, a newer version's.
    """
    if keys and not keys.is_file():
        raise BackupError("store.no_file", file=keys)
    with _reading(file) as archive:
        manifest = _manifest(archive, file)
        _refuse(settings, replacing=replacing)
        secrets = keys_of(settings, replacing=True)
        if manifest["keys"] != secrets.fingerprint:
            raise StoreUnavailable("keys.wrong", file=file, source=secrets.source)
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _workshop(settings.data) as folder:
            places = _unpacked(archive, manifest["files"], settings, folder)
            if places is None:
                raise BackupError("store.damaged", file=file)
            merged = _merge(secrets, keys) if keys else 0
            for made, place in places.items():
                (bring_up if place == settings.state else sqlite.bring_up)(made, secrets)
            _refuse(settings, replacing=replacing)
            for made, place in places.items():
                _settle(place)
                _put(made, place)
    return Restored(at=datetime.fromisoformat(manifest["at"]), keys=merged)


def _unpacked(
    archive: zipfile.ZipFile, digests: Mapping[str, str], settings: Settings, folder: Path
) -> dict[Path, Path] | None:
    """The databases of an archive in `folder`, and where they belong; None where they are not what was backed up."""
    places = {file.name: file for file in (settings.store, settings.state)}
    if not digests or not digests.keys() <= places.keys() & set(archive.namelist()):
        return None
    for name, digest in digests.items():
        _unpack(archive, name, folder / name)
        if _digest(folder / name) != digest:
            return None
    return {folder / name: places[name] for name in digests}


def _unpack(archive: zipfile.ZipFile, name: str, file: Path) -> None:
    with archive.open(name) as packed, file.open("xb") as out:
        file.chmod(0o600)
        shutil.copyfileobj(packed, out, _CHUNK)
        out.flush()
        os.fsync(out.fileno())


def running(store: Path) -> bool:
    """Whether a process has the store open."""
    return any(presence.is_alive(lock) for lock in store.parent.glob(f"{store.name}-session-*"))


def _refuse(settings: Settings, *, replacing: bool) -> None:
    if running(settings.store):
        raise BackupError("store.running", file=settings.store)
    there = databases(settings)
    if there and not replacing:
        raise BackupError("store.there", file=next(iter(there)))


def _merge(secrets: Keys, copied: Path) -> int:
    with opened(secrets) as ring:
        merged = ring.merge(copied)
        ring.settle()
    return merged


def _copy_keys(secrets: Keys, file: Path) -> None:
    """The keys of people, in place of the copy from before, of which nothing stays."""
    if file.exists() and not is_keyring(file):
        raise BackupError("store.in_the_way", file=file)
    with _workshop(file.parent) as folder, opened(secrets) as ring:
        ring.copy(folder / KEYRING)
        _put(folder / KEYRING, file)


def _settle(file: Path) -> None:
    """Let nothing be left beside a database that nobody uses and that is about to be replaced: its log would be taken
    for that of the new one."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(file)) as old:
        old.execute("PRAGMA wal_checkpoint (TRUNCATE)")
    for rest in ("-wal", "-shm"):
        file.with_name(file.name + rest).unlink(missing_ok=True)


def _put(made: Path, file: Path) -> None:
    """Move a finished file into its place, for good."""
    made.replace(file)
    lasting(file.absolute().parent)


@contextlib.contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """A private folder on the same disk, gone afterwards. What the disk refuses is told in our words."""
    try:
        with tempfile.TemporaryDirectory(prefix=".talchum-", dir=folder) as made:
            yield Path(made)
    except OSError as error:
        raise unavailable(error, folder) from error


@contextlib.contextmanager
def _reading(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except FileNotFoundError:
        raise BackupError("store.no_file", file=file) from None
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise BackupError("store.damaged", file=file) from None


def _manifest(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(archive.read(_MANIFEST))
        known = manifest["format"] == _FORMAT
    except (KeyError, ValueError, TypeError):
        raise BackupError("store.no_backup", file=file) from None
    if not known:
        raise BackupError("store.newer_backup", file=file)
    return manifest


def _is_backup(file: Path) -> bool:
    with contextlib.suppress(BackupError), _reading(file) as archive:
        return bool(_manifest(archive, file))
    return False


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
