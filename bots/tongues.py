"""Pure: whether the model in use speaks the languages of personas, as a card."""

from collections.abc import Iterable, Set

from bots.cards import Card, Row, Tone
from moderation.words import catalogue
from personas.persona import Persona


def warning(personas: Iterable[Persona], known: Set[str], language: str) -> Card | None:
    """That a model that speaks the `known` languages well does not speak those of some of `personas`; None where it
    does, and where nothing is known of it."""
    strangers = [persona for persona in personas if known and persona.language not in known]
    if not strangers:
        return None
    say = catalogue("bots").say
    spoken = ", ".join(_named(code, language) for code in sorted(known))
    told = [(persona.name, _named(persona.language, language)) for persona in strangers]
    title, *more = (
        say("commands.language_warning", language, name=name, language=speaks, spoken=spoken) for name, speaks in told
    )
    rows = tuple(Row(label="", text=text) for text in more)
    return Card(title=title, rows=rows, hint=say("commands.language_hint", language), tone=Tone.BAD)


def _named(code: str, language: str) -> str:
    """What a language is called: its code, where we have no word for it."""
    key = f"commands.language_{code}"
    return catalogue("bots").say(key, language) if key in catalogue("bots") else code
