"""What of `Persona.extra` means something to the program; the rest is for people."""

from collections.abc import Mapping
from typing import Final

NICKNAMES: Final = "nicknames"
"""What else people call the persona, commas between them."""
POST_HISTORY: Final = "post_history_instructions"
"""What the model is told after the conversation: a card's last word, which is below the policy all the same."""

_SHORTEST: Final = 2
"""Characters of a nickname: a single one stands in too many words."""
_MOST: Final = 10


def nicknames(extra: Mapping[str, str]) -> tuple[str, ...]:
    """What else people call the persona, in its author's order."""
    given = (name.strip() for name in extra.get(NICKNAMES, "").split(","))
    return tuple(dict.fromkeys(name for name in given if len(name) >= _SHORTEST))[:_MOST]
