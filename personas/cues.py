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

    @property
    def judged(self) -> bool:
        """Whether the person's turn passed the guard already: it is not said anew."""
        return bool(self.before)


def take_up(cue: Cue, turn: Turn, conversation: Conversation, persona: Persona, *, key: str) -> Part:
    """Begin a reply; `turn` is what a person wrote. For another try the last reply leaves the window, and what was
    worded otherwise leaves it with its reply, wherever it is.

    `key` is that of the reply to repeat or to go on with. Where the window does not end with it, `turn` is answered.
    """
    if cue is Cue.AMEND:
        conversation.forgotten(key)
    last = conversation.last if conversation.ends_with(key) else None
    if cue is Cue.AGAIN and last is not None:
        conversation.undone(key)
        return Part(turn=last[0], said=last[0].text, key=key, undone=last)
    if cue is Cue.CONTINUE and last is not None:
        more = catalogue("personas").say("prompting.continue", persona.language, name=persona.name)
        return Part(turn=Turn(role="user", text=more), said=last[0].text, key=key, before=f"{last[1]}\n")
    return Part(turn=turn, said=turn.text, key=key)


def remember(part: Part, conversation: Conversation, reply: str) -> None:
    """End a reply of which `reply` is to be remembered: "" where nothing is, and what it took the place of returns."""
    if part.before:
        if reply:
            conversation.revised(part.before + reply, part.key)
    elif reply:
        conversation.answered(part.turn, reply, part.key)
    elif part.undone is not None:
        conversation.answered(*part.undone, part.key)
