"""The models that arms ask, and what their calls come to.

The scripted one knows for what it is asked, so that every arm meets the same drafts: `cases` says what it would say.
Its prompts are rendered as services get them, and read as a service does that keeps what it has read (whole messages
from the beginning, in blocks of sixteen tokens, as vLLM does): what stays the same costs less.
"""

import enum
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from random import Random
from typing import Final, Protocol, Self

from bots.refining.cases import Case, Conditions
from bots.refining.clock import Clock
from personas.generators import Generation, Generator
from personas.generators.prefixes import PrefixStyle, request
from personas.generators.scripted import Scripted
from personas.generators.scripted_model import resume
from personas.generators.scripts import Reply, Script, Sentence, tokens
from personas.messages import Finish, Prompt, Usage

_BLOCK: Final = 16
_FRAME: Final = 4
"""Tokens a template puts around a message."""
FINE: Final = "OK"
"""What a critic says of a reply without faults."""


class Kind(enum.Enum):
    """For what a model is asked."""

    DRAFT = "draft"
    AGAIN = "again"
    """The whole reply anew, with a critique."""
    CONTINUE = "continue"
    """From a clean prefix, with a critique."""
    SENTENCE = "sentence"
    """One sentence anew, with a critique."""
    REVIEW = "review"
    """What is wrong with the reply."""


class Model(Protocol):
    """What arms ask. Used by one reply at a time."""

    id: str
    now: Callable[[], float]
    """Seconds."""

    def begin(self, case: Case) -> None:
        """A new reply, to `case`."""

    def ask(self, kind: Kind, prompt: Prompt, *, at: int = 0, named: frozenset[str] = frozenset()) -> Generation:
        """A call; `at` is which sentence of the draft is wanted anew, `named` are those that fault was found with where
        the whole is."""

    def generated(self, until: float) -> int:
        """Tokens that were generated for the reply by then, those nobody reads included."""


class _Timeline:
    """When how many tokens were there."""

    def __init__(self) -> None:
        self._points: list[tuple[float, int]] = []
        self._before = 0

    def note(self, at: float, tokens_out: int) -> None:
        self._points.append((at, self._before + tokens_out))

    def ended(self, tokens_out: int) -> None:
        self._before += tokens_out

    def until(self, when: float) -> int:
        return max((count for at, count in self._points if at <= when), default=0)


class _Timed:
    """A generation, noted as it comes. `usage` is what the caller is told of it."""

    def __init__(
        self, inner: Generation, timeline: _Timeline, now: Callable[[], float], read: Usage | None = None
    ) -> None:
        """`read`: what was read, where the generation does not know."""
        self._inner, self._timeline, self._now, self._read = inner, timeline, now, read
        self._closed = False

    @property
    def model(self) -> str:
        return self._inner.model

    @property
    def finish(self) -> Finish | None:
        return self._inner.finish

    @property
    def usage(self) -> Usage:
        usage = self._inner.usage
        if self._read is None or not usage.calls:
            return usage
        return replace(usage, tokens_in=self._read.tokens_in, tokens_cached=self._read.tokens_cached)

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        piece = await anext(aiter(self._inner))
        self._timeline.note(self._now(), self._inner.usage.tokens_out)
        return piece

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._inner.aclose()
        if not self._closed:
            self._closed = True
            self._timeline.ended(self._inner.usage.tokens_out)


class Reading:
    """What a service has read already."""

    def __init__(self) -> None:
        self._known: set[tuple[str, ...]] = set()
        self._sizes: dict[str, int] = {}

    def read(self, texts: tuple[str, ...]) -> Usage:
        """The tokens of a prompt of these messages, and how many of them were there before."""
        known = max((end for end in range(1, len(texts) + 1) if texts[:end] in self._known), default=0)
        self._known.update(texts[:end] for end in range(1, len(texts) + 1))
        cached = self._size(texts[:known])
        return Usage(tokens_in=self._size(texts), tokens_cached=cached - cached % _BLOCK)

    def _size(self, texts: tuple[str, ...]) -> int:
        for text in texts:
            if text not in self._sizes:
                self._sizes[text] = len(tokens(text)) + _FRAME
        return sum(self._sizes[text] for text in texts)


