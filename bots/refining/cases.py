"""Pure: what the model would say to one turn, drawn from a seed: the same drafts for every arm."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from bots.refining.lines import Lines
from personas.generators.scripts import Gold, Repair, Reply, Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The world that all arms share. Rates and shares lie in [0, 1]."""

    replies: int = 1_000
    sentences: int = 4
    """In a draft, on average; they vary by two."""
    faults: float = 0.03
    """How probably a sentence of a first draft breaks a rule."""
    heed: float = 0.5
    """That, times this, in whatever is written after a critique; assumed, for all arms alike."""
    mends: float = 0.85
    """How probably a sentence that was criticised is said within the rule; assumed."""
    repairs: int = 2
    """How often a reply may be taken up again (K)."""
    critic_sees: float = 0.8
    """Of self-refine's critic, which is the model itself: share of faults it names; assumed."""
    critic_errs: float = 0.02
    """How probably it objects to a sentence that is none; assumed."""
    tokens_a_second: float = 50.0
    first_token: float = 600.0
    """Milliseconds."""
    chunk: str = "1-4tokens"
    lag: int = 1
    """Tokens that are still generated after a call was cancelled."""
    check: float = 6.0
    """Milliseconds the guard takes over a text."""
    enough: int = 60
    """See `ReplySettings.enough`."""
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One turn of a person, and what the model makes of it."""

    number: int
    language: str
    said: str
    drafts: tuple[Reply, ...]
    """The first; then what it would be after one critique, two …: the same sentences, other faults."""

    @property
    def sentences(self) -> int:
        """How many a reply to it has."""
        return len(self.drafts[0].sentences)


def cases(lines: Mapping[str, Lines], conditions: Conditions) -> tuple[Case, ...]:
    """`conditions.replies` of them, languages by turns."""
    languages = sorted(lines)
    return tuple(
        _case(number, language, lines[language], conditions)
        for number in range(conditions.replies)
        for language in [languages[number % len(languages)]]
    )


def _case(number: int, language: str, lines: Lines, conditions: Conditions) -> Case:
    dice = Random(f"{conditions.seed}/{number}")  # noqa: S311 (repeatable, not secret)
    most = min(conditions.sentences + 2, len(lines.clean) // 2)
    count = dice.randint(max(1, conditions.sentences - 2), most)
    texts = dice.sample(lines.clean, 2 * count)
    slots = [
        Sentence(t=text, repair=Repair(p_ok=conditions.mends, ok=other, bad=text))
        for text, other in zip(texts[:count], texts[count:], strict=True)
    ]
    said = dice.choice(lines.turns)
    drafts = []
    for draft in range(conditions.repairs + 1):
        rate = conditions.faults * (conditions.heed if draft else 1.0)
        sentences = tuple(_fault(lines, conditions, dice) if dice.random() < rate else slot for slot in slots)
        drafts.append(_reply(number, draft, language, sentences, conditions))
    return Case(number=number, language=language, said=said, drafts=tuple(drafts))


def _fault(lines: Lines, conditions: Conditions, dice: Random) -> Sentence:
    line = dice.choice(lines.faulty)
    repair = Repair(p_ok=conditions.mends, ok=line.ok, bad=line.bad)
    return Sentence(t=line.t, gold=Gold(cat=line.cat), repair=repair)


def _reply(number: int, draft: int, language: str, sentences: tuple[Sentence, ...], conditions: Conditions) -> Reply:
    return Reply(
        script=f"case-{number}-{draft}",
        sentences=sentences,
        language=language,
        seed=conditions.seed * 1_000_003 + number * 101 + draft,
        tps=conditions.tokens_a_second,
        ttft_ms=conditions.first_token,
        chunk=conditions.chunk,
        cancel_lag_tokens=conditions.lag,
    )


def spoken_to(lines: Mapping[str, Lines], conditions: Conditions) -> tuple[Case, ...]:
    """The same turns for a model that says what it says: there are no drafts."""
    return tuple(
        Case(number=case.number, language=case.language, said=case.said, drafts=()) for case in cases(lines, conditions)
    )
