"""The one path from a message to cleared passages, for every platform."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace

from moderation.guard import Guard
from moderation.records import Action, Brief, Candidate, Decision, Outcome, Stage, Verdict
from moderation.spending import Spending
from moderation.tracing import Trace
from personas.cast import Cast
from personas.cleaning import clean
from personas.conversation import Conversation
from personas.errors import GenerationError
from personas.feedback import critique_of_feedback
from personas.handover import Late, nobody
from personas.messages import Cue, Event, Finished, Message, Passage, Turn, Usage
from personas.occasion import Occasion
from personas.prompting import Compiled, Limits, compile_prompt
from personas.recall import gather
from personas.reply import Reply
from personas.stagehands import Stagehands


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A text that must not be shown, or kept in mind."""

    exchange: str = ""
    """Id of the kept exchange, or "" where nothing was kept."""
    rules: tuple[str, ...] = ()
    """What forbids it although a person wants it shown, as `filter.category`."""


class PersonaRuntime:
    """Answers messages. Used from one event loop, for any number of conversations at once.

    Replies within one conversation must be made one after another: the caller's inbox sees to that.
    """

    def __init__(self, hands: Stagehands) -> None:
        self._hands = hands

    def held(self) -> "PersonaRuntime":
        """This runtime as it is now: neither `adopt` nor another policy of its guard changes it."""
        return PersonaRuntime(replace(self._hands, guard=self._hands.guard.held()))

    def saving(self) -> "PersonaRuntime":
        """The same with the cheaper model, where there is one."""
        cheaper = self._hands.cheaper
        return PersonaRuntime(replace(self._hands, generator=cheaper)) if cheaper else self

    def adopt(self, hands: Stagehands) -> None:
        """Answer with `hands` from now on; replies under way end with what they began with."""
        self._hands = hands

    @property
    def model(self) -> str:
        """Id of the model that is asked first."""
        return self._hands.generator.id

    @property
    def languages(self) -> frozenset[str]:
        """What that model speaks usably; empty where that is not known."""
        return self._hands.generator.languages

    @property
    def guard(self) -> Guard:
        """What judges."""
        return self._hands.guard

    @property
    def policy(self) -> str:
        """Hash of the policy that judges."""
        return self._hands.guard.policy.hash

    def greet(self, cast: Cast, conversation: Conversation) -> Passage | None:
        """How the persona opens a conversation; None where its author wrote no greeting."""
        if not cast.greetings:
            return None
        greeting = self._hands.choose(cast.greetings)
        conversation.opened(greeting.text)
        return greeting

    def decline(self, cast: Cast) -> Passage:
        """What the persona says to something that holds no words; it is no part of the conversation."""
        return self._hands.choose(cast.wordless) if cast.wordless else cast.words["wordless"]

    async def warm(self, cast: Cast, conversation: Conversation) -> None:
        """Have the model read what every prompt of this conversation begins with: the first reply then comes at once.

        For models in this process that keep what they read; a service would charge for it. What goes wrong here is left
        for the first reply to tell.
        """
        turns = (*conversation.turns, Turn(role="user", text="."))
        limits = self._hands.settings.limits
        prompt = compile_prompt(cast.persona, turns, limits=limits, canary=cast.canary, manner=cast.manner).prompt
        with suppress(GenerationError):
            async with self._hands.generator.generate(replace(prompt, max_tokens=1)) as generation:
                async for _ in generation:
                    pass

    async def respond(
        self,
        message: Message,
        cast: Cast,
        conversation: Conversation,
        cue: Cue = Cue.ANSWER,
        *,
        spent: Callable[[Usage], Awaitable[None]] | None = None,
        late: Late = nobody,
    ) -> AsyncGenerator[Event, None]:
        """The reply to `message`: cleared passages as they come, `Finished` at the end. `cue` may ask for another reply
        to the turn before, or for more of the last one. `spent` is told what it cost, with what models took
        that judged it, however it ended.

        The iterator must be iterated to its end or closed (`contextlib.aclosing`): closing cancels the model call,
        judges what was shown as a whole, and records it. Where that may not stand, `late` is given what the platform is
        to do before the iterator is closed: a `Withdrawal`, what is said instead, `Finished`. Raises nothing for what a
        model, a filter or the store does wrong.
        """
        judging = Spending()

        async def told(usage: Usage) -> None:
            tokens_in, tokens_out = judging.take()
            if spent:
                await spent(usage + Usage(tokens_in=tokens_in, tokens_out=tokens_out))

        trace, context = Trace("reply"), judging.context()
        trace.within(context)
        reply = Reply(self._hands, message, cast, conversation, cue, spent=told, late=late)
        try:
            async with aclosing(reply.events(context)) as events:
                async for event in events:
                    if isinstance(event, Finished):
                        trace.note(platform=message.platform, outcome=event.outcome, repairs=event.repairs)
                    shown = Trace("show", below=trace)
                    yield event
                    shown.end()
        finally:
            trace.end()

    async def explain(
        self, message: Message, cast: Cast, conversation: Conversation, *, limits: Limits | None = None
    ) -> Compiled:
        """The prompt that `message` would be answered with, and what it is made of: nothing is judged, said or kept.
        `limits` are those of another model. Raises RefuseToStart where there is no room for one."""
        occasion = Occasion.of(Cue.ANSWER, message, cast, conversation)
        asides = await gather(self._hands.sources, occasion)
        return occasion.compiled(limits or self._hands.settings.limits, asides)

    async def clear(self, text: str, message: Message, cast: Cast, conversation: Conversation) -> Passage | Refused:
        """`text`, which a person wrote or which was said before, as a passage the persona may be shown to have said in
        answer to `message`. What the guard objects to is kept; what it blocks is refused."""
        worded = clean(text).strip()
        candidate = Candidate(
            stage=Stage.WHOLE,
            text=worded,
            said=clean(message.text),
            # What begins with the truth about who speaks is not out of character for it.
            disclosed=worded.startswith(cast.disclosure.text),
            brief=_brief(cast, conversation),
        )
        verdict, refused = await self._judge(candidate, message, cast)
        return refused or Passage.cleared(candidate, verdict)

    async def release(
        self, text: str, message: Message, cast: Cast, conversation: Conversation, *, by: str, told: bool = False
    ) -> Passage | Refused:
        """`text`, which the person `by` read or wrote, as what the persona says in answer to `message`; refused where
        it breaks a rule that nobody may overrule, or could not be judged. Nothing is kept: it was before.

        `told`: the reply began with the truth about who speaks; that stays its beginning.
        """
        worded = clean(text).strip()
        truth = cast.disclosure.text
        candidate = Candidate(
            stage=Stage.WHOLE,
            text=f"{truth}\n{worded}" if told and not worded.startswith(truth) else worded,
            said=clean(message.text),
            asked_identity=told,
            disclosed=told or worded.startswith(truth),
            brief=_brief(cast, conversation),
        )
        verdict = await self._hands.guard.judge(candidate)
        final = self._hands.guard.policy.final
        forbids = {found.rule for found in verdict.findings if found.decision is Decision.BLOCK and final(found)}
        if forbids or not worded:
            return Refused(rules=tuple(sorted(forbids)))
        return Passage.released(candidate, verdict, by=by, final=final)

    async def admits(self, text: str, message: Message, cast: Cast, conversation: Conversation) -> bool:
        """Whether a turn that a platform brings back (the window was lost) may be part of a conversation: people can
        reword what they wrote. What the guard objects to is kept."""
        candidate = Candidate(stage=Stage.INPUT, text=clean(text), brief=_brief(cast, conversation))
        verdict, refused = await self._judge(candidate, message, cast)
        return refused is None and verdict.action is Action.NONE

    async def in_danger(self, message: Message, cast: Cast, conversation: Conversation) -> bool:
        """Whether the answer to `message` is help instead of a reply. It is judged and not kept: who answers it keeps
        it."""
        said = clean(message.text)
        if not said.strip() or len(said) > self._hands.settings.longest_message:
            return False
        earlier, brief = conversation.earlier(message.person), _brief(cast, conversation)
        verdict = await self._hands.guard.judge(Candidate(stage=Stage.INPUT, text=said, earlier=earlier, brief=brief))
        return verdict.action is Action.SUSPEND

    async def note(self, text: str, message: Message, cast: Cast, conversation: Conversation) -> Refused | None:
        """Have the persona keep `text` in mind in this conversation ("": nothing any more), unless the guard objects to
        it as to a person's turn: that is kept and refused."""
        candidate = Candidate(stage=Stage.INPUT, text=clean(text).strip(), brief=_brief(cast, conversation))
        if candidate.text:
            verdict, refused = await self._judge(candidate, message, cast)
            if refused or verdict.action is not Action.NONE:
                return refused or Refused()
        conversation.note = candidate.text
        return None

    async def wish(
        self, reason: str, words: str, message: Message, cast: Cast, conversation: Conversation
    ) -> Refused | None:
        """Have the next try at the reply that `message` is about heed why the last one was not liked: `reason` is one
        of `personas.feedback.REASONS`, `words` somebody's own. What the guard objects to in these is kept and refused,
        as with `note`; that a persona sounds like a machine is what many want to say, and no question who speaks."""
        candidate = Candidate(stage=Stage.INPUT, text=clean(words).strip(), brief=_brief(cast, conversation))
        if candidate.text:
            verdict, refused = await self._judge(candidate, message, cast)
            if refused or verdict.action not in {Action.NONE, Action.DISCLOSE}:
                return refused or Refused()
        conversation.wished(critique_of_feedback(reason, candidate.text, cast.persona), message.reply)
        return None

    async def _judge(self, candidate: Candidate, message: Message, cast: Cast) -> tuple[Verdict, Refused | None]:
        """The verdict on something that is no reply, its objections kept; Refused where it must not be shown."""
        verdict = await self._hands.guard.judge(candidate)
        ledger = self._hands.ledger(message, cast, said=clean(message.text))
        kept = await ledger.keep(candidate, verdict, shown="", model="-")
        blocked = verdict.decision is Decision.BLOCK or not kept or not candidate.text
        if ledger.exchange:
            outcome = Outcome.WITHHELD if blocked else Outcome.FLAGGED
            await ledger.close(outcome, shown="" if blocked else candidate.text, usage=Usage())
        return verdict, Refused(exchange=ledger.exchange) if blocked else None


def _brief(cast: Cast, conversation: Conversation) -> Brief:
    return cast.brief_for(conversation.people, profile=conversation.profile, community=conversation.community)