class ScriptedActor:
    """A model that says what the case has it say, with the faults that it has."""

    id = "scripted:refine"

    def __init__(self, conditions: Conditions, clock: Clock) -> None:
        self._conditions, self._clock = conditions, clock
        self._reading = Reading()
        self.now = clock.now
        self._timeline = _Timeline()

    def begin(self, case: Case) -> None:
        self._clock.restart()
        self._case, self._draft = case, case.drafts[0]
        self._drafts = self._calls = 0
        self._timeline = _Timeline()

    def ask(self, kind: Kind, prompt: Prompt, *, at: int = 0, named: frozenset[str] = frozenset()) -> Generation:
        self._calls += 1
        read = self._reading.read(tuple(request(prompt, PrefixStyle.ASSISTANT).texts))
        reply = self._reply(kind, prompt, at, named)
        # Of a critique of the whole a script knows nothing: what comes of it is in the draft.
        heard = prompt if kind in {Kind.CONTINUE, Kind.SENTENCE} else replace(prompt, critique=None)
        seeded = replace(reply, seed=reply.seed * 31 + self._calls)
        generation = Scripted(Script(replies=(seeded,)), sleep=self._clock.sleep).generate(heard)
        return _Timed(generation, self._timeline, self._clock.now, read)

    def generated(self, until: float) -> int:
        return self._timeline.until(until)

    def _reply(self, kind: Kind, prompt: Prompt, at: int, named: frozenset[str]) -> Reply:
        match kind:
            case Kind.REVIEW:
                return replace(self._draft, sentences=(Sentence(t=self._review()),))
            case Kind.SENTENCE:
                return replace(self._draft, sentences=(self._draft.sentences[at],))
            case Kind.CONTINUE:
                number, _ = resume(self._draft, prompt.prefix)
                later = self._next().sentences[number + 1 :]
                self._draft = replace(self._draft, sentences=(*self._draft.sentences[: number + 1], *later))
            case Kind.AGAIN:
                self._draft = _reworded(self._next(), named)
            case Kind.DRAFT:
                pass
        return self._draft

    def _next(self) -> Reply:
        self._drafts = min(self._drafts + 1, len(self._case.drafts) - 1)
        return self._case.drafts[self._drafts]

    def _review(self) -> str:
        """What the model says of its own draft; which sentences it names is drawn for the case and the draft."""
        sees, errs = self._conditions.critic_sees, self._conditions.critic_errs
        dice = Random(f"{self._draft.seed}/review")  # noqa: S311 (repeatable, not secret)
        for number, sentence in enumerate(self._draft.sentences, start=1):
            if dice.random() < (sees if sentence.gold else errs):
                return (
                    f"{number}: this sentence is out of character or hurts somebody, so it should be said differently."
                )
        return f"{FINE}, every sentence is in character and hurts nobody."


def _reworded(reply: Reply, named: frozenset[str]) -> Reply:
    """`reply`, in which sentences that were found fault with wrongly are said otherwise: nobody says them once more."""
    sentences = (
        Sentence(t=each.repair.ok) if each.t in named and each.repair and not each.gold else each
        for each in reply.sentences
    )
    return replace(reply, sentences=tuple(sentences))


class LiveModel:
    """A model that runs: it says what it says, and time is what the clock shows."""

    def __init__(self, generator: Generator, now: Callable[[], float]) -> None:
        self.id = generator.id
        self.now = now
        self._generator = generator
        self._timeline = _Timeline()

    def begin(self, case: Case) -> None:  # noqa: ARG002 - it knows no drafts
        self._timeline = _Timeline()

    def ask(
        self,
        kind: Kind,  # noqa: ARG002 - nor sentences
        prompt: Prompt,
        *,
        at: int = 0,  # noqa: ARG002
        named: frozenset[str] = frozenset(),  # noqa: ARG002
    ) -> Generation:
        return _Timed(self._generator.generate(prompt), self._timeline, self.now)

    def generated(self, until: float) -> int:
        return self._timeline.until(until)
