"""What a persona is made of and how it speaks, as rows of a card."""

import dataclasses
from collections.abc import Iterator

from bots.cards import Row
from moderation.words import catalogue
from personas.cast import Cast
from personas.messages import Turn
from personas.persona import Persona, Tier
from personas.prompting import Limits, compile_prompt, estimate_tokens, policy_layer

_SHOWN: tuple[str, ...] = ("greetings", "disclosure", "fallbacks", "failures", "wordless")
_BRIEF = 600
"""Characters of a prompt that are shown."""


def rows_of(persona: Persona) -> tuple[Row, ...]:
    """Everything, under the names that it has in a file."""
    return tuple(_rows(persona))


def canon_of(persona: Persona) -> str:
    """Which persona it is beneath what one person has on top: its id and version. The same for every overlay."""
    if persona.tier is Tier.INDIVIDUALISED:
        return f"{persona.extra.get('base', '-')} {persona.extra.get('canon', '-')}"
    return f"{persona.id} {persona.version}"


def spoken_rows(cast: Cast) -> tuple[Row, ...]:
    """How it greets, discloses and falls back: what the guard has let through."""
    lines = {key: getattr(cast, key) for key in _SHOWN}
    passages = {key: (line if isinstance(line, tuple) else (line,)) for key, line in lines.items()}
    return tuple(
        Row(label=f"{key}.{number}" if len(each) > 1 else key, text=passage.text)
        for key, each in passages.items()
        for number, passage in enumerate(each, start=1)
    )


def knowing_row(persona: Persona, language: str) -> Row:
    """How much it knows at its moment, and how much it does not."""
    text = catalogue("bots").say(
        "personas.knowing",
        language,
        known=len(persona.known),
        unknown=len(persona.unknown),
        shown=len(persona.demonstrations),
        kept=len(persona.held_out),
    )
    return Row(label=str(persona.moment or "-"), text=text)


def prompt_rows(persona: Persona, language: str) -> tuple[Row, ...]:
    """What a model reads before the conversation, in short, without the rules of the house."""
    turns = (Turn(role="user", text="?"),)
    prompt = compile_prompt(persona, turns, limits=Limits(budget=100_000, reminder_every=0), canary="").prompt
    told = prompt.system.removeprefix(policy_layer(persona, "")).strip()
    texts = (prompt.system, *(turn.text for turn in prompt.turns))
    tokens = sum(estimate_tokens(text, korean=persona.language == "ko") for text in texts)
    size = catalogue("bots").say("personas.prompt", language, tokens=tokens)
    return (Row(label="prompt", text=size), Row(label="", text=told[:_BRIEF] + ("…" if len(told) > _BRIEF else "")))


def _rows(persona: Persona) -> Iterator[Row]:
    for key in ("name", "tier", "language", "tagline", "description", "voice", "scenario"):
        yield Row(label=key, text=str(getattr(persona, key)) or "-")
    yield Row(label="registers", text=", ".join(persona.registers) or "-")
    yield Row(label="moment", text=str(persona.moment or "-"))
    yield Row(label="world", text=persona.world or "-")
    yield Row(label="mature", text=str(persona.mature).lower())
    marked = ((field.name, getattr(persona.ocean, field.name)) for field in dataclasses.fields(persona.ocean))
    yield Row(label="ocean", text=" · ".join(f"{name} {share:g}" for name, share in marked if share is not None) or "-")
    unknown = {id(fact) for fact in persona.unknown}
    for fact in persona.facts:
        since = (fact.since.isoformat(),) if fact.since else ()
        mark = "✗ " if id(fact) in unknown else ""
        yield Row(label=f"facts.{fact.id}", text=mark + " · ".join((fact.text, *since, *fact.values, *fact.names)))
    for person in persona.relations:
        yield Row(label=f"relations.{person.name}", text=" · ".join(filter(None, (person.kind, person.text))))
    for number, shown in enumerate(persona.demonstrations, start=1):
        yield Row(label=f"demonstrations.{number}", text=f"{shown.user} → {shown.reply}")
    for number, shown in enumerate(persona.held_out, start=1):
        yield Row(label=f"held_out.{number}", text=f"{shown.user} → {shown.reply}")
    for number, dilemma in enumerate(persona.dilemmas, start=1):
        chosen = f"{dilemma.options[dilemma.choice - 1]} ({dilemma.reason})"
        yield Row(label=f"dilemmas.{number}", text=f"{dilemma.situation} → {chosen}")
    yield from (Row(label="taboos", text=taboo) for taboo in persona.taboos)
    for key in ("greetings", "fallbacks", "failures", "wordless"):
        yield from (Row(label=key, text=line) for line in getattr(persona, key))
    yield Row(label="disclosure", text=persona.disclosure)
    yield Row(label="source", text=f"{persona.source or '-'} · {persona.licence or '-'}")
    yield Row(label="version", text=persona.version)
    yield Row(label="canon", text=canon_of(persona))
