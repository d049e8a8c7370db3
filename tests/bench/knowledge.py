"""What looking things up does against invention: every bundled persona is asked what it knows and what it does not.

Off, a prompt holds the first facts only. On, the rest is looked up, and where nothing is found the model is told so.
"""

import functools
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from moderation.models.encoder import UniversalEncoder, Vectors
from personas.knowledge.shelf import Shelf
from personas.loading import bundled
from personas.persona import CORE_FACTS, Persona
from tests.bench.measuring import cpu_ms, halves
from tests.bench.sizes import Sizes
from tests.bench.tables import Row, Section, Table, at_least, at_most
from tests.bench.texts import LANGUAGES, SPOKEN

FOUND: Final = 0.9
ADMITTED: Final = 0.85
"""What role-play-science asks of answers (M2): here of what the model is given to answer with."""
WRONGLY: Final = 0.05
"""How often what is known may be called unknown."""


class Remembering:
    """An encoder that reads every text once: the same texts are put on many shelves."""

    def __init__(self, encoder: UniversalEncoder) -> None:
        self._encoder, self._known = encoder, dict[str, Vectors]()
        self.name, self.dimensions = encoder.name, encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        for text in texts:
            if text not in self._known:
                self._known[text] = self._encoder.encode([text])
        return np.concatenate([self._known[text] for text in texts]) if texts else self._encoder.encode([])


def knowledge(sizes: Sizes) -> Section:
    """Two tables: what is in the prompt with and without it, and what it takes."""
    encoder = Remembering(UniversalEncoder.load())
    canon = [persona for persona in bundled().values() if persona.id in _questions()]
    rows = [row for language in LANGUAGES for row in _asked(language, canon, encoder)]
    note = (
        "known: a fact that answers, asked for in other words than the fact's own question; unknown: nothing answers "
        "(tests/bench/questions.toml); chat: things people say that ask for nothing."
    )
    columns = ("asked", "off", "on")
    asked = Table(title="knowledge", columns=columns, rows=tuple(rows), note=note)
    return Section(tables=(asked, Table(title="time", columns=("p50 ms", "p95 ms"), rows=tuple(_times(sizes, canon)))))


def _asked(language: str, canon: Sequence[Persona], encoder: Remembering) -> Iterator[Row]:
    spoken = [persona for persona in canon if persona.language == language]
    known = [answer for persona in spoken for answer in _known(persona, encoder)]
    told = [answer for persona in spoken for answer in _unknown(persona, encoder)]
    chat = [_origins(Shelf.of(persona, encoder), said) for persona in spoken for said in SPOKEN[language]]
    title = LANGUAGES[language]
    core = _share(
        [
            fact in [each.id for each in persona.known[:CORE_FACTS]]
            for persona in spoken
            for fact, _ in _questions()[persona.id]["known"]
        ]
    )
    found, denied = _share([here for here, _ in known]), _share([admits for _, admits in known])
    yield Row(
        name=f"{title}: known, the fact is there", values=(len(known), core, found), goal=at_least(found, FOUND, "")
    )
    yield Row(
        name=f"{title}: known, called unknown", values=(len(known), 0.0, denied), goal=at_most(denied, WRONGLY, "")
    )
    admitted = _share(told)
    yield Row(
        name=f"{title}: unknown, and said so", values=(len(told), 0.0, admitted), goal=at_least(admitted, ADMITTED, "")
    )
    wrongly = _share(["knowledge:none" in origins for origins in chat])
    yield Row(
        name=f"{title}: chat, called unknown", values=(len(chat), 0.0, wrongly), goal=at_most(wrongly, WRONGLY, "")
    )


def _known(persona: Persona, encoder: Remembering) -> Iterator[tuple[bool, bool]]:
    """For each fact that is asked for: whether the model has it, whether it was told that nothing is known."""
    shelf, core = Shelf.of(persona, encoder), [fact.id for fact in persona.known[:CORE_FACTS]]
    for fact, question in _questions()[persona.id]["known"]:
        origins = _origins(shelf, question)
        yield fact in core or f"fact:{fact}" in origins, "knowledge:none" in origins


def _unknown(persona: Persona, encoder: Remembering) -> Iterator[bool]:
    """For each question that it cannot answer: whether the model was told so."""
    shelf = Shelf.of(persona, encoder)
    for question in _questions()[persona.id]["unknown"]:
        yield "knowledge:none" in _origins(shelf, question)


@functools.cache
def _questions() -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(__file__).with_name("questions.toml").read_text("utf-8"))


def _origins(shelf: Shelf, said: str) -> list[str]:
    return [aside.origin for aside in shelf.asides(said)]


def _share(answers: Sequence[bool]) -> float:
    return sum(answers) / len(answers) if answers else 0.0


def _times(sizes: Sizes, canon: Sequence[Persona]) -> Iterator[Row]:
    encoder = UniversalEncoder.load()
    for language, title in LANGUAGES.items():
        persona = next(persona for persona in canon if persona.language == language)
        shelf = Shelf.of(persona, encoder)
        times = [cpu_ms(functools.partial(shelf.asides, said)) for said in SPOKEN[language][: sizes.texts]]
        yield Row(name=f"{title}: looking up", values=halves(times))
