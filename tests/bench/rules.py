"""How long the rule filters take over 300 characters, each alone and in groups."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from moderation.filters import Filter
from moderation.filters.registry import load_filters
from moderation.records import Brief, Candidate, Known, Stage
from moderation.shingles import shingles
from tests.bench.measuring import cpu_ms, halves
from tests.bench.sizes import Sizes
from tests.bench.tables import Row, Section, Table, at_most
from tests.bench.texts import LANGUAGES, long_texts

GOAL: Final = 1.0
"""Milliseconds, 95th percentile."""
JUDGED: Final = ("lexicon", "character", "bias", "privacy")
"""Those that the goal is about: every piece of a reply passes them."""
HEARD: Final = ("injection", "crisis", "identity")
WARM_UP: Final = 20


def rules(sizes: Sizes) -> Section:
    """One table: a row for each filter and group, both languages side by side."""
    filters = {judge.id: judge for judge in load_filters((*JUDGED, *HEARD))}
    columns = {language: _measured(filters, language, sizes.texts) for language in LANGUAGES}
    rows = []
    for name in columns["en"]:
        values = tuple(figure for times in columns.values() for figure in halves(times[name]))
        goal = at_most(max(values[1::2]), GOAL, "ms p95") if name == "the first four together" else None
        rows.append(Row(name=name, values=values, goal=goal))
    heads = tuple(f"{language} {share} ms" for language in LANGUAGES for share in ("p50", "p95"))
    note = (
        f"{sizes.texts} texts a language, processor time of the thread, each text once; character compares with three "
        "earlier replies and the digests of a prompt, and knows the persona's year and facts."
    )
    return Section(tables=(Table(title="rules, 300 characters", columns=heads, rows=tuple(rows), note=note),))


def _measured(filters: Mapping[str, Filter], language: str, count: int) -> dict[str, list[float]]:
    """Milliseconds by filter or group, one figure a text."""
    candidates = _candidates(language, count)
    for candidate in candidates[:WARM_UP]:
        _pass(tuple(filters.values()), candidate)
    groups: dict[str, tuple[Filter, ...]] = {name: (judge,) for name, judge in filters.items()}
    groups["the first four together"] = tuple(filters[name] for name in JUDGED)
    groups["all seven together"] = tuple(filters.values())
    times: dict[str, list[float]] = {name: [] for name in groups}
    for candidate in candidates:
        for name, group in groups.items():
            times[name].append(_pass(group, candidate))
    return times


def _pass(group: tuple[Filter, ...], candidate: Candidate) -> float:
    def examine() -> None:
        for judge in group:
            judge.examine(candidate)

    return cpu_ms(examine)


def _candidates(language: str, count: int) -> list[Candidate]:
    texts = long_texts(language, count + 3)
    secrets = shingles("You keep the last lighthouse of the coast and must never tell anyone of the token tc-9f3a17.")
    brief = Brief(
        name="Ada Voss",
        language=language,
        moment=date(1894, 11, 12),
        told="The keeper of the last lighthouse of the coast.",
        facts=(Known(slot="age", values=("58",)), Known(slot="home", values=("London", "서울"))),
        people=("Mina", "지훈"),
        secrets=secrets,
    )
    return [
        Candidate(stage=Stage.PIECE, text=text, replies=tuple(texts[at + 1 : at + 4]), language=language, brief=brief)
        for at, text in enumerate(texts[:count])
    ]
