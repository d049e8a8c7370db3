"""Cards of moderators that are to be written anew although nobody took a step: what stands on them was erased."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bots.state import Entry, State
from moderation.records import Exchange

_KIND: Final = "reprint"
"""Kind of the entries that say about which exchange a card is, and how often it could not be written."""
_LASTS: Final = timedelta(days=60)
"""As long as it is known where cards stand (`bots.desk_cards`)."""
_MOST: Final = 50
"""Cards of one go."""
_TRIES: Final = 20


async def wanted(state: State, exchanges: Iterable[Exchange], at: datetime) -> None:
    """Note that the cards of these are to be written anew, by whichever process reaches their platforms."""
    await state.change(
        [
            Entry(
                kind=_KIND,
                key=f"{each.id} {at.isoformat()}",
                value={"exchange": each.id, "tries": 0},
                group=each.opening.origin.platform,
                until=at + _LASTS,
            )
            for each in exchanges
            if each.opening.origin.server
        ]
    )


async def due(state: State, platform: str) -> tuple[tuple[str, Entry], ...]:
    """Ids of the exchanges whose cards are to be written anew on a platform, each with what `tried` takes."""
    entries = await state.list(_KIND, group=platform, limit=_MOST)
    return tuple((str(entry.value["exchange"]), entry) for entry in entries)


async def tried(state: State, entry: Entry, *, done: bool) -> None:
    """A card was written, or could not be: what a platform refuses again and again it refuses for good."""
    tries = entry.value["tries"]
    assert isinstance(tries, int)
    if done or tries + 1 >= _TRIES:
        await state.drop(entry.kind, entry.key)
    else:
        await state.put(replace(entry, value={**entry.value, "tries": tries + 1}))
