"""Entries of persona files -> the values of a persona."""

from collections.abc import Iterable

from personas.persona import Demonstration, Dilemma, Fact, Relation
from personas.schema import DemonstrationEntry, DilemmaEntry, FactEntry, RelationEntry


def facts_of(entries: Iterable[FactEntry]) -> tuple[Fact, ...]:
    """In their order, as the rest."""
    return tuple(
        Fact(
            id=entry.id,
            text=entry.text,
            since=entry.since,
            witness=entry.witness,
            slot=entry.slot,
            values=tuple(entry.values),
            names=tuple(entry.names),
            ask=entry.ask,
        )
        for entry in entries
    )


def relations_of(entries: Iterable[RelationEntry]) -> tuple[Relation, ...]:
    """Who is in the persona's life."""
    return tuple(Relation(name=entry.name, kind=entry.kind, text=entry.text, since=entry.since) for entry in entries)


def demonstrations_of(entries: Iterable[DemonstrationEntry], *, held_out: bool = False) -> tuple[Demonstration, ...]:
    """Those that are shown to a model, or with `held_out` those that are not."""
    kept = (entry for entry in entries if entry.held_out is held_out)
    return tuple(Demonstration(user=entry.user, reply=entry.reply, scene=entry.scene) for entry in kept)


def dilemmas_of(entries: Iterable[DilemmaEntry]) -> tuple[Dilemma, ...]:
    """What the persona decides, and why."""
    return tuple(
        Dilemma(situation=entry.situation, options=tuple(entry.options), choice=entry.choice, reason=entry.reason)
        for entry in entries
    )
