"""Pure: everything that a persona knows, ready to be searched."""

import functools
import importlib.resources
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from moderation.models.encoder import Encoder
from moderation.words import catalogue
from personas.knowledge.asking import asks
from personas.messages import Aside
from personas.persona import CORE_FACTS, Persona
from personas.ranking import Found, Ranking
from personas.sentences import SentenceSplitter

MOST: Final = 4
"""Texts that are told for one turn."""
NEAR: Final = 0.32
"""Score from which on a text is told."""
ANSWERED: Final = 0.36
"""Score of the nearest question below which what answers that does not answer this (`make bench ARGS=knowledge`)."""
_LEEWAY: Final = 0.03
"""How much nearer a question about what the persona has nothing to say of may be."""
_EARLIER: Final = 0.25
"""What the turn before counts for, where the newest one says too little to be looked up."""

ADMISSION: Final = "knowledge:none"
"""Origin of what is told where nothing is known."""
_ABSENT: Final = "absent"
"""Origin of the questions that people ask about what a persona has nothing to say of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One thing that can be found."""

    text: str
    origin: str
    told: str = ""
    """As a prompt says it; "": it stands in every prompt of the persona already."""
    asks: bool = False
    """It is a question: found by it, something answers, but it says nothing itself."""


class Shelf:
    """What one persona knows at its moment. Safe to ask from several threads at once."""

    def __init__(self, persona: Persona, texts: Sequence[Text], encoder: Encoder | None) -> None:
        self._persona = persona
        self._texts = tuple(texts)
        self._ranking = Ranking([text.text for text in texts], encoder)
        self._meant = encoder is not None

    @classmethod
    def of(cls, persona: Persona, encoder: Encoder | None) -> Self:
        """Everything is read at once: with an encoder about two milliseconds a text."""
        return cls(persona, texts_of(persona), encoder)

    def asides(self, said: str, *, before: str = "") -> list[Aside]:
        """What to tell the model for an answer to `said`, the closest first, and that nothing is known where it asks
        for something that none of it answers: without an encoder that cannot be told. `before` is the last thing that
        people said earlier: it helps where `said` is short ("And then?")."""
        found = self._found(said, before)
        asides = [
            Aside(text=text.told, origin=text.origin, depth=1, weight=one.score)
            for one in found
            if one.score >= NEAR and (text := self._texts[one.number]).told
        ][:MOST]
        if self._meant and not self._answers(found) and asks(said, name=self._persona.name):
            told = _say("unknown", self._persona)
            asides.append(Aside(text=told, origin=ADMISSION, depth=1, weight=1.0))
        return asides

    def _answers(self, found: Sequence[Found]) -> bool:
        """Whether any of it does: what says something, or what answers a question that is nearer than those that people
        ask about what the persona has nothing to say of."""
        nearest = {True: 0.0, False: 0.0, None: 0.0}
        for one in found:
            text = self._texts[one.number]
            kind = None if text.origin == _ABSENT else text.asks
            nearest[kind] = max(nearest[kind], one.score)
        return nearest[False] >= NEAR or nearest[True] >= max(ANSWERED, nearest[None] - _LEEWAY)

    def _found(self, said: str, before: str) -> list[Found]:
        found = {one.number: one for one in self._ranking.find(said, most=MOST * 5)}
        for one in self._ranking.find(before, most=MOST) if before else ():
            known = found.get(one.number)
            score = one.score * _EARLIER + (known.score if known else 0.0) * (1 - _EARLIER)
            if known is None or score > known.score:
                found[one.number] = Found(number=one.number, score=score, words=one.words, meaning=one.meaning)
        best: dict[str, Found] = {}
        for one in sorted(found.values(), key=lambda one: (-one.score, one.number)):
            # A fact is found by its own words or by a question that it answers: once is enough.
            best.setdefault(self._texts[one.number].origin, one)
        return list(best.values())


def texts_of(persona: Persona) -> list[Text]:
    """What can be found: facts with their questions, who the persona is, whom it knows, the pieces of its documents."""
    texts: list[Text] = []
    for number, fact in enumerate(persona.known):
        told = _say("known", persona, text=fact.text) if number >= CORE_FACTS else ""
        questions = (fact.ask, *_questions(persona.language).get(fact.slot, ()))
        origin = f"fact:{fact.id}"
        texts.append(Text(text=fact.text, origin=origin, told=told))
        texts += [Text(text=question, origin=origin, told=told, asks=True) for question in filter(None, questions)]
    parts = (persona.description, persona.scenario, *(f"{each.name}: {each.text}" for each in persona.acquainted))
    sentences = [sentence for part in parts for sentence in _sentences(part)]
    texts += [Text(text=sentence, origin=f"description:{number}") for number, sentence in enumerate(sentences)]
    slots = {fact.slot for fact in persona.known}
    absent = [
        question for slot, asked in _questions(persona.language).items() if slot not in slots for question in asked
    ]
    texts += [Text(text=question, origin=_ABSENT, asks=True) for question in absent]
    for document in persona.read:
        for number, piece in enumerate(document.pieces, start=1):
            told = _say("read", persona, title=document.title, text=piece.text)
            text = f"{piece.heading}: {piece.text}" if piece.heading else piece.text
            texts.append(Text(text=text, origin=f"document:{document.id}:{number}", told=told))
    return texts


def _sentences(text: str) -> list[str]:
    splitter = SentenceSplitter()
    return [stripped for piece in (*splitter.feed(text), *splitter.finish()) if (stripped := piece.strip())]


@functools.cache
def _questions(language: str) -> Mapping[str, Sequence[str]]:
    """What people ask, by the slot of the fact that answers it."""
    text = (importlib.resources.files("personas") / "data" / "questions.toml").read_text("utf-8")
    asked: Mapping[str, Mapping[str, Sequence[str]]] = tomllib.loads(text)
    return asked.get(language, {})


def _say(key: str, persona: Persona, **fields: object) -> str:
    return catalogue("personas").say(f"knowledge.{key}", persona.language, name=persona.name, **fields)
