"""How much is said and spent: messages, tokens and money of a day (UTC), of persons, channels and servers.

What a person has in one server is counted apart from what they have in another and in private, so that no server learns
of any other. Threads share the figures of their channel.
"""

import enum
import functools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from typing import Final

from bots.cards import Card, Row, Tone
from bots.places import Place, PlaceSettings
from bots.reserves import Reserves
from bots.state import Entry, State, Tally
from moderation.words import catalogue
from personas.messages import Usage

_WARNED: Final = "warned"
"""Kind of the entries that say who was warned of which limit."""
_WARNING: Final = Fraction(8, 10)
"""The part of a limit from which on there is a warning."""
_MILLION: Final = 1_000_000
_ALL: Final = 100_000


class Whose(enum.StrEnum):
    """Whose figures."""

    PERSON = "person"
    CHANNEL = "channel"
    SERVER = "server"


class What(enum.StrEnum):
    """Figures of what."""

    MESSAGES = "messages"
    TOKENS = "tokens"
    MONEY = "money"


class Level(enum.IntEnum):
    """How near a limit is."""

    OK = 0
    WARN = 1
    FULL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """One figure and its limit. Money in millionths."""

    whose: Whose
    what: What
    used: int
    limit: int
    """0: none."""

    @property
    def level(self) -> Level:
        """FULL: no message more; WARN: almost."""
        if not self.limit:
            return Level.OK
        if self.used >= self.limit:
            return Level.FULL
        return Level.WARN if self.used >= self.limit * _WARNING else Level.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where somebody stands."""

    level: Level
    gauges: tuple[Gauge, ...]
    """What `level` is about: the limits that are reached, or that are warned of; in a report all figures."""
    currency: str
    near: bool = False
    """Whether tokens or money have come near a limit, told or not."""
    waiting: bool = False
    """FULL only as long as others' replies are under way: what they are likely to take leaves no room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What tokens cost, a million of them."""

    per_million_in: float = 0.0
    per_million_cached: float = 0.0
    per_million_out: float = 0.0
    currency: str = ""

    def of(self, usage: Usage) -> int:
        """Millionths of the currency, rounded up. What arrived after a call was cancelled is paid for as well, and is
        in `tokens_out`."""
        fresh = max(0, usage.tokens_in - usage.tokens_cached)
        parts = (
            (fresh, self.per_million_in),
            (usage.tokens_cached, self.per_million_cached),
            (usage.tokens_out, self.per_million_out),
        )
        return math.ceil(sum(tokens * _as_written(price) for tokens, price in parts if price))


@functools.lru_cache(maxsize=16)
def _as_written(price: float) -> Fraction:
    """0.1 is a tenth, not the nearest binary number."""
    return Fraction(str(price))


_Gauges = Mapping[tuple[Whose, What], str]
"""Keys of the counters."""


