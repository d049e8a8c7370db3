"""Pure: which of a persona's own facts a turn speaks of, and what there is room for."""

import re
from collections.abc import Sequence
from typing import Final

from personas.persona import Fact

_TERM: Final = re.compile(r"[a-z]{4,}|(?<![가-힣])[가-힣]{2}")
_COMMON: Final = re.compile(
    "(?:about|also|been|could|does|ever|from|have|here|into|just|know|like|many|more|most|much|only|really|some|tell|than|"
    "that|their|them|then|there|they|this|very|want|were|what|when|where|which|while|will|with|would|your|"
    "그래|그런|나는|내가|네가|너는|당신|대해|뭐야|무슨|무엇|어떤|어떻|에서|오늘|우리|이야|있어|있는|있다|정말|제가|하는|한다|해줘)"
)


def recalled(said: str, facts: Sequence[Fact]) -> list[Fact]:
    """Those of `facts` that `said` speaks of, most in common first."""
    wanted = _terms(said)
    if not wanted:
        return []
    common = [(len(wanted & _terms(fact.text)), fact) for fact in facts]
    return [fact for shared, fact in sorted(common, key=lambda entry: -entry[0]) if shared]


def lightest_first(costs: Sequence[int], weights: Sequence[float], room: int) -> dict[int, str]:
    """Which texts are left out so that the rest fits into `room` tokens, by number, each with why ("large": it would
    not fit alone; "light": heavier ones took the room).

    The lightest goes first, of equals the last; nothing lighter stays in place of something heavier, however short it
    is.
    """
    left_out: dict[int, str] = {}
    left, full = room, False
    for number in sorted(range(len(costs)), key=lambda number: (-weights[number], number)):
        if costs[number] > room:
            left_out[number] = "large"
            continue
        full = full or costs[number] > left
        if full:
            left_out[number] = "light"
        else:
            left -= costs[number]
    return left_out


def even_share(costs: Sequence[int], room: int) -> int:
    """The most that any of `costs` may take so that all of them fit into `room`: short ones take what they need, the
    others have the same share of the rest."""
    left = room
    for number, cost in enumerate(sorted(costs)):
        share = left // (len(costs) - number)
        if cost > share:
            return share
        left -= cost
    return max(costs, default=0)


def _terms(text: str) -> frozenset[str]:
    """What a text speaks of: longer English words without their plural, the first two syllables of Korean ones."""
    found = _TERM.findall(text.lower())
    return frozenset(word.removesuffix("s") for word in found if not _COMMON.fullmatch(word))
