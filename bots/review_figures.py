"""The figures of the review desk, as cards: what waits, and how often people agreed with the guard."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bots.cards import Card, Row, moment
from bots.feedback import thumb_rows, thumbs
from bots.review_asking import By, wrong
from bots.state import State
from moderation.cases import Priority
from moderation.figures import (
    Decisions,
    Tally,
    Waiting,
    by_category,
    by_moderator,
    by_persona,
    by_rule,
)
from moderation.reasons import COMMENTS
from moderation.records import Stats
from moderation.review import ReviewDesk
from moderation.shares import percent
from moderation.words import catalogue

_VIEWS: Final[Mapping[str, Callable[[Decisions], tuple[Tally, ...]]]] = {
    "rules": by_rule,
    "categories": by_category,
    "personas": by_persona,
    "moderators": by_moderator,
}
_DAYS: Final = 30
_MOST_DAYS: Final = 3_650
_ROWS: Final = 25
"""Of a view; the rest is counted."""


class ReviewFigures:
    """`stats`: over one desk, in one language."""

    def __init__(self, desk: ReviewDesk, *, language: str, state: State | None) -> None:
        """`state` has what members think of replies; None: nobody knows."""
        self._desk = desk
        self._state = state
        self._language = language

    async def run(self, words: list[str], by: By) -> Card:
        """All in all; or by rule, category, persona or moderator, of the last days. Raises UsageError."""
        if not words:
            stats = await self._desk.stats(server=by.server)
            card = self._overview(stats, await self._desk.waiting(server=by.server))
            liked = thumb_rows(await thumbs(self._state, by.server), self._language) if self._state else ()
            heading = Row(label=catalogue("bots").say("feedback.stats", self._language), text="")
            rows = (*card.rows, *((heading, *liked[:_ROWS]) if liked else ()))
            return replace(card, rows=rows, hint=f"{by.typed} {self._say('usage_stats')}")
        view, days = self._asked(words)
        decisions = await self._desk.decided(timedelta(days=days), server=by.server)
        return self._view(view, days, _VIEWS[view](decisions))

    def _asked(self, words: Sequence[str]) -> tuple[str, int]:
        views = [word for word in words if word in _VIEWS]
        days = [word.removeprefix("days=") for word in words if word.startswith("days=")]
        if len(views) + len(days) != len(words) or len(views) > 1 or len(days) > 1:
            raise wrong("stats", self._language)
        number = days[0] if days else str(_DAYS)
        if not (number.isdecimal() and len(number) <= 4 and 0 < int(number) <= _MOST_DAYS):
            raise wrong("stats", self._language)
        return views[0] if views else "rules", int(number)

    def _view(self, view: str, days: int, tallies: Sequence[Tally]) -> Card:
        title = self._say(f"stats_{view}", count=days)
        if not tallies:
            return Card(title=title, hint=self._say("stats_none"))
        changed = view == "moderators"
        rows = [Row(label=each.name or "-", text=self._tally(each, changed=changed)) for each in tallies[:_ROWS]]
        more = len(tallies) - len(rows)
        if more > 0:
            rows.append(Row(label="…", text=self._say("stats_more", count=more)))
        return Card(title=title, rows=tuple(rows), hint=self._say("stats_how" if not changed else "stats_how_people"))

    def _tally(self, tally: Tally, *, changed: bool) -> str:
        key = "stats_moderator" if changed else "stats_row"
        said = self._say(
            key,
            decided=tally.decided,
            upheld=tally.upheld,
            overturned=tally.overturned,
            share=percent(tally.reversal if changed else tally.precision),
        )
        if tally.handling is None:
            return said
        return f"{said} · {self._say('stats_handling', time=duration(tally.handling, self._language))}"

    def _overview(self, stats: Stats, waiting: Iterable[Waiting]) -> Card:
        states, rulings = self._counts("state", stats.states), self._counts("state", stats.rulings)
        general = (
            Row(label=self._word("outcomes"), text=self._counts("outcome", stats.outcomes) or "-"),
            Row(label=self._word("states"), text=" · ".join(filter(None, (states, rulings))) or "-"),
        )
        rules = tuple(
            Row(
                label=rule,
                text=self._word(
                    "rule_stats", objected=counts.objected, upheld=counts.upheld, overturned=counts.overturned
                ),
            )
            for rule, counts in sorted(stats.rules.items(), key=lambda item: (-item[1].objected, item[0]))
            if rule.partition(".")[0] not in COMMENTS
        )
        rows = (*general, *self._waiting(list(waiting)), *rules)
        return Card(title=self._word("stats_title"), rows=rows)

    def _waiting(self, waiting: Sequence[Waiting]) -> list[Row]:
        """What waits, a row a priority, the most pressing first."""
        rows = []
        for priority in sorted(Priority, reverse=True):
            here = [each for each in waiting if each.priority is priority]
            if not here:
                continue
            parts = [f"{self._word(f'state_{each.state}')} {each.count}" for each in here]
            if late := sum(each.late for each in here):
                parts.append(f"{self._word('overdue')} {late}")
            parts.append(self._say("stats_oldest", at=moment(min(each.oldest for each in here))))
            rows.append(Row(label=self._say(f"priority_{priority.name.lower()}"), text=" · ".join(parts)))
        return rows

    def _counts(self, kind: str, counts: Mapping[str, int]) -> str:
        return " · ".join(f"{self._word(f'{kind}_{name}')} {count}" for name, count in sorted(counts.items()) if count)

    def _word(self, key: str, **fields: object) -> str:
        return catalogue("bots").say(f"commands.{key}", self._language, **fields)

    def _say(self, key: str, **fields: object) -> str:
        return catalogue("bots").say(f"desk.{key}", self._language, **fields)


def duration(time: timedelta, language: str) -> str:
    """A time in the unit in which people think of it."""
    minutes = time / timedelta(minutes=1)
    hours = minutes / 60
    key, count = ("minutes", minutes) if hours < 2 else ("hours", hours) if hours < 48 else ("days", hours / 24)
    return catalogue("bots").say(f"desk.time_{key}", language, count=max(1, round(count)))
