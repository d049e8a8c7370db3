"""What can go wrong in moderation, grouped by what the catcher should do.

ModerationError
├── RefuseToStart           say it and start nothing
│   ├── PolicyError           a policy file is wrong: file, key, what was expected
│   ├── FilterUnavailable     a filter's extra, weights or word list is missing or not the pinned one
│   └── StoreUnavailable      the database cannot be opened: folder, permission, damage, newer schema
├── Deflect                 show the words written for this; never the text in question
│   ├── StoreBusy             too many writes are waiting
│   └── StoreFailed           a write did not become durable (disk full, read-only, closed)
├── FilterFailed            a filter could not judge: the guard makes a BLOCK of it
│   ├── EndpointDown          what judges elsewhere cannot be reached, is late or refuses everybody
│   └── BadAnswer             it answers, but not with a judgement: the text itself may be the cause
├── ReviewError             tell the moderator; nothing was changed
│   ├── UnknownExchange       no such exchange
│   ├── Forbidden             not for somebody of that rank, or who decided before
│   ├── AlreadyInTargetState  the decision stands already
│   └── InvalidTransition     that step is not possible from here
│       └── Overtaken           somebody else was faster
└── BadRecord               a line of input to `judge` is not what it must be
"""

from typing import ClassVar

from moderation.words import Explained


class ModerationError(Explained):
    """Root of everything this package raises on purpose."""

    package: ClassVar[str] = "moderation"


class RefuseToStart(ModerationError):
    """The catcher says it and starts nothing."""


class PolicyError(RefuseToStart):
    """A policy is wrong; fields: file, key, expected."""


class FilterUnavailable(RefuseToStart):
    """A filter cannot judge: its extra, weights or word list is missing or not the pinned one."""


class StoreUnavailable(RefuseToStart):
    """The database cannot be opened."""


class Deflect(ModerationError):
    """The catcher shows the words written for this, never the text in question."""


class StoreBusy(Deflect):
    """Too many writes are waiting; this one was not taken."""


class StoreFailed(Deflect):
    """A write did not become durable."""


class FilterFailed(ModerationError):
    """A filter could not judge; the guard makes a BLOCK of it. Never holds a text that was judged."""


class EndpointDown(FilterFailed):
    """What judges elsewhere cannot be reached, is late or refuses everybody; fields: host."""


class BadAnswer(FilterFailed):
    """It answers, but not with a judgement. The judged text may be the cause, so nobody may take it for an outage;
    fields: host."""


class ReviewError(ModerationError):
    """The catcher tells the moderator; nothing was changed."""


class UnknownExchange(ReviewError):
    """No exchange has this id; fields: id."""


class Forbidden(ReviewError):
    """Whoever asks may not do that; fields: step."""


class AlreadyInTargetState(ReviewError):
    """It is so already: nothing needs to be done; fields: id, state."""


class InvalidTransition(ReviewError):
    """That step is not possible from here; fields: id, state, step."""


class Overtaken(InvalidTransition):
    """Somebody else was faster: whoever looks again sees what is possible now."""


class BadRecord(ModerationError):
    """A line of input to `judge` is not what it must be; fields: line, expected."""
