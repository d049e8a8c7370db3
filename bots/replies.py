"""What stands where of the replies of personas: so that a button works after a restart, no message is answered twice,
and what a crash left half-shown can be found.

Kept in the state, without a word of clean replies: texts are in it only while a reply has several variants to leaf
through, and no longer than its buttons live.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bots.state import Entry, State

BUTTONS: Final = timedelta(hours=1)
"""How long a reply can be changed: platforms are strict with edits of older messages."""
_REMEMBERED: Final = timedelta(days=30)
"""How long it is known who said a message: for replies to it, and for taking it back."""
_CLAIMED: Final = timedelta(days=2)
"""How long it is known that a message was answered: longer than any platform delivers one anew."""
_LOOK_BACK: Final = 50
_MOST: Final = 8
"""Variants of one reply."""

_REPLY: Final = "reply"
_VARIANTS: Final = "variants"
_SHOWN: Final = "shown"
_CLAIM: Final = "claim"
_RUNNING: Final = "running"
_EXCHANGE: Final = "exchange"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One reply as it stands on a platform."""

    id: str
    platform: str
    conversation: str
    server: str
    persona: str
    person: str
    """Key of whoever is answered."""
    message: str
    """The platform's id of the message that is answered."""
    at: datetime
    channel: str = ""
    """Where a platform finds its messages, in its own words."""
    shown: tuple[str, ...] = ()
    """The platform's ids of the messages it stands in, in order."""
    running: bool = True
    exchange: str = ""
    """Id of the kept exchange, or ""."""

    def live(self, now: datetime) -> bool:
        """Whether its buttons still work."""
        return now < self.at + BUTTONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """The texts of a reply to leaf through."""

    texts: tuple[str, ...] = ()
    """Oldest first; empty where there is only the one that stands there."""
    current: int = 0
    """The one that stands there."""


class Replies:
    """Records over one state. As concurrent as the state."""

    def __init__(self, state: State, *, now: Callable[[], datetime], ids: Callable[[], str]) -> None:
        """`ids` makes a new short id at each call."""
        self._state = state
        self._now = now
        self._ids = ids

    async def claim(self, platform: str, message: str) -> bool:
        """Whether `message` is to be answered now: False where somebody did or does already."""
        until = self._now() + _CLAIMED
        return await self._state.put_new(Entry(kind=_CLAIM, key=f"{platform} {message}", value={}, until=until))

    async def begin(
        self, *, platform: str, conversation: str, server: str, persona: str, person: str, message: str, channel: str
    ) -> Record:
        """Note that a reply is about to be shown."""
        record = Record(
            id=self._ids(),
            platform=platform,
            conversation=conversation,
            server=server,
            persona=persona,
            person=person,
            message=message,
            at=self._now(),
            channel=channel,
        )
        await self.keep(record)
        return record

    async def keep(self, record: Record) -> None:
        """Note how a reply stands."""
        until = record.at + _REMEMBERED
        value = {**asdict(record), "at": record.at.isoformat()}
        to_it = {"reply": record.id}
        entry = Entry(kind=_REPLY, key=record.id, value=value, person=record.person, until=until)
        await self._state.put(replace(entry, group=record.conversation))
        if record.exchange:
            await self._state.put(replace(entry, kind=_EXCHANGE, key=record.exchange, value=to_it))
        if record.running:
            await self._state.put(replace(entry, kind=_RUNNING, value=to_it, group=record.platform))
        else:
            await self._state.drop(_RUNNING, record.id)

    async def stands(self, record: Record, message: str) -> Record:
        """Another message of it stands there: note that before anything else happens."""
        record = replace(record, shown=(*record.shown, message))
        await self.keep(record)
        until = self._now() + _REMEMBERED
        key = f"{record.platform} {message}"
        await self._state.put(
            Entry(kind=_SHOWN, key=key, value={"reply": record.id}, person=record.person, until=until)
        )
        return record

    async def variants(self, record: Record) -> Variants:
        """The texts of `record` to leaf through."""
        entry = await self._state.get(_VARIANTS, record.id)
        if entry is None:
            return Variants()
        value: dict[str, Any] = dict(entry.value)
        return Variants(texts=tuple(value["texts"]), current=value["current"])

    async def vary(self, record: Record, variants: Variants) -> None:
        """Note the texts of `record`, the newest of them, for as long as its buttons live."""
        surplus = max(0, len(variants.texts) - _MOST)
        value = {"texts": variants.texts[surplus:], "current": max(0, variants.current - surplus)}
        entry = Entry(kind=_VARIANTS, key=record.id, value=value, person=record.person, until=record.at + BUTTONS)
        await self._state.put(entry)

    async def get(self, reply: str) -> Record | None:
        """The reply of this id."""
        entry = await self._state.get(_REPLY, reply)
        return _record(entry) if entry else None

    async def of_message(self, platform: str, message: str) -> Record | None:
        """The reply that a message is part of."""
        entry = await self._state.get(_SHOWN, f"{platform} {message}")
        return await self.get(str(entry.value["reply"])) if entry else None

    async def newest(self, conversation: str, persona: str = "") -> Record | None:
        """The newest reply in a conversation, of one persona where one is named."""
        return await self._latest(conversation, lambda record: persona in {"", record.persona})

    async def before(self, record: Record) -> Record | None:
        """The reply of the same persona in the same conversation that came before."""

        def earlier(other: Record) -> bool:
            return other.persona == record.persona and other.id != record.id and other.at <= record.at

        return await self._latest(record.conversation, earlier)

    async def _latest(self, conversation: str, fits: Callable[[Record], bool]) -> Record | None:
        entries = await self._state.list(_REPLY, group=conversation, limit=_LOOK_BACK)
        return max(filter(fits, map(_record, entries)), key=lambda record: record.at, default=None)

    async def of_exchange(self, exchange: str) -> Record | None:
        """The reply a kept exchange is about."""
        entry = await self._state.get(_EXCHANGE, exchange)
        return await self.get(str(entry.value["reply"])) if entry else None

    async def unfinished(self, platform: str) -> tuple[Record, ...]:
        """The replies that were under way when a process ended, oldest first."""
        entries = await self._state.list(_RUNNING, group=platform, limit=1_000)
        found = [await self.get(entry.key) for entry in reversed(entries)]
        return tuple(record for record in found if record is not None and record.running)

    async def forget(self, record: Record) -> None:
        """It stands nowhere any more."""
        for kind in (_REPLY, _VARIANTS, _RUNNING):
            await self._state.drop(kind, record.id)
        for message in record.shown:
            await self._state.drop(_SHOWN, f"{record.platform} {message}")


def _record(entry: Entry) -> Record:
    value: dict[str, Any] = dict(entry.value)
    return Record(**{**value, "at": datetime.fromisoformat(value["at"]), "shown": tuple(value["shown"])})
