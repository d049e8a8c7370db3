"""A persona: who speaks, how, about what, until when. Data, made by `personas.loading` from files that people write."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from personas.knowledge.pieces import Document


class Tier(enum.StrEnum):
    """How much a persona is made of."""

    DEMOGRAPHIC = "demographic"
    """One line is enough: an occupation, a hobby, a personality."""
    CHARACTER = "character"
    """Background, relations, voice, facts, demonstrations."""
    INDIVIDUALISED = "individualised"
    """A character with an overlay for one person; the canon stays as it is."""


REGISTERS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("formal", "casual", "period"),
    "ko": ("hapsyo", "haeyo", "hao", "hage", "hae", "haera"),
}
"""The speech levels of each language (see `Brief.registers`)."""

CORE_FACTS: Final = 6
"""Facts that stand in the system text whatever is being said. The rest is looked up: the system text stays the same
from turn to turn, so that services can keep it cached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is true of the persona's world."""

    id: str
    text: str
    since: date | None = None
    """From when it is true; a persona pinned to an earlier moment does not know it."""
    witness: bool = True
    """Whether the persona knows of it at first or second hand."""
    slot: str = ""
    """What it says something about ("home", "age"), where only one such thing can be true at a time: of several facts
    in one slot the latest that has come true holds."""
    values: tuple[str, ...] = ()
    """The thing itself, in every way it may be named ("70"; "Bloomsbury", "London"; "none"): the guard holds what the
    persona says of itself against it, in the slots that it knows."""
    names: tuple[str, ...] = ()
    """Words that only somebody who knows of it says ("motor-car"): a persona that does not know of it is kept from
    saying them by the guard."""
    ask: str = ""
    """A question that it answers: what the persona knows, and does not, is measured by asking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Somebody in the persona's life."""

    name: str
    kind: str
    """What they are to it: "brother", "landlord"."""
    text: str = ""
    """One thing about the two of them."""
    since: date | None = None
    """From when; at an earlier moment the persona has not met them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """An example exchange: how this persona talks."""

    user: str
    reply: str
    scene: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dilemma:
    """A decision and what this persona does, and why: for measuring whether it decides as its author would have it."""

    situation: str
    options: tuple[str, ...]
    choice: int
    """Which of the options, from 1."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ocean:
    """Five traits of personality, each from 0.0 (hardly at all) to 1.0 (very much); None where its author left it."""

    openness: float | None = None
    conscientiousness: float | None = None
    extraversion: float | None = None
    agreeableness: float | None = None
    neuroticism: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """A loaded persona. Immutable; `version` identifies its content."""

    id: str
    version: str
    """Digest of the whole file's content (12 hex digits)."""
    tier: Tier
    name: str
    language: str
    tagline: str
    """One line for lists."""
    description: str
    """Background, personality, relations: for the prompt."""
    voice: str = ""
    """How the persona talks: for the prompt."""
    register: str = ""
    """The speech level it uses by itself (see `Brief.registers`)."""
    registers: tuple[str, ...] = ()
    """Every speech level that is in character, `register` included."""
    moment: date | None = None
    world: str = ""
    """The world of fiction it lives in ("Middle-earth", or a name of the author's own); "" for ours."""
    scenario: str = ""
    facts: tuple[Fact, ...] = ()
    relations: tuple[Relation, ...] = ()
    ocean: Ocean = Ocean()
    demonstrations: tuple[Demonstration, ...] = ()
    held_out: tuple[Demonstration, ...] = ()
    """More of them that no model is shown: for comparing what it says with."""
    dilemmas: tuple[Dilemma, ...] = ()
    taboos: tuple[str, ...] = ()
    greetings: tuple[str, ...] = ()
    disclosure: str = ""
    """The truthful first sentence when sincerely asked, in the persona's register. Says plainly that it is an AI."""
    fallbacks: tuple[str, ...] = ()
    """In place of what was withheld."""
    failures: tuple[str, ...] = ()
    """When no words come (the model is away)."""
    wordless: tuple[str, ...] = ()
    """To what holds no words: a sticker, a voice message, a picture. That it can be neither seen nor heard."""
    documents: tuple[Document, ...] = ()
    """What it can look up beside its facts."""
    mature: bool = False
    """For adults only: it speaks nowhere else."""
    source: str = ""
    licence: str = ""
    authors: tuple[str, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)
    file: str = field(default="", compare=False)
    """Where it comes from, as errors name it; "": not from a file."""

    def at(self, moment: date) -> "Persona":
        """The same persona at an earlier moment: it knows less, never more. A later moment, for one that is pinned to
        an earlier one, changes nothing."""
        return self if self.moment is not None and moment >= self.moment else replace(self, moment=moment)

    @property
    def known(self) -> tuple[Fact, ...]:
        """What is true and known at the persona's moment, in the author's order, of one slot the latest; then what
        there is to tell of its relations."""
        facts = [fact for fact in self.facts if fact.witness and self._come(fact.since)]
        latest: dict[str, Fact] = {}
        for fact in facts:
            other = latest.get(fact.slot)
            if other is None or (fact.since or date.min) >= (other.since or date.min):
                latest[fact.slot] = fact
        return (*(fact for fact in facts if not fact.slot or latest[fact.slot] is fact), *self._told_of_people)

    @property
    def _told_of_people(self) -> tuple[Fact, ...]:
        """What there is to tell of those it knows."""
        told = [(number, person) for number, person in enumerate(self.acquainted, start=1) if person.text]
        return tuple(
            Fact(id=f"relation_{number}", text=f"{person.name} ({person.kind}): {person.text}", since=person.since)
            for number, person in told
        )

    @property
    def read(self) -> tuple[Document, ...]:
        """The documents that are known at the persona's moment."""
        return tuple(document for document in self.documents if document.witness and self._come(document.since))

    @property
    def unknown(self) -> tuple[Fact, ...]:
        """What comes after the persona's moment, and what it did not witness: it must not say any of this."""
        return tuple(fact for fact in self.facts if not (fact.witness and self._come(fact.since)))

    @property
    def acquainted(self) -> tuple[Relation, ...]:
        """Whom the persona knows at its moment."""
        return tuple(relation for relation in self.relations if self._come(relation.since))

    def _come(self, since: date | None) -> bool:
        return self.moment is None or since is None or since <= self.moment

    @property
    def told(self) -> str:
        """Everything the author tells of the persona and of what it knows: no example of what others say."""
        facts = (fact.text for fact in self.known)
        people = (f"{person.name} {person.kind}" for person in self.acquainted)
        return "\n".join((self.tagline, self.description, self.voice, self.scenario, *facts, *people, *self.greetings))

    @property
    def lines(self) -> tuple[str, ...]:
        """Every author-written line that may be shown as it is: each must pass the guard before the persona speaks."""
        return (*self.greetings, self.disclosure, *self.fallbacks, *self.failures, *self.wordless)
