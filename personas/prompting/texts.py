"""Pure: how single texts are written into a prompt, so that none of them plays another part than its own."""

import re
from typing import Final

from moderation.words import catalogue
from personas.persona import Persona

MINORS: Final = "minors"
"""The profile of listeners who may be minors (see `Brief.profile`)."""
_NAME_LENGTH: Final = 32
_NAME_WORDS: Final = 4
"""Most people have no more names, and hardly an order has fewer words."""
_TAGS: Final = re.compile(
    r"<(?=[|｜]|<SYS|/?s>|/?(?:start|end)_of_turn>|(?:bos|eos|pad|unk)>)|\[(?=/?(?:INST|SYSTEM_PROMPT)\])",
    re.IGNORECASE,
)
"""Where a piece of a chat template begins: servers read these as control tokens wherever they stand."""
_MACRO: Final = re.compile(r"\{\{\s?(char|user)\s?\}\}", re.IGNORECASE)
_NOT_IN_NAMES: Final = re.compile(r"[\W_]+")
_ROLE_NAMES: Final = frozenset(
    {
        *("system", "assistant", "user", "developer", "tool", "model", "admin", "administrator", "operator"),
        *("시스템", "사용자", "규칙", "관리자", "운영자", "개발자", "어시스턴트"),
    }
)


def policy_layer(persona: Persona, canary: str, *, profile: str = "") -> str:
    """The rules the model gets first, ending in `canary`. This text, and nothing else of a prompt, must not leak.

    `profile` is who listens (`Brief.profile`): for any but everybody the rules say to treat them as minors.
    """
    listener = f"{say('minors', persona)} " if profile else ""
    return say("policy", persona, canary=canary, listener=listener)


def policy_layers(persona: Persona, canary: str) -> tuple[str, ...]:
    """The rules as they are told for everybody and for minors: none of it must leak, whoever listens."""
    return tuple(policy_layer(persona, canary, profile=profile) for profile in ("", MINORS))


def fill_macros(text: str, *, char: str, user: str) -> str:
    """`text` with {{char}} and {{user}} replaced, in any case. What is put in is not looked at again."""
    values = {"char": char, "user": user}
    return _MACRO.sub(lambda found: values[found.group(1).lower()], text)


def speaker(name: str, persona: Persona) -> str:
    """A display name as it may stand before a turn: one short run of letters and digits, nobody else's part."""
    words = _NOT_IN_NAMES.sub(" ", name).split()[:_NAME_WORDS]
    kept = " ".join(words)[:_NAME_LENGTH].strip()
    taken = not kept or words[0].casefold() in _ROLE_NAMES or kept.casefold() == persona.name.casefold()
    return say("somebody", persona) if taken else kept


def defused(text: str) -> str:
    """`text` without anything a server could take for a control token."""
    return _TAGS.sub(lambda found: f"{found.group()} ", text)


def say(key: str, persona: Persona, **fields: object) -> str:
    """Words of `words/prompting.toml` in the persona's language."""
    return catalogue("personas").say(f"prompting.{key}", persona.language, name=persona.name, **fields)
