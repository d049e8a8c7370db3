"""Guards over filters that do what the test says."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from moderation.guard import Guard
from moderation.policy import Policy
from moderation.records import Brief, Candidate, Signal, Span, Stage, Verdict

OUTPUT = frozenset({Stage.PIECE, Stage.WHOLE})


@dataclass(frozen=True)
class Fake:
    """A filter that does what the test says."""

    see: Callable[[Candidate], Sequence[Signal]] = lambda _: [Signal(category="bad", score=0.0)]
    id: str = "fake"
    version: str = "0123456789ab"
    categories: frozenset[str] = frozenset({"bad"})
    stages: frozenset[Stage] = field(default=OUTPUT)

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        return self.see(candidate)


IDENTITY = Fake(
    id="identity",
    categories=frozenset({"question"}),
    stages=frozenset({Stage.INPUT}),
    see=lambda candidate: [Signal(category="question", score=float("human?" in candidate.text))],
)


def policy(*filters: str, deadline: float = 5.0, workers: int = 4, capacity: int = 100, longest: int = 1000) -> Policy:
    rule = {"bad": {"output": {"flag": 0.3, "block": {"en": 0.7, "ko": 0.9}, "action": "cut"}}}
    return Policy(
        {
            "version": 1,
            "name": "test",
            "guard": {
                "deadline": deadline,
                "workers": workers,
                "capacity": capacity,
                "longest": longest,
                "output": list(filters or ("fake",)),
                "input": ["identity"],
            },
            "filters": {
                "identity": {"question": {"input": {"act": 0.5, "action": "disclose"}, "locked": True}},
                **dict.fromkeys(filters or ("fake",), rule),
            },
        },
        file="test.toml",
    )


@contextmanager
def guarding(*filters: Fake, rules: Policy | None = None, waiting: frozenset[str] = frozenset()) -> Iterator[Guard]:
    rules = rules or policy(*(judge.id for judge in filters))
    guard = Guard((*filters, IDENTITY), rules, monotonic=time.monotonic, waiting=waiting)
    try:
        yield guard
    finally:
        guard.close()


def scoring(score: float | None, name: str = "fake") -> Fake:
    return Fake(id=name, see=lambda _: [Signal(category="bad", score=score, spans=(Span(0, 1),), detail="d")])


async def judge(guard: Guard, text: str = "hello", stage: Stage = Stage.PIECE) -> Verdict:
    return await guard.judge(Candidate(stage=stage, text=text, brief=Brief(persona="p")))


def reasons(verdict: Verdict) -> set[str]:
    return {finding.category for finding in verdict.findings if finding.filter == "guard"}
