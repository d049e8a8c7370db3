"""What is noted of one reply, and its texts to leaf through."""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bots.state import Entry
from moderation.records import Outcome

BUTTONS: Final = timedelta(hours=1)
"""How long a reply can be changed: platforms are strict with edits of older messages."""
_SAID: Final = frozenset({"", *(Outcome.CLEAN, Outcome.FLAGGED, Outcome.REPAIRED, Outcome.DISCLOSED)})
"""Outcomes of replies that go on in the window of the conversation; "": it was stopped, or is a greeting."""
_MEANT: Final = frozenset({Outcome.DISCLOSED, Outcome.SUSPENDED, Outcome.HELD})
"""Outcomes of replies that are not to be leafed away from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One reply as it stands on a platform."""

    id: str
    platform: str
    conversation: str
    server: str
    persona: str
    person: str
    """Key of whoever is answered."""
    message: str
    """The platform's id of the message that is answered."""
    at: datetime
    channel: str = ""
    """Where a platform finds its messages, in its own words."""
    shown: tuple[str, ...] = ()
    """The platform's ids of the messages it stands in, in order."""
    running: bool = True
    exchange: str = ""
    """Id of the kept exchange, or ""."""
    outcome: str = ""
    """How it ended (`Outcome`), or "": a greeting, or it was stopped."""
    posts: int = 0
    """Messages that were ever posted of it, those taken away included."""
    voice: str = ""
    """Who posted them, where a platform has several voices that cannot change each other's messages."""
    author: str = ""
    """Key of whoever worded what stands there, SOMEBODY (`bots.worded`) or "": the persona itself."""
    aside: bool = False
    """What the persona says to a message that holds no words."""
    reacts: bool = False
    """What it says to another persona's reply to that message, or to one that came of it."""
    follows: str = ""
    """Id of the reply of the same persona in the same conversation that came before, or "": it is to be looked for."""
    leaves: bool = False
    """It is a greeting, and the persona has others."""
    withdrawn: bool = False
    """Words that were withdrawn may stand there: they could not be taken back."""

    @property
    def fixed(self) -> bool:
        """Whether nothing of it can be said another way or gone on with: a greeting, or an aside."""
        return self.aside or not self.message

    @property
    def private(self) -> bool:
        """Whether it stands where one person is alone with the persona: where that is may say who they are."""
        return not self.server

    @property
    def settled(self) -> bool:
        """Whether nothing comes after it by itself: it is not under way, nor held until somebody decides."""
        return not self.running and self.outcome != Outcome.HELD

    @property
    def remembered(self) -> bool:
        """Whether what stands there is a part of the conversation: what the persona itself said, not words in its
        place."""
        return self.outcome in _SAID

    @property
    def open(self) -> bool:
        """Whether other words can take the place of those that stand there: not of the truth about who speaks, of help
        in a crisis and of words in place of a reply."""
        return self.remembered and not self.fixed and self.outcome not in _MEANT

    @property
    def vain(self) -> bool:
        """Whether words in place of a reply stand there, or nothing: what was said before can come back."""
        return not self.remembered and not self.fixed and self.outcome not in _MEANT

    def leafed(self) -> "Record":
        """As it is where one of its variants stands there."""
        return replace(self, outcome=Outcome.CLEAN.value, exchange="") if self.vain else self

    def live(self, now: datetime) -> bool:
        """Whether its buttons still work."""
        return now < self.at + BUTTONS


_FIELDS: Final = tuple(field.name for field in fields(Record))


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """The texts of a reply to leaf through."""

    texts: tuple[str, ...] = ()
    """Oldest first; empty where there is only the one that stands there."""
    current: int = 0
    """The one that stands there; behind the last where none of them does, but words in place of a reply, or nothing."""
    authors: tuple[str, ...] = ()
    """Who worded each of them: see `Record.author`."""

    def also(self, text: str, author: str = "", *, before: str) -> "Variants":
        """With another one ("": none), which stands there from now on; `before` is what stood there where it was the
        only one."""
        texts, authors = (self.texts, self.authors) if self.texts else ((before,), ("",))
        if not text:
            return Variants(texts=texts, authors=authors, current=len(texts))
        return Variants(texts=(*texts, text), authors=(*authors, author), current=len(texts))

    @property
    def author(self) -> str:
        """Who worded the one that stands there."""
        return self.authors[self.current] if self.authors else ""


def value_of(record: Record) -> dict[str, Any]:
    """It as the state keeps it."""
    # Not `asdict`, which copies a value to its depths; these have none.
    return {name: getattr(record, name) for name in _FIELDS} | {"at": record.at.isoformat()}


def record_of(entry: Entry) -> Record:
    """The one that the state keeps."""
    value: dict[str, Any] = dict(entry.value)
    return Record(**{**value, "at": datetime.fromisoformat(value["at"]), "shown": tuple(value["shown"])})
