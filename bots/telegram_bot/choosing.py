"""Which of several groups is meant by a line typed in the chat of their moderators: `… in NUMBER`, or `… in all`."""

import re
from collections.abc import Collection, Sequence
from typing import Final

from bots.answers import YES
from bots.cards import Card, Row, Tone
from bots.mutes import Silent
from moderation.words import catalogue

ALL: Final = "all"
_ALLS: Final = frozenset({ALL, "모두"})
_WHERE: Final = re.compile(r"(?P<rest>.*\S)\s+in\s+(?P<where>-?\d{1,20}|\w{1,10})\s*", re.DOTALL)
_CONFIRMED: Final = frozenset({"bulk", "lexicon"})
"""What changes nothing before "yes" stands behind it."""
_MUTES: Final = frozenset({"mute", "unmute"})
_UNCOVERS: Final = ("export", "reveal")


def acts(rest: str) -> bool:
    """Whether what is typed behind `/review`, and names no case, changes or uncovers something of a whole group."""
    verb, *words = rest.split() or [""]
    if verb in _CONFIRMED:
        return bool(words) and words[-1].lower() in YES
    exported, reveal = _UNCOVERS
    return (verb in _MUTES and words[:1] in ([kind.value] for kind in Silent)) or (verb == exported and reveal in words)


def named(rest: str, numbers: Collection[str]) -> tuple[str, str]:
    """A line without the group that it names at its end, and that group: one of `numbers`, ALL, or "". All of them are
    meant only where something is done; elsewhere a line may end in these words."""
    found = _WHERE.fullmatch(rest)
    if found is None:
        return rest, ""
    line, where = found["rest"], found["where"]
    if where in numbers:
        return line, where
    if not acts(line):
        return rest, ""
    if where.lower() in _ALLS:
        return line, ALL
    return (line, "") if where.lstrip("-").isdecimal() else (rest, "")


def question(rest: str, groups: Sequence[tuple[str, str]], language: str) -> Card:
    """Asks which of the `groups`, numbers and names, is meant. Nothing was done."""
    say = catalogue("bots").say
    rows = [Row(label=name, text=f"/review {rest} in {number}") for number, name in groups]
    every = Row(label=say("telegram.every_group", language), text=f"/review {rest} in {ALL}")
    return Card(title=say("telegram.which_group", language), rows=(*rows, every), tone=Tone.BAD)
