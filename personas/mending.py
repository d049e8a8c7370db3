"""When a model is asked once more for what the guard objected to, and what it is told then."""

from moderation.records import Action, Verdict
from personas.cast import Cast
from personas.critique import critique_of
from personas.messages import Critique


class Mending:
    """The repairs of one reply. Used by one task."""

    def __init__(self, cast: Cast, *, most: int, enough: int) -> None:
        """At most `most` repairs; see `ReplySettings.enough`."""
        self._cast, self._most, self._enough = cast, most, enough
        self.count = 0
        """Repairs until now."""

    def may(self, verdict: Verdict) -> bool:
        """Whether another call may mend what `verdict` is about."""
        return verdict.action is Action.REPAIR and self.count < self._most

    def begin(self, verdict: Verdict, spoken: str, *, over: bool) -> Critique | None:
        """What to tell the model so that it goes on from `spoken`, which counts as a repair; None where none is due:
        there may be none, or the reply was `over` with what was refused, and `spoken` is enough without it."""
        if not self.may(verdict) or (over and 0 < self._enough <= len(spoken.strip())):
            return None
        self.count += 1
        return critique_of(verdict, self._cast.persona, self._cast.brief.registers)
