"""Memories in the state: entries of the person they are of, sealed with that person's key like everything else there.

What they mean (their vectors) is sealed with them, and no index of them is written: `personas.memory.shelf` makes one
in memory. So what `State.erase` does is all there is to erase.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from bots.consent import MEMORY, Consents
from bots.state import Entry, State
from personas.memory import Kind, Memory, Whose
from personas.memory.merging import surplus

ENTRY: Final = "memory"
"""Kind of the entries that are memories."""
_VERSION: Final = "memory_version"
"""Kind of the entries that say that memories have changed: one for each `Whose`."""
_ALL: Final = 100_000


class StateKeeper:
    """Meets `personas.memory.Keeper` over a state. As concurrent as it is."""

    def __init__(self, state: State, *, now: Callable[[], datetime], ids: Callable[[], str], most: int = 500) -> None:
        """`now` gives aware times in UTC; `most` is how many memories there are of one person."""
        self._state = state
        self._consents = Consents(state, now)
        self._ids = ids
        self._most = most

    async def allowed(self, whose: Whose) -> bool:
        """See `Keeper.allowed`."""
        return await self._consents.consented(platform_of(whose.scope), whose.person, MEMORY)

    async def version(self, whose: Whose) -> str:
        """See `Keeper.version`."""
        entry = await self._state.get(_VERSION, _group(whose))
        return str(entry.value["version"]) if entry else ""

    async def of(self, whose: Whose) -> tuple[Memory, ...]:
        """See `Keeper.of`."""
        entries = await self._state.list(ENTRY, group=_group(whose), limit=_ALL)
        return tuple(memory_of(entry) for entry in entries)

    async def keep(self, memories: Sequence[Memory]) -> None:
        """See `Keeper.keep`."""
        for whose in dict.fromkeys(memory.whose for memory in memories):
            if not await self.allowed(whose):
                continue
            for memory in memories:
                if memory.whose == whose:
                    await self._state.put(_entry(memory))
            await self._changed(whose)
            await self.drop(surplus(await of_person(self._state, whose.person), self._most))
            # Whoever took their yes back, or had everything erased, while this was written, is not remembered.
            if not await self.allowed(whose):
                await forget(self._state, whose.person)

    async def drop(self, memories: Sequence[Memory]) -> None:
        """See `Keeper.drop`."""
        for memory in memories:
            await self._state.drop(ENTRY, _key(memory.whose.person, memory.id))
        for whose in dict.fromkeys(memory.whose for memory in memories):
            await self._changed(whose)

    async def move(self, old: str, new: str) -> None:
        """What was said in the scope `old` was said in `new`: the same place has another key now."""
        for entry in await self._state.list(ENTRY, limit=_ALL):
            memory = memory_of(entry)
            if memory.whose.scope == old:
                await self._state.drop(_VERSION, _group(memory.whose))
                there = replace(memory, whose=replace(memory.whose, scope=new))
                await self._state.put(_entry(there))
                await self._changed(there.whose)

    async def _changed(self, whose: Whose) -> None:
        value = {"version": self._ids()}
        await self._state.put(Entry(kind=_VERSION, key=_group(whose), value=value, person=whose.person))


async def of_person(state: State, person: str) -> tuple[Memory, ...]:
    """Everything that is remembered of a person, wherever they said it, the newest first."""
    memories = [memory_of(entry) for entry in await state.of_person(person) if entry.kind == ENTRY]
    return tuple(sorted(memories, key=lambda memory: (memory.at, memory.id), reverse=True))


async def forget(state: State, person: str) -> int:
    """Forget all of that; how many there were."""
    kinds = {ENTRY: 1, _VERSION: 0}
    entries = [entry for entry in await state.of_person(person) if entry.kind in kinds]
    for entry in entries:
        await state.drop(entry.kind, entry.key)
    return sum(kinds[entry.kind] for entry in entries)


def is_memory(entry: Entry) -> bool:
    """Whether an entry is about memories, and nothing else."""
    return entry.kind in {ENTRY, _VERSION}


def platform_of(scope: str) -> str:
    """Keys of places begin with their platform."""
    return scope.partition(":")[0]


def exported(memory: Memory) -> dict[str, object]:
    """A memory for the person it is of; what it means is in no words, and is made from these."""
    value = dict(_value(memory))
    del value["vector"], value["encoder"]
    until = memory.until.isoformat() if memory.until else None
    return {"id": memory.id, "where": memory.whose.scope, **value, "until": until}


def memory_of(entry: Entry) -> Memory:
    """The memory that an entry is."""
    value = entry.value
    said = {name: str(value[name]) for name in ("id", "text", "slot", "value", "source", "encoder")}
    return Memory(
        whose=Whose(person=entry.person, scope=str(value["scope"]), persona=str(value["persona"])),
        kind=Kind(str(value["kind"])),
        at=datetime.fromisoformat(str(value["at"])),
        asked=value["asked"] is True,
        until=entry.until,
        ended=_moment(value["ended"]),
        used=_moment(value["used"]),
        vector=base64.b64decode(str(value["vector"])),
        **said,
    )


def _entry(memory: Memory) -> Entry:
    return Entry(
        kind=ENTRY,
        key=_key(memory.whose.person, memory.id),
        value=_value(memory) | {"id": memory.id, "scope": memory.whose.scope},
        person=memory.whose.person,
        group=_group(memory.whose),
        until=memory.until,
    )


def _value(memory: Memory) -> dict[str, object]:
    return {
        "persona": memory.whose.persona,
        "kind": str(memory.kind),
        "text": memory.text,
        "slot": memory.slot,
        "value": memory.value,
        "at": memory.at.isoformat(),
        "source": memory.source,
        "asked": memory.asked,
        "ended": memory.ended and memory.ended.isoformat(),
        "used": memory.used and memory.used.isoformat(),
        "encoder": memory.encoder,
        "vector": base64.b64encode(memory.vector).decode(),
    }


def _group(whose: Whose) -> str:
    # JSON, because keys may contain any separator.
    return json.dumps([whose.person, whose.scope, whose.persona])


def _key(person: str, id_: str) -> str:
    """Ids are for people, and short: they are told apart within one person's."""
    return json.dumps([person, id_])


def _moment(at: object) -> datetime | None:
    return datetime.fromisoformat(str(at)) if at else None
