"""What stands where of the replies of personas: so that a button works after a restart, no message is answered twice,
and what a crash left half-shown can be found.

Kept in the state, without a word of clean replies: texts are in it only while a reply has several variants to leaf
through, and no longer than its buttons live.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from bots.errands import Errands
from bots.places import Place
from bots.records import BUTTONS, Record, Variants, record_of, value_of
from bots.state import Entry, State
from bots.worded import forget_author, worded

_REMEMBERED: Final = timedelta(days=30)
"""How long it is known who said a message: for replies to it, and for taking it back."""
_CLAIMED: Final = timedelta(days=2)
"""How long it is known that a message was answered: longer than any platform delivers one anew."""
_SPARE: Final = timedelta(days=1)
_LOOK_BACK: Final = 50
_ALL: Final = 100_000
_KNOWN: Final = 4_096
"""Conversations, each with a persona, of which it is known without asking which reply is the newest."""
MOST: Final = 8
"""Variants of one reply."""

_REPLY: Final = "reply"
_VARIANTS: Final = "variants"
_SHOWN: Final = "shown"
_CLAIM: Final = "claim"
_RUNNING: Final = "running"
_INNER: Final = "inner"
"""Kind of the entries that say which conversations a community has; they are listed by it."""
_EXCHANGE: Final = "exchange"


class Replies:
    """Records over one state. As concurrent as the state."""

    def __init__(self, state: State, *, now: Callable[[], datetime], ids: Callable[[], str]) -> None:
        """`ids` makes a new short id at each call."""
        self._state = state
        self._now = now
        self._ids = ids
        self._newest: OrderedDict[tuple[str, str], str] = OrderedDict()
        """Ids of the replies begun last, by conversation and persona."""
        self._inner: OrderedDict[str, datetime] = OrderedDict()
        """Until when it is noted, for good, which community conversations are of."""
        self._moved: OrderedDict[str, tuple[Place, str]] = OrderedDict()
        """Where conversations went on, and the channel there: some replies in them may be under way still."""
        self._left: OrderedDict[str, None] = OrderedDict()
        """Replies that were under way where nobody can be reached any more."""
        self.errands = Errands(state, now=now)
        """What is still to be done beside replies."""

    async def claim(self, platform: str, message: str, *, within: str = "") -> bool:
        """Whether `message` is to be answered now: False where somebody did or does already. `within` is the one of a
        burst under which all of it is answered; "": `message` itself."""
        key, group = _claimed(platform, message), _claimed(platform, within or message)
        return await self._state.put_new(
            Entry(kind=_CLAIM, key=key, value={}, group=group, until=self._now() + _CLAIMED)
        )

    async def release(self, platform: str, message: str) -> None:
        """Nothing came of the reply to `message`, and to what was answered with it: it is to be answered after all."""
        for entry in await self._state.list(_CLAIM, group=_claimed(platform, message)):
            await self._state.drop(_CLAIM, entry.key)

    async def begin(
        self,
        *,
        platform: str,
        conversation: str,
        server: str,
        persona: str,
        person: str,
        message: str,
        channel: str,
        aside: bool = False,
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
            aside=aside,
            follows=self._newest.pop((conversation, persona), ""),
        )
        self._newest[conversation, persona] = record.id
        _bound(self._newest)
        await self._keep(record, *await self._within(record))
        return record

    async def keep(self, record: Record) -> None:
        """Note how a reply stands."""
        await self._keep(record)

    async def _keep(self, record: Record, *besides: Entry) -> None:
        """Note how a reply stands, and what goes with that, all at once; nothing of one that nobody can reach since, or
        that is over in private and nobody's any more."""
        there = self._there(record)
        if there is None:
            return
        record = there
        if record.private and record.settled and not record.person:
            await self.forget(record)
            return
        whole = replace(_pointer(_REPLY, record.id, record), value=value_of(record), group=record.conversation)
        besides = (*besides, *worded(record.id, record.author, record.at + _REMEMBERED))
        exchange = [_pointer(_EXCHANGE, record.exchange, record)] if record.exchange else []
        running = replace(_pointer(_RUNNING, record.id, record), group=record.platform)
        if record.running:
            await self._state.change([*besides, whole, *exchange, running])
        else:
            await self._state.change([*besides, whole, *exchange], dropped=[(running.kind, running.key)])

    async def stands(self, record: Record, message: str) -> Record:
        """Another message of it stands there: note that before anything else happens."""
        return await self.back(replace(record, shown=(*record.shown, message), posts=record.posts + 1), message)

    async def back(self, record: Record, message: str) -> Record:
        """A message of it that was about to be taken away (`gone`) stands there after all."""
        shown = _pointer(_SHOWN, f"{record.platform} {message}", record)
        await self._keep(record, replace(shown, until=self._now() + _REMEMBERED))
        return record

    async def also(self, record: Record, exchange: str) -> None:
        """Note that another exchange is about it as well: what was reported after its own was decided."""
        await self._state.put(_pointer(_EXCHANGE, exchange, record))

    async def variants(self, record: Record) -> Variants:
        """The texts of `record` to leaf through."""
        entry = await self._state.get(_VARIANTS, record.id)
        if entry is None:
            return Variants()
        value: dict[str, Any] = dict(entry.value)
        return Variants(texts=tuple(value["texts"]), authors=tuple(value["authors"]), current=value["current"])

    async def vary(self, record: Record, variants: Variants) -> None:
        """Note the texts of `record`, the newest of them, for as long as its buttons live."""
        surplus = max(0, len(variants.texts) - MOST)
        value = {
            "texts": variants.texts[surplus:],
            "authors": variants.authors[surplus:],
            "current": max(0, variants.current - surplus),
        }
        entry = Entry(kind=_VARIANTS, key=record.id, value=value, person=record.person, until=record.at + BUTTONS)
        await self._state.put(entry)

    async def said_again(self, record: Record, text: str, *, before: str) -> None:
        """Note that a reply that read `before` as `record` has it reads `text` since. What the persona said stays one
        of its variants, whatever stands in its place; words in place of a reply are none."""
        variants = await self.variants(record)
        if variants.texts or record.open:
            now = await self.get(record.id)
            said = text if now and now.remembered else ""
            await self.vary(record, variants.also(said, before=before))

    async def get(self, reply: str) -> Record | None:
        """The reply of this id."""
        entry = await self._state.get(_REPLY, reply)
        return record_of(entry) if entry else None

    async def of_message(self, platform: str, message: str) -> Record | None:
        """The reply that a message is part of."""
        entry = await self._state.get(_SHOWN, f"{platform} {message}")
        return await self.get(str(entry.value["reply"])) if entry else None

    async def newest(self, conversation: str, persona: str = "") -> Record | None:
        """The newest reply in a conversation, of one persona where one is named."""
        return await self._latest(conversation, lambda record: persona in {"", record.persona})

    async def to(self, conversation: str, message: str) -> Record | None:
        """The reply in a conversation to the message of that id, where it is one of the newest there."""
        return await self._latest(conversation, lambda record: record.message == message and not record.reacts)

    async def before(self, record: Record) -> Record | None:
        """The reply of the same persona in the same conversation that came before."""
        # Almost always it is known; to look for it is to unseal the newest replies of the conversation, one by one.
        if record.follows and (known := await self.get(record.follows)):
            return known

        def earlier(other: Record) -> bool:
            return other.persona == record.persona and other.id != record.id and other.at <= record.at

        return await self._latest(record.conversation, earlier)

    async def after(self, record: Record) -> Record | None:
        """The reply of the same persona in the same conversation that came next."""
        entries = await self._state.list(_REPLY, group=record.conversation, limit=_LOOK_BACK)
        others = (other for other in map(record_of, entries) if other.persona == record.persona)
        later = (other for other in others if other.id != record.id and other.at > record.at)
        return min(later, key=lambda other: other.at, default=None)

    async def _latest(self, conversation: str, fits: Callable[[Record], bool]) -> Record | None:
        entries = await self._state.list(_REPLY, group=conversation, limit=_LOOK_BACK)
        return max(filter(fits, map(record_of, entries)), key=lambda record: record.at, default=None)

    async def of_exchange(self, exchange: str) -> Record | None:
        """The reply a kept exchange is about."""
        entry = await self._state.get(_EXCHANGE, exchange)
        return await self.get(str(entry.value["reply"])) if entry else None

    async def unfinished(self, platform: str) -> tuple[Record, ...]:
        """The replies that were under way when a process ended, oldest first."""
        entries = await self._state.list(_RUNNING, group=platform, limit=1_000)
        found = [await self.get(entry.key) for entry in reversed(entries)]
        return tuple(record for record in found if record is not None and record.running)

    async def unname(self, person: str) -> None:
        """Let nothing say any more that a person was answered, but still know whose words stand where: what stands
        there must remain in the reach of those who look after the place. In private nobody does: what is over there
        stays the person's, and goes with the rest of theirs (`State.erase`)."""
        entries = await self._state.of_person(person)
        records = {entry.key: record_of(entry) for entry in entries if entry.kind == _REPLY}
        private = {record.id for record in records.values() if record.private}
        over = {reply for reply in private if records[reply].settled}
        theirs = {_REPLY: over, _EXCHANGE: over, _RUNNING: over, _SHOWN: private}
        for entry in entries:
            reply = entry.key if entry.kind == _REPLY else str(entry.value.get("reply", ""))
            if entry.kind not in theirs or reply in theirs[entry.kind]:
                continue
            nobodys = replace(entry, person="")
            if entry.kind == _REPLY:
                nobodys = replace(nobodys, value=value_of(replace(records[reply], person="", message="")))
            await self._state.put(nobodys)
        await forget_author(self._state, person)

    async def gone(self, record: Record, message: str) -> Record:
        """A message of it is about to be taken away by us: that it goes is no news then."""
        await self._state.drop(_SHOWN, f"{record.platform} {message}")
        return replace(record, shown=tuple(shown for shown in record.shown if shown != message))

    async def move(self, old: Place, new: Place, *, channel: str) -> None:
        """A conversation goes on in another place, which the platform finds by `channel`."""
        self._moved[old.conversation] = new, channel
        _bound(self._moved)
        for entry in reversed(await self._state.list(_REPLY, group=old.conversation, limit=1_000)):
            if record := self._there(record_of(entry)):
                await self._state.put(replace(entry, value=value_of(record), group=record.conversation))

    async def leave(self, community: str) -> None:
        """Nothing of a community, or of a conversation in private, can be reached any more: the replies there, and in
        all of its conversations, are forgotten, also those under way."""
        inner = await self._state.list(_INNER, group=community, limit=_ALL)
        for conversation in (community, *(entry.key for entry in inner)):
            for record in map(record_of, await self._state.list(_REPLY, group=conversation, limit=_ALL)):
                if record.running:
                    self._left[record.id] = None
                    _bound(self._left)
                await self.forget(record)
            self._inner.pop(conversation, None)
            await self._state.drop(_INNER, conversation)

    def _there(self, record: Record) -> Record | None:
        """A reply in the place where its conversation is by now; None where that cannot be reached any more."""
        if record.conversation in self._moved:
            place, channel = self._moved[record.conversation]
            record = replace(record, conversation=place.conversation, server=place.server, channel=channel)
        return None if record.id in self._left else record

    async def _within(self, record: Record) -> list[Entry]:
        """What is to be noted so that the conversation is one of the community, for as long as any reply there is
        remembered."""
        if record.server in {"", record.conversation}:
            return []
        until = record.at + _REMEMBERED
        if record.conversation not in self._inner or self._inner[record.conversation] < until:
            there = await self._state.get(_INNER, record.conversation)
            if there is None or there.until is None or there.until < until:
                longer = until + _SPARE  # so as not to write each time
                return [Entry(kind=_INNER, key=record.conversation, value={}, group=record.server, until=longer)]
            self._inner[record.conversation] = there.until
            _bound(self._inner)
        return []

    async def forget(self, record: Record) -> None:
        """It stands nowhere any more."""
        of_it = [(kind, record.id) for kind in (_REPLY, _VARIANTS, _RUNNING)]
        shown = [(_SHOWN, f"{record.platform} {message}") for message in record.shown]
        exchange = [(_EXCHANGE, record.exchange)] if record.exchange else []
        await self._state.change((), dropped=[*of_it, *shown, *exchange])


def _bound(known: OrderedDict[Any, Any]) -> None:
    """Leave the newest."""
    while len(known) > _KNOWN:
        known.popitem(last=False)


def _claimed(platform: str, what: str) -> str:
    """What a claim is known by. A digest: nobody is told from it, as from the place of a message in private."""
    return hashlib.sha256(f"{platform} {what}".encode("utf-8", "surrogatepass")).hexdigest()


def _pointer(kind: str, key: str, record: Record) -> Entry:
    """What a reply is found by."""
    value = {"reply": record.id}
    return Entry(kind=kind, key=key, value=value, person=record.person, until=record.at + _REMEMBERED)
