"""One program serves from one data folder: two would take each other's replies for what a killed one left behind.

What holds it is the lock of the operating system on a small file, which is let go of when the process ends, however it
ends. The file stays, with the number of the process that held it last.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from bots.errors import RefuseToStart

_NONE: Final = frozenset((errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP))
"""A file system that has no such locks."""


@contextmanager
def serving_alone(file: Path) -> Iterator[None]:
    """Hold `file`, made if need be, while this is open; nothing is held where the system has no such locks. Blocks for
    a moment. Raises RefuseToStart where another process holds it, OSError where it cannot be made."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _locked(held):
            process = os.read(held, 32).decode(errors="replace").strip()
            raise RefuseToStart("cli.runs_already", process=process or "?", folder=file.parent)
        with suppress(OSError):  # a full disk, for one: the number is only told
            file.write_text(f"{os.getpid()}\n", encoding="ascii")
        yield
    finally:
        os.close(held)


def _locked(file: int) -> bool:
    """Whether it is ours now, or nobody's for want of locks."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _NONE:
            raise
    return True
