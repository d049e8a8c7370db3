"""The contract of memory: what a persona may remember of a person from one conversation to the next.

A memory belongs to one person, to where it was said (`Message.memory`) and to one persona, and to nobody and nowhere
else. It is the person's: kept with their key, shown to them, changed and deleted by them (`bots.memory_commands`).

- `noticing` finds facts, preferences and episodes in what somebody said, by rules; `others` tells in Korean whether it
  is of somebody else; `asking` has a model do it
- `screening` takes out what is not kept: numbers and addresses, and what nobody should remember unasked
- `merging` puts them beside what is known: the newest holds, what it contradicts is history
- `shelf` finds those that matter to what is being said
- `digesting` keeps a short account of the turns that left a window
- `unlearning` keeps out of it what somebody had forgotten
- `remembering` is the `Source` and the `Witness` that brings this together; `Keeper` is where it is kept
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Kind(enum.StrEnum):
    """What is remembered."""

    FACT = "fact"
    PREFERENCE = "preference"
    EPISODE = "episode"
    SUMMARY = "summary"
    """Of the turns that left the window; one for each `Whose`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """To whom, where and with which persona a memory belongs. Nothing is remembered across any of these."""

    person: str
    """Key of the person; never ""."""
    scope: str
    """See `Message.memory`; never ""."""
    persona: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """One thing that is remembered."""

    id: str
    whose: Whose
    kind: Kind
    text: str
    """As it was said, or as a model put it; private data replaced by what it was."""
    at: datetime
    """When it was said last."""
    slot: str = ""
    """What it is about, where only one thing can hold of that at a time ("home", "taste:coffee"), or ""."""
    value: str = ""
    """What holds of the slot, as far as two of them can be compared."""
    source: str = ""
    """The platform's id of the message that says it, or ""."""
    asked: bool = False
    """The person asked for it to be remembered, or worded it."""
    until: datetime | None = None
    """From then on it is forgotten; None: kept."""
    ended: datetime | None = None
    """When something newer took its place: it is history since, and never told. None: it holds."""
    used: datetime | None = None
    """When it was told last."""
    encoder: str = ""
    """Which encoder `vector` is of; "": there is none."""
    vector: bytes = b""
    """What it means, as `shelf.pack` has it."""

    def holds(self, now: datetime) -> bool:
        """Whether it may be told."""
        return self.ended is None and (self.until is None or now < self.until)


class Keeper(Protocol):
    """Where memories are kept. One event loop; every method may be awaited concurrently, and raises StoreBusy and
    StoreFailed. What has expired is as if it were not there."""

    async def allowed(self, whose: Whose) -> bool:
        """Whether that person wants to be remembered now."""

    async def version(self, whose: Whose) -> str:
        """Changes with every change of what `of` gives; "" where that is nothing. Cheap."""

    async def of(self, whose: Whose) -> tuple[Memory, ...]:
        """What is kept there, what has ended too, in no order."""

    async def keep(self, memories: Sequence[Memory]) -> None:
        """Keep them, each in place of the one with its id, unless whose they are does not want that (any more). The
        person's oldest and least used make room."""

    async def drop(self, memories: Sequence[Memory]) -> None:
        """Forget them."""
