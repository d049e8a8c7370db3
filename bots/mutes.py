"""Who is silent in a community for a while: people who get no replies there, personas that do not speak there.

Kept in the state, and nothing of it is remembered beside: `talchum review` in another process mutes as well. It ends by
itself. It stays when its person has everything erased, as limits do, or everybody could end their own; it holds no word
of theirs.
"""

import enum
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bots.state import Entry, State, Value

_MUTE: Final = "mute"
_TOLD: Final = "mute told"
"""Kind of the entries that say who has heard of a mute."""
_ALL: Final = 10_000


class Silent(enum.StrEnum):
    """What is muted."""

    PERSON = "person"
    """Gets no replies."""
    PERSONA = "persona"
    """Does not speak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """One silence."""

    server: str
    """Key of the community, or "" in private."""
    kind: Silent
    who: str
    """Key of the person, or id of the persona."""
    since: datetime
    until: datetime
    by: str
    reason: str = ""
    """A moderator's words, for moderators."""
    case: str = ""
    """Id of the exchange it came from, or ""."""

    @property
    def key(self) -> str:
        """Unique among mutes: who is muted anew is muted once."""
        return json.dumps([self.server, self.kind.value, self.who])


class Mutes:
    """All mutes of one state. As concurrent as the state; every method raises StoreBusy and StoreFailed."""

    def __init__(self, state: State, *, now: Callable[[], datetime]) -> None:
        """`now` gives aware times in UTC."""
        self._state = state
        self._now = now

    @property
    def now(self) -> datetime:
        """The time by which mutes end."""
        return self._now()

    async def put(self, mute: Mute) -> None:
        """Keep a mute, in place of the one that was."""
        await self._state.put(_entry(mute))

    async def put_new(self, mute: Mute) -> bool:
        """Keep a mute where whom it silences speaks; whether it was kept."""
        return await self._state.put_new(_entry(mute))

    async def of(self, server: str, *, person: str, persona: str) -> Mute | None:
        """Why there is no reply of that persona to that person, or None; the person's own mute before the persona's."""
        keys = [
            json.dumps([server, kind.value, who])
            for kind, who in ((Silent.PERSON, person), (Silent.PERSONA, persona))
            if who
        ]
        found = await self._state.many(_MUTE, keys)
        return next((mute_of(found[key].value) for key in keys if key in found), None)

    async def here(self, server: str | None) -> tuple[Mute, ...]:
        """Those of a community, or all, the newest first."""
        entries = await self._state.list(_MUTE, group=server, limit=_ALL)
        return tuple(mute_of(entry.value) for entry in entries)

    async def lift(self, mute: Mute) -> bool:
        """End it; whether it still held."""
        return await self._state.drop(_MUTE, mute.key)

    async def from_cases(self, server: str, exchanges: Collection[str]) -> tuple[Mute, ...]:
        """Those that came from any of these exchanges."""
        return tuple(mute for mute in await self.here(server) if mute.case in exchanges)

    async def first_told(self, mute: Mute, person: str) -> bool:
        """Whether somebody is to hear of it now: once for as long as it lasts."""
        key = json.dumps([mute.key, mute.since.isoformat(), person])
        return await self._state.put_new(Entry(kind=_TOLD, key=key, value={}, until=mute.until))

    async def move(self, old: str, new: str) -> None:
        """A community has another key now. Does nothing the second time."""
        if old and old != new:
            for mute in await self.here(old):
                await self.put(replace(mute, server=new))
                await self.lift(mute)


def _entry(mute: Mute) -> Entry:
    return Entry(kind=_MUTE, key=mute.key, value=value_of(mute), group=mute.server, until=mute.until)


def value_of(mute: Mute) -> Value:
    """How a mute is kept."""
    return {
        "server": mute.server,
        "kind": mute.kind.value,
        "who": mute.who,
        "since": mute.since.isoformat(),
        "until": mute.until.isoformat(),
        "by": mute.by,
        "reason": mute.reason,
        "case": mute.case,
    }


def mute_of(kept: Value) -> Mute:
    """The mute that was kept so."""
    value = {name: str(given) for name, given in kept.items()}
    return Mute(
        server=value["server"],
        kind=Silent(value["kind"]),
        who=value["who"],
        since=datetime.fromisoformat(value["since"]),
        until=datetime.fromisoformat(value["until"]),
        by=value["by"],
        reason=value["reason"],
        case=value["case"],
    )
