"""Pure: the entries of a lorebook that are found by what they mean, ready to be searched."""

from collections.abc import Sequence
from typing import Self

from moderation.models.encoder import Encoder
from moderation.words import catalogue
from personas.knowledge.shelf import MOST, NEAR
from personas.lore.book import Entry, Lorebook
from personas.lore.engine import Compiled
from personas.messages import Aside
from personas.persona import Persona
from personas.ranking import Ranking


class Reader:
    """Safe to ask from several threads at once."""

    def __init__(self, book: Lorebook, entries: Sequence[Entry], encoder: Encoder | None) -> None:
        self._book = book
        self._entries = tuple(entries)
        self._ranking = Ranking([f"{entry.name}: {entry.content}" for entry in entries], encoder)

    @classmethod
    def of(cls, book: Compiled, encoder: Encoder | None) -> Self:
        """Everything is read at once: with an encoder about two milliseconds an entry."""
        entries = [rule.entry for rule in book.rules.values() if rule.entry.by_meaning and rule.entry.content]
        return cls(book.book, entries, encoder)

    def asides(self, said: str, persona: Persona) -> list[Aside]:
        """What `said` speaks of, as far as it is known at the moment of `persona`, the closest first."""
        moment = persona.moment
        known = {
            number
            for number, entry in enumerate(self._entries)
            if moment is None or entry.since is None or entry.since <= moment
        }
        found = self._ranking.find(said, most=MOST, among=known)
        return [
            Aside(
                text=catalogue("personas").say(
                    "knowledge.read", persona.language, name=persona.name, title=self._book.name or self._book.id,
                    text=self._entries[one.number].content,
                ),
                origin=f"document:{self._book.id}/{self._entries[one.number].id}", depth=1, weight=one.score,
            )
            for one in found
            if one.score >= NEAR
        ]  # fmt: skip
