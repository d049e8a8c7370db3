"""The terminal as a platform: lines in, cleared passages and cards out."""

import asyncio
import itertools
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bots.attention import Heard
from bots.cards import Card, Tone
from bots.console_bot.screen import Screen
from bots.inbox import Busy
from bots.lines import line_of
from bots.places import Place, PlaceSettings
from bots.platform import Caller, Fill, Placed, Role, Router
from bots.records import Record
from bots.replies import Replies
from moderation.file_faults import reason_of
from moderation.records import Outcome
from personas.messages import Cue, Event, Finished, Message, Passage, Withdrawal

PLATFORM = "console"
HERE = Place(platform=PLATFORM, scopes=("console:dm:here",), private=True)
Lines = AsyncIterator[str]
"""What a person types, line by line, without line ends."""

_CUES = {"/regenerate": Cue.AGAIN, "/retry": Cue.AGAIN, "/continue": Cue.CONTINUE}
_WITH_FILES = ("/persona import ", "/lore add persona ", "/lore add ")
"""What a file is named behind."""
_LARGEST = 16 * 1024 * 1024
"""Bytes of a file that are read: more than a card may have, which is then too large and says so."""


class Terminal:
    """One person at one terminal (or a script at its standard input)."""

    def __init__(self, lines: Lines, screen: Screen, *, person: str, now: Callable[[], datetime]) -> None:
        self._lines = lines
        self._screen = screen
        self._language = screen.language
        self._person = person
        self._now = now
        self._persona = ""
        """The name of who speaks."""
        self._id = ""
        self._held: dict[str, str] = {}
        """By the exchange of each reply that is held, who would have said it."""
        self._put: dict[str, str] = {}
        """By reply, what was shown of it since."""
        self._replies: Replies | None = None
        """Where replies are noted, once lines are carried to anybody."""
        self._spoke = ""
        """Id of the persona that spoke last on a stage, or ""."""
        self._reply = ""
        """What that reply is known by."""
        self._count = 0
        self.failures = 0
        """Replies that came to nothing because a model or the store failed."""

    @property
    def name(self) -> str:
        """See `Platform.name`."""
        return PLATFORM

    @property
    def connected(self) -> bool:
        """See `Platform.connected`."""
        return True

    async def serve(self, router: Router) -> None:
        """Until there are no more lines, or /quit. Ctrl-C ends the reply that is under way, not the program."""
        self._replies = router.replies
        await self._settings(router)
        await self._meet(router)
        async for line in self._lines:
            await self._look(router)
            if await self._take(router, line):
                return
            await self._look(router)

    async def _take(self, router: Router, line: str) -> bool:
        """Act on a line; whether it was the last."""
        settings = await self._settings(router)
        caller = self.caller(line)
        if not settings.scene:
            self._spoke = self._reply = ""
        name, _, wish = line.strip().partition(" ")
        if name in _CUES:
            last = _spoken_to(caller, self._spoke, self._reply)
            if not wish or await self._wished(router, wish, last):
                await self._answer(router, last, _CUES[name])
        elif line.startswith("/"):
            return await self._command(router, line, _spoken_to(caller, self._spoke))
        elif line.strip():
            await self._round(router, caller)
        return False

    async def _settings(self, router: Router) -> PlaceSettings:
        """What holds here. Our own words are in the language of that from now on, or else in the program's."""
        settings = await router.settings(HERE)
        self._screen.language = settings.language or self._language
        return settings

    async def _look(self, router: Router) -> None:
        """Show what was decided meanwhile, wherever, about replies that are held."""
        for exchange in list(self._held):
            if await router.released(exchange):
                del self._held[exchange]

    async def put(self, record: Record, fill: Fill, *, author: str = "") -> Placed:
        """See `Platform.put`. What a terminal has printed stays there, so this comes behind it."""
        filling = await fill(HERE)
        if filling is None:
            return Placed.NOT
        text = filling.passage.text
        if self._put.get(record.id) != text:
            self._put[record.id] = text
            self._screen.notice("console.held_worded" if author else "console.held_decided", id=record.exchange)
            self._screen.speaker(self._held.get(record.exchange, self._persona))
            self._screen.passage(filling.passage)
            self._screen.end()
        if self._replies:
            await self._replies.keep(replace(record, author=author))
        return Placed.DONE

    async def take_back(self, _record: Record) -> bool:
        """See `Platform.take_back`: what a terminal has printed stays."""
        return False

    async def tell_moderators(self, _place: Place, _card: Card) -> bool:
        """See `Platform.tell_moderators`: nobody else looks at a terminal."""
        return False

    async def renew(self, _caller: Caller, _case: str) -> bool:
        """See `Platform.renew`: there is none in a terminal."""
        return True

    async def tell(self, _person: str, _card: Card, _language: str) -> bool:
        """See `Platform.tell`: whoever sits there asks for it."""
        return False

    def caller(self, line: str) -> Caller:
        """The person at this terminal, who runs the program, with what they typed."""
        self._count += 1
        message = Message(
            platform=PLATFORM,
            conversation=HERE.conversation,
            person=self._person,
            name="",
            text=line,
            at=self._now(),
            id=str(self._count),
        )
        return Caller(message=message, place=HERE, role=Role.OWNER, language=self._screen.language)

    async def _wished(self, router: Router, wish: str, caller: Caller) -> bool:
        """Have the next try heed what is wished; whether it will, or it is shown why not."""
        card = await router.command(line_of("bad", *wish.split()), caller)
        if card.tone is not Tone.GOOD:
            self._screen.card(card)
        return card.tone is Tone.GOOD

    async def _command(self, router: Router, line: str, caller: Caller) -> bool:
        """Answer a command; whether it was the last."""
        if bringing := next((words for words in _WITH_FILES if line.startswith(words)), ""):
            file = Path(line.removeprefix(bringing).strip())
            try:
                caller = replace(caller, file=await asyncio.to_thread(_read, file), file_name=file.name)
            except OSError as error:
                reason = reason_of(error).explain(self._screen.language)
                self._screen.notice("console.unreadable_file", file=file, reason=reason)
                return False
            line = bringing.strip()
        card = await router.command(line, caller)
        self._screen.card(card)
        if card.file:
            self._screen.notice("console.written", file=await asyncio.to_thread(write_anew, card))
        if card.met:
            await self._meet(router)
        return card.leave

    async def _meet(self, router: Router) -> None:
        meeting = await router.meet(self.caller(""))
        self._persona, self._id = meeting.mask.name, meeting.id
        if meeting.warning:
            self._screen.card(meeting.warning)
        if meeting.greeting:
            self._screen.speaker(self._persona)
            self._screen.passage(meeting.greeting)
            self._screen.end()

    async def _round(self, router: Router, caller: Caller) -> None:
        """The reply of whoever it is for, and, on a stage, what the others say to it until nobody does, or Ctrl-C."""
        if not (await router.settings(HERE)).scene:
            await self._answer(router, caller)
            return
        attention = await router.listen(Heard(text=caller.message.text, at_home=True), HERE)
        goes_on = await self._turn(router, caller, attention.persona if attention else "", Cue.ANSWER)
        while goes_on and (persona := await router.reacts(caller)):
            goes_on = await self._turn(router, caller, persona, Cue.REACT)

    async def _turn(self, router: Router, caller: Caller, persona: str, cue: Cue) -> bool:
        """One persona's turn on a stage; whether it came to its end."""
        self._count += 1
        self._spoke, self._reply = persona, f"{caller.message.id}.{self._count}"
        if persona:
            self._persona = router.mask(persona, HERE.community).name
        return await self._answer(router, _spoken_to(caller, persona, self._reply), cue)

    async def _answer(self, router: Router, caller: Caller, cue: Cue = Cue.ANSWER) -> bool:
        """Show one reply in a task of its own, which Ctrl-C cancels; whether there was one to its end."""
        task = asyncio.create_task(self._show(router, caller, cue))
        with _interrupts(task):
            try:
                await asyncio.wait([task])
            finally:
                task.cancel()
                await asyncio.wait([task])
        if task.cancelled():
            self._screen.notice("console.cancelled")
            return False
        return task.result()

    async def _show(self, router: Router, caller: Caller, cue: Cue) -> bool:
        """Show a reply; whether it came to its end. Whoever reacts is named only once there are words: nobody waits."""
        finished, named = False, cue is not Cue.REACT
        if named:
            self._screen.speaker(self._persona)
        try:
            async with aclosing(router.reply(caller, cue, late=self._late)) as reply:
                async for event in reply:
                    finished = finished or isinstance(event, Finished)
                    match event:
                        case Card():
                            self._screen.card(event)
                        case Passage():
                            if not named:
                                self._screen.speaker(self._persona)
                            named = True
                            self._screen.passage(event)
                        case Withdrawal():
                            self._late(event)
                        case Finished() if named:
                            self.failures += event.failure is not None
                            self._screen.finished(event)
                            await self._note(router.replies, caller, event, reacts=cue is Cue.REACT)
        except Busy:
            self._screen.notice("console.busy")
        return finished

    def _late(self, event: Event) -> None:
        """Words may not stand, although they were shown: that is said, and what is said instead."""
        if isinstance(event, Withdrawal):
            self._screen.withdrawn()
            self._screen.speaker(self._persona)
        elif isinstance(event, Passage):
            self._screen.passage(event)

    async def _note(self, replies: Replies, caller: Caller, finished: Finished, *, reacts: bool) -> None:
        """What a reply was about, as chat platforms note it: one that is held is found by that when it is decided."""
        begun = await replies.begin(
            platform=PLATFORM,
            conversation=HERE.conversation,
            server="",
            persona=caller.message.persona or self._id,
            person=self._person,
            message=caller.message.id,
            channel=PLATFORM,
        )
        outcome, exchange = finished.outcome, finished.exchange
        await replies.keep(replace(begun, running=False, exchange=exchange, outcome=outcome.value, reacts=reacts))
        if outcome is Outcome.HELD and exchange:
            self._held[exchange] = self._persona


def _spoken_to(caller: Caller, persona: str, reply: str = "") -> Caller:
    """The caller, who speaks to that persona, about the reply that is known by `reply`."""
    return replace(caller, message=replace(caller.message, persona=persona, reply=reply))


def _read(file: Path) -> bytes:
    with file.expanduser().open("rb") as stream:
        return stream.read(_LARGEST)


def write_anew(card: Card) -> Path:
    """Write what a card brings along into this folder, in place of nothing that is there already."""
    stem, dot, ending = card.file_name.rpartition(".")
    for number in itertools.count(1):
        file = Path(card.file_name if number == 1 else f"{stem}-{number}{dot}{ending}")
        with suppress(FileExistsError), file.open("xb") as stream:
            stream.write(card.file)
            return file
    raise AssertionError("counting does not end")


@contextmanager
def _interrupts(task: "asyncio.Task[bool]") -> Iterator[None]:
    """Ctrl-C cancels `task` while this is open."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, task.cancel)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
