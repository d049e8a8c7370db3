"""Whose turn it is where several personas share a stage: pure, the same on every platform.

Somebody is called by name, and speaks. Otherwise whoever knows most of what was said, and has spoken least of late.
After a persona another one may react, more seldom each time, never the same one, and only so often: then people have
the floor. What begins to repeat itself ends at once.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

MOST_PLAYERS: Final = 6
"""On one stage."""
_REMEMBERED: Final = 12
"""Turns by which it is told who spoke how much."""
_KNOWS: Final = 2.5
"""What knowing all of what was said counts for beside having been silent all the time."""
_RUNS: Final = 4
"""Letters that are compared together."""
_ALIKE: Final = 0.7
"""The part of a turn that was said before from which on it repeats that."""
_COMPARED: Final = 3
"""Turns before it that a turn is compared with."""
_SPACE: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """One persona that may have the next turn."""

    id: str
    knows: float = 0.0
    """How much of what was said it knows something of, 0 to 1: comparable among the players."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What went on in one place of late."""

    turns: tuple[tuple[str, str], ...] = ()
    """Turns of personas, oldest first: id and text ("": nothing of it is known to the others)."""
    run: int = 0
    """Turns of personas since a human spoke."""
    called: tuple[str, ...] = ()
    """Ids of those whom a human called by name, and who have not spoken since."""

    over: bool = False
    """Nobody reacts any more before somebody else speaks."""

    def human(self, called: Sequence[str] = ()) -> "Floor":
        """A human spoke, and `called` some by name. What several messages ask before anybody answers adds up."""
        waiting = self.called if self.run == 0 else ()
        return replace(self, run=0, over=False, called=tuple(dict.fromkeys((*waiting, *called))))

    def persona(self, who: str, text: str) -> "Floor":
        """A persona had its turn."""
        called = tuple(one for one in self.called if one != who)
        return replace(
            self, turns=(*self.turns, (who, text))[-_REMEMBERED:], run=self.run + 1, over=False, called=called
        )

    def share(self, who: str) -> float:
        """The part of the turns that were somebody's, 0 to 1."""
        spoke = Counter(speaker for speaker, _ in self.turns)
        return spoke[who] / len(self.turns) if self.turns else 0.0


def answering(players: Sequence[Player], floor: Floor) -> str:
    """The id of whoever answers a human that called nobody; "" where there is nobody. Of equals, the first."""
    best = max(players, key=lambda player: _score(player, floor), default=None)
    return best.id if best else ""


def reacting(
    players: Sequence[Player],
    floor: Floor,
    *,
    named: Sequence[str],
    most: int,
    willing: float,
    chance: Callable[[], float],
) -> str:
    """The id of whoever reacts to the last turn, or "".

    `named` are those whom that turn calls by name; `most` is how many turns personas may have in a row, `willing` how
    often one reacts that nobody called (0 to 1), `chance` gives a number in [0, 1).
    """
    silent = not floor.turns or not floor.turns[-1][1].strip()
    if floor.over or silent or not 0 < floor.run < most or repeats(floor):
        return ""
    last = floor.turns[-1][0]
    others = [player for player in players if player.id != last]
    wanted = next((one for one in (*floor.called, *named) if one in {player.id for player in others}), "")
    if wanted:
        return wanted
    return answering(others, floor) if chance() < willing**floor.run else ""


def repeats(floor: Floor) -> bool:
    """Whether the last turn says much of what one shortly before it said."""
    texts = [_runs(text) for _, text in floor.turns[-_COMPARED - 1 :]]
    if not texts or not texts[-1]:
        return False
    return any(len(texts[-1] & before) >= _ALIKE * len(texts[-1]) for before in texts[:-1])


def _score(player: Player, floor: Floor) -> float:
    return _KNOWS * player.knows + 1 - floor.share(player.id)


def _runs(text: str) -> frozenset[str]:
    """Every stretch of a few letters of it, whatever the spaces and signs; of a shorter text, all of it."""
    letters = _SPACE.sub("", text.casefold())
    return frozenset(letters[at : at + _RUNS] for at in range(max(1, len(letters) - _RUNS + 1))) - {""}
