"""Personas that wait to be let in: brought by somebody, read and judged, and silent until one of higher rank approves.

What waits is kept in the state for a week, as it was read and as it was sent, and is forgotten then. Who brought what,
and who decided, is written down for ever in a book of the state (`State.lines`), line by line; of a person who has
everything erased the lines stay without their key.
"""

import asyncio
import base64
import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from bots.errors import UsageError
from bots.state import Entry, Line, State
from bots.troupe import Candidate, Troupe
from personas.cards import read_card
from personas.differences import Difference
from personas.errors import PersonaError
from personas.loading import read_persona
from personas.lore.comparing import book_difference
from personas.persona import Persona

Step = Literal["brought", "approved", "rejected"]

LASTS: Final = timedelta(days=7)
"""How long something waits."""
MOST: Final = 5
"""That wait in one community."""
MOST_OF_ALL: Final = 200
"""That wait in all communities together, as each may have some megabytes: the oldest makes room, so that no community
can keep others from bringing anything."""
_TOLD: Final = timedelta(days=60)
"""How long it can still be seen what came of it."""

_KIND: Final = "import"
_FILE: Final = "import file"
_ENDED: Final = "import ended"
_BOOK: Final = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A persona that waits."""

    id: str
    server: str
    """Key of the community."""
    file: str
    """What the file was called."""
    digest: str
    """SHA-256 of it, in hex."""
    size: int
    """Its bytes."""
    by: str
    """Key of whoever brought it."""
    at: datetime
    until: datetime
    document: str = field(repr=False)
    """The persona file that was made of it."""
    persona: Persona
    seen: tuple[str, ...]
    """See `Candidate.seen`."""
    unusable: tuple[str, ...]
    """See `Candidate.unusable`."""
    replaces: str = ""
    """Stamp of the persona in whose place it would speak (`Troupe.stamp`), or ""."""
    current: Persona | None = None
    """The persona that has this id in the community now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What came of one that waited."""

    id: str
    server: str
    persona: str
    """Id of the persona."""
    name: str
    step: Step
    by: str
    at: datetime


class Quarantine:
    """Over one troupe and one state. Used from one event loop. Methods raise StoreBusy and StoreFailed."""

    def __init__(self, troupe: Troupe, state: State, *, now: Callable[[], datetime], ids: Callable[[], str]) -> None:
        """`ids` makes a new short id at each call."""
        self._troupe = troupe
        self._state = state
        self._now = now
        self._ids = ids
        self._changing = asyncio.Lock()

    async def bring(self, data: bytes, *, file: str, server: str, by: str, name: str = "") -> tuple[Pending, Candidate]:
        """Have a character card or a persona file wait. Raises as `Troupe.examine`, and UsageError where too many
        wait."""
        await self._waiting(server)
        found = await self._troupe.examine(data, file=file, server=server, name=name)
        now = self._now()
        pending = Pending(
            id=self._ids(),
            server=server,
            file=file[:100],
            digest=hashlib.sha256(data).hexdigest(),
            size=len(data),
            by=by,
            at=now,
            until=now + LASTS,
            document=found.document,
            persona=found.persona,
            seen=found.seen,
            unusable=found.unusable,
            replaces=await self._troupe.stamp(found.persona.id, server=server),
            current=found.replaces,
        )
        async with self._changing:
            await self._keep(pending, found.card)
        return pending, found

    async def waiting(self, server: str) -> tuple[Pending, ...]:
        """What waits in a community, the newest first; without what the lint does not let pass any more."""
        found = []
        for entry in await self._state.list(_KIND, group=server, limit=MOST):
            with suppress(PersonaError):
                found.append(self._pending(entry))
        return tuple(found)

    async def find(self, number: str, server: str | None) -> Pending | Ended:
        """What waits, or waited, under an id in a community; None: in any. Raises UsageError."""
        entry = await self._state.get(_KIND, number) or await self._state.get(_ENDED, number)
        if entry is None or server not in {None, entry.group}:
            raise UsageError("imports.unknown", id=number)
        return self._pending(entry) if entry.kind == _KIND else _ended(entry)

    async def lore(self, pending: Pending) -> Difference | None:
        """What is different about the lore book of one that waits; None: nothing. Raises PersonaError."""
        kept = await self._state.get(_FILE, pending.id)
        card = base64.b64decode(str(kept.value["card"])) if kept else b""
        new = (await asyncio.to_thread(read_card, card, file=pending.file)).book if card else {}
        old = await self._troupe.book(pending.persona.id, server=pending.server)
        return await asyncio.to_thread(book_difference, old, new)

    async def approve(self, number: str, server: str | None, *, by: str) -> Pending:
        """Let it in. Raises UsageError where it does not wait any more, where there is no room, or where the persona
        that it replaces changed since: then it waits on, to be looked at again; PersonaError where the guard does not
        let it. One after the other: of two in one place, the second is looked at again."""
        async with self._changing:
            return await self._approve(number, server, by=by)

    async def _approve(self, number: str, server: str | None, *, by: str) -> Pending:
        pending = await self._open(number, server)
        stamp = await self._troupe.stamp(pending.persona.id, server=pending.server)
        if stamp != pending.replaces:
            await self._put(replace(pending, replaces=stamp))
            raise UsageError("imports.changed", id=pending.persona.id)
        if not await self._end("approved", pending, by):
            raise UsageError("imports.decided", id=number)
        admitted = False
        try:
            kept = await self._state.get(_FILE, number)
            card = base64.b64decode(str(kept.value["card"])) if kept else b""
            await self._troupe.admit(pending.document, card, server=pending.server)
            admitted = True
        finally:
            if not admitted:  # it waits on
                await self._state.drop(_ENDED, number)
        await self._close("approved", pending, by)
        return pending

    async def reject(self, number: str, server: str | None, *, by: str) -> Pending:
        """Do not let it in. Raises UsageError where it does not wait any more."""
        pending = await self._open(number, server)
        if not await self._end("rejected", pending, by):
            raise UsageError("imports.decided", id=number)
        await self._close("rejected", pending, by)
        return pending

    async def history(self, server: str | None) -> tuple[Line, ...]:
        """Who brought what, and who decided, in a community or (None) in all; oldest first. The value of a line has
        `step`, `import`, `persona`, `version`, `digest`, `server`."""
        lines = await self._state.lines(_BOOK)
        return tuple(line for line in lines if server in {None, line.value["server"]})

    async def move(self, old: str, new: str) -> None:
        """A community has another key now. Does nothing the second time."""
        if not old or old == new:
            return
        for kind in (_KIND, _FILE, _ENDED):
            for entry in reversed(await self._state.list(kind, group=old, limit=10_000)):
                await self._state.put(replace(entry, group=new))

    async def _waiting(self, server: str) -> Sequence[Entry]:
        """What waits anywhere, the newest first. Raises UsageError where no more may wait in a community."""
        everybody = await self._state.list(_KIND, limit=2 * MOST_OF_ALL)
        if len([entry for entry in everybody if entry.group == server]) >= MOST:
            raise UsageError("imports.full", most=MOST)
        return everybody

    async def _keep(self, pending: Pending, card: bytes) -> None:
        """Have it wait, where there is still room. Raises UsageError."""
        for oldest in (await self._waiting(pending.server))[MOST_OF_ALL - 1 :]:
            await self._forget(oldest.key)
        value = {"card": base64.b64encode(card).decode()}
        entry = Entry(kind=_FILE, key=pending.id, value=value, person=pending.by, group=pending.server)
        await self._state.put(replace(entry, until=pending.until))
        await self._put(pending)
        await self._write("brought", pending, pending.by)

    async def _open(self, number: str, server: str | None) -> Pending:
        found = await self.find(number, server)
        if isinstance(found, Ended):
            raise UsageError("imports.decided", id=number)
        return found

    async def _end(self, step: Step, pending: Pending, by: str) -> bool:
        """Note what comes of it; of two at once one does."""
        value = {
            "persona": pending.persona.id,
            "name": pending.persona.name,
            "step": step,
            "by": by,
            "at": self._now().isoformat(),
        }
        until = self._now() + _TOLD
        entry = Entry(kind=_ENDED, key=pending.id, value=value, person=by, group=pending.server, until=until)
        return await self._state.put_new(entry)

    async def _close(self, step: Step, pending: Pending, by: str) -> None:
        await self._forget(pending.id)
        await self._write(step, pending, by)

    async def _forget(self, number: str) -> None:
        for kind in (_KIND, _FILE):
            await self._state.drop(kind, number)

    async def _write(self, step: Step, pending: Pending, by: str) -> None:
        persona, digest = pending.persona, pending.digest
        line = line_of_import(step, pending.id, persona, digest=digest, server=pending.server, by=by, at=self._now())
        await self._state.append(line)

    async def _put(self, pending: Pending) -> None:
        value = {
            "file": pending.file,
            "digest": pending.digest,
            "size": pending.size,
            "by": pending.by,
            "at": pending.at.isoformat(),
            "document": pending.document,
            "seen": list(pending.seen),
            "unusable": list(pending.unusable),
            "replaces": pending.replaces,
        }
        entry = Entry(kind=_KIND, key=pending.id, value=value, person=pending.by)
        await self._state.put(replace(entry, group=pending.server, until=pending.until))

    def _pending(self, entry: Entry) -> Pending:
        value: dict[str, Any] = dict(entry.value)
        persona = read_persona(value["document"].encode(), file=value["file"])
        at = datetime.fromisoformat(value["at"])
        return Pending(
            id=entry.key,
            server=entry.group,
            file=value["file"],
            digest=value["digest"],
            size=value["size"],
            by=value["by"],
            at=at,
            until=entry.until or at + LASTS,
            document=value["document"],
            persona=persona,
            seen=tuple(value["seen"]),
            unusable=tuple(value["unusable"]),
            replaces=value["replaces"],
            current=self._troupe.own(persona.id, entry.group),
        )


def line_of_import(
    step: Step, number: str, persona: Persona, *, digest: str, server: str, by: str, at: datetime
) -> Line:
    """A line of the book of imports; `digest` is the one of the file, `by` the key of whoever did it."""
    value = {
        "step": step,
        "import": number,
        "persona": persona.id,
        "version": persona.version,
        "digest": digest,
        "server": server,
    }
    return Line(kind=_BOOK, at=at, value=value, person=by)


def _ended(entry: Entry) -> Ended:
    value: dict[str, Any] = dict(entry.value)
    at = datetime.fromisoformat(value["at"])
    return Ended(id=entry.key, server=entry.group, **{**value, "at": at})
