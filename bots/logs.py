"""Where the log goes: a file beside the store, small, private, without a word of what anybody said; and, where a
program reads it, lines of JSON."""

import json
import logging
import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Final, TextIO

from moderation.errors import Deflect

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_SIZE: Final = 2_000_000
"""Bytes after which a new file is begun; three old ones are kept."""
_TALKATIVE: Final = {
    "openai": logging.WARNING,
    "httpx2": logging.WARNING,
    "httpcore2": logging.WARNING,
    "httpx": logging.WARNING,  # its addresses hold the token of the Telegram bot
    "httpcore": logging.WARNING,
    "telegram": logging.CRITICAL + 1,  # quotes what it could not read
    "discord": logging.WARNING,
    "discord.client": logging.ERROR,  # warns at every start that it cannot speak aloud, which nobody wants
}
"""Libraries whose lines hold prompts, messages or tokens below these levels."""
_LINE: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"
_REMEMBERED: Final = 10
_PARTS: Final = {
    "discord": ("discord", "bots.discord_bot"),
    "telegram": ("telegram", "bots.telegram_bot"),
    "model": ("personas.generators", "personas.reply", "openai"),
    "guard": ("moderation",),
}
"""Loggers by what they speak for; all others speak for Talchum."""
_OURS: Final = ("bots", "personas", "moderation")
_FIELD: Final = re.compile(r"(\w+)=%[-.0-9]*[a-z]")
"""A figure in a line of ours, as the line is written: its name, and how it is put into words."""


class _Wordless(logging.Formatter):
    """Tells of an error what kind it is and where it was raised: its message may quote what somebody wrote."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; of what the event loop has to say only the first, as the others show values."""
        if record.name == "asyncio":
            record = logging.makeLogRecord(record.__dict__)
            record.msg, record.args = record.getMessage().partition("\n")[0], None
        return super().format(record)

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 - the library's name
        """One line in place of a traceback."""
        return place_of(ei[1])


class _Lines(_Wordless):
    """The same as JSON: `at`, `level`, `logger`, `message`, and of lines of ours each figure by its name."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        names = _FIELD.findall(record.msg) if record.name.partition(".")[0] in _OURS else []
        if names and isinstance(record.args, tuple) and len(names) == len(record.args):
            told["message"] = record.msg.partition(names[0] + "=")[0].strip(" :")
            told |= {name: _plain(value) for name, value in zip(names, record.args, strict=True)}
        else:
            told["message"] = super().format(record).partition("\n")[0]
        if record.exc_info:
            told["error"] = place_of(record.exc_info[1])
        return json.dumps(told, ensure_ascii=False)


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | None) else str(value)


def kind_of(error: BaseException | None) -> str:
    """The kind of an error; of a store that fails, what is said of that: which file, and why, never a text."""
    return str(error) if isinstance(error, Deflect) else type(error).__name__


def place_of(error: BaseException | None) -> str:
    """The kind of an error, and where it was raised; of a group, of the first in it; of a store that fails, as
    `kind_of`."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, Deflect):
        return kind_of(error)
    place = error.__traceback__ if error else None
    while place and place.tb_next:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    return f"{type(error).__name__} at {where}"


class Troubles(logging.Handler):
    """Counts what goes wrong, and remembers the last lines of it as the log has them: without a word of anybody."""

    def __init__(self, counted: Callable[[str, str], None]) -> None:
        """`counted` is given where a line came from ("discord", "telegram", "model", "guard", "talchum") and its level
        ("warning", "error", "critical"), in the thread that logs."""
        super().__init__(logging.WARNING)
        self.setFormatter(_Wordless(_LINE))
        self._counted = counted
        self._last: deque[str] = deque(maxlen=_REMEMBERED)

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line."""
        self._counted(_part_of(record.name), _level_of(record.levelno))
        self._last.append(self.format(record))

    @property
    def last(self) -> tuple[str, ...]:
        """The newest last."""
        return tuple(self._last)


def _part_of(logger: str) -> str:
    names = (name for name, beginnings in _PARTS.items() if logger.startswith(beginnings))
    return next(names, "talchum")


def _level_of(number: int) -> str:
    if number >= logging.CRITICAL:
        return "critical"
    return "error" if number >= logging.ERROR else "warning"


@contextmanager
def logging_to(
    file: Path, *, level: str, troubles: Troubles | None = None, lines: TextIO | None = None
) -> Iterator[None]:
    """Log to `file` from `level` on ("debug", "info", "warning", "critical") while this is open; nothing goes to a
    terminal, where it would stand in the middle of a reply. `lines` gets the same as JSON, and `troubles` hears of what
    goes wrong whatever the level. Raises OSError where the file cannot be made."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    handler = RotatingFileHandler(file, maxBytes=_SIZE, backupCount=3, encoding="utf-8", errors="replace")
    handler.setFormatter(_Wordless(_LINE))
    handler.setLevel(level.upper())
    root = logging.getLogger()
    before = root.level, root.handlers[:]
    for name, least in _TALKATIVE.items():
        logging.getLogger(name).setLevel(least)
    root.setLevel(min(handler.level, troubles.level) if troubles else handler.level)
    root.handlers[:] = [handler, *([troubles] if troubles else []), *_told_to(lines, handler.level)]
    try:
        yield
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]
        handler.close()


def _told_to(lines: TextIO | None, level: int) -> list[logging.Handler]:
    if lines is None:
        return []
    handler = logging.StreamHandler(lines)
    handler.setFormatter(_Lines("%(message)s"))
    handler.setLevel(level)
    return [handler]
