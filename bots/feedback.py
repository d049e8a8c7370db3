"""What people think of a reply: a thumb up or down, with a reason. The next try heeds it, and it is counted.

Kept of it for good are the persona, the thumb and a reason out of a short list, for a month whose it was; of somebody's
own words nothing is.
"""

import asyncio
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from bots.cards import Card, Row, Tone
from bots.errors import NotYours
from bots.platform import Caller, Role
from bots.records import Record
from bots.replies import Replies
from bots.scene import Scene, Scenes
from bots.state import Entry, Line, State
from moderation.words import catalogue
from personas.feedback import REASONS
from personas.persona import Persona
from personas.runtime import PersonaRuntime

_THUMB: Final = "thumb"
_BOOK: Final = "thumbs"
_CHANGEABLE: Final = timedelta(days=30)
"""How long it is known who thought what of which reply: as long as replies are."""


@dataclass(slots=True)
class Thumbs:
    """What people thought of one persona."""

    good: int = 0
    bad: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    """Of the thumbs down."""

    def add(self, thumb: object, times: int) -> None:
        """Count one as it is kept, or take it back."""
        assert isinstance(thumb, Mapping)
        if thumb["good"]:
            self.good += times
        else:
            self.bad += times
            self.reasons[str(thumb["reason"])] += times


class Feedback:
    """Takes thumbs. Used from one event loop; every method that is awaited raises StoreBusy and StoreFailed."""

    def __init__(
        self, state: State, replies: Replies, scenes: Scenes, runtime: PersonaRuntime, *, now: Callable[[], datetime]
    ) -> None:
        self._state = state
        self._replies = replies
        self._scenes = scenes
        self._runtime = runtime
        self._now = now
        self._counting = asyncio.Lock()

    async def good(self, _words: list[str], caller: Caller, scene: Scene) -> Card:
        """A thumb up for the reply the caller means, or for the last one. Raises NotYours."""
        scene, reply = await self._meant(caller, scene)
        if not reply:
            return Card(title=_say("nothing", scene.language), tone=Tone.BAD)
        await self._count(caller, scene, reply, good=True)
        return Card(title=_say("thanks", scene.language), tone=Tone.GOOD)

    async def bad(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        """[REASON] [WORDS]: a thumb down, which the next try heeds. The words are judged like anything people say.
        Raises NotYours."""
        scene, reply = await self._meant(caller, scene)
        if not reply:
            return Card(title=_say("nothing", scene.language), tone=Tone.BAD)
        reason, own = (words[0], words[1:]) if words and words[0] in REASONS else ("other", words)
        text = " ".join(own)
        message = replace(caller.message, text=text)
        if await self._runtime.in_danger(message, scene.cast, scene.conversation):
            return Card(title=scene.cast.help_for(text).text)
        refused = await self._runtime.wish(reason, text, message, scene.cast, scene.conversation)
        if refused:
            hint = f"/why {refused.exchange}" if refused.exchange else ""
            return Card(title=_say("refused", scene.language), hint=hint, tone=Tone.BAD)
        await self._count(caller, scene, reply, good=False, reason=reason)
        return Card(title=_say("heeded", scene.language), tone=Tone.GOOD)

    async def _meant(self, caller: Caller, scene: Scene) -> tuple[Scene, str]:
        """What the thumb is about: the scene of whoever said it, and what the reply is known by; "": there is none."""
        key = caller.message.reply
        record = await (self._replies.get(key) if key else self._replies.newest(caller.place.conversation))
        if record is None:
            last = scene.conversation.last if caller.place.private else None
            return scene, hashlib.sha256(last[1].encode("utf-8", "surrogatepass")).hexdigest()[:16] if last else ""
        if not caller.place.private and not caller.is_person(record.person) and caller.role < Role.MODERATOR:
            raise NotYours("showing.not_yours")
        return await self._scenes.of(_about(caller, record)), "" if record.fixed else record.id

    async def _count(self, caller: Caller, scene: Scene, reply: str, *, good: bool, reason: str = "") -> None:
        """Note a thumb, in place of another of theirs for the same reply. Two presses at once are one."""
        async with self._counting:
            await self._note(caller, scene.cast.persona, reply, {"good": good, "reason": reason})

    async def _note(self, caller: Caller, persona: Persona, reply: str, thumb: Mapping[str, object]) -> None:
        key = f"{reply} {caller.actor}"
        before = await self._state.get(_THUMB, key)
        if before and dict(before.value) == thumb:
            return
        value = {
            **thumb,
            "instead": dict(before.value) if before else None,
            "persona": persona.id,
            "version": persona.version,
            "model": self._runtime.model,
            "server": caller.place.server,
        }
        now, person = self._now(), caller.message.person
        # Nobody is named in it: who thought what is known for as long as they can change it.
        await self._state.append(Line(kind=_BOOK, at=now, value=value))
        await self._state.put(Entry(kind=_THUMB, key=key, value=thumb, person=person, until=now + _CHANGEABLE))


async def thumbs(state: State, server: str | None) -> Mapping[str, Thumbs]:
    """What people thought of each persona in a community (None: everywhere, "": in private). Raises StoreBusy,
    StoreFailed."""
    found: defaultdict[str, Thumbs] = defaultdict(Thumbs)
    for line in await state.lines(_BOOK):
        if server in {None, line.value["server"]}:
            one = found[str(line.value["persona"])]
            one.add(line.value, 1)
            if line.value["instead"]:
                one.add(line.value["instead"], -1)
    return found


def thumb_rows(found: Mapping[str, Thumbs], language: str) -> tuple[Row, ...]:
    """The same for people, those with most thumbs first."""
    ranked = sorted(found.items(), key=lambda entry: (-(entry[1].good + entry[1].bad), entry[0]))
    return tuple(Row(label=persona, text=_told(one, language)) for persona, one in ranked)


def _told(one: Thumbs, language: str) -> str:
    why = ", ".join(
        f"{_say(f'reason_{reason}', language)} {count}" for reason, count in one.reasons.most_common() if count > 0
    )
    return f"👍 {one.good} · 👎 {one.bad}" + (f" ({why})" if why else "")


def _about(caller: Caller, record: Record) -> Caller:
    return replace(caller, message=replace(caller.message, persona=record.persona, reply=record.id))


def _say(key: str, language: str) -> str:
    return catalogue("bots").say(f"feedback.{key}", language)
