"""The contract of the state: what platforms must still know after a restart, apart from what the guard keeps.

Settings of places, replies under way, counters of a day, notices given, choices of people: small documents by kind and
key, and counters; and books that are only ever written on, line by line (referrals, consents). One sibling file for
each way to keep them: `sqlite` (the default), `memory` (tests, demonstrations). Both pass
`tests/contracts/test_states*.py`. What it means is the business of those who keep it (`bots.places`, `bots.replies`,
`bots.meter`, `bots.notices`, `bots.register`, `bots.consent`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

Value = Mapping[str, object]
"""A JSON object. What comes back is what JSON makes of it: lists where tuples were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One document."""

    kind: str
    """What it is: "place", "reply" ..."""
    key: str
    """Unique within the kind."""
    value: Value
    person: str = ""
    """Key of the person whose data this is, or "": found by `of_person`, gone with `erase`."""
    group: str = ""
    """What entries are listed by, or "": say, a conversation."""
    until: datetime | None = None
    """From then on it is forgotten: never given back, deleted some time after. None: kept. An aware time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a book: written once, never changed, never taken out."""

    kind: str
    """Which book: "referral", "consent" ..."""
    at: datetime
    """An aware time."""
    value: Value
    person: str = ""
    """Key of the person whom it is about, or "". When they are erased, the line stays without the key, and of its time
    only the month does: what is counted from a book remains true. So nobody may be told from `value`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What `State.add_within` came to."""

    added: bool
    """False: there was no room, and nothing was added."""
    totals: Mapping[str, int]
    """Of every counter it was about, as they stand afterwards."""


class State(Protocol):
    """Keeps entries and counters. One event loop; every method may be awaited concurrently.

    A write that returns is durable; one that cannot be made raises StoreBusy or StoreFailed (`moderation.errors`).
    Every method is one transaction; cancelled, it is done or not done, never half. Expired entries and counters are as
    if they were not there. Any string is a key. A value that is not JSON raises TypeError or ValueError.
    """

    async def get(self, kind: str, key: str) -> Entry | None:
        """The entry, or None."""

    async def many(self, kind: str, keys: Sequence[str]) -> dict[str, Entry]:
        """Those of `keys` that there are, by key."""

    async def put(self, entry: Entry) -> None:
        """Keep `entry`, in place of the one of that kind and key."""

    async def put_new(self, entry: Entry) -> bool:
        """Keep `entry` if there is none of that kind and key; whether it was kept. Of two at once one wins."""

    async def drop(self, kind: str, key: str) -> bool:
        """Forget the entry; whether there was one."""

    async def change(self, entries: Sequence[Entry], *, dropped: Sequence[tuple[str, str]] = ()) -> None:
        """`put` all of `entries`, in their order, and `drop` what has one of the kinds and keys `dropped`: all or
        none."""

    async def list(self, kind: str, *, group: str | None = None, limit: int = 100) -> tuple[Entry, ...]:
        """Entries of `kind` (and `group`), the one put last first."""

    async def append(self, line: Line) -> None:
        """Write a line."""

    async def lines(
        self,
        kind: str,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
        person: str | None = None,
    ) -> tuple[Line, ...]:
        """The lines of a book, those written first first: from `since` on, up to `before`, which is not included; None:
        without that end. `person`: only the lines about them."""

    async def of_person(self, person: str) -> tuple[Entry, ...]:
        """Every entry of that person, by kind and key. `person` is not "": ValueError."""

    async def erase(self, person: str) -> int:
        """Forget every entry of that person, and whom lines are about that are about them, without a trace in the file;
        how many there were. Counters stay for as long as they are counted: they hold no words, and limits would be none
        if everybody could begin anew.

        Slow: the file is written anew. Where only that fails (StoreFailed), nothing is given back any more, but traces
        are left until somebody is erased again, or the next start. `person` is not "": ValueError.
        """

    async def add(
        self, amounts: Mapping[str, int], *, until: datetime, people: Mapping[str, str] | None = None
    ) -> dict[str, int]:
        """Add to counters, all or none, and return their totals. A counter begins at 0 and is forgotten at `until`
        (the later one, where it is given anew). `people` are the persons whose data counters are, by key of the
        counter: whoever is named for one first, until it is forgotten."""

    async def add_within(
        self,
        amounts: Mapping[str, int],
        most: Mapping[str, int],
        *,
        until: datetime,
        people: Mapping[str, str] | None = None,
    ) -> Tally:
        """`add`, unless a counter would be above what `most` has for it: then nothing is added to any. `most` may name
        counters that nothing is added to. Of two at once that have room only for one, one wins."""

    async def counts(self, keys: Sequence[str]) -> dict[str, int]:
        """The counters of these keys; 0 for those that there are not."""

    async def carry(self, before: str, after: str) -> None:
        """Counters whose keys begin with `before` begin with `after` in its place from now on; where there is one of
        that key, they add up, until the later of their ends, and are whose that one is. Looks at every counter."""

    async def counts_of(self, person: str) -> dict[str, int]:
        """Every counter of that person. `person` is not "": ValueError."""

    async def prune(self) -> int:
        """Delete what has expired; how much that was."""

    async def aclose(self) -> None:
        """Finish the writes that were taken, then release files and threads. Idempotent."""
