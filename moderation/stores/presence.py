"""Which of the processes that write to one database are alive.

Each holds a lock on a small file of its own beside the database. The operating system lets go of it when the process
ends, however it ends, so no heartbeat, no process number and no guess about time is needed. The lock is SQLite's own,
on a file that stays empty: portable, and right between two stores of one process as well.
"""

import sqlite3
from pathlib import Path


class Presence:
    """A held lock. Made while the row that names it is not yet visible to others: a visible one is held or dead."""

    def __init__(self, file: Path) -> None:
        """Hold `file`, made if need be. Raises sqlite3.OperationalError where somebody else does."""
        self._file = file
        self._connection = _lock(file)

    def end(self) -> None:
        """Let go, and remove the file."""
        self._connection.close()
        self._file.unlink(missing_ok=True)


def is_alive(file: Path) -> bool:
    """Whether a process holds `file`. Where none does, the file is removed."""
    if not file.exists():
        return False
    try:
        lock = _lock(file)
    except sqlite3.OperationalError:
        return True
    lock.close()
    file.unlink(missing_ok=True)
    return False


def _lock(file: Path) -> sqlite3.Connection:
    file.touch(mode=0o600)
    connection = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = MEMORY")  # or a second file would stay behind
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
