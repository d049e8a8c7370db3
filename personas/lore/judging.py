"""What the guard has against the entries of a lorebook: they go to a model as they stand, like a note of a person's."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from moderation.guard import Guard
from moderation.records import Action, Candidate, Decision, Stage
from personas.cleaning import clean
from personas.lint import FORBIDDEN
from personas.lore.book import Entry, Lorebook

_AT_ONCE: Final = 4
"""Entries judged at a time, so that replies need not wait for a whole book."""


async def objections(book: Lorebook, guard: Guard, *, enough: int | None = None) -> Mapping[str, tuple[str, ...]]:
    """The rules that the entries of `book` break, by id; only of those that may be told. Some milliseconds an entry.

    `enough`: the rest is not looked at once so many were objected to.
    """
    entries = [entry for entry in book.entries if entry.enabled and entry.content]
    found = await asyncio.to_thread(forbidden, entries)
    for start in range(0, len(entries), _AT_ONCE):
        if enough is not None and len(found) >= enough:
            break
        some = entries[start : start + _AT_ONCE]
        for entry, rules in zip(some, await asyncio.gather(*(_against(entry, guard) for entry in some)), strict=True):
            if rules is not None:
                found[entry.id] = (*found.get(entry.id, ()), *rules)
    return found


async def admitted(book: Lorebook, guard: Guard) -> Lorebook:
    """`book` without the entries the guard objects to."""
    against = await objections(book, guard)
    return replace(book, entries=tuple(entry for entry in book.entries if entry.id not in against))


def forbidden(entries: Iterable[Entry]) -> dict[str, tuple[str, ...]]:
    """By id of an entry, the rules it breaks of what no persona may be told, whatever the policy says. Pure."""
    rules = {entry.id: tuple(rule for rule, said in FORBIDDEN if said.search(entry.content)) for entry in entries}
    return {name: broken for name, broken in rules.items() if broken}


async def _against(entry: Entry, guard: Guard) -> tuple[str, ...] | None:
    """The rules an entry breaks; None: none."""
    verdict = await guard.judge(Candidate(stage=Stage.INPUT, text=clean(entry.content)))
    if verdict.action is Action.NONE and verdict.decision is not Decision.BLOCK:
        return None
    return tuple(dict.fromkeys(finding.rule for finding in verdict.objections))
