"""Personas made ready to speak, or why one may not."""

import secrets
from collections.abc import Mapping

from moderation.guard import Guard
from moderation.words import catalogue
from personas.cast import Cast, fixed_words, prepare
from personas.messages import Critique, Passage, Turn
from personas.persona import Persona
from personas.prompting import MINORS, Limits, compile_prompt


class Casting:
    """Makes personas ready to speak."""

    def __init__(self, guard: Guard, limits: Limits, words: Mapping[str, Mapping[str, Passage]], canary: str) -> None:
        """For `of`, which knows how to get these."""
        self._guard = guard
        self._limits = limits
        self._words = words
        self._canary = canary

    @classmethod
    async def of(cls, guard: Guard, limits: Limits) -> "Casting":
        """Our own words cleared. Raises PersonaFileError where the policy lets one not pass."""
        return cls(guard, limits, await fixed_words(guard), secrets.token_hex(8))

    async def cast(self, persona: Persona) -> Cast:
        """`persona`, or what is wrong with it: also what could not be repaired in mid-reply for want of room is refused
        here. Raises PersonaFileError, RefuseToStart."""
        _check_room(persona, self._limits, self._canary)
        return await prepare(persona, self._guard, self._words, canary=self._canary)


def _check_room(persona: Persona, limits: Limits, canary: str) -> None:
    """Compile the largest prompt a reply may need: to repair one that is almost whole. Raises RefuseToStart."""
    korean = persona.language == "ko"
    # What a model writes with its tokens, about: four letters of English each, one syllable of Korean.
    prefix = "가" * limits.max_tokens if korean else "word" * limits.max_tokens
    rule = catalogue("personas").say("critique.bias", persona.language)
    compile_prompt(
        persona,
        (Turn(role="user", text="?"),),
        limits=limits,
        canary=canary,
        critique=Critique(category="register", rule=rule),
        prefix=prefix,
        profile=MINORS,
    )
