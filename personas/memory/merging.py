"""Pure: what was just said beside what is known. The newest holds; what it contradicts is kept as history."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from personas.memory import Kind, Memory, Whose


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Something that somebody said of themselves."""

    kind: Kind
    text: str
    slot: str = ""
    value: str = ""
    asked: bool = False
    ends: bool = False
    """It does not hold any more: what is known of the slot ends, and nothing takes its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Where it was said, and when."""

    whose: Whose
    at: datetime
    source: str = ""


def merged(
    known: Sequence[Memory],
    notes: Iterable[Noted],
    said: Said,
    *,
    lasts: Mapping[Kind, timedelta],
    ids: Callable[[], str],
) -> tuple[Memory, ...]:
    """The memories that are new or other than in `known`, all of `said.whose`: to be kept."""
    held = {memory.id: memory for memory in known if memory.holds(said.at)}
    changed: dict[str, Memory] = {}
    for note in notes:
        until = said.at + lasts[note.kind]
        same = [memory for memory in held.values() if _about_the_same(memory, note)]
        again = [memory for memory in same if not note.ends and _says_the_same(memory, note)]
        over = [memory for memory in same if memory not in again and (not note.ends or _ends(note, memory))]
        for memory in over:
            changed[memory.id] = replace(memory, ended=said.at)
            del held[memory.id]
        if note.ends:
            continue
        made = _renewed(again[0], note) if again else _new(note, said, ids())
        made = replace(made, at=said.at, source=said.source, until=until, asked=note.asked or made.asked)
        changed[made.id] = held[made.id] = made
    return tuple(changed.values())


def reworded(memories: Iterable[Memory], source: str) -> tuple[Memory, ...]:
    """Those that came from the message `source`, which reads otherwise now."""
    return tuple(memory for memory in memories if source and memory.source == source and memory.kind != Kind.SUMMARY)


def surplus(memories: Sequence[Memory], most: int) -> tuple[Memory, ...]:
    """Those of one person that make room, so that `most` stay: history first, then what was not asked for, the least
    lately used or said first."""
    ranked = sorted(
        memories,
        key=lambda memory: (memory.ended is None, memory.asked, max(memory.at, memory.used or memory.at), memory.id),
    )
    return tuple(ranked[: max(0, len(ranked) - most)])


def folded(text: str) -> str:
    """`text` as far as it tells one value from another."""
    return "".join(char for char in text.casefold() if char.isalnum())


def _new(note: Noted, said: Said, id_: str) -> Memory:
    return Memory(
        id=id_, whose=said.whose, kind=note.kind, text=note.text, at=said.at, slot=note.slot, value=note.value
    )


def _renewed(memory: Memory, note: Noted) -> Memory:
    """Said again: in these words from now on, unless they say less ("I have a cat" of one whose name is known)."""
    if memory.value and not note.value:
        return memory
    return replace(memory, text=note.text, value=note.value, encoder="", vector=b"")


def _about_the_same(memory: Memory, note: Noted) -> bool:
    if note.slot or memory.slot:
        return note.slot == memory.slot
    return memory.kind == note.kind and folded(memory.text) == folded(note.text)


def _says_the_same(memory: Memory, note: Noted) -> bool:
    return not (note.value and memory.value) or folded(memory.value) == folded(note.value)


def _ends(note: Noted, memory: Memory) -> bool:
    """Whether what does not hold any more is what is remembered: "I don't live in Busan" says nothing of Seoul."""
    gone, there = folded(note.value), folded(memory.value)
    return not gone or gone in there or there in gone
