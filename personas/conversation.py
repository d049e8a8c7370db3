"""What a persona remembers of a conversation while it lasts: a bounded window of turns."""

from collections import deque
from dataclasses import dataclass

from personas.messages import Turn

_EARLIER = 3
"""Turns of either side that filters may look back on."""
_HEARD = 12
"""Turns of people that are kept for it, whoever said them."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A turn in the window, and the key of the reply it is a part of: the person's turn and the persona's share it."""

    turn: Turn
    key: str


class Conversation:
    """The window of one conversation. Changed by one reply at a time (the inbox keeps the order)."""

    def __init__(self, *, window: int) -> None:
        """`window` is how many turns are kept; what of them fits into a prompt is the prompt compiler's business."""
        self._said: deque[_Said] = deque(maxlen=window)
        self._heard: deque[tuple[str, str, str]] = deque(maxlen=_HEARD)
        """Who said it, what, and the key of the reply to it."""
        self.exchange = ""
        """Id of the last exchange something was objected to in, or ""."""
        self.note = ""
        """What somebody wants the persona to keep in mind here; cleared by the guard before it is set."""
        self.profile = ""
        """See `Brief.profile`."""
        self.community = ""
        """See `Brief.community`."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What model and person said, oldest first."""
        return tuple(said.turn for said in self._said)

    def earlier(self, person: str) -> tuple[str, ...]:
        """The last things this person said, whether or not they were answered, oldest first; `person` is their key."""
        return tuple(text for speaker, text, _ in self._heard if speaker == person)[-_EARLIER:]

    @property
    def replies(self) -> tuple[str, ...]:
        """The persona's last replies, oldest first; a greeting is none."""
        answers = zip(self.turns, self.turns[1:], strict=False)
        return tuple(last.text for said, last in answers if (said.role, last.role) == ("user", "assistant"))[-_EARLIER:]

    @property
    def people(self) -> tuple[str, ...]:
        """Display names of the people in the window, each once."""
        return tuple(dict.fromkeys(turn.name for turn in self.turns if turn.role == "user" and turn.name))

    @property
    def last(self) -> tuple[Turn, str] | None:
        """The turn that was answered last and its reply, where the window ends with them."""
        if len(self._said) < 2 or (self.turns[-2].role, self.turns[-1].role) != ("user", "assistant"):
            return None
        return self.turns[-2], self.turns[-1].text

    def ends_with(self, key: str) -> bool:
        """Whether the window ends with the reply of that key ("": whatever it is)."""
        return self.last is not None and key in {"", self._said[-1].key}

    def heard(self, person: str, text: str, key: str = "") -> None:
        """A turn of the person of that key was judged; `key` as with `answered`."""
        self._heard.append((person, text, key))

    def answered(self, said: Turn, reply: str, key: str = "") -> None:
        """A person's turn got a reply; what of it was shown, and nothing else, becomes part of the window. `key` is
        what the reply is known by afterwards."""
        self._said.append(_Said(said, key))
        if reply:
            self._said.append(_Said(Turn(role="assistant", text=reply), key))

    def undone(self, key: str = "") -> tuple[Turn, str] | None:
        """Take the last turn and its reply out of the window, and give them back; None where the window does not end
        with the reply of that key."""
        last = self.last
        if last is None or not self.ends_with(key):
            return None
        self._said.pop()
        self._said.pop()
        return last

    def revised(self, reply: str, key: str = "") -> bool:
        """The last reply reads differently now (edited, continued, another variant); whether it was that of the key."""
        own = self._said[-1].key if self._said else ""
        last = self.undone(key)
        if last is not None:
            self.answered(last[0], reply, own)
        return last is not None

    def released(self, said: Turn, reply: str, key: str, *, before: str = "") -> None:
        """A reply that was kept back reads `reply` now, where its turn is in the window; else it comes into it ahead of
        the reply with the key `before`, or at the end."""
        both = [_Said(said, key), _Said(Turn(role="assistant", text=reply), key)]
        turns = list(self._said)
        own = [number for number, each in enumerate(turns) if key and each.key == key]
        later = [number for number, each in enumerate(turns) if before and each.key == before]
        at = (own or later or [len(turns)])[0]
        rest = [each for each in turns[at:] if not key or each.key != key]
        self._said = deque([*turns[:at], *both, *rest], maxlen=self._said.maxlen)

    def forgotten(self, key: str) -> None:
        """The reply of that key, wherever in the window it is, was never said, nor asked for. Not for ""."""
        if key:
            self._said = deque([said for said in self._said if said.key != key], maxlen=self._said.maxlen)
            self._heard = deque([heard for heard in self._heard if heard[2] != key], maxlen=_HEARD)

    def opened(self, greeting: str) -> None:
        """The persona spoke first."""
        self._said.append(_Said(Turn(role="assistant", text=greeting), ""))
