"""What a persona remembers of a conversation while it lasts: a bounded window of turns.

Where several personas are on one stage each has a conversation of its own. What one of them says, and to what, the
others overhear: as turns of people by its name. What becomes of it later (edited, taken back, shown after all) becomes
of it everywhere. Nothing else is shared but what people said, for the filters that look back.
"""

from collections.abc import Iterable
from weakref import WeakSet

from personas.messages import Critique, Turn
from personas.window import Said, Window

_EARLIER = 3
"""Turns of either side that filters may look back on."""


class Conversation:
    """The window of one conversation. Changed by one reply at a time (the inbox keeps the order)."""

    def __init__(self, *, window: int) -> None:
        """`window` is how many turns are kept; what of them fits into a prompt is the prompt compiler's business."""
        self.window = Window(window)
        self.exchange = ""
        """Id of the last exchange something was objected to in, or ""."""
        self.note = ""
        """What somebody wants the persona to keep in mind here; cleared by the guard before it is set."""
        self.profile = ""
        """See `Brief.profile`."""
        self.community = ""
        """See `Brief.community`."""
        self._wish: tuple[str, Critique] | None = None
        """What somebody did not like about a reply, with its key."""
        self.scopes: tuple[str, ...] = ()
        """Keys of the places it is in, from the widest to the narrowest."""
        self.company: tuple[str, ...] = ()
        """Names of the other personas on the stage."""
        self._name = ""
        self._audience: tuple[Window, ...] = ()
        self._told: WeakSet[Window] = WeakSet()
        """Those in which something of this one may have been overheard."""

    def among(self, name: str, others: "Iterable[tuple[str, Conversation]]" = ()) -> None:
        """From now on the persona, whose name is `name`, is on a stage with `others` (name and conversation), who
        overhear what it says; with none, it is alone."""
        company = tuple(others)
        self._name = name
        self.company = tuple(other for other, _ in company)
        self._audience = tuple(conversation.window for _, conversation in company)
        self._told.update(self._audience)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What model and person said, oldest first."""
        return tuple(said.turn for said in self.window.said)

    def turns_before(self, key: str) -> tuple[Turn, ...]:
        """Those before the reply of that key; all of them for "", or where there is none of it."""
        return self.turns[: self.window.place(key)]

    @property
    def count(self) -> int:
        """How many turns there were, those that left the window for want of room included."""
        return self.window.gone.total() + len(self.window.said)

    @property
    def spoken(self) -> int:
        """How many of them were the persona's."""
        return self.window.gone["assistant"] + sum(said.turn.role == "assistant" for said in self.window.said)

    def earlier(self, person: str) -> tuple[str, ...]:
        """The last things this person said, whether or not they were answered, oldest first; `person` is their key."""
        return tuple(text for speaker, text, _ in self.window.heard if speaker == person)[-_EARLIER:]

    @property
    def replies(self) -> tuple[str, ...]:
        """The persona's last replies, oldest first; a greeting is none."""
        answers = zip(self.turns, self.turns[1:], strict=False)
        return tuple(last.text for said, last in answers if (said.role, last.role) == ("user", "assistant"))[-_EARLIER:]

    @property
    def people(self) -> tuple[str, ...]:
        """Display names of everybody else in the window and on the stage, each once."""
        spoke = (turn.name for turn in self.turns if turn.role == "user" and turn.name)
        return tuple(dict.fromkeys((*spoke, *self.company)))

    @property
    def last(self) -> tuple[Turn, str] | None:
        """The turn that was answered last and its reply, where nothing but what was overheard comes after them."""
        end = self.window.end
        both = self.turns[max(0, end - 2) : end]
        if [turn.role for turn in both] != ["user", "assistant"]:
            return None
        return both[0], both[1].text

    @property
    def reacted(self) -> bool:
        """Whether that reply is one to what was overheard: the turn before it belongs to another one."""
        return self.last is not None and self.window.said[self.window.end - 2].overheard

    @property
    def since(self) -> str:
        """The key of what was overheard first after that reply, or ""."""
        end = self.window.end
        return self.window.said[end].key if end < len(self.window.said) else ""

    @property
    def overhears(self) -> bool:
        """Whether the window ends with what another persona on the stage said: there is something to react to."""
        newest = self.window.said[-1] if self.window.said else None
        return newest is not None and newest.overheard and newest.turn.name in self.company

    def ends_with(self, key: str) -> bool:
        """Whether the last reply is the one of that key ("": whatever it is)."""
        return self.last is not None and key in {"", self.window.said[self.window.end - 1].key}

    def heard(self, person: str, text: str, key: str = "") -> None:
        """A turn of the person of that key was judged; `key` as with `answered`. Everybody on the stage heard it."""
        for window in (self.window, *self._audience):
            window.heard.append((person, text, key))

    def answered(self, said: Turn | None, reply: str, key: str = "", *, before: str = "") -> None:
        """A person's turn (None: what was overheard) got a reply; what of it was shown, and nothing else, becomes part
        of the window: at the end, or ahead of the reply with the key `before`. `key` is what the reply is known by
        afterwards."""
        self._wish = None
        self.window.insert(_own(said, reply, key), self.window.place(before))
        if reply:
            self._tell(said, reply, key, before)

    def undone(self, key: str = "") -> tuple[Turn, str] | None:
        """Take the last turn (but for one that was overheard) and its reply out of the window, and give them back; None
        where the last reply is not the one of that key. Those who overheard it wait for what takes its place."""
        last, reacted, end = self.last, self.reacted, self.window.end
        if last is None or not self.ends_with(key):
            return None
        del self.window.said[end - 1]
        if not reacted:
            del self.window.said[end - 2]
        return last

    def revised(self, reply: str, key: str = "") -> bool:
        """The last reply reads differently now (edited, continued, another variant); whether it was that of the key."""
        if not self.ends_with(key):
            return False
        at = self.window.end - 1
        self.window.reword(at, reply)
        for window in self._told:
            window.reworded(self.window.said[at].key, reply)
        return True

    def released(self, said: Turn | None, reply: str, key: str, *, before: str = "") -> None:
        """A reply that was kept back reads `reply` now, where its turn is in the window; else it comes into it ahead of
        the reply with the key `before`, or at the end. `said` as with `answered`."""
        self.window.put(_own(said, reply, key), key, before)
        self._tell(said, reply, key, before)

    def forgotten(self, key: str) -> None:
        """The reply of that key, wherever in the window it is, was never said, nor asked for; nor did anybody overhear
        it. Not for ""."""
        if key:
            for window in (self.window, *self._told):
                window.drop(key)

    def wished(self, critique: Critique, key: str = "") -> None:
        """Another try at the reply of that key is to heed `critique`; `key` as with `answered`."""
        self._wish = (key, critique)

    def wish(self, key: str = "") -> Critique | None:
        """What another try at the reply of that key is to heed, until something else is said; taken once."""
        wish, self._wish = self._wish, None
        return wish[1] if wish and wish[0] == key else None

    def opened(self, greeting: str) -> None:
        """The persona spoke first."""
        self.window.insert(_own(None, greeting, ""), len(self.window.said))
        self._tell(None, greeting, "", "")

    def reopened(self, greeting: str, others: frozenset[str]) -> bool:
        """The persona's opening is another one of `others` now; whether it was one of them and nobody spoke since."""
        at = self.window.end - 1
        if at < 0 or greeting not in others or self.window.said[at].turn.text not in others:
            return False
        self.window.reword(at, greeting)
        return True

    def _tell(self, said: Turn | None, reply: str, key: str, before: str) -> None:
        """Who is on the stage overhears it."""
        shown = Turn(role="user", text=reply, name=self._name)
        turns = [Said(turn, key, overheard=True) for turn in (said, shown) if turn is not None]
        for window in self._audience:
            window.put(turns, key, before)


def _own(said: Turn | None, reply: str, key: str) -> list[Said]:
    turns = [Said(said, key)] if said is not None else []
    return [*turns, Said(Turn(role="assistant", text=reply), key)] if reply else turns
