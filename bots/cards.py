"""What commands answer with: a card, the same for every platform, made into its components by each."""

import enum
from dataclasses import dataclass


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
