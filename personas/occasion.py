"""What one reply answers: who said what to whom, where."""

from dataclasses import dataclass

from moderation.records import Brief, Candidate, Stage
from personas.cast import Cast, clean
from personas.conversation import Conversation
from personas.cues import Part, take_up
from personas.messages import Cue, Message, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One reply's place in the world. The conversation goes on changing; the rest stays."""

    message: Message
    cast: Cast
    conversation: Conversation
    part: Part
    people: tuple[str, ...]
    """Display names of those who take part, the person's last."""

    @classmethod
    def of(cls, cue: Cue, message: Message, cast: Cast, conversation: Conversation) -> "Occasion":
        """Take up the reply to `message`: what it takes the place of leaves the window."""
        turn = Turn(role="user", text=clean(message.text), name=message.name)
        part = take_up(cue, turn, conversation, cast.persona, key=message.reply)
        people = dict.fromkeys((*conversation.people, message.name))
        names = tuple(name for name in people if name)
        return cls(message=message, cast=cast, conversation=conversation, part=part, people=names)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The window, and what is answered as its last turn."""
        return (*self.conversation.turns, self.part.turn)

    @property
    def brief(self) -> Brief:
        """What filters may know."""
        talk = self.conversation
        return self.cast.brief_for(self.people, profile=talk.profile, community=talk.community)

    @property
    def heard(self) -> Candidate:
        """The person's turn, to be judged."""
        earlier = self.conversation.earlier(self.message.person)
        return Candidate(stage=Stage.INPUT, text=self.part.said, earlier=earlier, brief=self.brief)

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
