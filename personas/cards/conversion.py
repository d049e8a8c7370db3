"""A card -> a persona. Nothing is invented: what a card does not say gets the lines of one-line persona files."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice
from typing import Final

from moderation.language import language_of
from moderation.words import DEFAULT_LANGUAGE
from personas.cards.card import Card
from personas.cards.texts import (
    MAX_LINE,
    MAX_PROSE,
    addressed,
    choices_in,
    demonstrations_in,
    resolved,
    shortened,
)
from personas.cleaning import clean
from personas.errors import PersonaFileError
from personas.extras import POST_HISTORY
from personas.loading import read_persona
from personas.persona import Demonstration, Persona, Tier
from personas.writing import to_toml

_MAX_SHORT: Final = 200
_MAX_NAME: Final = 60
_MAX_GREETINGS: Final = 10
_MAX_DEMONSTRATIONS: Final = 20
_MAX_SHOWN: Final = 30_000
"""Code points of all demonstrations. The persona then fits into a file even if every character takes four bytes."""
_MAX_LAST_WORD: Final = 2_000
_LEAST_ROOM: Final = 200
"""Code points, below which a field that does not fit is left out instead of torn."""
_LOOKED_AT: Final = 60_000
_NOT_WORDS: Final = re.compile(r"\{\{[^{}]*\}\}|<[^<>]*>|https?://\S+", re.IGNORECASE)
"""Letters that say nothing of the language around them."""
_NOT_IN_NAMES: Final = frozenset(":<>{}[]|")


def persona_of(card: Card, *, id: str, language: str, register: str = "") -> Persona:  # noqa: A002
    """The persona in `card`, held to the schema and the lint of persona files; the guard has not seen it.

    `language` is "en" or "ko", `register` a speech level of it or "" (see `personas.persona.REGISTERS`). What does not
    fit is cut at a sentence: `cut_fields` tells where. Raises PersonaFileError where the card does not say who the
    persona is, for an error of the lint, and for a wrong id, language or register.
    """
    document = document_of(card, id=id, language=language, register=register)
    return read_persona(document.encode(), file=card.file)


def document_of(card: Card, *, id: str, language: str, register: str = "") -> str:  # noqa: A002
    """The persona file that `persona_of` reads. Raises PersonaFileError where the card does not say who it is."""
    content = _Content(card, language)
    persona = Persona(
        id=id,
        version="",
        tier=Tier.DEMOGRAPHIC,
        name=content.name,
        language=language,
        tagline=content.tagline,
        description=content.description,
        voice=content.voice,
        register=register,
        scenario=content.scenario,
        demonstrations=content.demonstrations,
        greetings=content.greetings,
        source=content.source,
        authors=content.authors,
        mature=card.is_mature,
        extra=content.extra,
    )
    return to_toml(persona)


def name_of(card: Card) -> str:
    """What the persona of `card` is called. Raises PersonaFileError where it has no name."""
    return _called(card)[0]


def spoken_in(card: Card) -> str:
    """The language the character speaks: that of its greetings and examples; of its description, which is often in
    another, only where it has none. "" for another script than Hangul and Latin."""
    shown, told = (
        _NOT_WORDS.sub(" ", text[:_LOOKED_AT])
        for text in ("\n".join((card.first_mes, *card.alternate_greetings, card.mes_example)), card.description)
    )
    return language_of(shown, unknown=language_of(told, unknown=DEFAULT_LANGUAGE))


def cut_fields(card: Card) -> tuple[str, ...]:
    """The fields of `card` that its persona has not the whole of. Raises PersonaFileError as `persona_of` does."""
    return tuple(dict.fromkeys(_Content(card, "en").cuts))


class _Content:
    """What the card says, as far as a persona can have it, and the fields that had to be cut for that."""

    def __init__(self, card: Card, language: str) -> None:
        """Raises PersonaFileError where it does not say who the character is."""
        self.cuts: list[str] = []
        self._card = card
        self._language = language
        self.name, cut = _called(card)
        self.cuts += cut
        self.description = self._prose(("description", card.description), ("personality", card.personality))
        if not self.description:
            raise PersonaFileError("cards.nobody", file=card.file, key="description", expected="personality")
        first_line = addressed(self.description.splitlines()[0], name=self.name, language=language)
        self.tagline = shortened(first_line.strip(), _MAX_SHORT)
        self.voice = self._prose(("system_prompt", card.system_prompt))
        self.scenario = self._prose(("scenario", card.scenario))
        self.demonstrations = self._demonstrations()
        self.greetings = self._greetings()
        self.source = self._joined(card.source)
        self.authors = tuple(filter(None, [self._short(card.creator)]))
        self.extra = self._extra()

    def _prose(self, *fields: tuple[str, str], room: int = MAX_PROSE) -> str:
        """Fields of the card as one text; the first has the first right to the room."""
        parts = []
        for key, written in fields:
            text, whole = resolved(written)
            kept = shortened(text, room) if room >= min(len(text), _LEAST_ROOM) else ""
            if not whole or kept != text:
                self.cuts.append(key)
            if kept:
                parts.append(kept)
                room -= len(kept) + 1
        return "\n".join(parts)

    def _greetings(self) -> tuple[str, ...]:
        """Lines that people see as they stand: every greeting once, then, where there is room, as other choices in it
        have it."""
        card, lines = self._card, []
        written = [("first_mes", card.first_mes), *(("alternate_greetings", text) for text in card.alternate_greetings)]
        written = [(key, text) for key, text in written if text.strip()]
        if len(written) > _MAX_GREETINGS:
            self.cuts.append("alternate_greetings")
        several = [min(choices_in(text), _MAX_GREETINGS) for _, text in written[:_MAX_GREETINGS]]
        told = (
            (*greeting, variant)
            for variant in range(_MAX_GREETINGS)
            for greeting, choices in zip(written, several, strict=False)
            if variant < choices
        )
        for key, text, variant in islice(told, _MAX_GREETINGS):
            line, whole = resolved(text, variant)
            line = addressed(line, name=self.name, language=self._language).strip()
            lines.append(shortened(line, MAX_LINE))
            if not whole or lines[-1] != line:
                self.cuts.append(key)
        return tuple(filter(None, lines))

    def _demonstrations(self) -> tuple[Demonstration, ...]:
        text, whole = resolved(self._card.mes_example)
        written = self._card.name.strip()[:_MAX_NAME]
        shown = [*islice(demonstrations_in(text, (self.name, *filter(None, [written]))), _MAX_DEMONSTRATIONS + 1)]
        kept: list[Demonstration] = []
        room = _MAX_SHOWN
        for one in shown[:_MAX_DEMONSTRATIONS]:
            parts = [shortened(part, MAX_LINE) for part in (one.user, one.reply, one.scene)]
            room -= sum(map(len, parts))
            if room >= 0 and all(parts[:2]):
                kept.append(Demonstration(user=parts[0], reply=parts[1], scene=parts[2]))
        if not whole or kept != shown or (text and not shown):
            self.cuts.append("mes_example")
        return tuple(kept)

    def _short(self, text: str) -> str:
        return shortened(" ".join(clean(text[: _MAX_SHORT * 2]).split()), _MAX_SHORT)

    def _joined(self, texts: Iterable[str]) -> str:
        """As many of `texts` as there is room for; all of them stay in the card."""
        return self._short(", ".join(filter(None, map(self._short, texts))))

    def _extra(self) -> dict[str, str]:
        """What has no place in the schema: for people to see, and the card's last word to the model."""
        card, called = self._card, self._short(self._card.name)
        values = {
            "card_spec": card.spec,
            "card_name": called if called != self.name else "",
            "card_version": self._short(card.character_version),
            "card_tags": self._joined(card.tags),
            "card_notes": shortened(clean(card.creator_notes[: MAX_LINE * 2]).strip(), MAX_LINE),
            POST_HISTORY: self._prose(
                (POST_HISTORY, card.post_history_instructions), ("depth_prompt", card.depth_prompt), room=_MAX_LAST_WORD
            ),
        }
        return {key: value for key, value in values.items() if value}


def _called(card: Card) -> tuple[str, list[str]]:
    """The name the character is called by, without what no name may have, and the fields cut for that."""
    cuts = []
    for key, name in (("nickname", card.nickname), ("name", card.name)):
        text, _ = resolved(name)
        kept = (" " if char.isspace() or char in _NOT_IN_NAMES else char for char in text)
        words = " ".join("".join(filter(_is_seen, kept)).split())
        if len(words) > _MAX_NAME:
            cuts.append(key)
        if words:
            return shortened(words, _MAX_NAME), cuts
    raise PersonaFileError("cards.no_name", file=card.file, key="name")


def _is_seen(char: str) -> bool:
    return not unicodedata.category(char).startswith("C")
