"""Pure: persona, conversation and what was looked up -> `Prompt`, within a budget of tokens. The same input gives the
same prompt.

Layers, in the order the model reads them: policy, person, who listens, facts, asides without a depth; demonstrations;
the conversation, with asides at their depth and a note before the newest turn; what the author of a card wants said
after it all. What has to go for want of room goes in this order: demonstrations beyond the first two, older turns,
those two demonstrations, recent turns, facts, asides (the lightest first, and before that whatever is more than their
share), the note, the end of the description, the beginning of the newest turn.
"""

from personas.prompting.compiler import compile_prompt
from personas.prompting.counting import FRAME_TOKENS, Count, estimate_tokens
from personas.prompting.limits import Limits
from personas.prompting.parts import Compiled, Fate, Part
from personas.prompting.texts import MINORS, defused, fill_macros, policy_layer, policy_layers, speaker
from personas.prompting.tokenizing import Tokenizer

__all__ = [
    "FRAME_TOKENS",
    "MINORS",
    "Compiled",
    "Count",
    "Fate",
    "Limits",
    "Part",
    "Tokenizer",
    "compile_prompt",
    "defused",
    "estimate_tokens",
    "fill_macros",
    "policy_layer",
    "policy_layers",
    "speaker",
]
