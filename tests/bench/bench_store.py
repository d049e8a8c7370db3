"""How fast the SQLite store keeps and finds: `python tests/bench/bench_store.py`.

Texts are made up of syllables and words by number, about as long as a sentence. The disk decides the first rows: each
write is on it before it counts.
"""

import asyncio
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from moderation.records import Closing, Decision, Finding, Objection, Opening, Origin, Outcome, Stage
from moderation.stores import Query
from moderation.stores.keys import Keys
from moderation.stores.sqlite import SqliteStore

Row = tuple[str, float, str]
"""What was measured, how much, its unit."""

KEPT: Final = 10_000
AT_ONCE: Final = 64
ALONE: Final = 200
ASKED: Final = 50
NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
SYLLABLES: Final = "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허"
WORDS: Final = ("river", "lantern", "mask", "drum", "village", "moon", "harvest", "market", "song", "winter", "bridge")
QUERIES: Final = {
    "list the newest 20": Query(),
    "list 20 from the middle": Query(before=f"k{KEPT // 2:06d}"),
    "list 20 by rule": Query(rule="bias.slur"),
    "search an English word": Query(text="lantern"),
    "search two syllables": Query(text=SYLLABLES[5:7]),
    "search one syllable": Query(text=SYLLABLES[5]),
    "search what is not there": Query(text="없는말 nowhere"),
}


def rows() -> list[Row]:
    """All measurements, on a database in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "talchum.db"
        return [*asyncio.run(_measure(file)), ("size on disk", file.stat().st_size / KEPT, "bytes an exchange")]


async def _measure(file: Path) -> list[Row]:
    ids = itertools.count(1)
    store = SqliteStore.at(
        file, keys=Keys.at(file.parent / "keys"), clock=lambda: NOON, ids=lambda: f"k{next(ids):06d}"
    )
    numbers = iter(range(KEPT))
    alone = await seconds(live(store, itertools.islice(numbers, ALONE)))
    together = await seconds(asyncio.gather(*(live(store, numbers) for _ in range(AT_ONCE))))
    result = [
        ("exchanges kept one after another", ALONE / alone, "1/s"),
        (f"exchanges kept, {AT_ONCE} at once", (KEPT - ALONE) / together, "1/s"),
    ]
    for name, query in QUERIES.items():
        times = [await seconds(store.list(query)) for _ in range(ASKED)]
        result.append((f"{name} of {KEPT}", statistics.median(times) * 1000, "ms"))
    result.append((f"stats of {KEPT}", await seconds(store.stats()) * 1000, "ms"))
    await store.aclose()
    return result


async def live(store: SqliteStore, numbers: Iterator[int]) -> None:
    """Keep one exchange a number: opened and closed, so two durable writes each."""
    for number in numbers:
        kept = await store.open(_opening(number), _objection(number))
        await store.close(kept, Closing(at=NOON, outcome=Outcome.REPAIRED, shown=_text(number + 2)))


def _opening(number: int) -> Opening:
    return Opening(
        origin=Origin(platform="bench", conversation=f"c{number % 40}", person=f"p{number % 90}", message=str(number)),
        at=NOON,
        persona=f"persona{number % 6}",
        persona_version="1",
        model="bench",
        policy="bench",
        language="ko",
        said=_text(number),
    )


def _objection(number: int) -> Objection:
    findings = tuple(
        Finding(filter=name, version="1", category="slur", decision=Decision.BLOCK, score=0.9)
        for name in ("lexicon", "toxicity", "bias")[: 1 + number % 3]
    )
    return Objection(at=NOON, stage=Stage.PIECE, text=_text(number + 1), shown="", findings=findings)


def _text(number: int) -> str:
    """Ten words, the same for the same number: Korean and English by turns."""
    source = random.Random(number)
    if number % 2:
        return " ".join(source.choices(WORDS, k=10))
    return " ".join("".join(source.choices(SYLLABLES, k=source.randint(1, 4))) for _ in range(10))


async def seconds(work: Awaitable[object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    await work
    return time.perf_counter() - start


if __name__ == "__main__":
    for name, value, unit in rows():
        print(f"{name:48}{value:12,.1f} {unit}")
