"""What every reply works with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from moderation.guard import Guard
from moderation.stores import Store
from personas.admission import Admission
from personas.cast import Cast
from personas.generators import Generator
from personas.ledger import Ended, Ledger, Performed
from personas.messages import Message, Passage
from personas.prompting import Limits
from personas.recall import Source, Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySettings:
    """How a reply is made."""

    limits: Limits
    """How large prompts and replies may be."""
    repairs: int = 2
    """How often one reply is taken up again after an objection."""
    enough: int = 60
    """Code points of a clean reply from which on an objection to its very last sentence leaves that out instead of
    having it repaired; 0: never."""
    longest_message: int = 4_000
    """Code points of a person's message that is still answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stagehands:
    """What every reply works with."""

    generator: Generator
    guard: Guard
    store: Store
    settings: ReplySettings
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    """Seconds."""
    choose: Callable[[Sequence[Passage]], Passage]
    """Picks one of an author's lines."""
    cheaper: Generator | None = None
    """What is asked where a budget is almost spent; None: `generator` as well."""
    ended: Ended | None = None
    """Told how everything ended."""
    performed: Performed | None = None
    """Told what every reply took."""
    sources: tuple[Source, ...] = ()
    """Where something is looked up for every reply; what comes first is the most important."""
    witnesses: tuple[Witness, ...] = ()
    """Told of every reply that is remembered."""
    admission: Admission = field(default_factory=Admission)
    """Judges what others wrote before it stands in a prompt."""

    def ledger(self, message: Message, cast: Cast, *, said: str) -> Ledger:
        """For what comes of `message`, whose text as it was judged is `said`."""
        return Ledger(
            self.store,
            self.now,
            message=message,
            cast=cast,
            said=said,
            policy=self.guard.policy.hash,
            ended=self.ended,
            performed=self.performed,
        )
