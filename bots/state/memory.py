"""A state that keeps everything in memory: for tests, and for demonstrations that leave nothing behind.

Nothing it keeps survives the process; in everything else it does what the contract says.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from bots.state import Entry, Line, Tally
from bots.state.values import month_of, packed, require, unpacked
from moderation.errors import StoreFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """An entry whose value nobody can change from outside."""

    entry: Entry
    """Without its value."""
    value: str

    def live(self, now: datetime) -> bool:
        return self.entry.until is None or now < self.entry.until

    def given(self) -> Entry:
        return replace(self.entry, value=unpacked(self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counter:
    total: int
    until: datetime
    person: str

    def live(self, now: datetime) -> bool:
        return now < self.until


class MemoryState:
    """Meets `bots.state.State`. Bound to one event loop like any state, and never waits."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        """`clock` gives aware times in UTC."""
        self._clock = clock
        self._entries: dict[tuple[str, str], _Kept] = {}
        self._counters: dict[str, _Counter] = {}
        self._lines: list[Line] = []
        self._closed = False

    async def get(self, kind: str, key: str) -> Entry | None:
        """See `State.get`."""
        return (await self.many(kind, [key])).get(key)

    async def many(self, kind: str, keys: Sequence[str]) -> dict[str, Entry]:
        """See `State.many`."""
        now = self._now()
        found = {key: self._entries.get((kind, key)) for key in keys}
        return {key: kept.given() for key, kept in found.items() if kept and kept.live(now)}

    async def put(self, entry: Entry) -> None:
        """See `State.put`."""
        self._now()
        self._put(_kept(entry))

    async def put_new(self, entry: Entry) -> bool:
        """See `State.put_new`."""
        now, kept = self._now(), _kept(entry)
        there = self._entries.get((entry.kind, entry.key))
        if there and there.live(now):
            return False
        self._put(kept)
        return True

    async def drop(self, kind: str, key: str) -> bool:
        """See `State.drop`."""
        now = self._now()
        there = self._entries.pop((kind, key), None)
        return there is not None and there.live(now)

    async def change(self, entries: Sequence[Entry], *, dropped: Sequence[tuple[str, str]] = ()) -> None:
        """See `State.change`."""
        self._now()
        for kept in [_kept(entry) for entry in entries]:
            self._put(kept)
        for at in dropped:
            self._entries.pop(at, None)

    async def list(self, kind: str, *, group: str | None = None, limit: int = 100) -> tuple[Entry, ...]:
        """See `State.list`."""
        now = self._now()
        found = (
            kept
            for kept in reversed(self._entries.values())
            if kept.entry.kind == kind and group in (None, kept.entry.group) and kept.live(now)
        )
        return tuple(kept.given() for kept in islice(found, max(0, limit)))

    async def append(self, line: Line) -> None:
        """See `State.append`."""
        self._now()
        _moment(line.at)
        self._lines.append(replace(line, value=unpacked(packed(line.value))))

    async def lines(
        self,
        kind: str,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
        person: str | None = None,
    ) -> tuple[Line, ...]:
        """See `State.lines`."""
        self._now()
        return tuple(
            replace(line, value=unpacked(packed(line.value)))
            for line in self._lines
            if line.kind == kind
            and (since is None or line.at >= since)
            and (before is None or line.at < before)
            and person in (None, line.person)
        )

    async def of_person(self, person: str) -> tuple[Entry, ...]:
        """See `State.of_person`."""
        require(person)
        now = self._now()
        found = sorted(at for at, kept in self._entries.items() if kept.entry.person == person and kept.live(now))
        return tuple(self._entries[at].given() for at in found)

    async def erase(self, person: str) -> int:
        """See `State.erase`."""
        require(person)
        now = self._now()
        entries = [at for at, kept in self._entries.items() if kept.entry.person == person]
        about = [number for number, line in enumerate(self._lines) if line.person == person]
        for number in about:
            line = self._lines[number]
            self._lines[number] = replace(line, person="", at=month_of(line.at))
        return sum([self._entries.pop(at).live(now) for at in entries]) + len(about)

    async def add(
        self, amounts: Mapping[str, int], *, until: datetime, people: Mapping[str, str] | None = None
    ) -> dict[str, int]:
        """See `State.add`."""
        return dict((await self.add_within(amounts, {}, until=until, people=people)).totals)

    async def add_within(
        self,
        amounts: Mapping[str, int],
        most: Mapping[str, int],
        *,
        until: datetime,
        people: Mapping[str, str] | None = None,
    ) -> Tally:
        """See `State.add_within`."""
        now = self._now()
        before = self._totals(most, now)
        fits = all(before[key] + amounts.get(key, 0) <= limit for key, limit in most.items())
        if fits:
            for key, amount in amounts.items():
                begun = self._counters.get(key)
                counter = begun if begun and begun.live(now) else _Counter(total=0, until=until, person="")
                self._counters[key] = _Counter(
                    total=counter.total + amount,
                    until=max(counter.until, until),
                    person=counter.person or (people or {}).get(key, ""),
                )
        return Tally(added=fits, totals=self._totals([*amounts, *most], now))

    async def counts(self, keys: Sequence[str]) -> dict[str, int]:
        """See `State.counts`."""
        return self._totals(keys, self._now())

    async def carry(self, before: str, after: str) -> None:
        """See `State.carry`."""
        now = self._now()
        moving = {key: self._counters.pop(key) for key in list(self._counters) if key.startswith(before)}
        for key, counter in moving.items():
            if counter.live(now):
                there, owner = after + key.removeprefix(before), {after + key.removeprefix(before): counter.person}
                await self.add({there: counter.total}, until=counter.until, people=owner)

    async def counts_of(self, person: str) -> dict[str, int]:
        """See `State.counts_of`."""
        require(person)
        now = self._now()
        return {
            key: counter.total
            for key, counter in self._counters.items()
            if counter.person == person and counter.live(now)
        }

    async def prune(self) -> int:
        """See `State.prune`."""
        now = self._now()
        entries = [at for at, kept in self._entries.items() if not kept.live(now)]
        counters = [key for key, counter in self._counters.items() if not counter.live(now)]
        for at in entries:
            del self._entries[at]
        for key in counters:
            del self._counters[key]
        return len(entries) + len(counters)

    async def aclose(self) -> None:
        """Refuse everything from now on. Idempotent."""
        self._closed = True

    def _now(self) -> datetime:
        if self._closed:
            raise StoreFailed("stores.closed")
        return self._clock()

    def _put(self, kept: _Kept) -> None:
        """Last in order, in place of the one of that kind and key."""
        at = kept.entry.kind, kept.entry.key
        self._entries.pop(at, None)
        self._entries[at] = kept

    def _totals(self, keys: Iterable[str], now: datetime) -> dict[str, int]:
        found = {key: self._counters.get(key) for key in keys}
        return {key: counter.total if counter and counter.live(now) else 0 for key, counter in found.items()}


def _moment(at: datetime) -> None:
    """Raises TypeError where it is not aware."""
    if at.tzinfo is None:
        raise TypeError("a line needs an aware time")


def _kept(entry: Entry) -> _Kept:
    """Raises TypeError, ValueError where the value is not JSON."""
    return _Kept(entry=replace(entry, value={}), value=packed(dict(entry.value)))
