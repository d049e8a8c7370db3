"""So that two bots do not talk with each other for ever."""

from collections import OrderedDict


class Loops:
    """Counts replies to bots, in each conversation, since a human last spoke. Used from one event loop."""

    def __init__(self, *, remembered: int = 1_000) -> None:
        """`remembered` is for how many conversations; the one in which no bot spoke for longest is forgotten first."""
        self._limit = remembered
        self._replies: OrderedDict[str, int] = OrderedDict()

    def move(self, old: str, new: str) -> None:
        """A conversation has another key now."""
        if old in self._replies:
            self._replies[new] = max(self._replies.pop(old), self._replies.get(new, 0))

    def allow(self, conversation: str, *, is_bot: bool, limit: int) -> bool:
        """Whether what was just said there, by a bot or a human, may be answered; if so it counts as answered.

        A human may always be answered, and from then on so may bots again, `limit` times.
        """
        if not is_bot:
            self._replies.pop(conversation, None)
            return True
        answered = self._replies.pop(conversation, 0)
        allowed = answered < limit
        # Also where it is refused: a loop that goes on is not the one to be forgotten.
        self._replies[conversation] = answered + allowed
        while len(self._replies) > self._limit:
            self._replies.popitem(last=False)
        return allowed
