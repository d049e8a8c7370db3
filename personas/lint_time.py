"""Facts of a persona file that cannot all be so, and what it gives away of what the persona does not know."""

import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from moderation.filters.character.claims import SLOTS
from moderation.filters.character.folding import fold
from moderation.filters.character.gazetteer import Gazetteer
from moderation.filters.character.numbers import FRAGMENTS, numbers_in
from personas.persona import Fact, Persona
from personas.remarks import Level, Remark

_AGED: Final = re.compile(
    rf"(?:{FRAGMENTS['years']}[- ]years?[- ]old|\b(?:of|aged) {FRAGMENTS['years']}\b(?! years)"
    rf"|{FRAGMENTS['kyears']} ?(?:살|세)(?![가-힣]*기))",
    re.IGNORECASE,
)
_FIRST: Final = re.compile(r"[^.!?\n]+")
_YEARS: Final = 1
"""An age may be off by a birthday."""


def about_facts(persona: Persona) -> Iterator[Remark]:
    """Facts that cannot both hold, facts that the guard cannot use, facts whose time is not told."""
    yield from _twice("fact_id", persona, (fact.id for fact in persona.facts))
    yield from _twice("fact_slot", persona, ((fact.slot, fact.since) if fact.slot else None for fact in persona.facts))
    for number, fact in enumerate(persona.facts, start=1):
        if fact.values and not fact.slot:
            yield Remark(level=Level.ERROR, rule="values_slot", key=f"facts.{number}.values")
        elif fact.slot in SLOTS and not fact.values:
            yield Remark(
                level=Level.WARNING, rule="slot_values", key=f"facts.{number}.slot", fields={"found": fact.slot}
            )
        elif fact.slot == "age" and not any(map(numbers_in, fact.values)):
            yield Remark(level=Level.WARNING, rule="age_number", key=f"facts.{number}.values")
        if other := _beside(fact, persona.facts):
            fields = {"found": fact.slot, "other": other.id}
            yield Remark(level=Level.WARNING, rule="fact_overlap", key=f"facts.{number}", fields=fields)
    undated = [fact.id for fact in persona.facts if fact.since is None]
    if persona.moment is not None and undated:
        fields = {"facts": ", ".join(undated), "moment": persona.moment.isoformat()}
        yield Remark(level=Level.WARNING, rule="undated", key="facts", fields=fields)
    yield from _other_age(persona)
    yield from _given_away(persona)
    yield from _out_of_time(persona)
    made_for, canon = persona.extra.get("made_for", ""), persona.extra.get("canon", "")
    if made_for and made_for != canon:
        fields = {"found": made_for, "canon": canon, "base": persona.extra.get("base", "")}
        yield Remark(level=Level.WARNING, rule="canon_moved", key="canon", fields=fields)


def _beside(fact: Fact, others: Iterable[Fact]) -> Fact | None:
    """A fact that begins while this one, which is always so, still holds: they fill one slot with different things."""
    if not fact.slot or fact.since is not None:
        return None
    same = (other for other in others if other.slot == fact.slot and other.since is not None)
    return next((other for other in same if not set(fact.values) & set(other.values)), None)


def _twice(rule: str, persona: Persona, marks: Iterable[object]) -> Iterator[Remark]:
    """A remark on every fact whose mark another has already; None marks nothing."""
    seen: Counter[object] = Counter()
    for number, (fact, mark) in enumerate(zip(persona.facts, marks, strict=True), start=1):
        seen[mark] += mark is not None
        if seen[mark] > 1:
            fields = {"found": fact.slot if rule == "fact_slot" else fact.id}
            yield Remark(level=Level.ERROR, rule=rule, key=f"facts.{number}", fields=fields)


def _other_age(persona: Persona) -> Iterator[Remark]:
    """The age that the description begins with, against that of the facts."""
    known = [
        number for fact in persona.known if fact.slot == "age" for value in fact.values for number in numbers_in(value)
    ]
    first = _FIRST.search(persona.description)
    told = _AGED.search(first.group()) if first else None
    if known and told and all(abs(number - age) > _YEARS for number in numbers_in(told.group()) for age in known):
        fields = {"found": told.group().strip(), "age": str(known[0])}
        yield Remark(level=Level.WARNING, rule="other_age", key="description", fields=fields)


def _given_away(persona: Persona) -> Iterator[Remark]:
    """What the persona does not know, where nothing keeps it from saying so, or where its own file says it."""
    spoken = [(f"demonstrations.{number}.reply", shown.reply) for number, shown in enumerate(persona.demonstrations, 1)]
    for number, fact in enumerate(persona.facts, start=1):
        if fact not in persona.unknown:
            continue
        names = fact.names or (() if fact.slot in SLOTS else fact.values)
        if not names:
            yield Remark(level=Level.WARNING, rule="nameless", key=f"facts.{number}", fields={"fact": fact.id})
        for name in names:
            for key, text in (("told", persona.told), *spoken):
                if name.casefold() in text.casefold():
                    where = f"facts.{number}.names" if key == "told" else key
                    fields = {"found": name, "fact": fact.id}
                    yield Remark(level=Level.WARNING, rule="given_away", key=where, fields=fields)


def _out_of_time(persona: Persona) -> Iterator[Remark]:
    """Things with a name that came into the world after the persona's moment, in what it is told or says by itself."""
    if persona.moment is None:
        return
    places = [("description", persona.description), ("voice", persona.voice), ("scenario", persona.scenario)]
    places += [
        (f"facts.{number}.text", fact.text) for number, fact in enumerate(persona.facts, 1) if fact in persona.known
    ]
    places += [(f"greetings.{number}", line) for number, line in enumerate(persona.greetings, 1)]
    for key, text in places:
        for start, end, meanings in _gazetteer().find(fold(text)):
            years = [
                named.since_ko if persona.language == "ko" else named.since for named in meanings if not named.world
            ]
            if years and min(years) > persona.moment.year:
                fields = {"found": text[start:end], "year": str(min(years))}
                yield Remark(level=Level.WARNING, rule="out_of_time", key=key, fields=fields)


@functools.cache
def _gazetteer() -> Gazetteer:
    return Gazetteer.load()
