"""When a model is asked once more for what the guard objected to or what broke off, and what it is told then."""

from dataclasses import replace
from typing import Final

from moderation.records import Action, Verdict
from personas.cast import Cast
from personas.critique import critique_of
from personas.errors import GenerationError
from personas.generators.failures import worth_reopening
from personas.messages import Critique

_REOPENINGS: Final = 1
"""How often a stream that broke before anything of it was shown is started again."""


class Mending:
    """The repairs of one reply. Used by one task."""

    def __init__(self, cast: Cast, *, most: int, enough: int, wish: Critique | None = None) -> None:
        """At most `most` repairs; see `ReplySettings.enough`. `wish` is what the reply was asked for with."""
        self._cast, self._most, self._enough, self._wish = cast, most, enough, wish
        self.count = 0
        """Repairs until now."""
        self._reopened = 0

    def may(self, verdict: Verdict) -> bool:
        """Whether another call may mend what `verdict` is about."""
        return verdict.action is Action.REPAIR and self.count < self._most

    def reopens(self, trouble: GenerationError, *, begun: bool) -> bool:
        """Whether a call of which nothing is shown is made once more, which counts as such, after `trouble` with one
        that had `begun` to give text."""
        again = self._reopened < _REOPENINGS and worth_reopening(trouble, begun=begun)
        self._reopened += again
        return again

    def begin(self, verdict: Verdict, spoken: str, *, over: bool) -> Critique | None:
        """What to tell the model so that it goes on from `spoken`, which counts as a repair; None where none is due:
        there may be none, or the reply was `over` with what was refused, and `spoken` is enough without it. Where
        nothing is spoken all of it begins anew, with what was wished for."""
        if not self.may(verdict) or (over and 0 < self._enough <= len(spoken.strip())):
            return None
        self.count += 1
        critique = critique_of(verdict, self._cast.persona, self._cast.brief.registers)
        if spoken.strip():
            return critique
        wished = (self._wish.rule,) if self._wish else ()
        return replace(critique, rule=" ".join((critique.rule, *wished)), anew=True)
