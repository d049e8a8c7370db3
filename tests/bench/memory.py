"""How much is remembered of what people tell of themselves, and how fast one memory is found among many."""

import asyncio
import random
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from moderation.errors import FilterUnavailable
from moderation.models.encoder import Encoder, UniversalEncoder
from personas.memory import Kind, Memory, Whose
from personas.memory.noticing import Rules
from personas.memory.shelf import Shelf, pack
from tests.bench.sizes import Sizes
from tests.bench.tables import Row, Section, Table, at_least, at_most
from tests.personas.memory_lines import SAYING, TELLING
from tests.personas.memory_plants import Rates, measure
from tests.support.remembering import minded

NOON: Final = datetime(2026, 11, 26, 12, tzinfo=UTC)
WORDS: Final = (
    *("harbour", "lantern", "bakery", "violin", "orchard", "glacier", "ferry", "notebook", "teapot", "meadow", "comet"),
    *("바다", "등대", "빵집", "자전거", "과수원", "빙하", "나룻배", "공책", "주전자", "들판", "혜성", "골목"),
)
DIMENSIONS: Final = 512
SEARCHES: Final = 200


def memory(sizes: Sizes) -> Section:
    """What is remembered, and how fast it is found."""
    runs = {"rules, words": asyncio.run(_rates(None))}
    with suppress(FilterUnavailable):
        runs["rules, words and meaning"] = asyncio.run(_rates(UniversalEncoder.load()))
    noticed = _noticed()
    sound = all(run.wrong_person == 0 for run in runs.values())
    return Section(tables=(_remembered(runs), noticed, _found(sizes.memories)), sound=sound)


async def _rates(encoder: Encoder | None) -> Rates:
    async with minded("tobias", "hayun", encoder=encoder) as mind:
        return await measure(mind)


def _remembered(runs: dict[str, Rates]) -> Table:
    rows = tuple(
        row
        for name, run in runs.items()
        for row in (
            Row(name=f"{name}: recall", values=(run.recall, run.asked), goal=at_least(run.recall, 0.9, "")),
            Row(name=f"{name}: wrong person, place or persona", values=(run.wrong_person, run.crossed),
                goal=at_most(run.wrong_person, 0, "")),
            Row(name=f"{name}: no longer true", values=(run.stale, run.replaced), goal=at_most(run.stale, 0, "")),
        )
    )  # fmt: skip
    note = (
        "Thirty things told in five conversations of two people, in English and Korean; the program starts anew after "
        "each. The sentences were written along with the rules: others are found less often."
    )
    return Table(title="what is told again", columns=("share", "questions"), rows=rows, note=note)


def _noticed() -> Table:
    rules = Rules.load()
    rows = tuple(
        Row(name=name, values=(sum(bool(rules.notice(line)) for line in lines) / len(lines), len(lines)))
        for name, lines in (("that say something of their speaker", TELLING), ("that do not", SAYING))
    )
    note = "Of sentences that the rules were not written for, and are not changed for."
    return Table(title="what rules notice", columns=("share", "sentences"), rows=rows, note=note)


def _found(count: int) -> Table:
    chance = random.Random(20_261_126)
    whose = Whose(person="p", scope="s", persona="x")
    vectors = np.random.default_rng(7).standard_normal((count, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    memories = [
        Memory(
            id=str(number), whose=whose, kind=Kind.EPISODE, at=NOON - timedelta(hours=number % 4_000),
            text=f"I saw the {' '.join(chance.choices(WORDS, k=6))} number {number}", encoder="e",
            vector=pack(vectors[number]),
        )
        for number in range(count)
    ]  # fmt: skip
    about = Rules.load().about
    begun = time.perf_counter()
    shelf = Shelf(memories, about=about, encoder="e")
    made = (time.perf_counter() - begun) * 1_000
    questions = [
        f"Tell me of the {' '.join(chance.choices(WORDS, k=3))} {chance.randrange(count)}" for _ in range(SEARCHES)
    ]
    words = _times(lambda at: shelf.search(questions[at], NOON, most=6))
    meaning = _times(lambda at: shelf.search(questions[at], NOON, most=6, vector=vectors[at]))
    rows = (
        Row(name="made ready, after a change", values=(made, made)),
        Row(name="by words", values=words, goal=at_most(words[1], 10, "ms")),
        Row(name="by words and meaning", values=meaning, goal=at_most(meaning[1], 10, "ms")),
    )
    note = "What a sentence means takes an encoder two to seven milliseconds besides, in another thread."
    return Table(title=f"found among {count:,} memories", columns=("median ms", "p95 ms"), rows=rows, note=note)


def _times(run: Callable[[int], object]) -> tuple[float, float]:
    """Median and 95th percentile of the thread's own time."""
    taken = []
    for at in range(SEARCHES):
        begun = time.thread_time()
        run(at)
        taken.append((time.thread_time() - begun) * 1_000)
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
