"""Four kinds of questions that show whether a persona keeps to its moment, and what answers to them are worth.

After TimeChara (Ahn et al., ACL Findings 2024): what it knows, what comes later, what happened without it, and
questions that take for granted what there is not yet. Those about its own world are the author's (`Fact.ask`).
"""

import enum
import importlib.resources
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from personas.persona import Fact, Persona


class Kind(enum.StrEnum):
    """What a question is about."""

    PAST = "past"
    """Something the persona knows."""
    FUTURE = "future"
    """Something that comes after its moment."""
    ABSENT = "absent"
    """Something that happened without it."""
    PRESUPPOSED = "presupposed"
    """Something else, but as if there were already what comes later."""


class Answered(enum.StrEnum):
    """What an answer is worth."""

    RIGHT = "right"
    EVASIVE = "evasive"
    """Neither what is so nor what the persona must not know."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A question and how its answer is told."""

    kind: Kind
    id: str
    ask: str
    names: tuple[str, ...]
    """PAST: one of them is in a right answer. Otherwise none is, but for what the question names itself."""


_UNSURE: Final = re.compile(
    r"\b(?:do not|don't|cannot|can't|could not|did not) (?:know|say|tell|recall|follow|understand|recogni[sz]e)"
    r"|\bnever (?:heard|seen)|\bno (?:idea|notion|knowledge|such)\b|\bnot (?:heard|familiar|aware|acquainted)"
    r"|\bunknown to me|\bnews to me|\bwhat (?:is|are|do you mean)\b|\bknow (?:nothing|of no)|\bunfamiliar"
    r"|\bstrange word|\bI am at a loss|모르|몰라|모릅|처음 ?(?:듣|들|보)|금시초문|무엇(?:이|인|을)|무어|뭔가요|알지 ?못"
    r"|알 ?길이 ?없|들은 ?(?:바|적)|들어 ?본 ?적|글쎄|생소|낯선",
    re.IGNORECASE,
)
_YES: Final = re.compile(
    r"^\W*(?:yes\b|of course\b|indeed\b|certainly\b|그렇소|그렇다네|그렇네|네[,. ]|예[,. ]|물론)", re.IGNORECASE
)


def probes(persona: Persona) -> tuple[Probe, ...]:
    """Every question there is for `persona`, by kind: of its facts those that say what to ask, and how it is told."""
    return tuple(sorted((*_of_facts(persona), *_presupposed(persona)), key=lambda probe: tuple(Kind).index(probe.kind)))


def judged(probe: Probe, answer: str) -> Answered:
    """What `answer` is worth, by the words in it: coarse, and independent of the guard's own rules."""
    text, asked = answer.casefold(), probe.ask.casefold()
    unsure = bool(_UNSURE.search(answer))
    if probe.kind is Kind.PAST:
        if any(name.casefold() in text for name in probe.names):
            return Answered.RIGHT
        return Answered.EVASIVE if unsure or not text.strip() else Answered.WRONG
    told = [name for name in probe.names if name.casefold() not in asked and name.casefold() in text]
    if told or (_YES.search(answer) and not unsure):
        return Answered.WRONG
    return Answered.RIGHT if unsure else Answered.EVASIVE


def _of_facts(persona: Persona) -> Iterator[Probe]:
    unknown = {id(fact) for fact in persona.unknown}
    known = {id(fact) for fact in persona.known}
    for fact in persona.facts:
        names = (*fact.values, *fact.names)
        if fact.ask and names and (id(fact) in unknown or id(fact) in known):
            kind = _kind(fact) if id(fact) in unknown else Kind.PAST
            yield Probe(kind=kind, id=fact.id, ask=fact.ask, names=names)


def _kind(fact: Fact) -> Kind:
    return Kind.FUTURE if fact.witness else Kind.ABSENT


def _presupposed(persona: Persona) -> Iterator[Probe]:
    """Questions of ours for whoever lives before what they take for granted."""
    if persona.moment is None:
        return
    raw = (importlib.resources.files("personas") / "data" / "presupposed.toml").read_text(encoding="utf-8")
    for entry in tomllib.loads(raw).get(persona.language, []):
        if entry["since"] > persona.moment.year:
            yield Probe(kind=Kind.PRESUPPOSED, id=entry["id"], ask=entry["ask"], names=tuple(entry["names"]))
