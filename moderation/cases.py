"""The values of review: a case, its states, who acts on it, and the steps that were taken.

What a step does to a case is in `moderation.transitions`. Times are aware datetimes in UTC.
"""

import enum
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final


class CaseState(enum.StrEnum):
    """Where the review of a case stands."""

    NEW = "new"
    """Its exchange is under way."""
    QUEUED = "queued"
    """Waits for anybody who reviews."""
    CLAIMED = "claimed"
    """Somebody looks at it, until their lease ends."""
    ESCALATED = "escalated"
    """Waits for a senior."""
    DECIDED = "decided"
    """Decided; what follows from it is still to be done."""
    CLOSED = "closed"
    APPEALED = "appealed"
    """Waits for somebody else than who decided."""


class Ruling(enum.StrEnum):
    """What people say to what the guard, or a member, objected to."""

    UPHELD = "upheld"
    """A person agrees with the objection."""
    OVERTURNED = "overturned"
    """A person says that it was wrong."""


class ReviewStep(enum.StrEnum):
    """What can be done with a case."""

    QUEUE = "queue"
    CLAIM = "claim"
    RENEW = "renew"
    RELEASE = "release"
    EXPIRE = "expire"
    """A lease ended."""
    ESCALATE = "escalate"
    UPHOLD = "uphold"
    OVERTURN = "overturn"
    EDIT = "edit"
    """Somebody agrees with the objection, and worded what is shown instead; the note is a digest of that."""
    CLOSE = "close"
    """What followed from the decision is done."""
    LAPSE = "lapse"
    """It ended without a decision: whoever it was about had everything in it erased."""
    APPEAL = "appeal"
    REOPEN = "reopen"
    """The decision is taken back."""
    NOTE = "note"
    """Something for other moderators."""
    ANSWER = "answer"
    """Something for the person concerned, who reads it under `/why`."""
    REVEAL = "reveal"
    """The masked text was looked at."""
    WITHDRAW = "withdraw"
    """What had been shown was taken down everywhere, unless it says next that it was not."""
    NOT_THERE = "not_there"
    """What was to be taken down stood nowhere that could be reached: nothing was."""
    RESTORE = "restore"
    """What the guard had kept back was shown after all."""
    MUTE = "mute"
    """Somebody or a persona is silent for a while because of it; the note says who, until when and why."""
    UNMUTE = "unmute"
    """That ended before its time."""
    MERGE = "merge"
    """Another case became part of this one; the note names it."""


class Rank(enum.IntEnum):
    """What somebody may do with cases; a higher one may do all that a lower one may."""

    MEMBER = 0
    """Appeals."""
    MODERATOR = 1
    SENIOR = 2
    """Takes what is escalated, and undoes what others decided."""
    ADMIN = 3
    """Changes what holds for everybody: the policy, the lists of words."""


class Priority(enum.IntEnum):
    """Which cases come first."""

    LOW = 0
    """Something was flagged, and shown."""
    NORMAL = 1
    """Something was kept back."""
    HIGH = 2
    """A member reports, or appeals, or waits for what is held."""
    URGENT = 3
    """Somebody may be in danger, or is a child."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """Who takes a step, where: the platform vouches for the rank at every step."""

    name: str
    rank: Rank = Rank.MODERATOR
    tool: str
    """Where: "terminal", "discord" …"""


GUARD: Final = Reviewer(name="guard", rank=Rank.ADMIN, tool="guard")
"""Takes the steps that nobody takes: a case is ready, a lease ended, all is done."""

MEMBER: Final = "member"
"""The name in the trail of whoever is concerned: the trail is never changed, so no person's key enters it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One step of the audit trail: append-only."""

    at: datetime
    actor: str
    tool: str
    step: ReviewStep
    before: CaseState
    after: CaseState
    ruling: Ruling | None = None
    """What stands afterwards."""
    policy: str = ""
    """Hash of the policy that was in force."""
    note: str = ""
    chain: str = ""
    """Digest over this step and all before it (`moderation.stores.chain`); "" before it is kept, and of steps that were
    kept before there was a chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is decided together: one exchange, or several of one person with one persona."""

    id: str
    """That of the exchange it began with."""
    state: CaseState = CaseState.NEW
    ruling: Ruling | None = None
    version: int = 0
    """Grows with every change; the store compares it before it writes."""
    priority: Priority = Priority.LOW
    opened: datetime
    holder: str = ""
    """Who has claimed it."""
    until: datetime | None = None
    """The end of their lease."""
    decided_by: str = ""
    """Whose ruling stands: an appeal goes to somebody else."""
    escalated: bool = False
    appealed: bool = False
    """An appeal waits, or is looked at."""
    appeals: int = 0
    """Appeals that were made since it was opened, one a person at most."""
    exchanges: tuple[str, ...] = ()
    """Ids, oldest first; never empty in a store."""
    reviews: tuple[Review, ...] = ()
    """The audit trail, oldest first."""

    @property
    def by_people(self) -> tuple[Review, ...]:
        """The steps that somebody took."""
        return tuple(review for review in self.reviews if review.actor != GUARD.name)

    @property
    def waiting(self) -> CaseState:
        """Where it goes when nobody has it."""
        if self.escalated:
            return CaseState.ESCALATED
        return CaseState.APPEALED if self.appealed else CaseState.QUEUED


ERASED: Final = "erased"
"""What the guard notes to a step that it takes as nothing is left to look at."""

RULINGS: Final = MappingProxyType(
    {ReviewStep.UPHOLD: Ruling.UPHELD, ReviewStep.OVERTURN: Ruling.OVERTURNED, ReviewStep.EDIT: Ruling.UPHELD}
)
"""The steps that decide about a case, and what they say."""

OPEN: Final = frozenset({CaseState.QUEUED, CaseState.APPEALED, CaseState.ESCALATED, CaseState.CLAIMED})
"""Where somebody has something to do."""

DONE: Final = frozenset({CaseState.DECIDED, CaseState.CLOSED})
"""Where nobody has."""
