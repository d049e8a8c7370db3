"""The functional suite: what a filter must tell apart, a sentence at a time, each way of meaning it a function.

The idea is HateCheck's, the sentences are ours; they stand in `functional`, no model is ever trained on them, and
`moderation.bench.functional` reads them.
`python -m tests.moderation.functions` shows how many lines of each function the guard that ships judges right, and
those it does not with `--wrong`; `--write` makes the counts the floors that `test_functional.py` holds.
"""

import asyncio
import sys
import tempfile
import time
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bots.config import DATA_VARIABLE, Settings
from bots.parts import open_guard
from moderation.bench.functional import CONTENT, FORM, HARMLESS, LANGUAGES, Function, functions
from moderation.guard import GUARD, Guard
from moderation.records import Action, Brief, Candidate, Decision, Finding, Stage, Verdict

FLOORS: Final = Path(__file__).with_name("functional_floors.toml")
RULES: Final = {
    "injection": {"injection.injection", "meaning.injection"},
    "identity": {"identity.question", "meaning.question"},
    "human_claim": {"character.human_claim", "meaning.human_claim"},
}
"""Those that the categories of FORM are about."""
LEAST: Final = 20
"""Lines of a function in each language."""
_NOT_CONTENT: Final = frozenset({GUARD, "character", "register", "romance", "privacy", "identity", "injection"})
"""Filters whose objection does not say that they understood what is wrong with the content."""
_TRIES: Final = 3
"""A machine may stall for longer than a filter may take; that is no judgement."""


def is_right(function: Function, verdict: Verdict) -> bool:
    """Whether `verdict` on one of its lines is what is expected of it."""
    raised = [
        found for found in verdict.findings if found.decision is not Decision.ALLOW or found.action is not Action.NONE
    ]
    if function.expected == HARMLESS:
        return all(found.category in function.allowed for found in raised)
    return any(_speaks_of(found, function.categories) for found in raised)


def _speaks_of(found: Finding, categories: frozenset[str]) -> bool:
    own = {rule for category in categories & FORM for rule in RULES[category]}
    if found.filter == "meaning" and found.category not in CONTENT:
        return found.rule in own
    return found.rule in own or (bool(categories & CONTENT) and found.filter not in _NOT_CONTENT)


async def wrong_lines(guard: Guard, suite: Sequence[Function]) -> dict[tuple[str, str], list[str]]:
    """By language and function the lines that `guard` judges otherwise than expected; [] where there are none."""
    wrong: dict[tuple[str, str], list[str]] = {}
    for function in suite:
        for language, lines in function.lines.items():
            wrong[language, function.id] = [
                line
                for line in lines
                if not all(
                    [is_right(function, await _judged(guard, line, language, stage)) for stage in function.stages]
                )
            ]
    return wrong


async def _judged(guard: Guard, line: str, language: str, stage: Stage) -> Verdict:
    candidate = Candidate(stage=stage, text=line, language=language, brief=Brief(language=language))
    for _ in range(_TRIES):
        verdict = await guard.judge(candidate)
        if not any(found.filter == GUARD and found.category == "late" for found in verdict.findings):
            return verdict
    raise TimeoutError(line)


def judged_by_what_ships(suite: Sequence[Function]) -> dict[tuple[str, str], list[str]]:
    """`wrong_lines` of the guard of the default settings."""

    async def work() -> dict[tuple[str, str], list[str]]:
        with tempfile.TemporaryDirectory() as data:
            async with open_guard(Settings.load(b"", {DATA_VARIABLE: data})) as guard:
                return await wrong_lines(guard, suite)

    return asyncio.run(work())


def floors() -> dict[str, dict[str, int]]:
    """By language and function how many lines must be right."""
    table: dict[str, dict[str, int]] = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    return table


def main(typed: Sequence[str]) -> None:
    """Show today's counts; with "--wrong" the lines as well, with "--write" keep them as floors."""
    suite = functions()
    start = time.perf_counter()
    wrong = judged_by_what_ships(suite)
    right = {
        language: {function.id: len(function.lines[language]) - len(wrong[language, function.id]) for function in suite}
        for language in LANGUAGES
    }
    for function in suite:
        counts = "  ".join(
            f"{language} {right[language][function.id]:2}/{len(function.lines[language])}" for language in LANGUAGES
        )
        print(f"{function.id:24} {function.expected:9} {counts}")
        for language in LANGUAGES if "--wrong" in typed else ():
            print(*(f"    {line}" for line in wrong[language, function.id]), sep="\n")
    for language in LANGUAGES:
        total = sum(len(function.lines[language]) for function in suite)
        print(f"{language}: {sum(right[language].values())} of {total}")
    print(f"{time.perf_counter() - start:.0f} s")
    if "--write" in typed:
        _write(right)


def _write(right: Mapping[str, Mapping[str, int]]) -> None:
    lines = ["# Lines of each function that are judged right, at least. Written by", f"# python -m {_NAME} --write"]
    for language, counts in right.items():
        lines += ["", f"[{language}]", *(f"{name} = {count}" for name, count in counts.items())]
    FLOORS.write_text("\n".join([*lines, ""]), encoding="utf-8")


_NAME: Final = "tests.moderation.functions"

if __name__ == "__main__":
    main(sys.argv[1:])
