"""What a platform has still to do, so that it is done although the program ends before: a message that was taken over
and not handled yet, a question of ours that is to go. Kept in the state until it is done, and no longer than it makes
sense."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bots.state import Entry, State, Value

_ERRAND: Final = "errand"
_MOST: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One thing to do."""

    key: str
    """Unique among those of its platform and kind."""
    value: Value
    """All that is needed to do it."""
    person: str = ""
    """Key of the person whose data it is: it is forgotten with the rest of theirs."""


class Errands:
    """Errands over one state. As concurrent as the state; all methods raise StoreBusy and StoreFailed."""

    def __init__(self, state: State, *, now: Callable[[], datetime]) -> None:
        self._state = state
        self._now = now

    async def add(self, platform: str, kind: str, errand: Errand, *, lasts: timedelta) -> None:
        """Have it done, within `lasts`, in place of the one of that key."""
        group = f"{platform} {kind}"
        value = {"key": errand.key, "value": errand.value}
        entry = Entry(kind=_ERRAND, key=f"{group} {errand.key}", value=value, person=errand.person, group=group)
        await self._state.put(replace(entry, until=self._now() + lasts))

    async def done(self, platform: str, kind: str, key: str) -> None:
        """Nothing is left to do there."""
        await self._state.drop(_ERRAND, f"{platform} {kind} {key}")

    async def open(self, platform: str, kind: str) -> tuple[Errand, ...]:
        """What is not done yet, oldest first."""
        entries = await self._state.list(_ERRAND, group=f"{platform} {kind}", limit=_MOST)
        return tuple(_errand(entry) for entry in reversed(entries))


def _errand(entry: Entry) -> Errand:
    value = entry.value["value"]
    assert isinstance(value, dict)
    return Errand(key=str(entry.value["key"]), value=value, person=entry.person)
