"""A persona as a persona file: the TOML that `personas.loading` reads."""

import dataclasses
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from personas.errors import PersonaFileError
from personas.loading import MAX_BYTES
from personas.persona import Demonstration, Fact, Ocean, Persona, Relation, Tier

_MAX_LINE: Final = 1_000
"""Code points of a line in a file. Filled in, a name may have made it longer."""
_LINES: Final = ("greetings", "disclosure", "fallbacks", "failures", "wordless")
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def to_toml(persona: Persona, *, base: Persona | None = None) -> str:
    """A file from which `load_persona` reads a persona equal to `persona` but for its version.

    What `persona` leaves empty is left out, and read as what the loader puts there. A lone surrogate, which no file can
    hold, becomes U+FFFD. An individualised persona is written as what it adds to `base`, beside which it is read.
    Raises PersonaFileError where the base is another or not given, and where the file would be too large.
    """
    if persona.tier is Tier.INDIVIDUALISED:
        named = persona.extra.get("base", "-")
        if base is None or base.id != named:
            raise PersonaFileError("cards.without_base", file=persona.id, key="base", expected=named)
        lines = [*_addition(persona, base)]
    else:
        lines = [*_whole(persona)]
    text = "\n".join(lines) + "\n"
    if len(text.encode("utf-8")) > MAX_BYTES:
        raise PersonaFileError("personas.too_big", file=persona.id, expected=MAX_BYTES)
    return text


def _whole(persona: Persona) -> Iterator[str]:
    yield from _pairs(persona, "id", "tier", "language", "name", "description")
    # One that nobody wrote is the first line of the description, in whatever way that ends; a character needs one.
    unwritten = "".join(persona.description.splitlines()[:1])[:200]
    if persona.tagline and (persona.tagline != unwritten or persona.tier is Tier.CHARACTER):
        yield _pair("tagline", persona.tagline)
    if persona.mature:
        yield _pair("mature", persona.mature)
    yield from _pairs(persona, "voice", "register", "registers", "moment", "world", "scenario", "taboos")
    if marked := ", ".join(_pairs(persona.ocean, *(field.name for field in dataclasses.fields(Ocean)))):
        yield f"ocean = {{ {marked} }}"
    for key in _LINES:
        if value := getattr(persona, key):
            yield _pair(key, _unfilled(value, persona.name))
    yield from _pairs(persona, "source", "licence", "authors")
    yield from _tables(persona.facts, persona.relations, persona.demonstrations, persona.held_out)
    for dilemma in persona.dilemmas:
        yield from ("", "[[dilemmas]]", *_pairs(dilemma, "situation", "options", "choice", "reason"))
    if persona.extra:
        yield from ("", "[extra]", *(_pair(key, value) for key, value in persona.extra.items()))


def _addition(persona: Persona, base: Persona) -> Iterator[str]:
    """Every addition stands at the end of what the base has."""
    yield _pair("id", persona.id)
    yield _pair("tier", persona.tier.value)
    yield _pair("base", base.id)
    if canon := persona.extra.get("made_for"):
        yield _pair("canon", canon)
    if added := persona.description[len(base.description) :].strip():
        yield _pair("description", added)
    yield from _tables(
        persona.facts[len(base.facts) :],
        persona.relations[len(base.relations) :],
        persona.demonstrations[len(base.demonstrations) :],
        persona.held_out[len(base.held_out) :],
    )


def _tables(
    facts: Iterable[Fact],
    relations: Iterable[Relation],
    demonstrations: Iterable[Demonstration],
    held_out: Iterable[Demonstration],
) -> Iterator[str]:
    for fact in facts:
        yield from ("", "[[facts]]", *_pairs(fact, "id", "text", "since"))
        if not fact.witness:
            yield _pair("witness", fact.witness)
        yield from _pairs(fact, "slot", "values", "names", "ask")
    for relation in relations:
        yield from ("", "[[relations]]", *_pairs(relation, "name", "kind", "text", "since"))
    for shown in demonstrations:
        yield from ("", "[[demonstrations]]", *_pairs(shown, "scene", "user", "reply"))
    for shown in held_out:
        yield from ("", "[[demonstrations]]", *_pairs(shown, "scene", "user", "reply"), "held_out = true")


def _pairs(entry: object, *keys: str) -> Iterator[str]:
    """Those that it has something for."""
    for key in keys:
        if (value := getattr(entry, key)) not in (None, "", ()):
            yield _pair(key, value)


def _unfilled(value: str | tuple[str, ...], name: str) -> str | tuple[str, ...]:
    """A line that only its name made too long, or end in white space, as its author must have written it."""
    if isinstance(value, tuple):
        return tuple(str(_unfilled(line, name)) for line in value)
    return value.replace(name, "{name}") if name and (len(value) > _MAX_LINE or value != value.strip()) else value


def _pair(key: str, value: object) -> str:
    bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return f"{key if bare else _quoted(key)} = {_value(value)}"


def _value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case date():
            return value.isoformat()
        case tuple():
            inside = ", ".join(map(_value, value))
            return f"[{inside}]"
        case _:
            return _quoted(str(value))


def _quoted(text: str) -> str:
    """A basic string: escaped what TOML wants escaped, everything else as it is."""
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    return f"\\u{ord(char):04X}" if char < " " or char == "\x7f" else char
