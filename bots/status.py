"""How a program that serves is, as it says itself every few seconds: a small file beside the databases.

`talchum status` reads it, also from another container that has the folder. It holds figures and lines of the log, and
nothing that anybody wrote.
"""

import errno
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bots.cards import Card, Row, Tone
from moderation.words import catalogue

STALE: Final = timedelta(seconds=45)
"""Older than this, a status is that of a program which hangs, was killed, or cannot write."""
_UNIT: Final = 1024 * 1024
_BLOCK: Final = 512
"""Bytes that `st_blocks` counts in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How the program was at one moment. Times are ISO 8601 in UTC."""

    version: str
    process: int
    since: str
    at: str
    platforms: dict[str, bool]
    """Whether each is connected."""
    model: str
    policy: str
    """Hash of the policy that judges."""
    running: int
    """Replies under way."""
    waiting: int
    oldest: float
    """Seconds that the oldest waits."""
    refused: int
    sizes: dict[str, int]
    """Bytes on disk: store, state."""
    cases: int | None
    """That wait for somebody; None, both: not known (yet)."""
    overdue: int | None
    troubles: list[str]
    """The last lines of the log from warning on, oldest first."""
    listening: str = ""
    """Where programs are told the same; "": nowhere."""
    reloaded: str = ""
    """When it was last asked to read its settings anew; "": never."""
    refusal: str = ""
    """Why nothing was changed then, for people; "": all was."""
    unkept: str = ""
    """Why nothing can be written to the data folder, for people; "": it can."""

    @property
    def ready(self) -> bool:
        """Whether every platform is connected, and what is said can be kept."""
        return not self.unkept and bool(self.platforms) and all(self.platforms.values())

    def age(self, now: datetime) -> timedelta:
        """How long ago it was so."""
        return now - datetime.fromisoformat(self.at)


def write(status: Status, file: Path) -> None:
    """Put `status` in the place of what was said before, whole or not at all. Blocks. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(asdict(status), out)
        Path(name).replace(file)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise


def overwrite(status: Status, file: Path) -> None:
    """Say it in the file of the last one itself: a full disk has room where that stands. Blocks. Raises OSError, also
    where there is not room enough; then nothing was changed."""
    with file.open("r+b", buffering=0) as out:
        stood = os.fstat(out.fileno())
        room = max(stood.st_size, stood.st_blocks * _BLOCK)
        for said in (status, replace(status, troubles=[])):
            text = json.dumps(asdict(said)).encode()
            if len(text) <= room:
                out.write(text.ljust(stood.st_size))  # at once: whoever reads meanwhile finds the one or the other
                return
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def read(file: Path) -> Status | None:
    """What was said last; None where nothing was, or another version said it. Blocks. Raises OSError for a file that
    may not be read."""
    try:
        given: Any = json.loads(file.read_text(encoding="utf-8"))
        if set(given) != {field.name for field in fields(Status)}:
            return None
        status = Status(**given)
        datetime.fromisoformat(status.at)
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return status


def withdraw(file: Path, process: int) -> None:
    """Take away what `process` said; what another one said stays. Blocks. Raises OSError."""
    said = read(file)
    if said is not None and said.process == process:
        file.unlink(missing_ok=True)


def healthy(status: Status | None, now: datetime) -> bool:
    """Whether something runs, answers, reaches every platform, and can write to its data folder."""
    return status is not None and status.age(now) <= STALE and status.ready


def card_of(status: Status | None, now: datetime, language: str, *, folder: Path) -> Card:
    """What a person is told."""
    say = catalogue("bots").say
    if status is None:
        return Card(
            title=say("status.off", language), hint=say("status.off_hint", language, folder=folder), tone=Tone.BAD
        )
    age = status.age(now)
    if age > STALE:
        ago = _span(age, language)
        title, hint = (
            say("status.silent", language, ago=ago),
            say("status.silent_hint", language, process=status.process),
        )
        return Card(title=title, rows=_rows(status, now, language), hint=hint, tone=Tone.BAD)
    if status.unkept:
        title = say("status.unkept", language)
        return Card(title=title, rows=_rows(status, now, language), hint=status.unkept, tone=Tone.BAD)
    title = say("status.ready" if status.ready else "status.unready", language)
    return Card(title=title, rows=_rows(status, now, language), tone=Tone.GOOD if status.ready else Tone.BAD)


def _rows(status: Status, now: datetime, language: str) -> tuple[Row, ...]:
    say = catalogue("bots").say

    def row(key: str, text: object) -> Row:
        return Row(label=say(f"status.{key}", language), text=str(text))

    since = datetime.fromisoformat(status.since)
    reached = [
        Row(label=name.capitalize(), text=say("status.connected" if there else "status.unconnected", language))
        for name, there in status.platforms.items()
    ]
    queue = say(
        "status.load", language, running=status.running, waiting=status.waiting, oldest=f"{status.oldest:.0f}",
        refused=status.refused,
    )  # fmt: skip
    unknown = say("status.unknown", language)
    cases = unknown if status.cases is None else say(
        "status.waiting", language, waiting=status.cases, overdue=status.overdue
    )  # fmt: skip
    sizes = " · ".join(f"{name} {size / _UNIT:.1f} MiB" for name, size in status.sizes.items())
    return (
        row("version", f"{status.version} ({say('status.process', language, process=status.process)})"),
        row("since", f"{since:%Y-%m-%d %H:%M} UTC ({_span(now - since, language)})"),
        *reached,
        row("model", status.model),
        row("policy", status.policy),
        row("queue", queue),
        row("cases", cases),
        row("size", sizes),
        row("reloaded", _reloaded(status, language)),
        row("listening", status.listening or say("status.nowhere", language)),
        *(row("trouble", line) for line in status.troubles),
    )


def _reloaded(status: Status, language: str) -> str:
    say = catalogue("bots").say
    if not status.reloaded:
        return say("status.never_reloaded", language)
    at = f"{datetime.fromisoformat(status.reloaded):%Y-%m-%d %H:%M:%S} UTC"
    if status.refusal:
        return say("status.refused_reload", language, at=at, reason=status.refusal)
    return say("status.good_reload", language, at=at)


def _span(span: timedelta, language: str) -> str:
    """A duration in its two largest units."""
    minutes, seconds = divmod(max(0, int(span.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = (("days", days), ("hours", hours), ("minutes", minutes), ("seconds", seconds))
    first = next((index for index, (_, amount) in enumerate(units) if amount), len(units) - 1)
    say = catalogue("bots").say
    return " ".join(say(f"status.{name}", language, amount=amount) for name, amount in units[first : first + 2])
