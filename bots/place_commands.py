"""`/talchum`: what holds in a place, for those who look after it."""

import dataclasses
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bots.answers import NO, YES
from bots.cards import Card, Row, Tone
from bots.errors import UsageError
from bots.meter import Meter, report_rows
from bots.places import FIELDS, Place, Places, PlaceSettings, kind_of
from bots.platform import Caller
from bots.scene import Scene
from moderation.words import catalogue

_ON: Final = YES | {"on", "true", "1", "켜기"}
_OFF: Final = NO | {"off", "false", "0", "끄기"}
_NOTHING: Final = "-"
"""Takes a setting back: what holds further out holds here too."""
LIMITS: Final = tuple(name for name in FIELDS if name.endswith(("_messages", "_tokens", "_money")))
STAFF: Final = ("moderators", "seniors")
"""Settings that name people: verbs of their own, for the whole server."""
SCOPES: Final = ("here", "thread", "channel", "category", "server")


class PlaceCommands:
    """Commands over places and the meter."""

    def __init__(self, places: Places, meter: Meter) -> None:
        self._places = places
        self._meter = meter
        self._known: Mapping[str, Callable[[list[str], Caller, Scene], Awaitable[Card]]] = {
            "settings": self._settings,
            "pause": self._pause,
            "resume": self._resume,
            "limits": self._limits,
            **{name: self._naming(name) for name in STAFF},
        }

    async def run(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        """settings [[SCOPE] FIELD VALUE] | limits [[SCOPE] FIELD VALUE] | pause [SCOPE] | resume [SCOPE] |
        moderators [KEY …] | seniors [KEY …].

        Raises UsageError.
        """
        verb, *rest = words or ["settings"]
        if verb not in self._known:
            raise UsageError("commands.usage", usage=_say("talchum_usage", scene))
        return await self._known[verb](rest, caller, scene)

    async def _settings(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        if words:
            return await self._change(words, caller, scene, FIELDS)
        explained = await self._places.explain(caller.place)
        rows = tuple(
            Row(label=name, text=f"{_shown(value)}  ({self._origin(origin, scene)})")
            for name, (value, origin) in explained.items()
            if name not in LIMITS
        )
        return Card(title=_say("settings_title", scene), rows=rows, hint=_say("talchum_usage", scene))

    async def _limits(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        if words:
            return await self._change(words, caller, scene, LIMITS)
        report = await self._meter.report(caller.place, caller.message.person, scene.settings)
        rows = report_rows(report, scene.language)
        return Card(title=_say("limits_title", scene), rows=rows, hint=_say("limits_hint", scene))

    def _naming(self, name: str) -> Callable[[list[str], Caller, Scene], Awaitable[Card]]:
        """A verb that says who is, or who is to be, named by a setting of the whole server."""

        async def naming(words: list[str], caller: Caller, scene: Scene) -> Card:
            if words and caller.place.private:
                raise UsageError("commands.staff_elsewhere", verb=name)
            if words:
                return await self._change(["server", name, ", ".join(words)], caller, scene, STAFF)
            named = getattr(scene.settings, name)
            rows = tuple(Row(label="", text=key) for key in named)
            title = _say(f"{name}_title" if named else f"{name}_none", scene)
            return Card(title=title, rows=rows, hint=_say("staff_hint", scene))

        return naming

    async def _pause(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        await self._places.change(scope_of(words[0] if words else "here", caller.place), paused=True)
        return Card(title=_say("paused", scene), hint="/talchum resume", tone=Tone.GOOD)

    async def _resume(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        scope = scope_of(words[0] if words else "here", caller.place)
        # Taken back, and where a place further out rests, awake here all the same.
        await self._places.change(scope, paused=None)
        if (await self._places.of(caller.place)).paused:
            await self._places.change(scope, paused=False)
        return Card(title=_say("resumed", scene), tone=Tone.GOOD)

    async def _change(self, words: list[str], caller: Caller, scene: Scene, fields: tuple[str, ...]) -> Card:
        where, (name, *value) = ("here", words) if words[0] not in SCOPES else (words[0], words[1:] or [""])
        if name not in fields or not value:
            raise UsageError("commands.settings_expected", known=", ".join(fields))
        scope = scope_of(where, caller.place)
        text = " ".join(value)
        if name in STAFF and text != _NOTHING:
            _check_keys(text, caller.place.platform)
        # What somebody sets where they are alone is theirs, and erased with the rest.
        owner = caller.message.person if caller.place.private else ""
        await self._places.change(scope, owner, **{name: None if text == _NOTHING else _parsed(name, text)})
        after = (await self._places.explain(caller.place))[name]
        return Card(
            title=_say("settings_done", scene, name=name, value=_shown(after[0]), origin=self._origin(after[1], scene)),
            tone=Tone.GOOD,
        )

    @staticmethod
    def _origin(scope: str, scene: Scene) -> str:
        key = f"commands.scope_{kind_of(scope) or 'default'}"
        return catalogue("bots").say(key, scene.language)


def scope_of(name: str, place: Place) -> str:
    """The key of a scope by its kind. Raises UsageError where the place has none of that kind."""
    if name == "here":
        return place.conversation
    there = {kind_of(scope): scope for scope in place.scopes}
    if name in SCOPES and name in there:
        return there[name]
    known = ", ".join(scope for scope in SCOPES if scope == "here" or scope in there)
    raise UsageError("commands.no_scope", given=name, known=known)


def _parsed(name: str, text: str) -> object:
    """`text` as a value of the type of that setting; `Places.change` checks the rest. Raises UsageError."""
    default = next(field.default for field in dataclasses.fields(PlaceSettings) if field.name == name)
    if isinstance(default, bool):
        if text.lower() not in _ON | _OFF:
            raise UsageError("commands.expect_switch", name=name, given=text)
        return text.lower() in _ON
    if isinstance(default, tuple):
        return _parts(text)
    if isinstance(default, int | float):
        try:
            return type(default)(text)
        except ValueError:
            raise UsageError("commands.expect_number", name=name, given=text) from None
    return text


def _check_keys(text: str, platform: str) -> None:
    """Raises UsageError where something in `text` is no key of a role or a person of that platform: nobody would ever
    be meant by it."""
    for key in _parts(text):
        if not re.fullmatch(rf"{re.escape(platform)}:(role|user):\d+", key):
            raise UsageError("commands.expect_people", given=key)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "-"
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) or "-"


def _say(key: str, scene: Scene, **fields: object) -> str:
    return catalogue("bots").say(f"commands.{key}", scene.language, **fields)
