"""The embedded guard as a whole: every filter there is by default, the policy that ships, the real pool of threads."""

import asyncio
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from bots.config import DATA_VARIABLE, Settings
from bots.parts import open_guard
from moderation.guard import Guard
from moderation.records import Candidate, Stage
from personas.cast import Cast, fixed_words, prepare
from personas.loading import load_library
from tests.bench.measuring import cpu_ms, halves
from tests.bench.sizes import Sizes
from tests.bench.tables import Row, Section, Table, at_most
from tests.bench.texts import LANGUAGES, SPEAKERS, spoken, turns

GOAL: Final = 10.0
"""Milliseconds, 95th percentile, a sentence."""
TOGETHER: Final = 32
CANARY: Final = "c4n4ry-7f3a91"
BEFORE: Final = 3
"""Sentences of the reply that were already shown, and replies before it."""


@asynccontextmanager
async def default_guard(data: Path) -> AsyncGenerator[tuple[Guard, dict[str, Cast]], None]:
    """The guard of the default settings, warm, and a bundled persona for each language made ready with it."""
    async with open_guard(Settings.load(b"", {DATA_VARIABLE: str(data)})) as guard:
        words = await fixed_words(guard)
        personas = await asyncio.to_thread(load_library, ())
        casts = {
            language: await prepare(personas[name], guard, words, canary=CANARY) for language, name in SPEAKERS.items()
        }
        yield guard, casts


def guard(sizes: Sizes) -> Section:
    """Three tables: one sentence at a time, where its time goes, and many at once."""
    return asyncio.run(_measure(sizes))


async def _measure(sizes: Sizes) -> Section:
    with tempfile.TemporaryDirectory() as folder:
        async with default_guard(Path(folder)) as (judges, casts):
            batches = {
                f"{name}, {stage}": candidates(stage, language, casts[language], sizes.sentences)
                for language, name in LANGUAGES.items()
                for stage in (Stage.PIECE, Stage.INPUT)
            }
            alone = [await _row(judges, name, batch) for name, batch in batches.items()]
            shares = _shares(judges, batches)
            together = [await _throughput(judges, name, batch) for name, batch in batches.items()]
    return Section(
        tables=(
            Table(
                title="guard, one sentence of 20-80 characters at a time",
                columns=("p50 ms", "p95 ms", "slowest ms"),
                rows=tuple(alone),
                note=f"{sizes.sentences} sentences each, from asking the guard to its verdict, by the clock.",
            ),
            shares,
            Table(
                title=f"guard, {TOGETHER} sentences at once",
                columns=("sentences a second", "p50 ms", "p95 ms", "refused for lack of time or room"),
                rows=tuple(together),
            ),
        )
    )


def candidates(stage: Stage, language: str, cast: Cast, count: int) -> list[Candidate]:
    """Sentences as they come in a conversation: with what was said and shown before them."""
    said = turns(language, count)
    if stage is Stage.INPUT:
        brief = cast.brief_for(())
        return [Candidate(stage=stage, text=text, earlier=tuple(said[:BEFORE]), brief=brief) for text in said]
    texts = spoken(language, count + 2 * BEFORE)
    return [
        Candidate(
            stage=stage,
            text=texts[at],
            shown=" ".join(texts[at + 1 : at + 1 + at % BEFORE]) + " " * (at % BEFORE > 0),
            said=said[at],
            replies=tuple(texts[at + BEFORE : at + 2 * BEFORE]),
            brief=cast.brief_for(()),
        )
        for at in range(count)
    ]


async def _row(judges: Guard, name: str, batch: Sequence[Candidate]) -> Row:
    for candidate in batch[:20]:
        await judges.judge(candidate)
    times = [await _judged(judges, candidate) for candidate in batch]
    median, late = halves(times)
    return Row(name=name, values=(median, late, max(times)), goal=at_most(late, GOAL, "ms p95"))


async def _judged(judges: Guard, candidate: Candidate) -> float:
    start = time.perf_counter()
    await judges.judge(candidate)
    return (time.perf_counter() - start) * 1000


def _shares(judges: Guard, batches: dict[str, list[Candidate]]) -> Table:
    """Each filter alone on this thread; its share of the sum of all."""
    taken: dict[str, dict[str, float]] = {judge.id: {} for judge in judges.filters}
    for name, batch in batches.items():
        for judge in judges.filters:
            if batch[0].stage in judge.stages:
                times = [cpu_ms(partial(judge.examine, item)) for item in batch]
                taken[judge.id][name] = sum(times) / len(times)
    sums = {name: sum(by.get(name, 0.0) for by in taken.values()) for name in batches}
    rows = [
        Row(name=judge, values=tuple(_share(by, name, sums[name]) for name in batches)) for judge, by in taken.items()
    ]
    rows.append(Row(name="all, one after another", values=tuple(f"{total:.2f} ms" for total in sums.values())))
    return Table(
        title="guard, where the time goes",
        columns=tuple(batches),
        rows=tuple(rows),
        note="Mean processor time of the thread over the same sentences, each filter alone.",
    )


def _share(by: dict[str, float], name: str, total: float) -> str:
    return f"{by[name]:.3f} ms  {100 * by[name] / total:3.0f} %" if name in by else "-"


async def _throughput(judges: Guard, name: str, batch: Sequence[Candidate]) -> Row:
    times: list[float] = []
    refused = 0
    waiting = iter(batch)

    async def work() -> None:
        nonlocal refused
        for candidate in waiting:
            start = time.perf_counter()
            verdict = await judges.judge(candidate)
            times.append((time.perf_counter() - start) * 1000)
            refused += any(finding.category in {"late", "full"} for finding in verdict.findings)

    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(TOGETHER)))
    rate = len(batch) / (time.perf_counter() - start)
    return Row(name=name, values=(rate, *halves(times), float(refused)))
