"""What the lexicon catches and at which price, beside its neighbours, on our own disguise cases.

The cases are ours and so were the terms listed; the neighbours were made for other lists. A neighbour is asked what it
offers: whether a line is profane. The second suite was written after all rules for the first; words spread over
messages are in it, and a neighbour sees the last of them.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from moderation.filters.lexicon import Lexicon
from moderation.records import Candidate, Stage
from tests.bench.measuring import cpu_ms, quantile
from tests.bench.sizes import Sizes
from tests.bench.tables import Goal, Row, Section, Table, at_least, at_most
from tests.bench.texts import LANGUAGES
from tests.moderation.disguises import HALVES, Case, cases
from tests.moderation.evasion import Line
from tests.moderation.evasion import cases as lines_of

OURS: Final = "talchum"
BLOCKED: Final = 0.5
"""Score from which a line counts as caught: where the policy that ships blocks slurs."""
KINDS: Final = ("disguised", "innocent", "identity")
GOALS: Final = {"disguised": 95.0, "innocent": 1.0, "identity": 0.0}
"""Per cent of lines flagged: at least, at most, at most."""
TIMED: Final = 120
"""Lines a language that are timed; a neighbour takes milliseconds for one."""

Judge = Callable[[str, tuple[str, ...]], bool]
"""Whether a line is flagged, given what the same person wrote before it."""


def disguises(sizes: Sizes) -> Section:
    """A table of rates and one of times."""
    judges = _judges()
    rates = [row for language, name in LANGUAGES.items() for row in _rates(name, cases(language), judges)]
    second = [row for language, name in LANGUAGES.items() for row in _rates(name, lines_of(language), judges)]
    return Section(
        tables=(
            Table(
                title="disguises, share of lines flagged",
                columns=tuple(judges),
                rows=tuple(rates),
                note="“Held back” was never tuned on. The goal is for our own column.",
            ),
            Table(title="disguises, second suite", columns=tuple(judges), rows=tuple(second)),
            Table(
                title="disguises, what a call costs",
                columns=("p50 µs", "p95 µs", "mean µs", "mean : ours"),
                rows=tuple(_costs(judges)),
                note=f"Processor time of the thread over {TIMED} lines of the suite in each language.",
            ),
        )
    )


def _judges() -> dict[str, Judge]:
    """By name; the neighbours are imported here, as only `make bench` installs them."""
    from better_profanity import Profanity
    from korcen import korcen

    lexicon = Lexicon.load()

    profanity = Profanity()

    def ours(text: str, earlier: tuple[str, ...]) -> bool:
        signals = lexicon.examine(Candidate(stage=Stage.INPUT, text=text, earlier=earlier))
        return any((signal.score or 0) >= BLOCKED for signal in signals)

    return {
        OURS: ours,
        "korcen": lambda text, _: bool(korcen.check(text)),
        "better-profanity": lambda text, _: bool(profanity.contains_profanity(text)),
    }


def _rates(name: str, lines: Sequence[Case] | Sequence[Line], judges: dict[str, Judge]) -> Iterable[Row]:
    for kind in KINDS:
        for half in HALVES:
            alike = [(line.text, _before(line)) for line in lines if line.kind == kind and line.half == half]
            shares = [100 * sum(judge(*line) for line in alike) / len(alike) for judge in judges.values()]
            values = tuple(f"{share:.1f} %" for share in shares)
            yield Row(name=f"{name}, {kind}, {half} ({len(alike)})", values=values, goal=_goal(kind, shares[0]))


def _before(line: Case | Line) -> tuple[str, ...]:
    return line.earlier if isinstance(line, Line) else ()


def _goal(kind: str, share: float) -> Goal:
    return at_least(share, GOALS[kind], "%") if kind == "disguised" else at_most(share, GOALS[kind], "%")


def _costs(judges: dict[str, Judge]) -> Iterable[Row]:
    for language, name in LANGUAGES.items():
        lines = random.Random(7).sample([case.text for case in cases(language)], TIMED)
        means: dict[str, float] = {}
        for judge, flags in judges.items():
            times = [cpu_ms(partial(flags, line, ())) * 1000 for line in lines]
            means[judge] = sum(times) / len(times)
            ratio = f"{means[judge] / means[OURS]:.2f}"
            values = (quantile(times, 0.5), quantile(times, 0.95), means[judge], ratio)
            yield Row(name=f"{name}, {judge}", values=values)
