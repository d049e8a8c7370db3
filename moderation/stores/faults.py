"""What SQLite and the file system refuse, in the words of our error tree.

sqlite3 has one class for a full disk, a lock and a missing folder; what sets them apart is the result code.
"""

import errno
import sqlite3
from pathlib import Path
from typing import Final

from moderation.errors import StoreFailed, StoreUnavailable

_Kinds = tuple[tuple[str, set[int]], ...]

_RESULTS: Final[_Kinds] = (
    ("full", {sqlite3.SQLITE_FULL}),
    ("readonly", {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}),
    ("locked", {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}),
    ("damaged", {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}),
)
_ERRNOS: Final[_Kinds] = (
    ("full", {errno.ENOSPC, errno.EDQUOT}),
    ("readonly", {errno.EACCES, errno.EPERM, errno.EROFS}),
    ("folder", {errno.ENOTDIR, errno.EEXIST}),
)
_PRIMARY: Final = 0xFF
"""The part of an extended result code that says what kind it is."""


def failed(error: sqlite3.Error, file: Path) -> StoreFailed:
    """The error for a read or write that SQLite refused."""
    return StoreFailed(f"stores.{_kind(error)}", file=file, detail=error)


def defective(error: Exception, file: Path) -> StoreFailed:
    """The error for a job that raised what nobody foresaw. Only its type is told: its words may quote a text."""
    failure = StoreFailed("stores.defect", file=file, detail=type(error).__name__)
    failure.__cause__ = error
    return failure


def unavailable(error: sqlite3.Error | OSError, file: Path) -> StoreUnavailable:
    """The error for a database that cannot be opened."""
    return StoreUnavailable(f"stores.{_kind(error)}", file=file, detail=error)


def is_about_content(error: sqlite3.Error) -> bool:
    """Whether SQLite found something wrong in a database, as opposed to not getting at it: a lock, a permission, a full
    disk."""
    return _kind(error) in ("damaged", "broken")


def _kind(error: sqlite3.Error | OSError) -> str:
    if isinstance(error, OSError):
        known, code = _ERRNOS, error.errno
    else:
        # Errors that the module raises without asking SQLite have no result code.
        known, code = _RESULTS, getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY
    return next((kind for kind, codes in known if code in codes), "broken")
