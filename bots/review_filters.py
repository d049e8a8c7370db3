"""What a list of cases can be narrowed by: `overdue persona=maren priority=high since=7d`."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from bots.errors import UsageError
from bots.review_asking import By, wrong
from moderation.cases import OPEN, CaseState, Priority, Ruling
from moderation.review import ReviewDesk
from moderation.stores import Query

_KEYS: Final = frozenset(
    {"persona", "rule", "category", "person", "platform", "priority", "since", "before", "after"}
)  # fmt: skip
_OVERDUE: Final = "overdue"
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_AGO: Final = re.compile(r"(\d{1,4})([hdw])")
_UNITS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


class Filters:
    """Words to queries, over one desk, in one language."""

    def __init__(self, desk: ReviewDesk, *, language: str) -> None:
        self._desk = desk
        self._language = language

    def query(self, words: Sequence[str], by: By, *, verb: str, limit: int) -> Query:
        """Which cases are meant; `verb` is the one whose usage is told. Raises UsageError.

        A state or a ruling, or open, mine, all; overdue; then KEY=VALUE. What waits comes as a queue, all else newest
        first.
        """
        named = [word for word in words if "=" not in word and word != _OVERDUE]
        pairs = dict(word.split("=", 1) for word in words if "=" in word)
        if len(named) > 1 or not pairs.keys() <= _KEYS or not all(pairs.values()):
            raise wrong(verb, self._language)
        states, ruling, holder, queue = self._standing(named[0] if named else "open", by, verb)
        late = _OVERDUE in words
        return Query(
            states=states or (OPEN if late else frozenset()),
            ruling=ruling,
            holder=holder,
            queue=queue,
            late=self._desk.late if late else (),
            priority=self._priority(pairs.get("priority", "low")),
            opened_after=self._moment(pairs.get("since", "")),
            opened_before=self._moment(pairs.get("before", "")),
            before=pairs.get("after", ""),
            limit=limit,
            persona=pairs.get("persona", ""),
            rule=pairs.get("rule", ""),
            category=pairs.get("category", ""),
            person=pairs.get("person", ""),
            platform=pairs.get("platform", ""),
        )

    def _standing(self, name: str, by: By, verb: str) -> tuple[frozenset[CaseState], Ruling | None, str, bool]:
        """States, ruling, holder, and whether it is a queue."""
        if name in ("open", "mine"):
            return OPEN, None, by.who.name if name == "mine" else "", True
        if name == "all":
            return frozenset(), None, "", False
        if name in set(Ruling):
            return frozenset(), Ruling(name), "", False
        if name not in set(CaseState):
            raise wrong(verb, self._language)
        state = CaseState(name)
        return frozenset({state}), None, "", state in OPEN

    def _priority(self, name: str) -> Priority:
        known = {priority.name.lower(): priority for priority in Priority}
        if name not in known:
            raise UsageError("desk.filter_priority", given=name, known=", ".join(known))
        return known[name]

    def _moment(self, given: str) -> datetime | None:
        """A day (from its beginning, UTC), or so long ago."""
        if not given:
            return None
        if ago := _AGO.fullmatch(given):
            return self._desk.now - int(ago[1]) * _UNITS[ago[2]]
        try:
            if _DAY.fullmatch(given):
                return datetime.fromisoformat(given).replace(tzinfo=UTC)
        except ValueError:
            pass
        raise UsageError("desk.filter_time", given=given)
