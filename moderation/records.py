"""The values of moderation: what is judged, what was found, what is kept.

Frozen and free of identity: ids and storage keys belong to the store. Offsets are code points. Times are aware
datetimes in UTC, durations are `timedelta`.
"""

import enum
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from moderation.cases import Case


class Decision(enum.IntEnum):
    """How strict a judgement is. Decisions are joined with `max`: the strictest wins."""

    ALLOW = 0
    FLAG = 1
    BLOCK = 2


class Action(enum.IntEnum):
    """What follows from a judgement, least to most drastic; joined with `max`. Safety before honesty before persona."""

    NONE = 0
    REPAIR = 1
    """Cancel the generation, tell the model which rule was broken, go on from the clean prefix."""
    CUT = 2
    """End the reply at the clean prefix: usually a natural end."""
    DEFLECT = 3
    """No further model call: words of the persona's author."""
    HOLD = 4
    """Nothing (more) of it is shown before a person has looked at all of it."""
    DISCLOSE = 5
    """The truthful answer to "are you human?" comes first; generation may follow."""
    SAFE = 6
    """Fixed plain words, no model."""
    SUSPEND = 7
    """The persona steps aside: plain words and where to find help."""


class Stage(enum.StrEnum):
    """Which text is judged."""

    INPUT = "input"
    """A person's turn, before generation."""
    PIECE = "piece"
    """The next piece of a reply, before it is shown."""
    WHOLE = "whole"
    """A reply (or any other text about to be shown) as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is so of a persona in one respect, for claims to be compared with."""

    slot: str
    """In which respect: "age", "home" (see `moderation.filters.character.claims.SLOTS`)."""
    values: tuple[str, ...]
    """Every way to name it: ("70",), ("Bloomsbury", "London"), ("none",)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """Something of its world that the persona knows nothing of: it came later, or happened without it."""

    id: str
    """Of the fact, for moderators."""
    names: tuple[str, ...]
    """Words that only somebody who knows of it says."""
    since: date | None = None
    """From when it is so, where that is after the persona's moment; None: the persona did not witness it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a filter may know of the persona that speaks."""

    persona: str = ""
    """Id of the persona; policies may hold rules for it."""
    name: str = ""
    language: str = "en"
    """The language the persona speaks: ISO 639-1."""
    registers: tuple[str, ...] = ()
    """Allowed speech levels; empty: any. Korean: hapsyo, haeyo, hao, hage, hae, haera; English: formal, casual,
    period."""
    moment: date | None = None
    """The persona's point in time; later things are unknown to it."""
    world: str = ""
    """The world of fiction it lives in, by name; "" for ours."""
    told: str = ""
    """What its author tells of it and of its world: what is named there is no stranger to it."""
    facts: tuple[Known, ...] = ()
    beyond: tuple[Beyond, ...] = ()
    taboos: tuple[str, ...] = ()
    secrets: frozenset[str] = frozenset()
    """Digests of shingles (see `moderation.shingles`) of text that must not leak: system prompt, canary."""
    lore: frozenset[str] = frozenset()
    """What the persona's author wrote that has digits in it, line by line, as `moderation.filters.privacy.squeezed`: an
    address among it is fiction, not somebody's."""
    people: tuple[str, ...] = ()
    """Display names of the people in the conversation: a persona does not speak for them."""
    profile: str = ""
    """Who is listening, where a policy is stricter with them: "minors", or "" for everybody."""
    community: str = ""
    """Key of the community whose own words hold, or "" for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A text under judgement with what a filter needs to judge it.

    The judged text is `text`; it follows `shown` without a separator, so that nothing hides across a boundary: a term
    that began in `shown` and ends in `text` is a hit in `text`. Spans are offsets into `text`, clipped to it.
    """

    stage: Stage
    text: str
    shown: str = ""
    """What was already shown of this reply ("" for INPUT and WHOLE)."""
    said: str = ""
    """The person's turn that is being answered ("" for INPUT, where `text` is that turn)."""
    earlier: tuple[str, ...] = ()
    """The person's turns before this one, oldest first, at most three."""
    replies: tuple[str, ...] = ()
    """The persona's replies before this one, oldest first, at most three."""
    language: str = ""
    """Language of `text` where it is known; "" means: find out (see `moderation.language`)."""
    asked_identity: bool = False
    """The person sincerely asked whether they talk to a machine: claims to be human are never fiction now."""
    disclosed: bool = False
    """This reply opened with the truthful answer: self-disclosure is not out of character in it."""
    brief: Brief = field(default_factory=Brief)

    @property
    def digest(self) -> str:
        """Identifies the judged text, for tying a verdict to it."""
        return text_digest(self.text)


