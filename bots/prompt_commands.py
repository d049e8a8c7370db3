"""What a model is told, for those who look after personas: every part of a prompt with its origin and size.

On platforms its texts are not shown: the rules are nobody's, and what was said is the people's who said it.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Final

from bots.cards import Card, Row
from bots.platform import Caller
from bots.scene import Scene
from moderation.words import catalogue
from personas.prompting import Compiled, Fate, Part
from personas.runtime import PersonaRuntime

_MASK: Final = "[canary]"
_MANY: Final = frozenset({"turn", "demonstration", "fact"})
"""Kinds of parts that there are many of."""


async def prompt_card(words: list[str], caller: Caller, scene: Scene, runtime: PersonaRuntime) -> Card:
    """[TEXT]: of what the answer to TEXT, or to what was said last, would be made. Nothing is said, judged or kept.
    Raises RefuseToStart where there is no room for a prompt."""
    last = scene.conversation.last
    text = " ".join(words) or (last[0].text if last else "?")
    message = replace(caller.message, text=text)
    made = await runtime.explain(message, scene.cast, scene.conversation)
    return parts_card(made, scene.cast.persona.name, scene.language, whole=False)


def parts_card(made: Compiled, name: str, language: str, *, whole: bool = True) -> Card:
    """The parts of a prompt in order, each with its tokens and what became of it; `whole`: one by one, otherwise turns
    and demonstrations together."""
    kinds = [[part] for part in made.parts] if whole else _together(made.parts)
    rows = tuple(_row(parts, language) for parts in kinds)
    say = catalogue("bots").say
    title = say("prompts.title", language, name=name, tokens=made.tokens, budget=made.budget)
    return Card(title=title, rows=rows, hint=say("prompts.hint", language))


def text_card(made: Compiled, canary: str, language: str) -> Card:
    """The prompt itself, part by part, as the model reads it, but for its canary. For whoever runs the program."""
    rows = tuple(
        Row(label=_called(part, language, one=True), text=part.text.replace(canary, _MASK))
        for part in made.parts
        if part.stands and part.text
    )
    return Card(title=catalogue("bots").say("prompts.text", language), rows=rows)


def _together(parts: Iterable[Part]) -> list[list[Part]]:
    """Neighbours of one kind and fate as one."""

    def kind(part: Part) -> tuple[str, Fate, str]:
        return part.origin.partition(":")[0], part.fate, part.why

    runs = [(key[0] in _MANY, list(group)) for key, group in groupby(parts, key=kind)]
    return [each for together, run in runs for each in ([run] if together else [[part] for part in run])]


def _row(parts: list[Part], language: str) -> Row:
    say = catalogue("bots").say
    first = parts[0]
    why = catalogue("personas").say(f"prompting.why_{first.why}", language) if first.why else ""
    fate = say(f"prompts.{first.fate}", language)
    label = f"{_called(first, language)} × {len(parts)}" if len(parts) > 1 else _called(first, language, one=True)
    told = say("prompts.tokens", language, count=sum(part.tokens for part in parts))
    place = say(f"prompts.place_{first.place}", language)
    return Row(label=label, text=" · ".join((told, place, f"{fate} ({why})" if why else fate)))


def _called(part: Part, language: str, *, one: bool = False) -> str:
    """What a part is called; `one`: with which of its kind it is."""
    kind, _, which = part.origin.partition(":")
    words, key = catalogue("bots"), f"prompts.origin_{kind}"
    name = words.say(key, language) if key in words else kind
    return f"{name} {which}" if one and which else name
