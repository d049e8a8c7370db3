"""What commands answer with: a card, the same for every platform, made into its components by each."""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


class Tone(enum.Enum):
    """How a card should look."""

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a card: a label and what it says."""

    label: str
    text: str
    secret: bool = False
    """The text is masked already; platforms may offer to reveal it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An answer to a command. Its texts are Talchum's own words and, for moderators, what was kept."""

    title: str
    rows: tuple[Row, ...] = ()
    hint: str = ""
    """What can be done next."""
    tone: Tone = Tone.PLAIN
    met: bool = False
    """Another persona speaks from now on: ask the router to `meet` it."""
    leave: bool = False
    """The person wants to end the session."""
    exchange: str = ""
    """Id of the kept exchange this card is about: platforms put the desk's buttons under it."""
    case: str = ""
    """Id of its case."""
    turn: int = 0
    """The turn of its case (`bots.desk_acts.turn`), which these buttons name as ID#TURN."""
    acts: tuple[tuple[str, ...], ...] = ()
    """The verbs of these buttons, row by row."""
    pending: str = ""
    """Id of the persona that waits to be let in and that this card is about: platforms put `acts` under it."""
    brought: str = ""
    """Id of one that the moderators are to see, as it was just brought."""
    changed: str = ""
    """Id of a kept exchange whose case stands otherwise now: what moderators see of it is to be written anew."""
    disagree: str = ""
    """Id of a kept exchange that the person who asked may appeal about: platforms put a button for that under it."""
    news: str = ""
    """Id of a kept exchange that the moderators should hear of; nobody else needs it."""
    home: str = ""
    """Key of the community whose moderators these are, where it is not the one the command was typed in."""
    takes_back: str = ""
    """Id of the kept exchange whose reply is to be taken down wherever it stands: that is noted already, and left to
    the platform to do."""
    kept: Literal["", "held", "withheld", "erased"] = ""
    """What of that exchange was kept back, which can still be shown, or that all of it was erased: the buttons
    differ."""
    decided: str = ""
    """Id of a kept exchange about which something was decided that is still to be carried out."""
    file: bytes = b""
    """What comes along, where it is too long or not a text to read: platforms hand it over as a file, to nobody but the
    person who asked."""
    file_name: str = ""


def moment(at: datetime) -> str:
    """A time in UTC. Its spaces do not break: platforms tell by them that it is one of ours, and no quotation."""
    return f"{at:%Y-%m-%d\u00a0%H:%M}\u00a0UTC"
