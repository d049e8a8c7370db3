"""What a reply may look up: the persona's facts and documents, as far as they are known at its moment."""

import asyncio
import functools
import importlib.resources
import tomllib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from moderation.models.encoder import Encoder
from moderation.words import catalogue
from personas.knowledge.asking import asks
from personas.messages import Aside
from personas.occasion import Occasion
from personas.persona import CORE_FACTS, Persona
from personas.ranking import Found, Ranking
from personas.sentences import SentenceSplitter

MOST: Final = 4
"""Texts that are told for one turn."""
NEAR: Final = 0.32
"""Score from which on a text is told."""
ANSWERED: Final = 0.36
"""Score of the best text below which a question has no answer in what the persona knows: between the bundled personas'
questions with and without one (`python -m tests.bench.bench_knowledge`)."""
_EARLIER: Final = 0.25
"""What the turn before counts for, where the newest one says too little to be looked up."""
_REMEMBERED: Final = 64
"""Personas whose texts are kept ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """One thing that can be found."""

    text: str
    origin: str
    told: str = ""
    """As a prompt says it; "": it stands in every prompt of the persona already."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    texts: tuple[_Text, ...]
    ranking: Ranking


class Knowledge:
    """A `Source`. Used by many replies of one event loop; texts are read in a thread, once for each persona."""

    name = "knowledge"

    def __init__(self, encoder: Encoder | None, *, admits: bool = True) -> None:
        """Without an encoder texts are found by their words alone; then, and where `admits` is off, nobody is told that
        nothing was found: words alone do not show that."""
        self._encoder = encoder
        self._admits = admits and encoder is not None
        self._shelves: OrderedDict[tuple[str, str, str], asyncio.Task[_Shelf]] = OrderedDict()

    async def recall(self, occasion: Occasion) -> Sequence[Aside]:
        """What the persona knows of what the newest turn speaks of; where it asks for something of which nothing is
        known, that the persona is to say so."""
        persona = occasion.cast.persona
        shelf = await asyncio.shield(self._shelf(persona))
        found = await asyncio.to_thread(_look_up, shelf, occasion)
        asides = [
            Aside(text=text.told, origin=text.origin, depth=1, weight=one.score)
            for one in found
            if one.score >= NEAR and (text := shelf.texts[one.number]).told
        ]
        if self._admits and _unanswered(found, occasion):
            asides.append(Aside(text=_say("unknown", persona), origin="knowledge:none", depth=1, weight=1.0))
        return asides[: MOST + 1]

    def _shelf(self, persona: Persona) -> asyncio.Task[_Shelf]:
        """The texts of `persona`, in the making or made. Who waits for it may give up; it is made all the same."""
        key = (persona.id, persona.version, str(persona.moment))
        if key not in self._shelves:
            make: Callable[[], _Shelf] = lambda: _read(persona, self._encoder)  # noqa: E731
            self._shelves[key] = asyncio.create_task(asyncio.to_thread(make), name=f"reading what {persona.id} knows")
            if len(self._shelves) > _REMEMBERED:
                self._shelves.popitem(last=False)
        self._shelves.move_to_end(key)
        return self._shelves[key]


def _read(persona: Persona, encoder: Encoder | None) -> _Shelf:
    texts = tuple(_texts(persona))
    return _Shelf(texts, Ranking([text.text for text in texts], encoder))


def _texts(persona: Persona) -> list[_Text]:
    texts: list[_Text] = []
    for number, fact in enumerate(persona.known):
        told = _say("known", persona, text=fact.text) if number >= CORE_FACTS else ""
        questions = (fact.ask, *_questions(persona.language).get(fact.slot, ()))
        said = (fact.text, *filter(None, questions))
        texts += [_Text(text=text, origin=f"fact:{fact.id}", told=told) for text in said]
    for part in (persona.description, persona.scenario, *(person.text for person in persona.acquainted)):
        splitter = SentenceSplitter()
        sentences = (*splitter.feed(part), *splitter.finish())
        texts += [_Text(text=sentence.strip(), origin="description") for sentence in sentences if sentence.strip()]
    for document in persona.read:
        for number, piece in enumerate(document.pieces, start=1):
            told = _say("read", persona, title=document.title, text=piece.text)
            text = f"{piece.heading}: {piece.text}" if piece.heading else piece.text
            texts.append(_Text(text=text, origin=f"document:{document.id}:{number}", told=told))
    return texts


@functools.cache
def _questions(language: str) -> Mapping[str, Sequence[str]]:
    """What people ask, by the slot of the fact that answers it."""
    text = (importlib.resources.files("personas") / "data" / "questions.toml").read_text("utf-8")
    asked: Mapping[str, Mapping[str, Sequence[str]]] = tomllib.loads(text)
    return asked.get(language, {})


def _look_up(shelf: _Shelf, occasion: Occasion) -> list[Found]:
    """By the newest turn; what people said before it helps where that is short ("And then?")."""
    found = {one.number: one for one in shelf.ranking.find(occasion.part.said, most=MOST * 3)}
    earlier = [turn.text for turn in occasion.conversation.turns if turn.role == "user"][-1:]
    for text in earlier:
        for one in shelf.ranking.find(text, most=MOST):
            known = found.get(one.number)
            score = one.score * _EARLIER + (known.score if known else 0.0) * (1 - _EARLIER)
            if known is None or score > known.score:
                found[one.number] = Found(number=one.number, score=score, words=one.words, meaning=one.meaning)
    best: dict[str, Found] = {}
    for one in sorted(found.values(), key=lambda one: (-one.score, one.number)):
        # A fact is found by its own words or by a question that it answers: once is enough.
        origin = shelf.texts[one.number].origin
        best.setdefault(f"{origin}:{one.number}" if origin == "description" else origin, one)
    return list(best.values())[:MOST]


def _unanswered(found: Sequence[Found], occasion: Occasion) -> bool:
    persona = occasion.cast.persona
    best = max((one.score for one in found), default=0.0)
    return best < ANSWERED and asks(occasion.part.said, name=persona.name)


def _say(key: str, persona: Persona, **fields: object) -> str:
    return catalogue("personas").say(f"knowledge.{key}", persona.language, name=persona.name, **fields)
