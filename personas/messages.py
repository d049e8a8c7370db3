"""The values that travel through a persona: what comes in, what goes to a model, what comes out.

Frozen, without identity of their own. Times are aware datetimes in UTC.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Self

from moderation.records import Candidate, Decision, Finding, Outcome, Verdict
from moderation.words import Explained


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a person wrote, as a platform hands it over."""

    platform: str
    conversation: str
    """Key of the conversation: messages of one conversation are answered in order."""
    person: str
    """Key of the person, stable within the platform; "": one of several whom the platform does not tell apart."""
    name: str
    """Display name of the person."""
    text: str
    at: datetime
    id: str = ""
    """The platform's id of the message, if it has one."""
    server: str = ""
    """Key of the community it was written in, or "" for a conversation in private."""
    persona: str = ""
    """Id of the persona that is spoken to; "": the one of the conversation."""
    reply: str = ""
    """What the platform knows the reply by that this is, takes the place of, or goes on with; "": the last one."""
    memory: str = ""
    """Key of the place, as far as what is said there may be remembered of the person and told again; "": it may not."""
    unasked: bool = False
    """Nobody waits for the reply: where its words do not come or may not be shown, none stand in their place."""


class Cue(enum.Enum):
    """What a persona is asked for."""

    ANSWER = "answer"
    """A reply to what a person wrote."""
    AGAIN = "again"
    """Another reply to the turn that was answered last, in place of the one it got."""
    CONTINUE = "continue"
    """More of the last reply."""
    AMEND = "amend"
    """A reply to what a person wrote, who had worded it otherwise before: that and the reply it got were never said."""
    REACT = "react"
    """Something to what another persona on the same stage has just said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of a conversation or a demonstration."""

    role: Literal["user", "assistant", "system"]
    text: str
    name: str = ""
    """Who spoke, where several people do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """One text that a prompt may carry for this turn."""

    text: str
    """May hold {{char}} and {{user}}."""
    origin: str
    """Where it comes from, for whoever wants to know what the model was told: "note", "lore:ID", "memory:ID"."""
    depth: int | None = None
    """Before how many of the newest turns it stands (0: after all of them); None: with what is told of the persona."""
    weight: float = 0.0
    """For want of room the lightest goes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Critique:
    """Why a piece was refused, for the model: category, rule and how to go on. The refused text is not in it."""

    category: str
    rule: str
    """One sentence in the persona's language: what must not be in the reply."""
    anew: bool = False
    """Nothing of the reply stands: all of it is wanted once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Everything a generator gets for one call."""

    system: str
    turns: tuple[Turn, ...]
    """Demonstrations and conversation, oldest first; the last but notes of ours (role "system") is the person's."""
    prefix: str = ""
    """What was already said of the reply: the generator continues from here and does not repeat it."""
    critique: Critique | None = None
    stop: tuple[str, ...] = ()
    """Strings at which the provider should stop; also cut by us."""
    max_tokens: int = 400
    temperature: float = 0.7
    seed: int | None = None
    schema: str = ""
    """JSON Schema of the answer, for models whose service binds them to one; others ignore it."""


class Finish(enum.StrEnum):
    """Why a generation ended. A generation that ends without a reason has failed."""

    STOP = "stop"
    LENGTH = "length"
    FILTERED = "content_filter"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one or more model calls. They add up with `+`."""

    tokens_in: int = 0
    tokens_cached: int = 0
    """The part of `tokens_in` the provider had cached."""
    tokens_out: int = 0
    tokens_overshoot: int = 0
    """The part of `tokens_out` that arrived after the call was cancelled: paid for, never read."""
    calls: int = 0
    estimated: bool = False
    """The provider gave no figures (it seldom does for a cancelled stream): counted here."""

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_cached=self.tokens_cached + other.tokens_cached,
            tokens_out=self.tokens_out + other.tokens_out,
            tokens_overshoot=self.tokens_overshoot + other.tokens_overshoot,
            calls=self.calls + other.calls,
            estimated=self.estimated or other.estimated,
        )


class PassageKind(enum.StrEnum):
    """Where the words of a passage come from.

    Generated passages go on where the text stands; a passage of another kind begins a line of its own.
    """

    GENERATED = "generated"
    GREETING = "greeting"
    DISCLOSURE = "disclosure"
    """The truthful answer to "are you human?": a template, never generated."""
    FALLBACK = "fallback"
    """Words of the persona's author, in place of what was withheld or did not come."""
    SAFE = "safe"
    """Plain fixed words of ours: severe findings, crisis, failures without an author's line."""


class NotCleared(Exception):
    """Somebody tried to make a passage of a text that no check has cleared: a defect, never bad input."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text that the guard cleared. It is the only thing a platform can show.

    It is made from the candidate that was judged and the verdict on it: by `Passage.cleared`, or, where a person read
    it and wants it shown although the guard objects, by `Passage.released`.
    """

    text: str
    kind: PassageKind
    verdict: Verdict
    by: str = ""
    """Who lets it be shown against the verdict, or ""."""

    def __post_init__(self) -> None:
        if self.verdict.decision is Decision.BLOCK and not self.by:
            raise NotCleared("the verdict on this text is BLOCK")

    @classmethod
    def cleared(cls, candidate: Candidate, verdict: Verdict, *, kind: PassageKind = PassageKind.GENERATED) -> Self:
        """The text of `candidate`, showable because `verdict` is about it and does not block it.

        Raises NotCleared where the verdict blocks or is about another text.
        """
        if verdict.digest != candidate.digest:
            raise NotCleared("the verdict is about another text")
        return cls(candidate.text, kind, verdict)

    @classmethod
    def released(cls, candidate: Candidate, verdict: Verdict, *, by: str, final: Callable[[Finding], bool]) -> Self:
        """The text of `candidate`, showable because the person `by` says so, whatever `verdict` has against it.

        Raises NotCleared where what it has is `final` (`Policy.final`), nobody says so, or it is about another text.
        """
        if verdict.digest != candidate.digest:
            raise NotCleared("the verdict is about another text")
        if not by or any(found.decision is Decision.BLOCK and final(found) for found in verdict.findings):
            raise NotCleared("nobody may show this text")
        return cls(candidate.text, PassageKind.GENERATED, verdict, by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """Everything shown of this reply so far must be taken back: the check of the whole objected to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Something in this reply was objected to and is kept now: however it ends, moderators should hear of it."""

    exchange: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The end of a reply."""

    outcome: Outcome
    exchange: str = ""
    """Id of the kept exchange, or "" where nothing was kept."""
    usage: Usage = field(default_factory=Usage)
    findings: tuple[Finding, ...] = ()
    """What was objected to on the way."""
    repairs: int = 0
    failure: Explained | None = None
    """Why no (more) words came: for whoever runs this, not for members."""


Event = Passage | Withdrawal | Kept | Finished
"""What a reply is made of: passages, perhaps a withdrawal followed by passages, one `Finished` at the end. `Kept` comes
once at most, before anything follows from the objection."""
