"""What stands where of the replies of personas: so that a button works after a restart, no message is answered twice,
and what a crash left half-shown can be found.

Kept in the state, without a word of clean replies: texts are in it only while a reply has several variants to leaf
through, and no longer than its buttons live.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bots.errands import Errands
from bots.places import Place
from bots.state import Entry, State
from bots.worded import forget_author, worded
from moderation.records import Outcome

BUTTONS: Final = timedelta(hours=1)
"""How long a reply can be changed: platforms are strict with edits of older messages."""
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
_SAID: Final = frozenset({"", *(Outcome.CLEAN, Outcome.FLAGGED, Outcome.REPAIRED, Outcome.DISCLOSED)})
"""Outcomes of replies that go on in the window of the conversation; "": it was stopped, or is a greeting."""
_MEANT: Final = frozenset({Outcome.DISCLOSED, Outcome.SUSPENDED, Outcome.HELD})
"""Outcomes of replies that are not to be leafed away from."""

_REPLY: Final = "reply"
_VARIANTS: Final = "variants"
_SHOWN: Final = "shown"
_CLAIM: Final = "claim"
_RUNNING: Final = "running"
_INNER: Final = "inner"
"""Kind of the entries that say which conversations a community has; they are listed by it."""
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
    outcome: str = ""
    """How it ended (`Outcome`), or "": a greeting, or it was stopped."""
    posts: int = 0
    """Messages that were ever posted of it, those taken away included."""
    voice: str = ""
    """Who posted them, where a platform has several voices that cannot change each other's messages."""
    author: str = ""
    """Key of whoever worded what stands there, SOMEBODY (`bots.worded`) or "": the persona itself."""
    aside: bool = False
    """What the persona says to a message that holds no words."""
    reacts: bool = False
    """What it says to another persona's reply to that message, or to one that came of it."""
    follows: str = ""
    """Id of the reply of the same persona in the same conversation that came before, or "": it is to be looked for."""
    leaves: bool = False
    """It is a greeting, and the persona has others."""
    withdrawn: bool = False
    """Words that were withdrawn may stand there: they could not be taken back."""

    @property
    def fixed(self) -> bool:
        """Whether nothing of it can be said another way or gone on with: a greeting, or an aside."""
        return self.aside or not self.message

    @property
    def private(self) -> bool:
        """Whether it stands where one person is alone with the persona: where that is may say who they are."""
        return not self.server

    @property
    def settled(self) -> bool:
        """Whether nothing comes after it by itself: it is not under way, nor held until somebody decides."""
        return not self.running and self.outcome != Outcome.HELD

    @property
    def remembered(self) -> bool:
        """Whether what stands there is a part of the conversation: what the persona itself said, not words in its
        place."""
        return self.outcome in _SAID

    @property
    def open(self) -> bool:
        """Whether other words can take the place of those that stand there: not of the truth about who speaks, of help
        in a crisis and of words in place of a reply."""
        return self.remembered and not self.fixed and self.outcome not in _MEANT

    @property
    def vain(self) -> bool:
        """Whether words in place of a reply stand there, or nothing: what was said before can come back."""
        return not self.remembered and not self.fixed and self.outcome not in _MEANT

    def leafed(self) -> "Record":
        """As it is where one of its variants stands there."""
        return replace(self, outcome=Outcome.CLEAN.value, exchange="") if self.vain else self

    def live(self, now: datetime) -> bool:
        """Whether its buttons still work."""
        return now < self.at + BUTTONS


_FIELDS: Final = tuple(field.name for field in fields(Record))


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """The texts of a reply to leaf through."""

    texts: tuple[str, ...] = ()
    """Oldest first; empty where there is only the one that stands there."""
    current: int = 0
    """The one that stands there; behind the last where none of them does, but words in place of a reply, or nothing."""
    authors: tuple[str, ...] = ()
    """Who worded each of them: see `Record.author`."""

    def also(self, text: str, author: str = "", *, before: str) -> "Variants":
        """With another one ("": none), which stands there from now on; `before` is what stood there where it was the
        only one."""
        texts, authors = (self.texts, self.authors) if self.texts else ((before,), ("",))
        if not text:
            return Variants(texts=texts, authors=authors, current=len(texts))
        return Variants(texts=(*texts, text), authors=(*authors, author), current=len(texts))

    @property
    def author(self) -> str:
        """Who worded the one that stands there."""
        return self.authors[self.current] if self.authors else ""


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
        whole = replace(_pointer(_REPLY, record.id, record), value=_value(record), group=record.conversation)
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
        return _record(entry) if entry else None

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
        later = (other for other in map(_record, entries) if other.persona == record.persona and other.id != record.id)
        return min((other for other in later if other.at > record.at), key=lambda other: other.at, default=None)

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

    async def unname(self, person: str) -> None:
        """Let nothing say any more that a person was answered, but still know whose words stand where: what stands
        there must remain in the reach of those who look after the place. In private nobody does: what is over there
        stays the person's, and goes with the rest of theirs (`State.erase`)."""
        entries = await self._state.of_person(person)
        records = {entry.key: _record(entry) for entry in entries if entry.kind == _REPLY}
        private = {record.id for record in records.values() if record.private}
        over = {reply for reply in private if records[reply].settled}
        theirs = {_REPLY: over, _EXCHANGE: over, _RUNNING: over, _SHOWN: private}
        for entry in entries:
            reply = entry.key if entry.kind == _REPLY else str(entry.value.get("reply", ""))
            if entry.kind not in theirs or reply in theirs[entry.kind]:
                continue
            nobodys = replace(entry, person="")
            if entry.kind == _REPLY:
                nobodys = replace(nobodys, value=_value(replace(records[reply], person="", message="")))
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
            if record := self._there(_record(entry)):
                await self._state.put(replace(entry, value=_value(record), group=record.conversation))

    async def leave(self, community: str) -> None:
        """Nothing of a community, or of a conversation in private, can be reached any more: the replies there, and in
        all of its conversations, are forgotten, also those under way."""
        inner = await self._state.list(_INNER, group=community, limit=_ALL)
        for conversation in (community, *(entry.key for entry in inner)):
            for record in map(_record, await self._state.list(_REPLY, group=conversation, limit=_ALL)):
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


def _value(record: Record) -> dict[str, Any]:
    # Not `asdict`, which copies a value to its depths; these have none.
    return {name: getattr(record, name) for name in _FIELDS} | {"at": record.at.isoformat()}


def _record(entry: Entry) -> Record:
    value: dict[str, Any] = dict(entry.value)
    return Record(**{**value, "at": datetime.fromisoformat(value["at"]), "shown": tuple(value["shown"])})
