"""How large a prompt may be."""

from dataclasses import dataclass

from personas.prompting.counting import Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a prompt may be and how often the model is reminded who it is."""

    budget: int
    """Tokens of context for everything that is read, the beginning of the reply included; the reply comes on top."""
    max_tokens: int = 400
    """Tokens of a reply."""
    reminder_every: int = 6
    """Replies in the window from which on a reminder of the voice stands before the newest turn; 0: never. It is
    renewed each turn instead of left behind in the window: that would say the same thing many times. Where the last
    replies have drifted from the demonstrations (see `personas.style`), it comes earlier and says in what."""
    asides: float = 0.3
    """The share of the budget that asides may take."""
    count: Count | None = None
    """The tokenizer where it is known; otherwise `estimate_tokens`."""
