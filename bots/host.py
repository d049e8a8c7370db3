"""The router that every platform is given: what holds in a place, who is listened to, how much, in which order."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final

from bots.attention import Attention, Heard, attend
from bots.cards import Card, Tone
from bots.errors import Unknown
from bots.house import House
from bots.places import Place, PlaceSettings
from bots.platform import Caller, Mask, Meeting, Platform, Role
from bots.ranks import ranked
from bots.renewal import Renewal
from bots.replies import Replies
from bots.results import Result
from bots.review_mutes import silence_card
from bots.scene import Scene
from bots.softly import softly
from bots.state import Entry
from bots.threshold import Entrance, Threshold
from moderation.cases import CaseState
from moderation.errors import Deflect
from moderation.words import catalogue
from personas.errors import PersonaError
from personas.extras import nicknames
from personas.handover import Late, nobody
from personas.messages import Cue, Event, Passage, Turn, Usage
from personas.runtime import PersonaRuntime, Refused

_log = logging.getLogger(__name__)

_FACT: Final = "fact"
_ADDRESS: Final = ("https://", "http://")
_TIDYING: Final = 3_600.0
"""Seconds."""


class Host:
    """Meets `bots.platform.Router`."""

    def __init__(self, house: House, renewal: Renewal | None = None) -> None:
        self._house = house
        self.renewal = renewal
        """What reads settings anew; None: nobody can ask for it."""
        self._threshold = Threshold(house)

    def register(self, platform: Platform, *, alone: bool = False) -> None:
        """Let commands reach a platform. Called while everything is put together. `alone`: other processes may have one
        of that name, and each knows of its own replies only."""
        self._house.commands.register(platform)
        self._house.aftermath.register(platform.name, platform.put, alone=alone)
        self._house.tending.register(platform.name, platform.tell_moderators)
        self._house.tidings.register(platform)

    async def follow_up(self, sleep: Callable[[float], Awaitable[object]]) -> None:
        """Carry out what people decide, and end what nobody decides, and tell whom it concerns, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._house.aftermath.run(sleep), name="carrying out")
            group.create_task(self._house.tidings.run(sleep), name="telling")

    async def tidy(self, sleep: Callable[[float], Awaitable[object]]) -> None:
        """Delete what has expired, now and then, until cancelled."""
        while True:
            with softly(_log, "what expired in the state was not deleted"):
                await self._house.state.prune()
            with softly(_log, "what is kept too long was not deleted"):
                await self._house.retention.run()
            self._house.memories.tidy()
            await sleep(_TIDYING)

    async def recollect(self) -> None:
        """Take from replies what personas are to remember, until cancelled."""
        await self._house.memories.run()

    async def recollected(self, patience: timedelta) -> None:
        """Wait until nothing is left to take from replies, no longer than `patience`; `recollect` is running."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience.total_seconds()):
                await self._house.memories.settled()

    async def tend(self, sleep: Callable[[float], Awaitable[object]]) -> None:
        """Do what the review desk does by itself, until cancelled."""
        await self._house.tending.run(sleep)

    @property
    def house(self) -> House:
        """What it works with."""
        return self._house

    @property
    def replies(self) -> Replies:
        """See `Router.replies`."""
        return self._house.replies

    async def settings(self, place: Place) -> PlaceSettings:
        """See `Router.settings`."""
        return await self._house.scenes.places.of(place)

    async def standing(self, caller: Caller) -> Role:
        """See `Router.standing`."""
        return ranked(caller, await self.settings(caller.place)).role

    async def listen(self, heard: Heard, place: Place) -> Attention | None:
        """See `Router.listen`."""
        scenes, ensemble = self._house.scenes, self._house.ensemble
        settings = await scenes.places.of(place)
        stage = scenes.stage(place, settings)
        personas = [cast.persona for cast in stage or scenes.hall.casts(place.community)]
        open_to = None if stage else settings.personas
        names = {one.id: one.name for one in personas if not open_to or one.id in open_to}
        default = "" if stage else scenes.speaker("", place, settings).persona.id
        called = {one.id: nicknames(one.extra) for one in personas if one.id in names}
        chance = self._house.chance
        attention = attend(heard, settings, names, default, chance=chance, nicknames=called)
        attention = None if settings.paused else attention
        if not heard.machine:
            await ensemble.heard(heard.text, place, settings, meant=attention is not None)
        if settings.paused or (heard.machine and attention is None):
            return None
        # A human's word resets the guard against loops even where it calls nobody.
        loops = self._house.loops
        allowed = loops.allow(place.conversation, is_bot=heard.machine, limit=settings.loop_limit)
        if attention and not attention.persona:
            attention = replace(attention, persona=await ensemble.answering(attention.text, place, settings))
        return attention if allowed else None

    async def reply(
        self, caller: Caller, cue: Cue = Cue.ANSWER, *, last: tuple[str, str] | None = None, late: Late = nobody
    ) -> AsyncGenerator[Event | Card, None]:
        """See `Router.reply`."""
        message, ensemble = caller.message, self._house.ensemble
        if cue is not Cue.REACT:
            ensemble.interrupt(caller.place.conversation)
        async with self._house.inbox.turn(caller.place.conversation):
            scene = await self._house.scenes.of(caller)
            runtime = self._house.runtime.held()
            if message.persona and scene.cast.persona.id != message.persona:
                yield _bad("host.nobody", scene.language)
                return
            if last and scene.conversation.last is None and not await self._restored(caller, scene, last):
                last = None
            if cue is Cue.CONTINUE and not scene.conversation.ends_with(message.reply):
                yield _bad("showing.nothing_to_change", scene.language)
                return
            # Replies of one conversation follow each other, so that its key tells whose reserve it is.
            holder = caller.place.conversation
            try:
                if cue is Cue.REACT:
                    entrance = Entrance([], speaks=await ensemble.may_react(caller, scene))
                else:
                    entrance = await self._threshold.before(caller, scene, holder=holder)
                for card in entrance.cards:
                    yield card
                if not entrance.speaks:
                    return

                speaking = runtime.saving() if entrance.saves else runtime
                events = await self._responding(speaking, caller, scene, cue, late)
                async with aclosing(ensemble.turn(events, caller, scene, cue)) as turn:
                    async for event in turn:
                        yield event
            finally:
                self._house.meter.release(holder)

    async def _responding(
        self, runtime: PersonaRuntime, caller: Caller, scene: Scene, cue: Cue, late: Late
    ) -> AsyncGenerator[Event, None]:
        """The reply, counted. A reaction answers no person: no memory is asked, it is no sample of what one was told,
        and where nobody called the persona nobody misses it."""

        async def spent(usage: Usage) -> None:
            await self._spend(caller, usage)

        respond, message = partial(runtime.respond, spent=spent, late=late), caller.message
        if cue is Cue.REACT:
            unasked = not self._house.ensemble.awaited(caller.place.conversation, scene.cast.persona.id)
            message = replace(message, unasked=unasked)
            return respond(message, scene.cast, scene.conversation, cue)
        message = replace(message, memory=await self._house.memories.scope(caller, scene.settings))
        events = respond(message, scene.cast, scene.conversation, cue)
        return self._house.sampling.watch(events, caller, scene)

    async def reacts(self, caller: Caller) -> str:
        """See `Router.reacts`."""
        place = caller.place
        settings = await self.settings(place)
        if settings.paused or not settings.scene or self._house.inbox.occupied(place.conversation):
            return ""
        return await self._house.ensemble.reacting(caller.message.person, place, settings)

    async def decline(self, caller: Caller) -> AsyncGenerator[Event | Card, None]:
        """See `Router.decline`."""
        scene = await self._house.scenes.of(caller)
        entrance = await self._threshold.before(caller, scene)
        for card in entrance.cards:
            yield card
        if entrance.speaks:
            yield self._house.runtime.decline(scene.cast)

    async def clear(self, text: str, caller: Caller) -> Passage | Card:
        """See `Router.clear`."""
        scene = await self._house.scenes.of(caller)
        if mute := await self._house.mutes.of(caller.place.server, person=caller.message.person, persona=""):
            return silence_card(mute, scene.cast.persona.name, scene.language)
        cleared = await self._house.runtime.clear(text, caller.message, scene.cast, scene.conversation)
        return refusal(cleared, scene.language) if isinstance(cleared, Refused) else cleared

    async def revise(self, caller: Caller, text: str) -> None:
        """See `Router.revise`."""
        async with self._house.inbox.turn(caller.place.conversation):
            scene = await self._house.scenes.of(caller)
            if text:
                if not scene.conversation.revised(text, caller.message.reply):
                    scene.conversation.reopened(text, frozenset(one.text for one in scene.cast.greetings))
            else:
                scene.conversation.forgotten(caller.message.reply)

    async def unsay(self, caller: Caller) -> None:
        """See `Router.unsay`."""
        async with self._house.inbox.turn(caller.place.conversation):
            scene = await self._house.scenes.of(caller)
            scene.conversation.forgotten(caller.message.reply)
        with softly(_log, "what was taken away is still remembered"):
            await self._house.memories.unsay(caller, scene.settings, scene.cast.persona.id)

    async def command(self, line: str, caller: Caller) -> Card:
        """See `Router.command`."""
        return await self._house.commands.run(line, caller)

    async def released(self, exchange: str) -> bool:
        """See `Router.released`."""
        over = False
        with softly(_log, "a decision waits to be carried out"):
            done = await self._house.aftermath.finish(exchange)
            closed = (await self._house.desk.show(exchange)).case.state is CaseState.CLOSED
            over = closed or (bool(done) and all(each.result is not Result.LATER for each in done))
        return over  # noqa: RET504 - False where it failed

    async def meet(self, caller: Caller) -> Meeting:
        """See `Router.meet`."""
        scene = await self._house.scenes.of(caller)
        persona = scene.cast.persona
        there = [cast.persona for cast in scene.stage or (scene.cast,)]
        awake = scene.allowed and not scene.settings.paused
        able = caller.place.private or ranked(caller, scene.settings).role >= Role.MODERATOR
        greeting = self._house.runtime.greet(scene.cast, scene.conversation) if awake else None
        others = (other.text for other in scene.cast.greetings if other is not greeting)
        return Meeting(
            id=persona.id,
            mask=self.mask(persona.id, caller.place.community),
            greeting=greeting,
            greetings=(greeting.text, *others) if greeting else (),
            # Only whoever may choose another persona or model can do something about it.
            warning=self._house.commands.warning(there, scene.language) if able else None,
        )

    async def warm(self, caller: Caller) -> None:
        """See `PersonaRuntime.warm`."""
        scene = await self._house.scenes.of(caller)
        await self._house.runtime.warm(scene.cast, scene.conversation)

    def mask(self, persona: str, community: str) -> Mask:
        """See `Router.mask`."""
        try:
            found = self._house.scenes.hall.cast(persona, community).persona
        except Unknown:
            return Mask(name=persona)
        picture = found.extra.get("picture", "")
        # A persona file may say anything there; what is no address may be a file of ours to whoever sends it.
        return Mask(name=found.name, picture=picture if picture.startswith(_ADDRESS) else "")

    async def picture(self, persona: str, community: str) -> bytes:
        """See `Router.picture`."""
        try:
            return await self._house.troupe.picture(persona, server=community)
        except (Deflect, PersonaError) as error:  # nobody says less for that
            _log.warning("a picture cannot be read: persona=%s error=%s", persona, error.key)
            return b""

    def personas(self, place: Place) -> tuple[tuple[str, str], ...]:
        """See `Router.personas`."""
        casts = self._house.scenes.hall.casts(place.community)
        return tuple((cast.persona.id, cast.persona.name) for cast in casts)

    async def moved(self, old: Place, new: Place, *, channel: str) -> None:
        """See `Router.moved`."""
        await self._house.troupe.move(old.community, new.community)
        await self._house.commands.moved(old.community, new.community)
        await self._house.scenes.places.move(old.conversation, new.conversation)
        await self._house.replies.move(old, new, channel=channel)
        await self._house.desk.move(old.server, new.server)
        await self._house.mutes.move(old.server, new.server)
        await self._house.words.move(old.server, new.server)
        await self._house.meter.move(old, new)
        await self._house.memories.move(old, new)
        if notices := self._house.notices:
            await notices.move(old, new)
        self._house.loops.move(old.conversation, new.conversation)

    async def sending_to(self, platform: str, channel: str) -> tuple[str, ...]:
        """See `Router.sending_to`."""
        return await self._house.scenes.places.sending_to(platform, channel)

    async def recall(self, name: str) -> str:
        """See `Router.recall`."""
        entry = await self._house.state.get(_FACT, name)
        return str(entry.value["value"]) if entry else ""

    async def remember(self, name: str, value: str, *, lasts: timedelta | None = None) -> None:
        """See `Router.remember`."""
        until = self._house.now() + lasts if lasts else None
        await self._house.state.put(Entry(kind=_FACT, key=name, value={"value": value}, until=until))

    async def _restored(self, caller: Caller, scene: Scene, last: tuple[str, str]) -> bool:
        """Bring a turn and its reply back into a window that was lost, if the guard of today lets both."""
        said, reply = last
        message, runtime = caller.message, self._house.runtime
        if not said.strip() or not await runtime.admits(said, message, scene.cast, scene.conversation):
            return False
        if isinstance(await runtime.clear(reply, message, scene.cast, scene.conversation), Refused):
            return False
        scene.conversation.answered(Turn(role="user", text=said, name=message.name), reply, message.reply)
        return True

    async def introduce(self, caller: Caller, *, asked: bool) -> Card | None:
        """See `Router.introduce`."""
        return await self._threshold.introduction(caller, await self._house.scenes.of(caller), asked=asked)

    async def _spend(self, caller: Caller, usage: Usage) -> None:
        place = caller.place
        try:
            await self._house.meter.spend(place, caller.message.person, usage, holder=place.conversation)
        except Deflect as error:
            _log.critical("what a reply cost was not counted: error=%s", error)


def refusal(refused: Refused, language: str) -> Card:
    """That a text was not taken, and where to ask why."""
    hint = catalogue("bots").say("host.refused_why", language, id=refused.exchange) if refused.exchange else ""
    return Card(title=catalogue("bots").say("host.refused", language), hint=hint, tone=Tone.BAD)


def _bad(key: str, language: str, **fields: object) -> Card:
    return Card(title=catalogue("bots").say(key, language, **fields), tone=Tone.BAD)
