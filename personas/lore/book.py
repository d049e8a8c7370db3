"""A lorebook: texts about a world, each with what the talk must be of for the persona to be told it. Data only.

Numbers of messages count the turns of a conversation, the persona's as well as people's.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

FOREVER: Final = 1_000_000_000
"""As many messages as no conversation has."""
SCAN_DEPTH: Final = 4
"""How many of the newest messages are searched where a book does not say."""


class Logic(enum.StrEnum):
    """What a condition asks of its keys."""

    AND_ANY = "and_any"
    """One of them is found."""
    AND_ALL = "and_all"
    """All of them are found."""
    NOT_ANY = "not_any"
    """None of them is found."""
    NOT_ALL = "not_all"
    """One of them at least is not found."""


class Position(enum.StrEnum):
    """Where in a prompt an entry stands."""

    BEFORE = "before"
    """With what is told of the persona, first."""
    AFTER = "after"
    """With what is told of the persona, last."""
    DEPTH = "depth"
    """Before the newest `Entry.depth` turns."""
    NOWHERE = "nowhere"
    """It is found and calls for others, and is not told: what other programs put where a macro asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is looked for in the talk."""

    text: str
    """As written; of a pattern, RE2 with its flags in front: "(?i)dragons?"."""
    regex: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What must hold besides that a key is found. One without keys holds."""

    logic: Logic
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One text, and when it is told."""

    id: str
    """Unique in its book."""
    content: str
    """May hold {{char}} and {{user}}. "" tells nothing, and calls for nothing."""
    keys: tuple[Key, ...] = ()
    """It is told where one of them is found."""
    conditions: tuple[Condition, ...] = ()
    """All of them must hold, unless it is `constant`."""
    name: str = ""
    """For people."""
    comment: str = ""
    """For people."""
    enabled: bool = True
    constant: bool = False
    """It is told whatever is said."""
    by_meaning: bool = False
    """Besides, it is told where a turn speaks of it, in whatever words: the pieces of documents are."""
    case_sensitive: bool = False
    whole_words: bool = True
    """A key in Latin letters is found as a word of its own, one in Hangul at the beginning of a word, whatever particle
    hangs on it; where this is off, anywhere."""
    scan_depth: int | None = None
    """How many of the newest messages are searched; None: as many as the book says; 0: none, only other entries."""
    order: int = 100
    """Lower stands higher up; of equal ones the lower id."""
    priority: int | None = None
    """For want of room the lowest goes first; None: `order` says it."""
    position: Position = Position.AFTER
    depth: int = 4
    """See `Position.DEPTH`."""
    probability: float = 1.0
    """Of being told in a turn that calls for it, 0 to 1."""
    sticky: int = 0
    """For how many messages it goes on being told once it was."""
    cooldown: int = 0
    """For how many messages it is not told again afterwards."""
    delay: int = 0
    """How many messages a conversation must have first."""
    after_replies: int = 0
    """How many replies of the persona a conversation must have first."""
    every_replies: int = 1
    """It is told only where the number of the persona's replies is a multiple of this."""
    groups: tuple[str, ...] = ()
    """Of all that a turn calls for in one group one is told."""
    group_weight: int = 100
    """How likely it is that one, against the others' weights."""
    group_first: bool = False
    """It is that one before any without this; of several the one highest in `order`."""
    exclude_recursion: bool = False
    """It is not called for by other entries."""
    prevent_recursion: bool = False
    """It calls for no others."""
    delay_until_recursion: int = 0
    """Only other entries call for it, at this round or a later one; 0: the talk does too."""
    hidden: str = ""
    """What other entries find in it besides its content; never told."""
    since: date | None = None
    """From when it is true: a persona pinned to an earlier moment does not know it."""
    witness: bool = True
    """Whether those who tell it know of it at first or second hand; what they do not is never told."""
    extra: Mapping[str, object] = field(default_factory=dict, repr=False)
    """Whatever else its author's program wrote, as it stood."""

    @property
    def weight(self) -> int:
        """The lightest goes first."""
        return self.order if self.priority is None else self.priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Lorebook:
    """Entries that belong together. Immutable; `version` identifies the content."""

    id: str
    version: str
    """Digest of the whole content (12 hex digits)."""
    name: str = ""
    description: str = ""
    scan_depth: int = SCAN_DEPTH
    token_budget: int | None = None
    """Of all its entries in one turn; None: only the budget of all books holds."""
    recursive: bool = False
    """Whether what its entries say calls for further entries of it."""
    entries: tuple[Entry, ...] = ()
    source: str = ""
    licence: str = ""
    extra: Mapping[str, object] = field(default_factory=dict, repr=False)
    """As with entries."""