class Meter:
    """Counts, and says when it is enough. Used from one event loop; as concurrent as the state."""

    def __init__(
        self, state: State, prices: Prices, clock: Callable[[], datetime], *, likely: Usage | None = None
    ) -> None:
        """`clock` gives aware times in UTC; `likely` is what a reply may take before any has ended."""
        self._state = state
        self._prices = prices
        self._clock = clock
        self._reserves = Reserves(self._spent(likely or Usage()))

    async def enter(self, place: Place, person: str, settings: PlaceSettings, *, holder: str = "") -> Standing:
        """Count a message, unless it is one too many: then it is FULL, and nothing is counted. Of two at once with room
        for one, one is let in.

        FULL where messages, tokens or money have reached a limit. What the reply is likely to take is held back for
        `holder` ("": there is none) until `release`: while replies are under way, another has to fit beside them, and
        only one that is alone may go beyond a limit. WARN from 80 % of a limit on, once a day and limit.
        Raises StoreBusy, StoreFailed.
        """
        until = _day_end(self._clock())
        keys = _keys(place, person, until)
        amounts = {key: 1 for (_, what), key in keys.items() if what is What.MESSAGES}
        limits = {gauge: limit for gauge in keys if (limit := _limit(settings, *gauge))}
        most = {keys[gauge]: self._most(gauge[1], keys[gauge], limit, holder) for gauge, limit in limits.items()}
        if holder:  # before anything is waited for: of two at once, each sees the other's
            self._reserves.hold(holder, {key: what for (_, what), key in keys.items()})
        tally = await self._entered(amounts, most, until=until, people=_people(keys, person), holder=holder)
        gauges = [
            Gauge(whose=whose, what=what, used=tally.totals[keys[whose, what]], limit=limit)
            for (whose, what), limit in limits.items()
        ]
        if not tally.added:
            full = [gauge for gauge in gauges if gauge.level is Level.FULL]
            return replace(self._standing(Level.FULL, full), waiting=not full)
        near = [gauge for gauge in gauges if gauge.level is not Level.OK]
        unheard = [gauge for gauge in near if await self._warn(keys[gauge.whose, gauge.what], gauge, person, until)]
        costly = any(gauge.what is not What.MESSAGES for gauge in near)
        return replace(self._standing(Level.WARN if unheard else Level.OK, unheard), near=costly)

    async def join(self, place: Place, person: str, settings: PlaceSettings, *, holder: str) -> bool:
        """Whether there is room for a reply at the cost of a person who sent no message for it; then what it is likely
        to take is held back for `holder`, as in `enter`. Raises StoreBusy, StoreFailed."""
        until = _day_end(self._clock())
        keys = _keys(place, person, until)
        limits = {gauge: limit for gauge in keys if (limit := _limit(settings, *gauge))}
        most = {
            keys[gauge]: limit - 1 if gauge[1] is What.MESSAGES else self._most(gauge[1], keys[gauge], limit, holder)
            for gauge, limit in limits.items()
        }
        self._reserves.hold(holder, {key: what for (_, what), key in keys.items()})
        return (await self._entered({}, most, until=until, people={}, holder=holder)).added

    def release(self, holder: str) -> None:
        """The reply of `holder` has ended, and is counted: nothing is held back for it any more. Idempotent."""
        self._reserves.release(holder)

    def _most(self, what: What, key: str, limit: int, holder: str) -> int:
        """What a counter may stand at, the message included, so that the message is let in."""
        if what is What.MESSAGES:
            return limit
        others = self._reserves.held(key, but=holder)
        # Alone, there has to be some room: a limit below what a reply takes would let nobody in.
        return limit - others - self._reserves.likely.get(what, 0) if others else limit - 1

    async def _entered(
        self, amounts: Mapping[str, int], most: Mapping[str, int],
        *, until: datetime, people: Mapping[str, str], holder: str,
    ) -> Tally:  # fmt: skip
        """`State.add_within`; where that lets nobody in, nothing is held back."""
        added = False
        try:
            tally = await self._state.add_within(amounts, most, until=until, people=people)
            added = tally.added
        finally:
            if not added:
                self._reserves.release(holder)
        return tally

    async def spend(self, place: Place, person: str, usage: Usage, *, holder: str = "") -> None:
        """Count what a reply, or anything else for that person there, took; `holder` holds something back for it.
        Raises StoreBusy, StoreFailed."""
        until, spent = _day_end(self._clock()), self._spent(usage)
        self._reserves.spend(holder, spent)
        keys = _keys(place, person, until)
        amounts = {key: spent[what] for (_, what), key in keys.items() if spent.get(what)}
        if amounts:
            await self._state.add(amounts, until=until, people=_people(keys, person))

    def _spent(self, usage: Usage) -> Mapping[str, int]:
        return {What.TOKENS: usage.tokens_in + usage.tokens_out, What.MONEY: self._prices.of(usage)}

    async def move(self, old: Place, new: Place) -> None:
        """A place has another key now, and the figures of today follow. Raises StoreBusy, StoreFailed."""
        until = _day_end(self._clock())
        for before, after in zip(_beginnings(old, until), _beginnings(new, until), strict=True):
            await self._state.carry(before, after)
        for entry in reversed(await self._state.list(_WARNED, limit=_ALL)):
            limit, _, key = entry.key.partition(" ")
            for before, after in zip(_beginnings(old, until), _beginnings(new, until), strict=True):
                if key.startswith(before):
                    await self._state.put(replace(entry, key=f"{limit} {after}{key.removeprefix(before)}"))
                    await self._state.drop(_WARNED, entry.key)

    async def report(self, place: Place, person: str, settings: PlaceSettings) -> Standing:
        """All figures of today that a message of that person there would count for, and the highest of their levels.
        Of money only where there is some, or a limit. Raises StoreBusy, StoreFailed."""
        keys = _keys(place, person, _day_end(self._clock()))
        counts = await self._state.counts(list(keys.values()))
        gauges = [
            Gauge(whose=whose, what=what, used=counts[key], limit=_limit(settings, whose, what))
            for (whose, what), key in keys.items()
        ]
        shown = [gauge for gauge in gauges if gauge.what is not What.MONEY or gauge.used or gauge.limit]
        return self._standing(max(gauge.level for gauge in shown), shown)

    def _standing(self, level: Level, gauges: Sequence[Gauge]) -> Standing:
        return Standing(level=level, gauges=tuple(gauges), currency=self._prices.currency)

    async def _warn(self, key: str, gauge: Gauge, person: str, until: datetime) -> bool:
        """Whether this is the first warning; of two at once one is. A limit that was changed is another one."""
        owner = person if gauge.whose is Whose.PERSON else ""
        entry = Entry(kind=_WARNED, key=f"{gauge.limit} {key}", value={}, person=owner, until=until)
        # Asking first: the answer is almost always yes, and reading is cheap.
        if await self._state.get(entry.kind, entry.key):
            return False
        return await self._state.put_new(entry)


