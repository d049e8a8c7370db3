"""What a model is told about a sentence that was refused: the category and the rule, never the sentence."""

from moderation.records import Decision, Finding, Verdict
from moderation.words import DEFAULT_LANGUAGE, LANGUAGES, catalogue
from personas.messages import Critique
from personas.persona import Persona


def critique_of(verdict: Verdict, persona: Persona, registers: tuple[str, ...] = ()) -> Critique:
    """The critique for the strictest objection of `verdict`, in the persona's language. `registers` are the speech
    levels that are wanted where they are others than the persona's."""
    blocked = [finding for finding in verdict.objections if finding.decision is Decision.BLOCK]
    worst = max(blocked, key=lambda finding: (finding.action, finding.score or 0.0))
    language = persona.language if persona.language in LANGUAGES else DEFAULT_LANGUAGE
    return Critique(category=worst.category, rule=_rule(worst, persona, registers or persona.registers, language))


def _rule(finding: Finding, persona: Persona, registers: tuple[str, ...], language: str) -> str:
    """Filters that know their rules in detail bring words of their own; the others have one sentence each here."""
    own = f"character.critique_{finding.category}"
    moderation = catalogue("moderation")
    if own in moderation:
        levels = ", ".join(moderation.say(f"character.level_{level}", language) for level in registers)
        return moderation.say(own, language, registers=levels, name=persona.name)
    personas = catalogue("personas")
    key = f"critique.{finding.filter}"
    return personas.say(key if key in personas else "critique.general", language)
