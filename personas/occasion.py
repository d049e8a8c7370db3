"""What one reply answers: who said what to whom, where."""

import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from moderation.guard import Guard
from moderation.records import Action, Brief, Candidate, Decision, Stage
from moderation.tracing import span
from moderation.words import catalogue
from personas.cast import Cast
from personas.cleaning import clean
from personas.conversation import Conversation
from personas.cues import Part, take_up
from personas.messages import Aside, Critique, Cue, Message, Turn, Usage
from personas.prompting import Compiled, Limits, compile_prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One reply's place in the world. The conversation goes on changing; the rest stays."""

    message: Message
    """Of nobody (`Message.person`) where what is answered was said by another persona."""
    cast: Cast
    conversation: Conversation
    part: Part
    wish: Critique | None
    """What somebody did not like about the try before."""
    people: tuple[str, ...]
    """Display names of those who take part, the person's last."""
    cue: Cue = Cue.ANSWER
    spent: Callable[[Usage], Awaitable[None]] | None = None
    """Told what is spent on it."""

    @classmethod
    def of(
        cls,
        cue: Cue,
        message: Message,
        cast: Cast,
        conversation: Conversation,
        *,
        spent: Callable[[Usage], Awaitable[None]] | None = None,
    ) -> "Occasion":
        """Take up the reply to `message`: what it takes the place of leaves the window."""
        name = _told_apart(message.name, cast, conversation)
        turn = Turn(role="user", text=clean(message.text), name=name)
        part = take_up(cue, turn, conversation, cast.persona, key=message.reply)
        if part.speaker:
            message = replace(message, person="", name=part.speaker, text=part.said)
        people = dict.fromkeys((*conversation.people, part.turn.name or message.name))
        names = tuple(name for name in people if name)
        wish = conversation.wish(message.reply) if cue is Cue.AGAIN else None
        return cls(
            message=message, cast=cast, conversation=conversation, part=part, wish=wish, people=names, cue=cue,
            spent=spent,
        )  # fmt: skip

    def unnamed(self) -> "Occasion":
        """The same where the person's name is not to be told: nobody in particular says it."""
        name = self.part.turn.name
        turn = replace(self.part.turn, name="")
        people = tuple(other for other in self.people if other not in {name, self.message.name})
        return replace(self, message=replace(self.message, name=""), part=replace(self.part, turn=turn), people=people)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The window as far as the reply knows it, with what is answered as its last turn."""
        known = self.conversation.turns_before(self.part.ahead)
        return known if self.part.reaction else (*known, self.part.turn)

    @property
    def brief(self) -> Brief:
        """What filters may know."""
        talk = self.conversation
        return self.cast.brief_for(self.people, profile=talk.profile, community=talk.community)

    async def invites(self, guard: Guard) -> bool:
        """Whether what another persona said may be answered. It is judged as a person's turn is; but whatever speaks
        against it is held against nobody: there is no reaction, that is all."""
        verdict = await guard.judge(self.heard)
        return verdict.action is Action.NONE and verdict.decision is not Decision.BLOCK

    @property
    def heard(self) -> Candidate:
        """The person's turn, to be judged."""
        earlier = () if self.part.reaction else self.conversation.earlier(self.message.person)
        return Candidate(stage=Stage.INPUT, text=self.part.said, earlier=earlier, brief=self.brief)

    def compiled(
        self, limits: Limits, asides: Sequence[Aside], *, critique: Critique | None = None, prefix: str = ""
    ) -> Compiled:
        """The prompt for the reply, with what was looked up for it. Raises RefuseToStart where there is no room."""
        talk, cast = self.conversation, self.cast
        # What somebody set for this conversation is not given up for what was looked up.
        note = (Aside(text=talk.note, origin="note", depth=1, weight=math.inf),) if talk.note else ()
        with span("compile"):
            return compile_prompt(
                cast.persona, self.turns, limits=limits, canary=cast.canary, people=self.people,
                asides=(*note, *asides), critique=critique, prefix=prefix, profile=talk.profile, manner=cast.manner,
                about=self.part.said,
            )  # fmt: skip

    def candidate(self, stage: Stage, text: str, *, spoken: str, asked: bool) -> Candidate:
        """`text` of the reply, to be judged; `spoken` is what a model generated of it before, `asked` whether the
        person wants to know what speaks."""
        before = self.part.before
        return Candidate(
            stage=stage,
            text=text,
            shown="" if stage is Stage.WHOLE else before + spoken,
            said=self.part.said,
            # A continuation is not compared with what it continues.
            replies=self.conversation.replies[: -1 if before else None],
            asked_identity=asked,
            disclosed=asked or before.startswith(self.cast.disclosure.text),
            brief=self.brief,
        )


def _told_apart(name: str, cast: Cast, conversation: Conversation) -> str:
    """A person's name as it stands beside those of other personas: never one of theirs, and never none."""
    theirs = {other.casefold() for other in conversation.company}
    if not theirs or (name and name.casefold() not in theirs):
        return name
    return catalogue("personas").say("prompting.somebody", cast.persona.language, name=cast.persona.name)
