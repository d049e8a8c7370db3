"""Pure: what a persona's traits and relations say of it, as sentences for a prompt in the persona's language."""

import dataclasses
from collections.abc import Iterator
from typing import Final

from moderation.words import catalogue
from personas.persona import Ocean, Persona

_LOW: Final = 0.35
_HIGH: Final = 0.65
"""Between the two a trait is like most people's, and nothing is said of it."""


def portrait(persona: Persona) -> tuple[str, ...]:
    """One line for the marked traits and one for the people it knows at its moment; none where there is nothing."""
    traits = " ".join(_traits(persona))
    people = "; ".join(_people(persona))
    return tuple(filter(None, (traits, _say("relations", persona, people=people) if people else "")))


def level(share: float | None) -> str:
    """What a share of a trait counts as: low, middle, high; "" for one that is not marked."""
    if share is None:
        return ""
    return "low" if share <= _LOW else "high" if share >= _HIGH else "middle"


def _traits(persona: Persona) -> Iterator[str]:
    for field in dataclasses.fields(Ocean):
        if (marked := level(getattr(persona.ocean, field.name))) in {"low", "high"}:
            yield _say(f"trait_{field.name}_{marked}", persona)


def _people(persona: Persona) -> Iterator[str]:
    for person in persona.acquainted:
        yield f"{person.name} ({person.kind})" + (f": {person.text.rstrip('.')}" if person.text else "")


def _say(key: str, persona: Persona, **fields: object) -> str:
    return catalogue("personas").say(f"prompting.{key}", persona.language, name=persona.name, **fields)
