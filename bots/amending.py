"""What people change of what they said: they word it otherwise, or take it away.

While a message waits in its burst, another text takes its place. Once it is answered, it is answered anew where the
reply stands, as long as that is the newest one or still under way; what came before is history, and stays. What is
taken away is not answered any more, and is forgotten with the reply it got.

What people said is known here as long as their conversations are: until the program ends.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Generic, TypeVar

from bots.bursts import Bursts
from bots.inbox import Busy
from bots.performing import Performer, Tell
from bots.platform import Caller, Router
from bots.records import Record, Variants
from personas.messages import Cue, Message

M = TypeVar("M")
"""The platform's own value of a message."""
_TALKS: Final = 1_000
"""Messages that are known."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[M]):
    """One message of a burst."""

    id: str
    message: M
    text: str
    persona: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a reply to a talk needs besides its words."""

    caller: Caller
    """Who, and where they are answered; without a text."""
    channel: str
    tell: Tell
    quoted: object


@dataclass(slots=True, eq=False)
class Talk:
    """What one person said in a burst of messages, and is answered at once."""

    words: dict[str, str]
    """By the ids of the messages, in order."""
    asking: Asking | None = None
    """None: it is not answered yet."""
    asked: str = ""
    """The words to which a reply was asked for last."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whoever has it answered."""

    @property
    def text(self) -> str:
        """All of it that is words."""
        return "\n".join(filter(None, self.words.values()))


