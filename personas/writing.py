"""A persona as a persona file: the TOML that `personas.loading` reads."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from personas.errors import PersonaFileError
from personas.loading import MAX_BYTES
from personas.persona import Demonstration, Fact, Persona, Tier

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
    for key in ("id", "tier", "language", "name", "description"):
        yield _pair(key, str(getattr(persona, key)))
    # One that nobody wrote is the first line of the description, in whatever way that ends.
    if persona.tagline and persona.tagline != "".join(persona.description.splitlines()[:1])[:200]:
        yield _pair("tagline", persona.tagline)
    for key in ("mature", "voice", "register", "registers", "moment", "world", "scenario", "taboos"):
        if value := getattr(persona, key):
            yield _pair(key, value)
    for key in _LINES:
        if value := getattr(persona, key):
            yield _pair(key, _unfilled(value, persona.name))
    for key in ("source", "licence", "authors"):
        if value := getattr(persona, key):
            yield _pair(key, value)
    yield from _tables(persona.facts, persona.demonstrations)
    if persona.extra:
        yield from ("", "[extra]", *(_pair(key, value) for key, value in persona.extra.items()))


def _addition(persona: Persona, base: Persona) -> Iterator[str]:
    """Every addition stands at the end of what the base has."""
    yield _pair("id", persona.id)
    yield _pair("tier", persona.tier.value)
    yield _pair("base", base.id)
    if added := persona.description[len(base.description) :].strip():
        yield _pair("description", added)
    yield from _tables(persona.facts[len(base.facts) :], persona.demonstrations[len(base.demonstrations) :])


def _tables(facts: Iterable[Fact], demonstrations: Iterable[Demonstration]) -> Iterator[str]:
    for fact in facts:
        yield from ("", "[[facts]]", _pair("id", fact.id), _pair("text", fact.text))
        if fact.since is not None:
            yield _pair("since", fact.since)
        if not fact.witness:
            yield _pair("witness", fact.witness)
        if fact.slot:
            yield _pair("slot", fact.slot)
        if fact.values:
            yield _pair("values", fact.values)
    for shown in demonstrations:
        yield from ("", "[[demonstrations]]")
        if shown.scene:
            yield _pair("scene", shown.scene)
        yield from (_pair("user", shown.user), _pair("reply", shown.reply))


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
