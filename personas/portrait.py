"""Pure: what a persona's traits and relations say of it, as sentences for a prompt in the persona's language."""

import dataclasses
from collections.abc import Iterator
from typing import Final

from moderation.words import catalogue
from personas.persona import Ocean, Persona

_LOW: Final = 0.35
_HIGH: Final = 0.65
"""Between the two a trait is like most people's, and nothing is said of it."""

_NAMED: Final = 4
"""People that the system text names; the others are looked up."""


def portrait(persona: Persona) -> tuple[tuple[str, str], ...]:
    """One line for the marked "traits" and one for the "relations" it has at its moment, each behind that name; none
    where there is nothing."""
    told = (("traits", " ".join(_traits(persona))), ("relations", ", ".join(_people(persona))))
    return tuple((key, _say(key, persona, **{key: text})) for key, text in told if text)


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
    """Who they are; what there is to tell of them is looked up like a fact (`Persona.known`)."""
    for person in persona.acquainted[:_NAMED]:
        yield person.name if person.kind == person.name else f"{person.name} ({person.kind})"


def _say(key: str, persona: Persona, **fields: object) -> str:
    return catalogue("personas").say(f"prompting.{key}", persona.language, name=persona.name, **fields)
