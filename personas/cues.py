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
    before: str = ""
    """What was said of this reply earlier: it goes on after that, on a line of its own."""
    undone: tuple[Turn, str] | None = None
    """The turn and the reply that it takes the place of."""

    @property
    def judged(self) -> bool:
        """Whether the person's turn passed the guard already: it is not said anew."""
        return bool(self.before)


def take_up(cue: Cue, turn: Turn, conversation: Conversation, persona: Persona) -> Part:
    """Begin a reply; `turn` is what a person wrote. For another try the last reply leaves the window.

    Where the window does not end with a reply, there is none to repeat or to go on with: `turn` is answered.
    """
    last = conversation.last
    if cue is Cue.AGAIN and last is not None:
        conversation.undone()
        return Part(turn=last[0], said=last[0].text, undone=last)
    if cue is Cue.CONTINUE and last is not None:
        more = catalogue("personas").say("prompting.continue", persona.language, name=persona.name)
        return Part(turn=Turn(role="user", text=more), said=last[0].text, before=f"{last[1]}\n")
    return Part(turn=turn, said=turn.text)


def remember(part: Part, conversation: Conversation, reply: str) -> None:
    """End a reply of which `reply` is to be remembered: "" where nothing is, and what it took the place of returns."""
    if part.before:
        if reply:
            conversation.revised(part.before + reply)
    elif reply:
        conversation.answered(part.turn, reply)
    elif part.undone is not None:
        conversation.answered(*part.undone)
