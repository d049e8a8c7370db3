"""Who may be remembered where, and everything that has to do with it, in one place for the host and for commands."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from bots.consent import MEMORY, Consents
from bots.memory_store import StateKeeper, forget, of_person
from bots.places import Place, PlaceSettings
from bots.platform import Caller
from bots.state import State
from moderation.errors import Deflect
from personas.memory import Kind, Memory, Whose
from personas.memory.merging import reworded
from personas.memory.remembering import Remembering
from personas.memory.unlearning import Gone

_log = logging.getLogger(__name__)

OFF: Final = "off"
_SERVER: Final = "server"


class Memories:
    """Over one state. Used from one event loop; methods raise StoreBusy and StoreFailed unless they say otherwise."""

    def __init__(
        self,
        state: State,
        keeper: StateKeeper,
        remembering: Remembering,
        *,
        now: Callable[[], datetime],
        offered: bool = True,
    ) -> None:
        """`offered`: whether people can turn it on at all."""
        self._state = state
        self._keeper = keeper
        self._remembering = remembering
        self._consents = Consents(state, now)
        self._now = now
        self.offered = offered

    def open_in(self, place: Place, settings: PlaceSettings) -> str:
        """Key of what goes by as one place there, for those who want to be remembered; "": nobody is. What may be
        heard by others is remembered where those who look after the place allow it, and nothing is where minors may
        be."""
        if not self.offered or settings.profile:
            return ""
        if place.private:
            return place.conversation
        return {OFF: "", _SERVER: place.server}.get(settings.memory, place.conversation)

    async def scope(self, caller: Caller, settings: PlaceSettings) -> str:
        """`Message.memory` of what the caller says there. Where that cannot be asked, nothing is remembered. Raises
        nothing."""
        scope = self.open_in(caller.place, settings)
        if not scope or not caller.message.person:
            return ""
        try:
            return scope if await self.wanted(caller) else ""
        except Deflect as error:
            _log.warning("nothing is remembered: error=%s", error)
            return ""

    async def announced(self, caller: Caller, settings: PlaceSettings) -> bool:
        """Whether people are to be told that personas remember there: everybody where others talk too, in private
        whoever turned it on. Raises nothing."""
        if caller.place.private:
            return bool(await self.scope(caller, settings))
        return bool(self.open_in(caller.place, settings))

    async def wanted(self, caller: Caller) -> bool:
        """Whether the caller wants to be remembered, wherever that is possible."""
        return await self._consents.consented(caller.message.platform, caller.message.person, MEMORY)

    async def turn(self, caller: Caller, *, on: bool, language: str) -> int:
        """Write down whether the caller wants to be remembered. Without it what was remembered goes; how much that
        was."""
        message = caller.message
        await self._consents.decide(message.platform, message.person, MEMORY, granted=on, language=language)
        return 0 if on else await self.forget(message.person)

    async def of(self, person: str) -> tuple[Memory, ...]:
        """What is remembered of a person anywhere, what has ended too, the newest first."""
        return await of_person(self._state, person)

    async def forget(self, person: str) -> int:
        """Forget everything of a person; how much that was."""
        self.let_go(person)
        return await forget(self._state, person)

    async def drop(self, memory: Memory) -> None:
        """Forget one memory, and the account where that says it too."""
        await self._keeper.drop([memory, *await self._retelling(memory)])

    async def reword(self, memory: Memory, text: str, value: str) -> None:
        """Let a memory say `text` from now on, in the person's own words."""
        worded = replace(memory, text=text, value=value, asked=True, at=self._now(), encoder="", vector=b"")
        await self._keeper.drop(await self._retelling(memory))
        await self._keeper.keep([worded])

    async def _retelling(self, memory: Memory) -> list[Memory]:
        """The account that says what `memory` says, which none is to say from now on."""
        self._remembering.unlearn(memory)
        known = await self._keeper.of(memory.whose)
        gone = Gone.of(memory)
        return [each for each in known if each.kind is Kind.SUMMARY and each != memory and gone.is_in(each.text)]

    async def begin_anew(self, caller: Caller, settings: PlaceSettings, persona: str) -> None:
        """Forget the account of a conversation that is over for the caller."""
        if whose := self._whose(caller, settings, persona):
            self._remembering.begin_anew(whose)
            known = await self._keeper.of(whose)
            await self._keeper.drop([memory for memory in known if memory.kind is Kind.SUMMARY])

    async def unsay(self, caller: Caller, settings: PlaceSettings, persona: str) -> None:
        """Forget what was taken from the caller's message: it was taken away."""
        if whose := self._whose(caller, settings, persona):
            self._remembering.unsay(whose, caller.message.id)
            await self._keeper.drop(reworded(await self._keeper.of(whose), caller.message.id))

    def _whose(self, caller: Caller, settings: PlaceSettings, persona: str) -> Whose | None:
        scope, person = self.open_in(caller.place, settings), caller.message.person
        return Whose(person=person, scope=scope, persona=persona) if scope and person else None

    async def move(self, old: Place, new: Place) -> None:
        """A place has another key now."""
        for before, after in {(old.conversation, new.conversation), (old.server, new.server)}:
            if before and before != after:
                await self._keeper.move(before, after)
        self.let_go()

    def let_go(self, person: str = "") -> None:
        """Hold nothing of a person ("": of anybody) in memory. Raises nothing."""
        self._remembering.forget(person)

    def tidy(self) -> None:
        """See `Remembering.tidy`. Raises nothing."""
        self._remembering.tidy()

    async def run(self) -> None:
        """See `Remembering.run`."""
        await self._remembering.run()

    async def settled(self) -> None:
        """See `Remembering.settled`."""
        await self._remembering.settled()
