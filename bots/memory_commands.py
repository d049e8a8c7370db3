"""`/memory`: what is in mind in a conversation, and what a persona remembers of whoever asks; theirs to see, to change
and to have forgotten. That it is them, the platform vouches for; what is shown is for them alone."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from bots.cards import Card, Row, Tone
from bots.errors import NotAllowed, NotYours, UsageError
from bots.memories import Memories
from bots.platform import Caller, Role
from bots.scene import Scene
from moderation.words import catalogue
from personas.memory import Kind, Memory
from personas.memory.noticing import LONGEST, Rules
from personas.memory.screening import Redactor
from personas.runtime import PersonaRuntime

MOST_TURNS: Final = 20
"""That are shown of what is in mind."""
VERBS: Final = ("show", "on", "off", "forget", "edit")
_PAGE: Final = 15
_MOMENT: Final = 0.5
"""Seconds."""


class MemoryCommands:
    """Commands over what is remembered. All raise StoreBusy, StoreFailed, UsageError, NotAllowed, NotYours."""

    def __init__(self, memories: Memories, runtime: PersonaRuntime, redactor: Redactor) -> None:
        self._memories = memories
        self._runtime = runtime
        self._redactor = redactor
        self._rules = Rules.load()

    async def run(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        """[1-20] | show [PAGE] | on | off | forget ID | forget all | edit ID TEXT."""
        if not words or words[0] not in VERBS:
            return await self._mind(words, caller, scene)
        if not caller.message.person:
            raise NotYours("commands.privacy_whose")
        match words:
            case ["show", *page] if len(page) <= 1 and all(_counts(word) for word in page):
                return await self._show(int(page[0]) if page else 1, caller, scene)
            case ["on" | "off" as choice]:
                return await self._turn(caller, scene, on=choice == "on")
            case ["forget", "all"]:
                count = await self._memories.forget(caller.message.person)
                return Card(title=_say("forgotten_all", scene, count=count), tone=Tone.GOOD)
            case ["forget", id_]:
                await self._memories.drop(await self._meant(id_, caller))
                return Card(title=_say("forgotten", scene, id=id_), tone=Tone.GOOD)
            case ["edit", id_, *text] if text:
                return await self._edit(id_, " ".join(text), caller, scene)
        raise _usage(scene)

    async def begin_anew(self, caller: Caller, scene: Scene) -> None:
        """See `Memories.begin_anew`: with everybody on the stage."""
        for cast in scene.stage or (scene.cast,):
            await self._memories.begin_anew(caller, scene.settings, cast.persona.id)

    async def scope(self, caller: Caller, scene: Scene) -> str:
        """See `Memories.scope`."""
        return await self._memories.scope(caller, scene.settings)

    def let_go(self, person: str) -> None:
        """See `Memories.let_go`."""
        self._memories.let_go(person)

    async def _mind(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        """What is in mind here: how much was said, the note, what is remembered, and the last turns, where so many are
        asked for. Where others talk too, what was said is for moderators: who wrote it may have deleted it since."""
        number = " ".join(words)
        if number and not (_counts(number) and int(number) <= MOST_TURNS):
            raise _usage(scene)
        if number and not caller.place.private and caller.role < Role.MODERATOR:
            raise NotAllowed("commands.not_allowed", role=_command("role_moderator", scene))
        turns = scene.conversation.turns
        names = {"assistant": scene.cast.persona.name}
        rows = (
            Row(label=_command("memory_talk", scene), text=_command("memory_talk_text", scene, count=len(turns))),
            Row(label=_command("memory_note", scene), text=scene.conversation.note or _command("note_none", scene)),
            Row(label=_say("of_you", scene), text=await self._standing(caller, scene)),
            *(
                Row(label=names.get(turn.role, turn.name) or _command("memory_you", scene), text=turn.text)
                for turn in (turns[-int(number) :] if number else ())
            ),
        )
        return Card(title=_command("memory_title", scene), rows=rows, hint=_command("memory_hint", scene))

    async def _standing(self, caller: Caller, scene: Scene) -> str:
        """Whether the caller is remembered here, and why not."""
        if not self._memories.offered:
            return _say("never", scene)
        if not caller.message.person:
            return _say("nobody", scene)
        wanted = await self._memories.wanted(caller)
        count = sum(each.ended is None for each in await self._here(caller, scene)) if wanted else 0
        open_ = bool(self._memories.open_in(caller.place, scene.settings))
        key = "yes" if wanted and open_ else "not_here" if wanted else "no" if open_ else "no_and_not_here"
        return _say(key, scene, count=count)

    async def _show(self, page: int, caller: Caller, scene: Scene) -> Card:
        """What is remembered of the caller here, the newest first; never what was said elsewhere."""
        with suppress(TimeoutError):  # what was said a moment ago is being taken down
            async with asyncio.timeout(_MOMENT):
                await self._memories.settled()
        found = await self._here(caller, scene)
        pages = max(1, -(-len(found) // _PAGE))
        page = min(page, pages)
        rows = tuple(self._row(memory, scene) for memory in found[(page - 1) * _PAGE : page * _PAGE])
        standing = Row(label=_say("of_you", scene), text=await self._standing(caller, scene))
        return Card(
            title=_say("title" if found else "nothing", scene, name=scene.cast.persona.name, page=page, pages=pages),
            rows=(standing, *rows),
            hint=_say("hint", scene),
        )

    async def _turn(self, caller: Caller, scene: Scene, *, on: bool) -> Card:
        if on and not self._memories.offered:
            return Card(title=_say("never", scene), tone=Tone.BAD)
        count = await self._memories.turn(caller, on=on, language=scene.language)
        if not on:
            return Card(title=_say("off", scene, count=count), hint=_say("off_hint", scene), tone=Tone.GOOD)
        rows = tuple(Row(label="", text=_say(key, scene)) for key in ("on_what", "on_not", "on_where"))
        standing = Row(label=_say("of_you", scene), text=await self._standing(caller, scene))
        return Card(title=_say("on", scene), rows=(standing, *rows), hint=_say("hint", scene), tone=Tone.GOOD)

    async def _edit(self, id_: str, text: str, caller: Caller, scene: Scene) -> Card:
        """Word a memory otherwise. It is judged as something that the person says, and private data is left out."""
        memory = await self._meant(id_, caller)
        if memory.kind is Kind.SUMMARY or memory.ended or len(text) > LONGEST:
            raise UsageError("memory.not_editable", most=LONGEST)
        worded = await asyncio.to_thread(self._redactor.clean, " ".join(text.split()))
        if not worded.strip() or not await self._runtime.admits(worded, caller.message, scene.cast, scene.conversation):
            return Card(title=_say("refused", scene), tone=Tone.BAD)
        noticed = next((note for note in self._rules.notice(worded) if note.slot == memory.slot), None)
        await self._memories.reword(memory, worded, noticed.value if noticed else worded if memory.slot else "")
        return Card(title=_say("edited", scene, id=id_), rows=(Row(label="", text=worded),), tone=Tone.GOOD)

    async def _here(self, caller: Caller, scene: Scene) -> Sequence[Memory]:
        """What the persona remembers of the caller in this place, also where it may not use it any more."""
        persona, place = scene.cast.persona.id, caller.place
        scopes = {place.conversation, *([] if place.private else [place.server])}
        found = await self._memories.of(caller.message.person)
        return [each for each in found if each.whose.scope in scopes and each.whose.persona == persona]

    async def _meant(self, id_: str, caller: Caller) -> Memory:
        """The caller's memory with that id. Raises NotYours."""
        for memory in await self._memories.of(caller.message.person):
            if memory.id == id_.casefold():
                return memory
        raise NotYours("memory.no_such", id=id_)

    def _row(self, memory: Memory, scene: Scene) -> Row:
        key = "row_summary" if memory.kind is Kind.SUMMARY else "row_ended" if memory.ended else "row"
        until = memory.until.date().isoformat() if memory.until else "-"
        day = memory.at.date().isoformat()
        named = memory.text.replace("{{user}}", _command("memory_you", scene))
        text = named.replace("{{char}}", scene.cast.persona.name)
        return Row(label=memory.id, text=_say(key, scene, text=text, day=day, until=until))


def _counts(word: str) -> bool:
    return word.isdecimal() and len(word) <= 4 and int(word) > 0


def _usage(scene: Scene) -> UsageError:
    return UsageError("commands.usage", usage=_command("memory_usage", scene))


def _say(key: str, scene: Scene, **fields: object) -> str:
    return catalogue("bots").say(f"memory.{key}", scene.language, **fields)


def _command(key: str, scene: Scene, **fields: object) -> str:
    return catalogue("bots").say(f"commands.{key}", scene.language, **fields)
