"""`/persona`: who can speak here, who does, and a community's own personas."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bots.cards import Card, Row, Tone
from bots.errors import NotAllowed, UsageError
from bots.import_commands import ImportCommands
from bots.persona_cards import canon_of, knowing_row, spoken_rows
from bots.platform import Caller, Role
from bots.quarantine import Quarantine
from bots.scene import Scene, Scenes
from bots.troupe import Arrival, Troupe
from moderation.words import LANGUAGES, catalogue
from personas.cast import Cast
from personas.persona import Persona

_FACTS = ("name", "tier", "language", "tagline", "source", "licence")


class PersonaCommands:
    """Commands over one troupe."""

    def __init__(self, scenes: Scenes, troupe: Troupe, quarantine: Quarantine) -> None:
        self._scenes = scenes
        self._troupe = troupe
        self.waiting = quarantine
        """What waits to be let in."""
        self._known: Mapping[str, tuple[Role, Callable[[list[str], Caller, Scene], Awaitable[Card]]]] = {
            "list": (Role.MEMBER, self._list),
            "info": (Role.MEMBER, self._info),
            "show": (Role.MEMBER, self._info),
            "preview": (Role.MEMBER, self._preview),
            "use": (Role.MODERATOR, self._use),
            "export": (Role.MODERATOR, self._export),
            "create": (Role.ADMIN, self._create),
            "remove": (Role.ADMIN, self._remove),
            **ImportCommands(quarantine).known,
        }

    async def run(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        """list | use ID | info [ID] | preview [ID] | create NAME DESCRIPTION [en|ko] [PICTURE] | import (a file) [ID] |
        pending [ID [all]] | approve [ID] | reject [ID] | history | export ID [png|json|charx|toml] | remove ID. Raises
        BotError, PersonaError, ModerationError."""
        verb, *rest = words or ["list"]
        if verb not in self._known:
            raise UsageError("commands.usage", usage=_say("persona_usage", scene))
        role, handler = self._known[verb]
        alone = caller.place.private and verb == "use"
        if caller.role < role and not alone:
            raise NotAllowed("commands.not_allowed", role=_say(f"role_{role.name.lower()}", scene))
        return await handler(rest, caller, scene)

    async def _list(self, _words: list[str], caller: Caller, scene: Scene) -> Card:
        speaking = {cast.persona.id for cast in scene.stage or (scene.cast,)}
        rows = tuple(
            Row(
                label=("▸ " if cast.persona.id in speaking else "  ") + cast.persona.id,
                text=f"{cast.persona.name} · {cast.persona.language} · {cast.persona.tagline}",
            )
            for cast in self._scenes.hall.casts(caller.place.community)
        )
        return Card(title=_say("persona_title", scene), rows=rows, hint=_say("persona_usage", scene))

    async def _info(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        persona = self._scenes.hall.cast(words[0], caller.place.community).persona if words else scene.cast.persona
        rows = tuple(
            Row(label=_say(f"field_{fact}", scene), text=str(getattr(persona, fact)) or "-") for fact in _FACTS
        )
        canon = Row(label=_say("field_canon", scene), text=canon_of(persona))
        return Card(title=persona.id, rows=(*rows, canon))

    async def _preview(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        """How it speaks, in lines that the guard has let through; to moderators also how much it knows."""
        cast = self._scenes.hall.cast(words[0], caller.place.community) if words else scene.cast
        if not replace(scene, cast=cast).allowed:
            return _too_mature(cast, scene)
        behind = (knowing_row(cast.persona, scene.language),) if caller.role >= Role.MODERATOR else ()
        title = catalogue("bots").say("personas.preview", scene.language, name=cast.persona.name)
        return Card(title=title, rows=(*spoken_rows(cast), *behind))

    async def _use(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        name = _one(words, scene)
        cast = self._scenes.hall.cast(name, caller.place.community)
        if not replace(scene, cast=cast).allowed:
            return _too_mature(cast, scene)
        person = caller.message.person if caller.place.private else ""
        await self._scenes.places.change(caller.place.conversation, person, persona=name)
        if scene.settings.scene:  # whoever is chosen alone speaks alone
            await self._scenes.end(caller)
        self._scenes.hall.reset(caller.place.conversation, name)
        return Card(title=_say("persona_done", scene, name=cast.persona.name), tone=Tone.GOOD, met=True)

    async def _create(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        if not 2 <= len(words) <= 4:
            raise UsageError("commands.usage", usage=_say("persona_usage", scene))
        name, description, *more = words
        language = more[0] if more and more[0] in LANGUAGES else scene.language
        picture = more[-1] if more and more[-1].startswith("https://") else ""
        arrival = await self._troupe.create(
            name, description, language=language, picture=picture, server=caller.place.community
        )
        return _arrived(arrival, scene)

    async def _export(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        name, form, *surplus = (*words, "png", "")[: max(2, len(words))] if words else ("", "", "")
        if not words or surplus:
            raise UsageError("commands.usage", usage=_say("persona_usage", scene))
        file, data = await self._troupe.export(name, server=caller.place.community, form=form)
        return Card(title=_say("persona_exported", scene, name=name), file_name=file, file=data, tone=Tone.GOOD)

    async def _remove(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        name = _one(words, scene)
        await self._troupe.remove(name, server=caller.place.community)
        return Card(title=_say("persona_removed", scene, name=name), tone=Tone.GOOD)


def _too_mature(cast: Cast, scene: Scene) -> Card:
    return Card(title=catalogue("bots").say("host.mature", scene.language, name=cast.persona.name), tone=Tone.BAD)


def _one(words: list[str], scene: Scene) -> str:
    if len(words) != 1:
        raise UsageError("commands.usage", usage=_say("persona_usage", scene))
    return words[0]


def _arrived(arrival: Arrival, scene: Scene) -> Card:
    persona: Persona = arrival.persona
    remarks = tuple(
        Row(label=remark.key, text=f"{remark.message(scene.language)} {remark.suggestion(scene.language)}")
        for remark in arrival.remarks
    )
    title = _say("persona_arrived", scene, name=persona.name, id=persona.id)
    return Card(title=title, rows=remarks, hint=f"/persona use {persona.id}", tone=Tone.GOOD)


def _say(key: str, scene: Scene, **fields: object) -> str:
    return catalogue("bots").say(f"commands.{key}", scene.language, **fields)
