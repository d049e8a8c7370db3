"""Where the log goes: a file beside the store, small, private, without a word of what anybody said."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

_SIZE: Final = 2_000_000
"""Bytes after which a new file is begun; three old ones are kept."""
_TALKATIVE: Final = ("openai", "httpx2", "httpcore2")
"""Libraries whose debug lines hold prompts."""


@contextmanager
def logging_to(file: Path, *, level: str) -> Iterator[None]:
    """Log to `file` from `level` on ("debug", "info", "warning", "critical") while this is open; nothing goes to the
    terminal, where it would stand in the middle of a reply. Raises OSError where the file cannot be made."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    handler = RotatingFileHandler(file, maxBytes=_SIZE, backupCount=3, encoding="utf-8", errors="replace")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    before = root.level, root.handlers[:]
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    root.setLevel(level.upper())
    root.handlers[:] = [handler]
    try:
        yield
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]
        handler.close()
