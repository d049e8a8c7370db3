"""The arms beside ours: what else is done with a reply that breaks a rule.

All of them have the prompts, drafts, detector, limits and K of the product's own path, and read its pieces; they differ
in what they show when, and in what they ask for again.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from bots.refining.cases import Case
from bots.refining.detector import Detector, strictest_rule
from bots.refining.models import FINE, Kind, Model
from moderation.records import Action, Decision, Stage, Verdict
from moderation.words import catalogue
from personas.cast import Cast
from personas.cleaning import clean
from personas.conversation import Conversation
from personas.critique import critique_of
from personas.gate import Gate
from personas.messages import Critique, Cue, Finish, Message, Prompt, Turn, Usage
from personas.occasion import Occasion
from personas.prompting import Limits
from personas.sentences import SentenceSplitter

_WHEN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_NUMBER: Final = re.compile(r"\d+")
WINDOW: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """What one arm made of one case."""

    arm: str
    case: Case
    text: str
    """What was delivered of the model's; "" where words of the persona's author stand there instead."""
    usage: Usage
    first: float
    """Seconds to the first visible text, whatever it was."""
    first_tokens: int
    """Tokens generated until then."""
    total: float
    """Seconds."""
    truncated: bool = False
    """Something of the reply is missing."""
    withdrawn: bool = False
    """Something stood there and was taken back."""
    checked: tuple[tuple[str, str], ...] = ()
    """Sentences that were looked at, and the rule each was refused for ("": it passed)."""

    @property
    def fallback(self) -> bool:
        """Whether none of it is the model's."""
        return not self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What every arm works with."""

    detector: Detector
    model: Model
    cast: Cast
    limits: Limits
    repairs: int


def message_of(case: Case) -> Message:
    """The turn of `case`, as a platform hands it over."""
    return Message(
        platform="bench", conversation=f"case-{case.number}", person="somebody", name="", text=case.said, at=_WHEN
    )


@dataclass(slots=True)
class _Written:
    """One call, read."""

    pieces: list[str] = field(default_factory=list)
    objections: list[tuple[int, Verdict]] = field(default_factory=list)
    """Number of the piece, and what the detector said."""


class Acting:
    """One reply of an arm under way."""

    def __init__(self, arm: str, hands: Hands, case: Case) -> None:
        self.hands, self.case, self._arm = hands, case, arm
        hands.detector.begin()
        hands.model.begin(case)
        self._occasion = Occasion.of(Cue.ANSWER, message_of(case), hands.cast, Conversation(window=WINDOW))
        self._start = hands.model.now()
        self._first: float | None = None
        self._usage = Usage()
        self.named: list[tuple[str, str]] = []
        """What a critic looked at, and the rule it refused each for."""

    async def hear(self) -> None:
        """Judge the person's turn, as ours does before it generates."""
        await self.hands.detector.judge(self._occasion.heard)

    def prompt(self, critique: Critique | None = None, prefix: str = "") -> Prompt:
        """The prompt the product would make."""
        return self._occasion.compiled(self.hands.limits, (), critique=critique, prefix=prefix).prompt

    def critique(self, verdict: Verdict) -> Critique:
        """The words the product would have for `verdict`."""
        cast = self.hands.cast
        return critique_of(verdict, cast.persona, cast.brief.registers)

    async def draft(self, prompt: Prompt, kind: Kind = Kind.DRAFT, *, show: bool = False) -> list[str]:
        """A whole reply in sentences that nobody judged; shown as they come where the arm does so."""
        splitter, pieces = SentenceSplitter(), []
        async with self.hands.model.ask(kind, prompt) as generation:
            async for chunk in generation:
                pieces += splitter.feed(clean(chunk))
                if show and pieces:
                    self.show()
            pieces += splitter.finish()
        self._usage += generation.usage
        if show:
            self.show()
        return pieces

    async def judged(self, kind: Kind, prompt: Prompt, *, stop_at: int = 0, one: bool = False, at: int = 0) -> _Written:
        """A reply, its sentences judged as they come. The call ends after so many objections (0: never), or, for
        `one`, with the first sentence."""
        written = _Written()
        gate = Gate(self.hands.cast.terms, shown=prompt.prefix)
        async with self.hands.model.ask(kind, prompt, at=at) as generation:
            async for chunk in generation:
                await self._take(gate.feed(clean(chunk)), written, prompt.prefix)
                if gate.leaked or (stop_at and len(written.objections) >= stop_at) or (one and written.pieces):
                    break
            else:
                rest = gate.finish(whole=generation.finish is Finish.STOP or not written.pieces)
                await self._take(rest, written, prompt.prefix)
        self._usage += generation.usage
        return written

    async def _take(self, pieces: list[str], written: _Written, before: str) -> None:
        for piece in pieces:
            if not piece.strip():
                continue
            # What was refused will not be shown, so what follows it is judged without it, as in ours.
            refused = {at for at, _ in written.objections}
            shown = before + "".join(text for at, text in enumerate(written.pieces) if at not in refused)
            text = piece if shown else piece.lstrip()
            candidate = self._occasion.candidate(Stage.PIECE, text, spoken=shown, asked=False)
            verdict = await self.hands.detector.judge(candidate)
            if verdict.decision is Decision.BLOCK:
                written.objections.append((len(written.pieces), verdict))
            written.pieces.append(candidate.text)

    async def objection(self, written: _Written) -> Verdict | None:
        """The first thing there is against it: to a sentence, or to the whole."""
        if written.objections:
            return written.objections[0][1]
        return await self.to_whole("".join(written.pieces))

    async def to_whole(self, text: str) -> Verdict | None:
        """What the detector has against a whole reply, if it blocks it."""
        candidate = self._occasion.candidate(Stage.WHOLE, text.strip(), spoken="", asked=False)
        verdict = await self.hands.detector.judge(candidate)
        return verdict if verdict.decision is Decision.BLOCK else None

    async def review(self, pieces: list[str]) -> Critique | None:
        """What the model itself has against its reply."""
        language = self.hands.cast.persona.language
        say = catalogue("bots").say
        prompt = self.prompt()
        numbered = "\n".join(f"{number}. {piece.strip()}" for number, piece in enumerate(pieces, start=1))
        turns = (*prompt.turns, Turn(role="assistant", text=numbered))
        asked = Turn(role="user", text=say("refine.review", language))
        answer = "".join(await self.draft(Prompt(system=prompt.system, turns=(*turns, asked)), Kind.REVIEW))
        number = _NUMBER.search(answer)
        refused = None if answer.lstrip().upper().startswith(FINE) or number is None else int(number[0]) - 1
        self.named += [(piece, "critic" if at == refused else "") for at, piece in enumerate(pieces)]
        return None if refused is None else Critique(category="review", rule=say("refine.rule", language), anew=True)

    def show(self) -> None:
        """Something can be read now."""
        if self._first is None:
            self._first = self.hands.model.now()

    def deliver(self, text: str, *, truncated: bool = False) -> Take:
        """The end; without a text the persona's author has a line."""
        self.show()
        end, model = self.hands.model.now(), self.hands.model
        first = end if self._first is None else self._first
        return Take(
            arm=self._arm,
            case=self.case,
            text=text.strip(),
            usage=self._usage,
            first=first - self._start,
            first_tokens=model.generated(first),
            total=end - self._start,
            truncated=truncated and bool(text.strip()),
            checked=looked_at(self.hands.detector) or tuple(self.named),
        )


