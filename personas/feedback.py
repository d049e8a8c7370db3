"""Why somebody wants a reply said another way, for the model: a sentence for each reason, their own words quoted."""

import re
from typing import Final

from moderation.words import DEFAULT_LANGUAGE, LANGUAGES, catalogue
from personas.messages import Critique
from personas.persona import Persona
from personas.prompting import defused

FEEDBACK: Final = "feedback"
"""The category of such a critique: nothing was refused, somebody did not like it."""
REASONS: Final = ("long", "short", "character", "wrong", "tone", "dull", "other")
"""Why a reply was not liked."""
LONGEST: Final = 120
"""Code points of somebody's own words that are passed on: a wish, no second prompt."""
_UNQUOTABLE: Final = re.compile(r"[\s\"“”«»„‟「」『』<>{}\[\]|`#*_]+")
"""What could end a quotation, or begin something that a server or a model reads as more than words."""


def critique_of_feedback(reason: str, words: str, persona: Persona) -> Critique:
    """What the next try is to heed: the sentence for `reason`, one of `REASONS`, and `words` in quotation marks, on one
    line, cut to `LONGEST`, named as a wish that no rule gives way to."""
    language = persona.language if persona.language in LANGUAGES else DEFAULT_LANGUAGE
    say = catalogue("personas").say
    quoted = _UNQUOTABLE.sub(" ", defused(words[: LONGEST * 4])).strip()[:LONGEST].strip()
    parts = [say(f"feedback.{reason}", language, name=persona.name)]
    if quoted:
        parts.append(say("feedback.words", language, words=quoted))
    return Critique(category=FEEDBACK, rule=" ".join(parts))