def text_digest(text: str) -> str:
    """SHA-256 of `text`; lone surrogates are kept apart, not lost."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of code points, `start` inclusive, `end` exclusive."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What a filter saw, before any policy: no threshold is known here.

    `category` is the filter's own name for it ("slur"), `score` its confidence in [0, 1], or None where the filter
    abstains because it cannot judge this text (say, a language it does not know): the reason is in `detail`.
    """

    category: str
    score: float | None
    spans: tuple[Span, ...] = ()
    detail: str = ""
    """For moderators: the rule, the matched entry. Never shown to members."""

    def __post_init__(self) -> None:
        if self.score is not None and not 0.0 <= self.score <= 1.0:
            raise ValueError(f"{self.category}: a score lies in [0, 1], not {self.score!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A signal with what the policy made of it. Scores compare only within one filter version."""

    filter: str
    version: str
    """Digest of the filter's rules or weights."""
    category: str
    decision: Decision
    action: Action = Action.NONE
    score: float | None = None
    spans: tuple[Span, ...] = ()
    detail: str = ""
    elapsed: timedelta = timedelta()
    """How long the filter took over the whole candidate."""

    @property
    def rule(self) -> str:
        """The name a policy knows it by: `filter.category`."""
        return f"{self.filter}.{self.category}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All findings on one text. It cannot be built without any: silence is a no, not a yes."""

    findings: tuple[Finding, ...]
    digest: str
    """`Candidate.digest` of the text it is about."""
    policy: str
    """Hash of the policy that decided."""

    def __post_init__(self) -> None:
        if not self.findings:
            raise ValueError("a verdict needs at least one finding")

    @property
    def decision(self) -> Decision:
        """The strictest of all findings."""
        return max(finding.decision for finding in self.findings)

    @property
    def action(self) -> Action:
        """The most drastic action any finding asks for."""
        return max(finding.action for finding in self.findings)

    @property
    def objections(self) -> tuple[Finding, ...]:
        """What is not simply allowed, strictest first."""
        raised = (finding for finding in self.findings if finding.decision is not Decision.ALLOW)
        return tuple(sorted(raised, key=lambda finding: (-finding.decision, -finding.action)))


class Outcome(enum.StrEnum):
    """How an exchange ended, as far as the person could see."""

    CLEAN = "clean"
    FLAGGED = "flagged"
    """Shown as it was, and kept."""
    REPAIRED = "repaired"
    WITHHELD = "withheld"
    """Ended at the clean prefix, or with words written for this."""
    HELD = "held"
    """Waits for a person to show it, or not; until then there are words written for this."""
    WITHDRAWN = "withdrawn"
    """Something already shown was taken back by the check of the whole."""
    DISCLOSED = "disclosed"
    SUSPENDED = "suspended"
    FAILED = "failed"
    """The model failed."""
    CANCELLED = "cancelled"
    DECLINED = "declined"
    """The message could not be answered: empty, or too long."""
    INTERRUPTED = "interrupted"
    """The process died before the end: what was flagged until then is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an exchange took place. `person` is a key, not a name."""

    platform: str
    conversation: str
    person: str
    message: str = ""
    server: str = ""
    """Key of the community, or "" for a conversation in private: who reviews for one community sees no other's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The first thing that is kept of an exchange, before anything of it that was objected to is shown."""

    origin: Origin
    at: datetime
    persona: str
    persona_version: str
    model: str
    policy: str
    language: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """A text that the guard objected to (flagged or blocked), what it found, and what stood on the screen then."""

    at: datetime
    stage: Stage
    text: str
    shown: str
    findings: tuple[Finding, ...]
    """Only what is not ALLOW; never empty."""
    by: str = ""
    """Key of the member who reported the text, on the same platform; "" for the guard's own objections."""

    @property
    def withdrew(self) -> bool:
        """Whether it took a whole reply back, whatever came after it: what waits for people is only kept back."""
        blocked = (found.action for found in self.findings if found.decision is Decision.BLOCK)
        return self.stage is Stage.WHOLE and max(blocked, default=Action.HOLD) < Action.HOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How a kept exchange ended."""

    at: datetime
    outcome: Outcome
    shown: str
    """Everything the person was left with, in order."""
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    tokens_overshoot: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Everything kept of one exchange, as the store gives it back."""

    id: str
    opening: Opening
    objections: tuple[Objection, ...]
    closing: Closing | None
    """None while it is under way."""
    case: Case
    """What is decided about it, and was; it may hold other exchanges too."""
    erased: bool = False
    """Its person wanted it gone: it holds no text and no key of theirs, and never will again."""

    @property
    def decision(self) -> Decision:
        """The strictest decision anywhere in the exchange."""
        return max(finding.decision for objection in self.objections for finding in objection.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Counts over the whole store, or over one server."""

    outcomes: dict[str, int]
    """Exchanges by outcome, clean ones included."""
    states: dict[str, int]
    """Cases by state."""
    rulings: dict[str, int]
    """Cases by what people decided."""
    rules: dict[str, "RuleStats"]
    """By `filter.category`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleStats:
    """How often a rule objected, and what people said to it. Counted in exchanges."""

    objected: int
    upheld: int
    overturned: int


def strictest(decisions: Iterable[Decision]) -> Decision:
    """The join of decisions; ALLOW for none."""
    return max(decisions, default=Decision.ALLOW)
