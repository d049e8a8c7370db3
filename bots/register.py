"""What happened here, counted without anybody: how exchanges ended, month by month, and every time somebody was shown
where to find help.

Both are counted as they happen and asked for by those who run an instance (`bots.reports`, `/safety`).
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from bots.state import Line, State
from moderation.errors import Deflect
from moderation.filters.crisis import Resources
from moderation.records import Outcome
from personas.ledger import Ending

_log = logging.getLogger(__name__)

_REFERRAL: Final = "referral"
"""Book of the lines that say that somebody was shown where to find help."""
_OUTCOME: Final = "outcome"
"""Counters of a month begin with it."""
_COUNTED: Final = timedelta(days=3 * 366)
"""How long the figures of a month can be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """Somebody was shown where to find help. Who, and on which platform, is kept nowhere."""

    id: str
    day: date
    """The day alone, in UTC: a moment would find the exchange that was kept of it, and with that the person."""
    language: str
    """Of the words that were shown."""
    trigger: str
    """The category of what the check noticed."""
    resources: tuple[str, ...]
    """Whom they named (`Resource.id`)."""


class Register:
    """The books and counters of one state. As concurrent as it is.

    `referrals` and `outcomes` raise StoreBusy and StoreFailed.
    """

    def __init__(self, state: State, resources: Resources, *, ids: Callable[[], str]) -> None:
        """`ids` makes a new id at each call."""
        self._state = state
        self.resources = resources
        """Where people find help."""
        self._ids = ids

    async def ended(self, ending: Ending) -> None:
        """Count an ending (`personas.ledger.Ended`). What cannot be counted is logged: the reply stands already."""
        at = ending.at.astimezone(UTC)
        try:
            if ending.trigger:
                await self._state.append(self._line(ending, at))
            await self._state.add({_key(f"{at:%Y-%m}", ending.outcome): 1}, until=at + _COUNTED)
        except Deflect as error:
            _log.critical("an ending was not counted: outcome=%s error=%s", ending.outcome, error)

    async def interrupted(self, began: Iterable[datetime]) -> None:
        """Count exchanges that a process left unfinished when it died, each in the month in which it began."""
        for at in began:
            await self.ended(Ending(outcome=Outcome.INTERRUPTED, at=at))

    async def referrals(self, year: int) -> tuple[Referral, ...]:
        """Those of one year in UTC, oldest first."""
        span = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
        return tuple(map(_referral, await self._state.lines(_REFERRAL, since=span[0], before=span[1])))

    async def outcomes(self, month: str) -> Counter[Outcome]:
        """How the exchanges of one month (2026-11) ended, those of which nothing was kept included."""
        keys = {outcome: _key(month, outcome) for outcome in Outcome}
        counts = await self._state.counts(list(keys.values()))
        return Counter({outcome: counts[key] for outcome, key in keys.items()})

    def _line(self, ending: Ending, at: datetime) -> Line:
        shown = self.resources.for_locale(ending.language)
        return Line(
            kind=_REFERRAL,
            at=at.replace(hour=0, minute=0, second=0, microsecond=0),
            value={
                "id": self._ids(),
                "language": ending.language,
                "trigger": ending.trigger,
                "resources": [resource.id for resource in shown],
            },
        )


def _referral(line: Line) -> Referral:
    value = line.value
    resources = value["resources"]
    return Referral(
        id=str(value["id"]),
        day=line.at.date(),
        language=str(value["language"]),
        trigger=str(value["trigger"]),
        resources=tuple(map(str, resources)) if isinstance(resources, list) else (),
    )


def _key(month: str, outcome: Outcome) -> str:
    return f"{_OUTCOME} {month} {outcome.value}"
