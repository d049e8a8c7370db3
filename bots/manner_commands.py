"""`/manner`: how personas speak to whoever asks."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from bots.cards import Card, Row, Tone
from bots.errors import NotYours, UsageError
from bots.manners import Manners
from bots.platform import Caller
from bots.scene import Scene
from moderation.words import catalogue
from personas.manners import AUDIENCES, LEVELS, Manner

_NOTHING: Final = "-"
"""Takes back what was set."""
_LEVELS_IN_KOREAN: Final = (
    *(("반말", "hae"), ("해체", "hae"), ("존댓말", "haeyo"), ("해요체", "haeyo"), ("하십시오체", "hapsyo")),
    *(("합쇼체", "hapsyo"), ("하오체", "hao"), ("하게체", "hage"), ("해라체", "haera")),
)
_CALLED: Final[Mapping[str, str]] = MappingProxyType(
    {**{name.replace("s", "대"): name for name in AUDIENCES}, **dict(_LEVELS_IN_KOREAN)}
)
"""What people call audiences and levels in Korean."""


async def manner_card(words: list[str], caller: Caller, scene: Scene, manners: Manners) -> Card:
    """[AUDIENCE | LEVEL | -]: without a word it is shown how personas speak to them. Raises UsageError, NotYours."""
    person = caller.message.person
    if not words:
        return _shown(scene, await manners.of(person))
    if not person:
        raise NotYours("commands.privacy_whose")
    given = _CALLED.get(words[0], words[0].lower())
    own = await manners.of(person)
    if given == _NOTHING:
        own = Manner()
    elif given in AUDIENCES:
        own = replace(own, audience=given)
    elif given in LEVELS:
        own = replace(own, register=given)
    else:
        korean = scene.language == "ko"
        names = (*_CALLED, *(level for level in LEVELS if level not in _CALLED.values())) if korean else None
        known = ", ".join((*(names or (*AUDIENCES, *LEVELS)), _NOTHING))
        raise UsageError("manners.expected", given=words[0], known=known)
    await manners.put(person, own)
    place = Manner(audience=scene.settings.audience, register=scene.settings.speech_level)
    speaking = replace(scene, cast=replace(scene.cast, manner=own.over(place)))
    return replace(_shown(speaking, own), title=_say("done", scene), tone=Tone.GOOD)


def _shown(scene: Scene, own: Manner) -> Card:
    persona, settings = scene.cast.persona, scene.settings
    place = Manner(audience=settings.audience, register=settings.speech_level)
    level = scene.cast.manner.level(persona)
    key = f"character.level_{level}"
    named = catalogue("moderation").say(key, scene.language) if level else _say("open", scene)
    rows = (
        Row(label=_say("yours", scene), text=_told(own, scene)),
        Row(label=_say("here", scene), text=_told(place, scene)),
        Row(label=persona.name, text=named),
    )
    return Card(title=_say("title", scene), rows=rows, hint=_say("hint", scene))


def _told(manner: Manner, scene: Scene) -> str:
    level = catalogue("moderation").say(f"character.level_{manner.register}", scene.language) if manner.register else ""
    audience = manner.audience.replace("s", "대") if scene.language == "ko" else manner.audience
    return ", ".join(filter(None, (level, audience))) or _say("nothing", scene)


def _say(key: str, scene: Scene, **fields: object) -> str:
    return catalogue("bots").say(f"manners.{key}", scene.language, **fields)