def limit_card(standing: Standing, language: str) -> Card:
    """What the person is told of limits that are reached, or almost."""
    full = standing.level is Level.FULL
    return Card(
        title=catalogue("bots").say("meter.full" if full else "meter.near", language),
        rows=report_rows(standing, language),
        hint=catalogue("bots").say("meter.anew", language),
        tone=Tone.BAD if full else Tone.PLAIN,
    )


def report_rows(standing: Standing, language: str) -> tuple[Row, ...]:
    """Figures, a line each."""
    return tuple(_row(gauge, standing.currency, language) for gauge in standing.gauges)


def _row(gauge: Gauge, currency: str, language: str) -> Row:
    say = catalogue("bots").say
    label = say(f"meter.{gauge.whose}_{gauge.what}", language)
    used, limit = (_amount(gauge.what, figure, currency) for figure in (gauge.used, gauge.limit))
    if not gauge.limit:
        return Row(label=label, text=say("meter.unlimited", language, used=used))
    percent = min(100, gauge.used * 100 // gauge.limit)
    return Row(label=label, text=say("meter.limited", language, used=used, limit=limit, percent=percent))


def _amount(what: What, figure: int, currency: str) -> str:
    if what is What.MONEY:
        return f"{figure / _MILLION:,.4f} {currency}".rstrip()
    return f"{figure:,}"


def _limit(settings: PlaceSettings, whose: Whose, what: What) -> int:
    limit: int = getattr(settings, f"{whose}_{what}")
    return limit


def _keys(place: Place, person: str, until: datetime) -> _Gauges:
    """Every counter that something of `person` in `place` counts for. In private, where there is nobody else, only the
    person's; of somebody who cannot be told from others ("") none of a person's."""
    whom = {Whose.PERSON: (place.server or place.conversation, person)} if person else {}
    if not place.private:
        whom |= {Whose.CHANNEL: (place.channel, ""), Whose.SERVER: (place.server, "")}
    day = (until.date() - timedelta(days=1)).isoformat()
    # JSON, because keys of places and persons may contain any separator.
    return {
        (whose, what): json.dumps(["meter", day, whose, *names, what]) for whose, names in whom.items() for what in What
    }


def _beginnings(place: Place, until: datetime) -> tuple[str, ...]:
    """What the keys of every counter of a place begin with, whoever and whatever is counted."""
    names = {Whose.PERSON: place.server or place.conversation, Whose.CHANNEL: place.channel, Whose.SERVER: place.server}
    day = (until.date() - timedelta(days=1)).isoformat()
    return tuple(json.dumps(["meter", day, whose, name]).removesuffix("]") + "," for whose, name in names.items())


def _people(keys: _Gauges, person: str) -> Mapping[str, str]:
    return {key: person for (whose, _), key in keys.items() if whose is Whose.PERSON}


def _day_end(now: datetime) -> datetime:
    """When the day ends that `now` is in."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), tzinfo=UTC)
