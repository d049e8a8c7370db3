"""Pure: how a prompt becomes the messages of a chat call, above all how a service is told to continue a reply.

No two services agree on that, and one that does not know how starts the reply again without saying so.
"""

import enum
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

    The prefix goes without the white space at its end: models were not trained to continue after it, and `Seam` puts
    it back.
    """
    messages: list[dict[str, object]] = []
    system = "\n\n".join(filter(None, (prompt.system, _critique(prompt))))
    if system:
        messages.append({"role": "system", "content": system})
    messages.extend({"role": turn.role, "content": turn.text} for turn in prompt.turns)
    said = prompt.prefix.rstrip()
    if not said:
        return Request(messages=messages)
    if style is PrefixStyle.NONE:
        already = catalogue("personas").say("generators.already_sent", language_of(said), prefix=said)
        return Request(messages=[*messages, {"role": "system", "content": already}])
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


def _critique(prompt: Prompt) -> str:
    """What the model is told of a piece that was refused or a reply that was not liked, in the language of the rule."""
    critique = prompt.critique
    if critique is None:
        return ""
    say, language = catalogue("personas").say, language_of(critique.rule)
    if critique.category == FEEDBACK:
        return say("generators.feedback", language, rule=critique.rule)
    return say("generators.critique", language, category=critique.category, rule=critique.rule)
