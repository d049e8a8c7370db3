"""A new persona file to go on from: what is known of the persona, and what every key is for, as comments."""

import re
from dataclasses import replace
from typing import Final

from moderation.language import language_of
from moderation.words import DEFAULT_LANGUAGE, LANGUAGES, catalogue
from personas.lint import UNWRITTEN
from personas.loading import default_lines
from personas.naming import id_like
from personas.persona import Demonstration, Fact, Ocean, Persona, Relation, Tier
from personas.schema_export import about
from personas.writing import to_toml

_YOU: Final = re.compile(
    r"^\s*(?:you are|you're)\s+(?:an?\s+|the\s+)?(?P<en>[^,.\n]{1,40})"
    r"|^\s*(?:당신은|너는|넌|그대는)\s+(?P<ko>[^,.\n]{1,30}?)(?:입니다|이다|이야|야|예요|이에요)\s*[.!]?\s*$",
    re.IGNORECASE,
)
_NOT_IN_NAMES: Final = re.compile(r"[\x00-\x1f:<>{}\[\]|]+")
_KEY: Final = re.compile(r"(?:\[\[?(?P<table>\w+)\]?\]|(?P<key>\w+) = )")


def draft(
    description: str,
    *,
    name: str = "",
    identity: str = "",
    language: str = "",
    tier: Tier = Tier.DEMOGRAPHIC,
    told_in: str = "",
) -> Persona:
    """A persona of one line: "당신은 수학자입니다". What is not given is taken from it.

    A character has what it lacks yet as lines that begin with `UNWRITTEN`, in the language `told_in`.
    """
    spoken = language or language_of(description, unknown=DEFAULT_LANGUAGE)
    spoken = spoken if spoken in LANGUAGES else DEFAULT_LANGUAGE
    known = name or _named(description)
    named = known or catalogue("personas").say("drafting.nobody", spoken)
    register = "haeyo" if spoken == "ko" else "casual"
    lines = default_lines(spoken, register, named)
    persona = Persona(
        id=identity or id_like(known),
        version="",
        tier=tier,
        name=named,
        language=spoken,
        tagline="",
        description=description.strip(),
        source="original",
        licence="MIT",
    )
    if tier is Tier.DEMOGRAPHIC:
        return persona
    return _character(replace(persona, register=register, registers=(register,)), lines, told_in or spoken)


def _character(persona: Persona, lines: dict[str, tuple[str, ...]], told_in: str) -> Persona:
    def to_write(key: str) -> str:
        told = catalogue("personas").say(f"drafting.{key}", told_in)
        return f"{UNWRITTEN}: {told}"

    return replace(
        persona,
        tagline=persona.description.splitlines()[0][:200],
        voice=to_write("voice"),
        scenario=to_write("scenario"),
        ocean=Ocean(openness=0.5, conscientiousness=0.5, extraversion=0.5, agreeableness=0.5, neuroticism=0.5),
        facts=tuple(Fact(id=f"fact_{number}", text=to_write("fact")) for number in (1, 2, 3)),
        relations=(Relation(name=UNWRITTEN, kind=to_write("kind")),),
        demonstrations=tuple(
            Demonstration(scene=to_write("scene"), user=to_write("user"), reply=to_write("reply")) for _ in (1, 2)
        ),
        taboos=(to_write("taboo"),),
        greetings=lines["greetings"],
        disclosure=lines["disclosure"][0],
        fallbacks=lines["fallbacks"],
        failures=lines["failures"],
        wordless=lines["wordless"],
    )


def overlay(base: Persona, description: str, *, identity: str = "") -> Persona:
    """What one person has on top of `base`: one line that is added to its description. It remembers the canon."""
    identity = identity or f"{base.id}_for_you"[:40]
    return replace(
        base,
        id=identity,
        tier=Tier.INDIVIDUALISED,
        description=f"{base.description}\n{description.strip()}",
        extra=base.extra | {"base": base.id, "canon": base.version, "made_for": base.version},
    )


def written(persona: Persona, *, base: Persona | None = None, schema: str, told_in: str) -> str:
    """The file of a new persona: a line that names the schema for editors, and before every key what it is for, in the
    language `told_in`. `base` is what an individualised one adds to."""
    lines, explained, table = [f"#:schema {schema}"], set[str](), ""
    for line in to_toml(persona, base=base).splitlines():
        if match := _KEY.match(line):
            table = match["table"] or table
            key = table if match["table"] else f"{table}.{match['key']}" if table else match["key"]
            if key not in explained and (told := about(key, told_in)):
                lines.append(f"# {told}")
            explained.add(key)
        lines.append(line)
    more = catalogue("personas").say("drafting.more", told_in)
    return "\n".join((*lines, "", *(f"# {line}".rstrip() for line in more.splitlines()))) + "\n"


def _named(description: str) -> str:
    """Who somebody is said to be: "수학자" of "당신은 수학자입니다", "Mathematician" of "You are a mathematician"."""
    found = _YOU.match(description)
    if found is None:
        return ""
    noun = _NOT_IN_NAMES.sub(" ", found["ko"] or " ".join(found["en"].split()[:3])).strip()
    return noun[:1].upper() + noun[1:60]
