"""What one reply answers, and what becomes of it in the window of the conversation."""

from dataclasses import dataclass

from moderation.words import catalogue
from personas.conversation import Conversation
from personas.messages import Cue, Turn
from personas.persona import Persona


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One reply's part in a conversation."""

    turn: Turn
    """What the model answers."""
    said: str
    """The person's turn, as filters know it."""
    key: str
    """What the reply is known by."""
    before: str = ""
    """What was said of this reply earlier: it goes on after that, on a line of its own."""
    undone: tuple[Turn, str] | None = None
    """The turn and the reply that it takes the place of."""
    ahead: str = ""
    """The key of what was overheard after it, which it does not know; "": nothing was."""
    speaker: str = ""
    """Name of the other persona that said what it answers; "": a person did."""

    @property
    def reaction(self) -> bool:
        """Whether what it answers is in the window already: another persona said it."""
        return bool(self.speaker) and not self.before

    @property
    def judged(self) -> bool:
        """Whether the person's turn passed the guard already, and is not said anew, or there is none."""
        return bool(self.before) or self.reaction

    @property
    def quoted(self) -> str:
        """What is answered, as it is kept: what no person said has its speaker's name before it."""
        return f"{self.speaker}: {self.said}" if self.speaker else self.said


def take_up(cue: Cue, turn: Turn, conversation: Conversation, persona: Persona, *, key: str) -> Part:
    """Begin a reply; `turn` is what a person wrote. For another try the last reply leaves the window, and what was
    worded otherwise leaves it with its reply, wherever it is.

    `key` is that of the reply to repeat or to go on with. Where the window does not end with it, `turn` is answered.
    """
    if cue is Cue.REACT and conversation.overhears:
        newest = conversation.turns[-1]
        return Part(turn=newest, said=newest.text, key=key, speaker=newest.name)
    last = conversation.last if conversation.ends_with(key) else None
    ahead = conversation.since if last else ""
    speaker = last[0].name if last and conversation.reacted else ""
    if cue is Cue.AMEND:
        conversation.forgotten(key)
        return Part(turn=turn, said=turn.text, key=key, ahead=ahead)
    if cue is Cue.AGAIN and last is not None:
        conversation.undone(key)
        return Part(turn=last[0], said=last[0].text, key=key, undone=last, ahead=ahead, speaker=speaker)
    if cue is Cue.CONTINUE and last is not None:
        more = catalogue("personas").say("prompting.continue", persona.language, name=persona.name)
        return Part(
            turn=Turn(role="user", text=more),
            said=last[0].text,
            key=key,
            before=f"{last[1]}\n",
            ahead=ahead,
            speaker=speaker,
        )
    return Part(turn=turn, said=turn.text, key=key)


def remember(part: Part, conversation: Conversation, reply: str) -> None:
    """End a reply of which `reply` is to be remembered: "" where nothing is, and what it took the place of returns."""
    if part.before:
        if reply:
            conversation.revised(part.before + reply, part.key)
    elif reply:
        conversation.answered(None if part.reaction else part.turn, reply, part.key, before=part.ahead)
    elif part.undone is not None:
        said, before = part.undone
        conversation.answered(None if part.reaction else said, before, part.key, before=part.ahead)
