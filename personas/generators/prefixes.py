"""Pure: how a prompt becomes the messages of a chat call, above all how a service is told to continue a reply.

No two services agree on that, and one that does not know how starts the reply again without saying so.
"""

import enum
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from moderation.language import language_of
from moderation.words import catalogue
from personas.feedback import FEEDBACK
from personas.messages import Prompt, Turn


class PrefixStyle(enum.StrEnum):
    """How a service is given the beginning of its own reply."""

    AUTO = "auto"
    """Found out by asking, once, when a reply is first continued."""
    CONTINUE = "continue_final_message"
    """vLLM, and what follows Hugging Face templates: two switches beside the messages."""
    PREFIX = "prefix"
    """DeepSeek, Mistral: a mark on the last message."""
    PARTIAL = "partial"
    """Qwen (DashScope): another mark on the last message."""
    ASSISTANT = "assistant"
    """llama.cpp and many others: the last message is the model's own and is simply continued."""
    NONE = "none"
    """The model is told in words what was already sent; what it repeats is removed."""


ASKABLE: Final = (PrefixStyle.CONTINUE, PrefixStyle.PREFIX, PrefixStyle.PARTIAL, PrefixStyle.ASSISTANT)
"""What AUTO tries, in this order: the explicit ones first, because services that do not know them refuse them, while
a service without prefill may answer the last one with a fresh turn that happens to carry on."""

PROBE: Final = Prompt(
    system="Follow the instruction exactly.",
    turns=(Turn(role="user", text="Count from one to ten in words, in one line, separated by commas."),),
    prefix="Here goes: one, two, three,",
    max_tokens=8,
    temperature=0.0,
)
"""A reply that nobody would begin again with just these words."""


def continued(answer: str) -> bool:
    """Whether `answer` to PROBE goes on from its prefix (which some services repeat first) instead of restarting."""
    return answer.strip().removeprefix(PROBE.prefix).lstrip().lower().startswith("four")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The part of a chat call that depends on the prompt and the style."""

    messages: list[dict[str, object]]
    extra: dict[str, object] = field(default_factory=dict)
    """Fields of the body that the protocol does not have."""

    @property
    def texts(self) -> Sequence[str]:
        """What the model reads."""
        return [str(message["content"]) for message in self.messages]


def request(prompt: Prompt, style: PrefixStyle) -> Request:
    """The messages for `prompt`. `style` decides about its prefix and must not be AUTO where there is one.

    What was read already stays as it is: a critique comes after the conversation, so that a service that keeps what it
    has read pays for a repair with the critique and the prefix alone. The prefix goes without the white space at its
    end: models were not trained to continue after it, and `Seam` puts it back.
    """
    messages: list[dict[str, object]] = [{"role": "system", "content": prompt.system}] if prompt.system else []
    messages.extend({"role": turn.role, "content": turn.text} for turn in prompt.turns)
    said = prompt.prefix.rstrip()
    told = [_critique(prompt)]
    if said and style is PrefixStyle.NONE:
        told.append(catalogue("personas").say("generators.already_sent", language_of(said), prefix=said))
    if words := "\n\n".join(filter(None, told)):
        messages.append({"role": "system", "content": words})
    if not said or style is PrefixStyle.NONE:
        return Request(messages=messages)
    reply: dict[str, object] = {"role": "assistant", "content": said}
    extra: dict[str, object] = {}
    match style:
        case PrefixStyle.CONTINUE:
            extra = {"add_generation_prompt": False, "continue_final_message": True}
        case PrefixStyle.PREFIX:
            reply["prefix"] = True
        case PrefixStyle.PARTIAL:
            reply["partial"] = True
        case PrefixStyle.ASSISTANT:
            pass
        case PrefixStyle.AUTO:
            raise ValueError("the style must be known before a reply is continued")
    return Request(messages=[*messages, reply], extra=extra)


def bound(schema: str) -> dict[str, object]:
    """The field of the body that binds an answer to a JSON Schema."""
    answer = {"name": "answer", "strict": True, "schema": json.loads(schema)}
    return {"response_format": {"type": "json_schema", "json_schema": answer}}


def _critique(prompt: Prompt) -> str:
    """What the model is told of a piece that was refused or a reply that was not liked, in the language of the rule."""
    critique = prompt.critique
    if critique is None:
        return ""
    say, language = catalogue("personas").say, language_of(critique.rule)
    if critique.category == FEEDBACK:
        return say("generators.feedback", language, rule=critique.rule)
    key = "critique_anew" if critique.anew else "critique"
    return say(f"generators.{key}", language, category=critique.category, rule=critique.rule)
