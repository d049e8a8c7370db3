"""Pure: which entries go on being told because they were, and which may not be told again yet.

All that is known of an entry is at which message it was told first. From there on it sticks for `sticky` messages, then
it rests for `cooldown`; then it is as if it had never been told. What began at this message or later belongs to a try
that was taken back: it never was.
"""

from collections.abc import Iterable, Mapping

from personas.lore.book import Entry

Started = Mapping[str, int]
"""By id of the entry, the number of the message at which it was told."""


def sticks(entry: Entry, started: Started, message: int) -> bool:
    """Whether `entry` is told at `message` because it was before."""
    start = started.get(entry.id)
    return start is not None and start < message < start + entry.sticky


def rests(entry: Entry, started: Started, message: int) -> bool:
    """Whether `entry` may not be told at `message`."""
    start = started.get(entry.id)
    return start is not None and max(start + 1, start + entry.sticky) <= message < start + entry.sticky + entry.cooldown


def advanced(entries: Mapping[str, Entry], told: Iterable[Entry], started: Started, message: int) -> dict[str, int]:
    """What is known once `told` were told at `message`: where that began which still goes on. `entries` are what there
    is to know of, by id: the rest is forgotten."""
    going = {
        key: start
        for key, start in started.items()
        if key in entries and start < message < start + entries[key].sticky + entries[key].cooldown
    }
    return {entry.id: message for entry in told if entry.sticky or entry.cooldown} | going
