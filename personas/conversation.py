"""What a persona remembers of a conversation while it lasts: a bounded window of turns."""

from collections import deque

from personas.messages import Turn

_EARLIER = 3
"""Turns of either side that filters may look back on."""


class Conversation:
    """The window of one conversation. Changed by one reply at a time (the inbox keeps the order)."""

    def __init__(self, *, window: int) -> None:
        """`window` is how many turns are kept; what of them fits into a prompt is the prompt compiler's business."""
        self._turns: deque[Turn] = deque(maxlen=window)
        self._earlier: deque[str] = deque(maxlen=_EARLIER)
        self._replies: deque[str] = deque(maxlen=_EARLIER)
        self.exchange = ""
        """Id of the last exchange something was objected to in, or ""."""
        self.note = ""
        """What somebody wants the persona to keep in mind here; cleared by the guard before it is set."""
        self.profile = ""
        """See `Brief.profile`."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What model and person said, oldest first."""
        return tuple(self._turns)

    @property
    def earlier(self) -> tuple[str, ...]:
        """The last things people said, whether or not they were answered, oldest first."""
        return tuple(self._earlier)

    @property
    def replies(self) -> tuple[str, ...]:
        """The persona's last replies, oldest first."""
        return tuple(self._replies)

    @property
    def people(self) -> tuple[str, ...]:
        """Display names of the people in the window, each once."""
        return tuple(dict.fromkeys(turn.name for turn in self._turns if turn.role == "user" and turn.name))

    @property
    def last(self) -> tuple[Turn, str] | None:
        """The turn that was answered last and its reply, where the window ends with them."""
        if len(self._turns) < 2 or (self._turns[-2].role, self._turns[-1].role) != ("user", "assistant"):
            return None
        return self._turns[-2], self._turns[-1].text

    def heard(self, text: str) -> None:
        """A person's turn was judged."""
        self._earlier.append(text)

    def answered(self, said: Turn, reply: str) -> None:
        """A person's turn got a reply; what of it was shown, and nothing else, becomes part of the window."""
        self._turns.append(said)
        if reply:
            self._turns.append(Turn(role="assistant", text=reply))
            self._replies.append(reply)

    def undone(self) -> tuple[Turn, str] | None:
        """Take the last turn and its reply out of the window, and give them back; None where there is no such pair."""
        last = self.last
        if last is not None:
            self._turns.pop()
            self._turns.pop()
            self._replies.pop()
        return last

    def revised(self, reply: str) -> bool:
        """The last reply reads differently now (edited, continued, another variant); whether there was one."""
        last = self.undone()
        if last is not None:
            self.answered(last[0], reply)
        return last is not None

    def opened(self, greeting: str) -> None:
        """The persona spoke first."""
        self._turns.append(Turn(role="assistant", text=greeting))
