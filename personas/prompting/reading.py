"""Pure: the order in which a model reads the parts of a prompt, and where it must stop."""

import bisect
from collections.abc import Callable
from typing import Final

from moderation.words import LANGUAGES, catalogue
from personas.messages import Turn
from personas.persona import Persona
from personas.prompting.parts import Part

_STOP_NAMES: Final = 8
_STOP_TAGS: Final = ("<|im_end|>", "<|im_start|>", "</s>", "<start_of_turn>", "[INST]")
WITH_PERSON: Final = -1
"""Instead of a depth."""


def woven(turns: list[Part], told: dict[int, list[Part]]) -> list[list[Part]]:
    """The conversation, with what is told at its depth: what is deeper than the window stands before it."""
    standing = [number for number, part in enumerate(turns) if part.stands]
    begins = standing[0] if standing else 0
    messages: list[list[Part]] = []
    for number, part in enumerate(turns):
        back = len(turns) - number
        deeper = sorted((depth for depth in told if depth > back), reverse=True) if number == begins else []
        here = [back] if number >= begins and back in told else []
        messages += [*(told[depth] for depth in (*deeper, *here)), [part]]
    return [*messages, *([told[0]] if 0 in told else [])]


def turn_of(parts: list[Part]) -> Turn:
    """One message."""
    role = parts[0].place
    text = "\n".join(part.text for part in parts)
    return Turn(role="assistant" if role == "assistant" else "user" if role == "user" else "system", text=text)


def first(size: int, holds: Callable[[int], bool]) -> int:
    """The first place below `size` from which on `holds` is true; `size` where it never is."""
    return bisect.bisect_left(range(size), 1, key=lambda at: int(holds(at)))


def stops(persona: Persona, user: str, people: tuple[str, ...]) -> tuple[str, ...]:
    """Where a model begins to speak for somebody else; the most likely first, as some services take only four."""
    role = catalogue("personas").say
    others = [language for language in LANGUAGES if language != persona.language]
    roles = [role("prompting.role", language) for language in (persona.language, *others)]
    names = (roles[0], user, *people[-_STOP_NAMES:], *roles[1:])
    return tuple(dict.fromkeys((*(f"\n{name}:" for name in names), *_STOP_TAGS)))
