"""Which turns left a window for want of room, and whose they were: what an account is made of."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from personas.conversation import Conversation
from personas.memory import Whose
from personas.messages import Turn, Usage
from personas.occasion import Occasion

Spent = Callable[[Usage], Awaitable[None]] | None

_MOST: Final = 1_000
"""Conversations that are followed at once; the one silent longest is followed no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """One turn of a person who may be remembered, and the reply to it."""

    whose: Whose
    turn: Turn
    reply: str
    spent: Spent


class Following:
    """Turns from when they are answered until they leave. Used from one event loop."""

    def __init__(self) -> None:
        self._turns: OrderedDict[tuple[str, str], list[Followed]] = OrderedDict()

    def after(self, occasion: Occasion, whose: Whose | None) -> tuple[Followed, ...]:
        """Follow the turn that was just answered, where somebody may be remembered; those that left the window since,
        oldest first, whoever's they are. A turn that was taken back or forgotten is followed no more."""
        talk = occasion.conversation
        key = (occasion.message.conversation, occasion.cast.persona.id)
        turns = self._turns.pop(key, [])
        gone, here = ({id(turn) for turn in side} for side in (talk.window.take_left(), talk.turns))
        leaving = tuple(each for each in turns if id(each.turn) in gone)
        staying = [each for each in turns if id(each.turn) in here]
        if followed := _last(talk, occasion, whose, staying):
            staying = [each for each in staying if each.turn is not followed.turn] + [followed]
        if staying:
            self._turns[key] = staying
        while len(self._turns) > _MOST:
            self._turns.popitem(last=False)
        return leaving

    def forget(self, person: str = "") -> None:
        """Follow nothing of a person ("": of anybody) any more."""
        for key, turns in list(self._turns.items()):
            self._turns[key] = [each for each in turns if person not in ("", each.whose.person)]


def _last(talk: Conversation, occasion: Occasion, whose: Whose | None, known: list[Followed]) -> Followed | None:
    """The turn that was answered last, and its reply as it stands now; None where it is nobody's who may be
    remembered. A reply that another person has go on stays the answer to whoever was answered."""
    if talk.last is None:
        return None
    turn, reply = talk.last
    for each in known:
        if each.turn is turn:
            return Followed(whose=each.whose, turn=turn, reply=reply, spent=each.spent)
    if whose is None or turn is not occasion.part.turn:
        return None
    return Followed(whose=whose, turn=turn, reply=reply, spent=occasion.spent)
