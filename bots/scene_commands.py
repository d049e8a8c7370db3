"""`/scene`: who is on the stage together here."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bots.cards import Card, Row, Tone
from bots.errors import NotAllowed, Unknown, UsageError
from bots.platform import Caller, Role
from bots.scene import Scene, Scenes, may_speak
from bots.turn_taking import MOST_PLAYERS
from moderation.words import catalogue
from personas.cast import Cast

_LEAST: Final = 2
VERBS: Final = ("show", "start", "add", "remove", "end")


class SceneCommands:
    """Commands over the stages of all places."""

    def __init__(self, scenes: Scenes) -> None:
        self._scenes = scenes
        self._known: Mapping[str, Callable[[list[str], Caller, Scene], Awaitable[Card]]] = dict(
            zip(VERBS, (self._show, self._start, self._add, self._remove, self._end), strict=True)
        )

    async def run(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        """show | start PERSONA PERSONA … | add PERSONA | remove PERSONA | end; a persona by its id or its name. Whoever
        is alone with the bot may do all of it, elsewhere only moderators. Raises BotError."""
        verb, *rest = words or ["show"]
        if verb not in self._known:
            raise _usage(scene)
        if verb != "show" and not caller.place.private and caller.role < Role.MODERATOR:
            raise NotAllowed(
                "commands.not_allowed", role=catalogue("bots").say("commands.role_moderator", scene.language)
            )
        return await self._known[verb](rest, caller, scene)

    async def _show(self, _words: list[str], _caller: Caller, scene: Scene) -> Card:
        rows = tuple(Row(label=cast.persona.id, text=_described(cast)) for cast in scene.stage)
        turns = scene.settings.scene_turns
        title = _say("title", scene, most=turns) if scene.stage else _say("none", scene)
        return Card(title=title, rows=rows, hint=_usage_line(scene))

    async def _start(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        casts = [self._cast(word, caller, scene) for word in words]
        await self._set(casts, caller)
        for cast in casts:
            self._scenes.hall.reset(caller.place.conversation, cast.persona.id)
        return self._done("started", casts, scene, met=True)

    async def _add(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        if not words:
            raise _usage(scene)
        casts = [*self._running(scene), *(self._cast(word, caller, scene) for word in words)]
        await self._set(casts, caller)
        return self._done("now", casts, scene)

    async def _remove(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        if not words:
            raise _usage(scene)
        gone = {self._cast(word, caller, scene).persona.id for word in words}
        casts = [cast for cast in self._running(scene) if cast.persona.id not in gone]
        await self._set(casts, caller)
        return self._done("now", casts, scene)

    async def _end(self, _words: list[str], caller: Caller, scene: Scene) -> Card:
        self._running(scene)
        await self._scenes.end(caller)
        return Card(title=_say("ended", scene), tone=Tone.GOOD)

    def _running(self, scene: Scene) -> tuple[Cast, ...]:
        if not scene.stage:
            raise UsageError("scene.not_running")
        return scene.stage

    def _cast(self, word: str, caller: Caller, scene: Scene) -> Cast:
        """The persona of that id or name, that may speak there. Raises Unknown, UsageError."""
        casts = self._scenes.hall.casts(caller.place.community)
        named = [cast for cast in casts if cast.persona.name.casefold() == word.casefold()]
        try:
            cast = self._scenes.hall.cast(word, caller.place.community)
        except Unknown:
            if len(named) != 1:
                raise
            (cast,) = named
        if not may_speak(cast, scene.settings, adult=caller.place.adult):
            raise UsageError("host.mature", name=cast.persona.name)
        return cast

    async def _set(self, casts: list[Cast], caller: Caller) -> None:
        """Have them, each once, on the stage. Raises UsageError."""
        names = tuple(dict.fromkeys(cast.persona.id for cast in casts))
        if not _LEAST <= len(names) <= MOST_PLAYERS:
            raise UsageError("scene.how_many", least=_LEAST, most=MOST_PLAYERS, given=len(names))
        # What somebody sets where they are alone is theirs, and erased with the rest.
        person = caller.message.person if caller.place.private else ""
        await self._scenes.places.change(caller.place.conversation, person, scene=names)

    @staticmethod
    def _done(key: str, casts: list[Cast], scene: Scene, *, met: bool = False) -> Card:
        names = ", ".join(dict.fromkeys(cast.persona.name for cast in casts))
        hint = _say("hint", scene, most=scene.settings.scene_turns)
        return Card(title=_say(key, scene, names=names), hint=hint, tone=Tone.GOOD, met=met)


def _described(cast: Cast) -> str:
    return " · ".join(filter(None, (cast.persona.name, cast.persona.tagline)))


def _usage_line(scene: Scene) -> str:
    return catalogue("bots").say("commands.scene_usage", scene.language)


def _usage(scene: Scene) -> UsageError:
    return UsageError("commands.usage", usage=_usage_line(scene))


def _say(key: str, scene: Scene, **fields: object) -> str:
    return catalogue("bots").say(f"scene.{key}", scene.language, **fields)
