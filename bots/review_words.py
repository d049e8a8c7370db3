"""`/review lexicon`: what is objected to and allowed in one community, beside all lists; tried before it holds."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bots.answers import YES
from bots.cards import Card, Row, Tone
from bots.errors import UsageError
from bots.own_words import MOST, OwnWords, Trial, Words
from bots.review_asking import By, counted, wrong
from moderation.records import Exchange
from moderation.review import ReviewDesk
from moderation.stores import Query
from moderation.wordlists import CATEGORIES
from moderation.words import catalogue

_PAST: Final = timedelta(days=30)
_LOOKED: Final = 300
"""Exchanges that words are tried on, the newest."""
_SHORTEST: Final = 2
_LONGEST: Final = 50
_USUAL: Final = "profanity"


class ReviewWords:
    """A community's own words over one desk, in one language."""

    def __init__(self, desk: ReviewDesk, words: OwnWords | None, *, language: str) -> None:
        """`words`: None where there is no guard that could hear of them."""
        self._desk = desk
        self._words = words
        self._language = language

    async def run(self, words: list[str], by: By) -> Card:
        """add WORD [CATEGORY] | allow WORD | remove WORD | list; what changes something is tried first, and done with
        "yes" behind it. Raises UsageError, ModerationError."""
        if self._words is None or not by.server:
            raise UsageError("desk.words_where")
        verb, *rest = words or ["list"]
        here = await self._words.of(by.server)
        if verb == "list" and not rest:
            return self._list(here)
        sure = bool(rest) and rest[-1].lower() in YES
        after = self._changed(verb, rest[:-1] if sure else rest, here)
        if after == here:
            return Card(title=self._say("words_same"), tone=Tone.BAD)
        if not sure:
            trial = await self._words.tried(here, after, await self._recent(by.server))
            return self._trial(trial, by.line("lexicon", verb, *rest, "yes"))
        await self._words.put(by.server, after)
        return Card(title=self._say(f"words_{verb}", word=rest[0]), tone=Tone.GOOD)

    def _changed(self, verb: str, rest: Sequence[str], here: Words) -> Words:
        """The words as they would be. Raises UsageError."""
        most = 2 if verb == "add" else 1
        if verb not in ("add", "allow", "remove") or not 0 < len(rest) <= most:
            raise wrong("lexicon", self._language)
        word, category = rest[0].strip().lower(), rest[1] if len(rest) == most == 2 else _USUAL
        if category not in CATEGORIES:
            raise UsageError("desk.words_category", given=category, known=", ".join(sorted(CATEGORIES)))
        if not _SHORTEST <= len(word) <= _LONGEST:
            raise UsageError("desk.words_length", given=word[:_LONGEST], least=_SHORTEST, most=_LONGEST)
        if verb == "remove":
            return here.without(word)
        if here.count >= MOST:
            raise UsageError("desk.words_full", most=MOST)
        return here.adding(word, category) if verb == "add" else here.allowing(word)

    async def _recent(self, server: str) -> list[Exchange]:
        """What was kept lately, the newest first."""
        found = await self._desk.list(Query(limit=_LOOKED), server=server)
        since = self._desk.now - _PAST
        return [kept for kept in found if kept.opening.at >= since and not kept.erased]

    def _trial(self, trial: Trial, line: str) -> Card:
        rows = (
            Row(label=self._say("words_blocked"), text=counted(trial.blocked)),
            Row(label=self._say("words_released"), text=counted(trial.released)),
        )
        title = self._say("words_trial", count=trial.looked, days=_PAST.days)
        return Card(title=title, rows=rows, hint=self._say("words_sure", line=line))

    def _list(self, here: Words) -> Card:
        rows = [Row(label=self._say("words_added"), text=f"{word} · {category}") for word, category in here.added]
        rows += [Row(label=self._say("words_allowed"), text=word) for word in here.allowed]
        return Card(title=self._say("words_title" if rows else "words_none"), rows=tuple(rows))

    def _say(self, key: str, **fields: object) -> str:
        return catalogue("bots").say(f"desk.{key}", self._language, **fields)