def looked_at(detector: Detector) -> tuple[tuple[str, str], ...]:
    """The sentences that `detector` judged in this reply, and the rule each was refused for."""
    return tuple((text, strictest_rule(verdict)) for text, verdict in detector.checked)


async def none(acting: Acting) -> Take:
    """What the model says is shown, sentence by sentence."""
    return acting.deliver("".join(await acting.draft(acting.prompt(), show=True)))


async def regenerate(acting: Acting) -> Take:
    """Nothing is shown before the whole was judged; what breaks a rule is written anew, whole."""
    return await _anew(acting, stop_at=0)


async def abort(acting: Acting) -> Take:
    """The same, but the call ends at the first sentence that breaks a rule."""
    return await _anew(acting, stop_at=1)


async def _anew(acting: Acting, *, stop_at: int) -> Take:
    await acting.hear()
    critique: Critique | None = None
    for attempt in range(acting.hands.repairs + 1):
        kind = Kind.AGAIN if attempt else Kind.DRAFT
        written = await acting.judged(kind, acting.prompt(critique), stop_at=stop_at)
        verdict = await acting.objection(written)
        if verdict is None:
            return acting.deliver("".join(written.pieces))
        if verdict.action is not Action.REPAIR:
            break
        critique = replace(acting.critique(verdict), anew=True)
    return acting.deliver("")


async def rewrite(acting: Acting) -> Take:
    """Nothing is shown before the whole was judged; sentences that break a rule are written anew, or left out."""
    await acting.hear()
    written = await acting.judged(Kind.DRAFT, acting.prompt())
    refused = dict(written.objections)
    kept: list[str] = []
    left = acting.hands.repairs
    for at, piece in enumerate(written.pieces):
        verdict = refused.get(at)
        while verdict and verdict.action is Action.REPAIR and left:
            left -= 1
            again = acting.prompt(acting.critique(verdict), "".join(kept))
            other = await acting.judged(Kind.SENTENCE, again, one=True, at=at)
            verdict = other.objections[0][1] if other.objections else None
            piece = other.pieces[0] if other.pieces else ""  # noqa: PLW2901 - what stands in its place
        if verdict is None:
            kept.append(piece)
    text = "".join(kept)
    truncated = len(kept) < len(written.pieces)
    return acting.deliver("" if await acting.to_whole(text) else text, truncated=truncated)


async def self_refine(acting: Acting) -> Take:
    """The model looks at every reply of its own, and writes it anew where it finds something."""
    pieces = await acting.draft(acting.prompt())
    for _ in range(acting.hands.repairs):
        critique = await acting.review(pieces)
        if critique is None:
            break
        pieces = await acting.draft(acting.prompt(critique), Kind.AGAIN)
    return acting.deliver("".join(pieces))


Arm = Callable[[Acting], Awaitable[Take]]

ARMS: Final[Mapping[str, Arm]] = MappingProxyType(
    {
        "none": none,
        "regenerate": regenerate,
        "self-refine": self_refine,
        "rewrite": rewrite,
        "abort": abort,
    }
)
"""By name; ours is in `keeping`."""
