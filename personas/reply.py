"""One reply, from a person's message to its last passage: the state machine of the design.

OPEN -> STREAM -> piece -> CHECK -- clean --> RELEASE -> STREAM ...
                            |------ violation -> CANCEL -> REPAIR (critique, from the clean prefix) -> STREAM ...
                            |------ severe ----> CANCEL -> fixed words
                            |------ to be held -> STREAM to the end, showing nothing -> words until a person decides
end of stream -> CHECK the whole -- clean --> record -> done
                            |------ violation -> take all back -> REPAIR (critique, from the beginning) -> STREAM ...
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextvars import Context

from moderation.records import Action, Candidate, Decision, Outcome, Stage, Verdict
from personas.cast import Cast
from personas.cleaning import clean, unnamed
from personas.conversation import Conversation
from personas.cues import remember
from personas.errors import GenerationError, Permanent, RefuseToStart, Retryable
from personas.gate import Gate
from personas.handover import Handover, Late, nobody
from personas.mending import Mending
from personas.messages import (
    Aside,
    Critique,
    Cue,
    Event,
    Finish,
    Finished,
    Kept,
    Message,
    Passage,
    PassageKind,
    Prompt,
    Usage,
    Withdrawal,
)
from personas.occasion import Occasion
from personas.onscreen import OnScreen, also
from personas.recall import gather
from personas.stagehands import Stagehands

_log = logging.getLogger(__name__)


class Reply:
    """One reply under way. Iterate `events` once."""

    def __init__(
        self,
        hands: Stagehands,
        message: Message,
        cast: Cast,
        conversation: Conversation,
        cue: Cue = Cue.ANSWER,
        *,
        spent: Callable[[Usage], Awaitable[None]] | None = None,
        late: Late = nobody,
    ) -> None:
        """Takes the reply up at once: iterate `events` then, or what it takes the place of is lost."""
        self._hands = hands
        self._hand = Handover(late)
        self._cast = cast
        self._conversation = conversation
        self._occasion = Occasion.of(cue, message, cast, conversation, spent=spent)
        self._part = self._occasion.part
        self._asides: tuple[Aside, ...] = ()
        """What was looked up for it."""
        self._ledger = hands.ledger(message, cast, said=self._part.quoted)
        self._screen = OnScreen(hands.monotonic)
        self._usage = Usage()
        self._model = hands.generator.id
        self._failure: GenerationError | None = None
        self._arrived = False
        """Whether the call under way has given any text."""
        settings = hands.settings
        wish = self._occasion.wish
        self._mending = Mending(cast, most=settings.repairs, enough=settings.enough, wish=wish)
        self._over = False
        """Whether nothing was to follow what was objected to last."""
        self._asked = self._told = False
        self._outcome = Outcome.CLEAN
        self._remember = True

    def events(self, context: Context | None = None) -> AsyncGenerator[Event, None]:
        """Passages in order, perhaps a withdrawal, and `Finished` at the end.

        The reply is made in a task of its own, so that a slow platform does not keep a model waiting. Closing the
        iterator early ends that task: the model call is cancelled, what was shown until then is judged as a whole and
        recorded. Where it may not stand, `late` is told what is to be done before the iterator is closed.
        """
        return self._hand.events(self._run, context)

    async def _run(self) -> None:
        finished = False
        try:
            await self._steps()
            finished = True
        finally:
            try:
                if not finished:
                    await self._cut_short()
            finally:
                await self._record()
                if self._outcome is not Outcome.CANCELLED:
                    await self._hand.give(self._finished())

    def _finished(self) -> Finished:
        return Finished(
            outcome=self._outcome,
            exchange=self._ledger.exchange,
            usage=self._usage,
            repairs=self._mending.count,
            findings=tuple(self._ledger.findings),
            failure=self._ledger.failure or self._failure,
        )

    async def _cut_short(self) -> None:
        """It ends where it is: its last check is made all the same, as every piece of it passed alone."""
        self._outcome = Outcome.CANCELLED
        if self._screen.withdrawn:  # the platform may not have been told
            await self._take_back()
        else:
            await self._check_whole()
        if self._screen.withdrawn and self._outcome is Outcome.CANCELLED:
            self._outcome = Outcome.WITHDRAWN

    async def _steps(self) -> None:
        said = self._part.said
        if self._part.reaction:
            if not await self._occasion.invites(self._hands.guard):
                self._end(Outcome.DECLINED)
                return
        elif not said.strip() or len(said) > self._hands.settings.longest_message:
            self._end(Outcome.DECLINED)
            await self._show(self._cast.words["too_long_message" if said.strip() else "empty_message"])
            return
        if self._part.judged or await self._hear():
            await self._look_up()
            await self._speak()
        if self._ledger.failure and self._outcome is not Outcome.SUSPENDED:
            self._outcome = Outcome.FAILED
            await self._show(self._cast.words["failed"])

    async def _look_up(self) -> None:
        """What stands in the prompt beside the conversation, without what gives orders to the model."""
        guard, admission, brief = self._hands.guard, self._hands.admission, self._occasion.brief
        if not self._part.reaction and not await admission.admits(self._occasion.message.name, guard, brief):
            self._occasion = self._occasion.unnamed()
            self._part = self._occasion.part
        asides = await gather(self._hands.sources, self._occasion)
        self._asides = await admission.admitted(asides, guard, brief)

    async def _hear(self) -> bool:
        """Judge the person's turn; whether anything is to be generated. Safety before honesty before persona."""
        said, candidate = self._part.said, self._occasion.heard
        verdict = await self._hands.guard.judge(candidate)
        if self._part.undone is None:
            self._conversation.heard(self._occasion.message.person, said, self._part.key)
        kept = await self._keep(candidate, verdict)
        if verdict.action is Action.SUSPEND:
            self._end(Outcome.SUSPENDED)
            await self._show(self._cast.help_for(said))  # fixed words, which nobody has to answer for: kept or not
        elif not kept:
            return False
        elif verdict.action is Action.DISCLOSE:
            self._asked, self._outcome = True, Outcome.DISCLOSED
            await self._show(self._cast.disclosure)
            return verdict.decision is not Decision.BLOCK
        elif verdict.action is Action.SAFE or verdict.decision is Decision.BLOCK:
            self._end(Outcome.WITHHELD)
            await self._show(self._instead_of(verdict))
        else:
            return True
        return False

    async def _speak(self) -> None:
        """Generate until the reply is whole and may stand, or cannot be mended."""
        critique = self._occasion.wish
        while trouble := await self._stream(critique) or await self._check_whole(mends=True):
            if self._ledger.failure:
                return
            if isinstance(trouble, Verdict):
                critique = await self._mend(trouble)
                if critique is None:
                    return
            elif self._screen.spoken or not self._mending.reopens(trouble, begun=self._arrived):
                await self._fail(trouble)
                await self._check_whole()
                return

    async def _mend(self, trouble: Verdict) -> Critique | None:
        """What to tell the model so that it goes on; None where the reply ends here, with what can be said then."""
        critique = self._mending.begin(trouble, self._screen.spoken, over=self._over)
        if critique is None:
            await self._give_up(trouble)
            left = await self._check_whole(mends=trouble.action < Action.HOLD)
            critique = self._mending.begin(left, self._screen.spoken, over=False) if left else None
        return critique

    async def _stream(self, critique: Critique | None) -> Verdict | GenerationError | None:
        """One model call, its pieces shown as far as they pass: what the guard objected to or what went wrong."""
        try:
            prompt = self._prompt(critique)
        except RefuseToStart:
            return Permanent("reply.no_room")
        gate = Gate(self._cast.terms, shown=self._screen.text)
        generation = self._hands.generator.generate(prompt)
        self._arrived = False
        try:
            async with generation:
                async for chunk in generation:
                    self._arrived = True
                    violation = await self._offer(gate.feed(clean(chunk)), gate)
                    if violation or self._ledger.failure:
                        return violation
                if generation.finish is Finish.FILTERED and self._screen.holding is None:
                    return Permanent("reply.filtered")
                whole = generation.finish is Finish.STOP or not self._screen.draft
                violation = await self._offer(gate.finish(whole=whole), gate, last=True)
        except GenerationError as error:
            if self._screen.holding is None:
                return error
            violation = await self._offer(gate.finish(whole=False), gate)
        finally:
            self._usage += generation.usage
            self._model = generation.model
        enough = self._screen.spoken or self._asked
        return violation or self._screen.holding or (None if enough else Retryable("reply.empty"))

    async def _offer(self, pieces: list[str], gate: Gate, *, last: bool = False) -> Verdict | None:
        """Have pieces judged in order and show those that pass; the verdict on the first that does not. From the first
        on that is to be held, none is shown, nor judged before all of them are there."""
        for piece in pieces:
            if self._screen.holding is not None:
                self._screen.hold(piece)
                continue
            text = piece if self._screen.text else piece.lstrip()
            if not self._screen.spoken:
                text = unnamed(text, self._cast.persona.name)
            if not text.strip():
                continue
            candidate = self._candidate(Stage.PIECE, text)
            verdict = await self._hands.guard.judge(candidate)
            if not await self._keep(candidate, verdict):
                return None
            if verdict.decision is not Decision.BLOCK:
                await self._show(Passage.cleared(candidate, verdict))
            elif verdict.action is Action.HOLD:
                self._screen.hold(text, verdict)
            else:
                self._over = last and piece is pieces[-1]
                return verdict
        return await self._object_to_leak() if gate.leaked else None

    async def _check_whole(self, *, mends: bool = False) -> Verdict | None:
        """The last check: what it blocks is taken back although its pieces had passed. For `mends`, the verdict where
        something better is to be generated in its place; otherwise something is said there."""
        if self._ledger.failure and self._outcome is not Outcome.CANCELLED:
            return None  # it fails in any case; one that is ended early is looked at all the same
        if self._screen.spoken.strip() and self._outcome is not Outcome.HELD:
            candidate = self._candidate(Stage.WHOLE, self._part.before + self._screen.spoken)
            verdict = await self._hands.guard.judge(candidate)
            if verdict.decision is Decision.BLOCK:
                again = mends and self._mending.may(verdict)
                await self._withdraw(candidate, verdict, again=again)
                return verdict if again else None
            if self._ledger.news(verdict) and not await self._keep(candidate, verdict):
                await self._take_back()
                return None
        if self._outcome in {Outcome.CLEAN, Outcome.DISCLOSED} and self._ledger.findings:
            self._outcome = Outcome.REPAIRED if self._mending.count else Outcome.FLAGGED
        return None

    async def _withdraw(self, candidate: Candidate, verdict: Verdict, *, again: bool) -> None:
        """Take everything back, and say something else, unless it is said `again`."""
        clean = Outcome.DISCLOSED if self._asked else Outcome.CLEAN
        self._outcome = clean if again else Outcome.WITHDRAWN
        kept = await self._keep(candidate, verdict)
        await self._take_back()
        if again or not kept:
            return
        if verdict.action is Action.HOLD:
            await self._await_people()
        else:
            await self._show(self._instead_of(verdict))

    async def _take_back(self) -> None:
        """Nothing of this reply stands any more, but the truth where it was told."""
        self._screen.clear()
        self._ledger.begin_anew()
        await self._hand.give(Withdrawal())
        if self._asked:
            await self._show(self._cast.disclosure)

    async def _give_up(self, verdict: Verdict) -> None:
        """The end of a reply that cannot be mended: the clean prefix, or words written for this."""
        self._outcome = Outcome.WITHHELD
        if verdict.action is Action.HOLD:
            await self._hold(verdict)
        elif verdict.action >= Action.SAFE or not self._screen.spoken:
            await self._show(self._instead_of(verdict))

    async def _hold(self, verdict: Verdict) -> None:
        """Put the whole draft before people, unless there is something in it that is nothing to wait for. What of it
        was shown already stays, if it may stand alone."""
        whole = self._candidate(Stage.WHOLE, self._part.before + self._screen.draft)
        objections = also(await self._hands.guard.judge(whole), verdict)
        if self._screen.spoken.strip():
            shown = self._candidate(Stage.WHOLE, self._part.before + self._screen.spoken)
            alone = await self._hands.guard.judge(shown)
            if alone.decision is Decision.BLOCK:
                await self._keep(shown, alone)
                await self._take_back()
        if await self._keep(whole, objections) and objections.action is Action.HOLD:
            await self._await_people()
        elif not self._ledger.failure:
            await self._show(self._cast.words["safe"])

    async def _await_people(self) -> None:
        self._end(Outcome.HELD)
        await self._show(self._cast.plain("held", self._part.said))

    async def _fail(self, error: GenerationError) -> None:
        _log.warning("no reply: persona=%s model=%s error=%s", self._cast.persona.id, self._model, error.key)
        self._outcome, self._failure = Outcome.WITHDRAWN if self._screen.withdrawn else Outcome.FAILED, error
        await self._show(self._hands.choose(self._cast.failures or (self._cast.words["failed"],)))

    def _instead_of(self, verdict: Verdict) -> Passage:
        """Plain words where it is severe, otherwise the author's."""
        if verdict.action >= Action.SAFE:
            return self._cast.words["safe"]
        return self._hands.choose(self._cast.fallbacks or (self._cast.words["withheld"],))

    async def _show(self, passage: Passage) -> None:
        """Hand `passage` to the platform; once it has taken it, it counts as seen. Where nobody asked, words in place
        of others are for nobody, but those that a person's decision may take the place of."""
        in_place = passage.kind is not PassageKind.GENERATED and self._outcome is not Outcome.HELD
        if in_place and self._occasion.message.unasked:
            return
        try:
            await self._hand.give(passage)
        except asyncio.CancelledError:
            if self._hand.taken is passage:  # the platform took it, and ended the reply at once
                self._screen.see(passage)
            raise
        self._screen.see(passage)

    def _end(self, outcome: Outcome) -> None:
        """Nothing is generated, and what the person said does not go to a model later either."""
        self._outcome, self._remember = outcome, False

    def _prompt(self, critique: Critique | None) -> Prompt:
        limits = self._hands.settings.limits
        return self._occasion.compiled(limits, self._asides, critique=critique, prefix=self._screen.text).prompt

    def _candidate(self, stage: Stage, text: str) -> Candidate:
        return self._occasion.candidate(stage, text, spoken=self._screen.spoken, asked=self._asked)

    async def _object_to_leak(self) -> Verdict:
        """A forbidden term was about to be completed: nothing of it was shown, and no model call can mend that."""
        candidate = self._candidate(Stage.PIECE, "")
        verdict = self._hands.guard.refuse(candidate, "leak")
        await self._keep(candidate, verdict)
        return verdict

    async def _keep(self, candidate: Candidate, verdict: Verdict) -> bool:
        shown = self._part.before + self._screen.text
        kept = await self._ledger.keep(candidate, verdict, shown=shown, model=self._model)
        self._conversation.exchange = self._ledger.exchange or self._conversation.exchange
        if self._ledger.exchange and not self._told:
            await self._hand.give(Kept(exchange=self._ledger.exchange))
            self._told = True
        return kept

    async def _record(self) -> None:
        """Remember the turn, keep or count how it ended, log it.

        Only what the persona said itself is remembered, the truth included: a model that reads our words for failures
        among its own learns to say them.
        """
        truth = [self._cast.disclosure.text] if self._asked else []
        said = "".join((*truth, self._screen.spoken))
        remembered = said if self._remember and said.strip() else ""
        remember(self._part, self._conversation, remembered)
        if remembered:
            for witness in self._hands.witnesses:
                await witness.witnessed(self._occasion, remembered)
        await self._ledger.close(self._outcome, shown=self._screen.text, usage=self._usage)
        if self._occasion.spent is not None:
            await self._occasion.spent(self._usage)
        self._ledger.log(
            self._outcome, model=self._model, usage=self._usage, repairs=self._mending.count, first=self._screen.first,
            total=self._screen.elapsed,
        )  # fmt: skip