class Amending(Generic[M]):
    """Gathers what people say in bursts, has it answered, and follows what they change of it. Used from one event
    loop."""

    def __init__(
        self,
        router: Router,
        performer: Performer,
        bursts: Bursts[Part[M]],
        *,
        now: Callable[[], datetime],
        heard: Callable[[str, str], None] = lambda _message, _text: None,
    ) -> None:
        """`heard` is told what is answered, by the id of the message that the reply is to."""
        self._router = router
        self._performer = performer
        self._bursts = bursts
        self._now = now
        self._heard = heard
        self._coming: dict[str, str | None] = {}
        """Messages on their way into a burst, and what they read meanwhile (None: as they came; "": nothing)."""
        self._talks: OrderedDict[str, Talk] = OrderedDict()

    @contextmanager
    def coming(self, message: str) -> Iterator[None]:
        """While this is open, a message is on its way into a burst, or into none."""
        self._coming[message] = None
        try:
            yield
        finally:
            self._coming.pop(message, None)

    def open(self, key: Hashable) -> bool:
        """See `Bursts.open`."""
        return self._bursts.open(key)

    def drop(self, key: Hashable) -> bool:
        """See `Bursts.drop`: what waits to be answered is not answered any more."""
        return self._bursts.drop(key)

    async def gather(self, key: Hashable, part: Part[M]) -> list[Part[M]] | None:
        """See `Bursts.gather`."""
        text = self._coming.pop(part.id, None)
        if text == "":
            return None
        return await self._bursts.gather(key, part if text is None else replace(part, text=text))

    def begin(self, parts: Iterable[Part[M]]) -> Talk:
        """The burst is over; from now on its messages are amended in the talk."""
        talk = Talk(words={part.id: part.text for part in parts})
        for message in talk.words:
            self._talks.setdefault(message, talk)
        while len(self._talks) > _TALKS:
            self._talks.popitem(last=False)
        return talk

    async def answer(self, talk: Talk, asking: Asking) -> None:
        """Show the reply to a talk, as it reads now. Errors as with `Performer.answer`."""
        async with talk.turn:
            talk.asking = asking
            if talk.words:
                await self._say(talk, asking)

    async def amended(self, message: str, text: str) -> None:
        """A message reads `text` now: what of it is said in the play, not "". Errors as with `Performer.answer`."""
        if self._waits(message, text):
            return
        talk = self._talks.get(message)
        if talk is None or talk.words.get(message, text) == text:
            return
        record = await self._reply(talk)
        if message in talk.words and await self._current(talk, record):
            talk.words[message] = text
            await self._anew(talk, record)

    async def retracted(self, message: str, conversation: str) -> None:
        """A message in a conversation is gone. Errors as with `Performer.answer`."""
        if self._waits(message, ""):
            return
        talk = self._talks.get(message)
        record = await (self._reply(talk) if talk else self._router.replies.to(conversation, message))
        if talk is None:
            if record is not None:
                await self._forget(record)
            return
        running = talk.turn.locked() or (record is not None and self._performer.under_way(record))
        talk.words.pop(message, None)
        if running and talk.words:
            await self._anew(talk, record)
        else:
            await self._unsaid(talk, record, running=running)

    def _waits(self, message: str, text: str) -> bool:
        """Have a message that waits to be answered read `text`, or, for "", not be answered; whether it waits."""
        if message in self._coming:
            self._coming[message] = text
            return True
        return self._bursts.revise(
            lambda part: part.id == message, lambda part: replace(part, text=text) if text else None
        )

    async def _reply(self, talk: Talk) -> Record | None:
        """The reply to a talk, as far as anything is noted of it."""
        if talk.asking is None:
            return None
        message = talk.asking.caller.message
        return await self._router.replies.to(message.conversation, message.id)

    async def _current(self, talk: Talk, record: Record | None) -> bool:
        """Whether the talk is to be answered anew: where nothing came after it, and not for ever."""
        if talk.asking and (await self._router.settings(talk.asking.caller.place)).paused:
            return False
        if record is None:
            return self._latest(talk)
        if self._performer.under_way(record):
            return True
        newest = await self._router.replies.newest(record.conversation, record.persona)
        return record.live(self._now()) and newest is not None and newest.id == record.id

    def _latest(self, talk: Talk) -> bool:
        """Whether nothing was said after it, there and to that persona."""
        if talk.asking is None:
            return True
        said = [other.asking.caller.message for other in self._talks.values() if other.asking]
        own = talk.asking.caller.message
        there = [one for one in said if (one.conversation, one.persona) == (own.conversation, own.persona)]
        return there[-1:] == [own]

    async def _anew(self, talk: Talk, record: Record | None) -> None:
        """Have the talk answered as it reads now, in the place of the reply that it got, or is about to get."""
        if talk.asked == talk.text:
            return  # what changed of it is no words: the reply that it got, or gets, is one to this
        if record is not None and self._performer.stop(record):
            talk.asked = ""  # that reply breaks off: whatever the talk reads in the end, it is answered anew
        async with talk.turn:
            if talk.asking is None or talk.asked == talk.text:
                return  # it is answered as it reads now, or by another change of it
            stands = await self._halted(talk)
            if stands is None:
                await self._say(talk, talk.asking)
            else:
                await self._say_in_place(talk, talk.asking, stands)

    async def _say(self, talk: Talk, asking: Asking) -> None:
        caller = self._asked(talk, asking)
        persona = caller.message.persona
        await self._performer.answer(caller, asking.channel, asking.tell, persona=persona, quoted=asking.quoted)

    async def _say_in_place(self, talk: Talk, asking: Asking, record: Record) -> None:
        caller = self._asked(talk, asking)
        with self._performer.held(record):
            shown = await self._performer.again(record, caller, asking.tell, cue=Cue.AMEND)
        if shown is not None and shown.finished:
            await self._router.replies.vary(record, Variants())  # they were replies to what it read before

    def _asked(self, talk: Talk, asking: Asking) -> Caller:
        """Whoever said it, with all that is said now."""
        talk.asked = talk.text
        message = replace(asking.caller.message, text=talk.asked)
        self._heard(message.id, talk.asked)
        return replace(asking.caller, message=message)

    async def _unsaid(self, talk: Talk, record: Record | None, *, running: bool) -> None:
        """Nothing of the talk is to be remembered. A reply under way goes with it; one that people have read stands."""
        if running and record is not None:
            self._performer.stop(record)
        async with talk.turn:
            stands = await self._halted(talk)
            self._talks = OrderedDict((message, one) for message, one in self._talks.items() if one is not talk)
            if stands is None:
                return
            gone = running and await self._performer.take_back(stands)
            await self._forget(stands, stands=not gone)

    async def _halted(self, talk: Talk) -> Record | None:
        """How the reply stands, once nobody changes it any more."""
        record = await self._reply(talk)
        return await self._performer.halt(record) if record else None

    async def _forget(self, record: Record, *, stands: bool = True) -> None:
        """What a reply answers, and the reply itself, leave the conversation; where it stands it answers nothing any
        more, so that it can be taken away and reported, but not be said anew."""
        if stands and not self._performer.under_way(record):
            await self._router.replies.keep(replace(record, message=""))
        message = Message(
            platform=record.platform,
            conversation=record.conversation,
            person=record.person,
            name="",
            text="",
            at=record.at,
            server=record.server,
            persona=record.persona,
            id=record.message,
            reply=record.id,
        )
        try:
            await self._router.unsay(Caller(message=message, place=await self._performer.place(record)))
        except Busy:
            _log.warning("what was taken away is still remembered: reply=%s", record.id)
