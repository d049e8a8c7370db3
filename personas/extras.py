"""What of `Persona.extra` means something to the program; the rest is for people."""

from typing import Final

POST_HISTORY: Final = "post_history_instructions"
"""What the model is told after the conversation: a card's last word, which is below the policy all the same."""
