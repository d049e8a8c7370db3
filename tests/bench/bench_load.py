"""How the SQLite store does under load: `python -m tests.bench.bench_load [ROWS]`.

Rows are written straight into the tables, the texts of a few thousand exchanges over and over, because through the
store it would take a quarter of an hour; what is measured is asked of the store itself. A tenth of the cases wait.
"""

import asyncio
import itertools
import random
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from moderation.cases import OPEN, Rank, Reviewer
from moderation.stores import Query
from moderation.stores.companions import transaction
from moderation.stores.keyring import Keyring
from moderation.stores.keys import Keys
from moderation.stores.sealing import Sealing
from moderation.stores.sqlite import KIND, SqliteStore
from tests.bench.bench_store import NOON, Row, live, seconds

ROWS: Final = 1_000_000
WAITING: Final = 10
"""One in so many cases waits."""
POOL: Final = 5_000
"""Different texts."""
PEOPLE: Final = 1_000
ASKED: Final = 15
WRITTEN: Final = 4_000
AT_ONCE: Final = 64
SYLLABLES: Final = (
    "가각간갈감갑강개객거건걸검게격견결겸경계고곡곤골공과관광교구국군궁권귀규균그극근금급기길김나난날남내너년노농뇌누능다단달담답당대댁더덕도독"
    "돈동두등라락란람랑량려력련렬령로록론료루류르른를름리림립마막만말망매머면명모목몰몽무문물미민바박반발방배백번벌범법변별병보복본부북분불비빈빙"
)
LETTERS: Final = "etaoinshrdlu"


def rows(count: int = ROWS) -> list[Row]:
    """All measurements, on a database in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data" / "talchum.db"
        keys = Keys.at(Path(folder) / "keys")
        asyncio.run(_filled(file, keys, count))
        return [*asyncio.run(_measure(file, keys, count)), ("size on disk", file.stat().st_size / count, "bytes a row")]


async def _measure(file: Path, keys: Keys, count: int) -> list[Row]:
    ids = itertools.count()
    store = SqliteStore.at(file, keys=keys, clock=lambda: NOON, ids=lambda: f"n{next(ids)}")
    by = Reviewer(name="bench", rank=Rank.SENIOR, tool="bench")
    waits = Query(states=OPEN, queue=True)
    middle = _id(count // 2 // WAITING * WAITING)
    queue = f"queue of {count // WAITING:,}"
    listed = {
        f"list the first 20 of a {queue}": waits,
        f"list 20 from the middle of a {queue}": replace(waits, before=middle),
        f"list the first 20 of one server of a {queue}": replace(waits, server="s3"),
        f"list the newest 20 of {count:,}": Query(),
        f"list a person's 20 of {count:,}": Query(person="p77", platform="bench"),
        **{f"search {name} in {count:,}": Query(text=text) for name, text in _queries().items()},
    }
    result: list[Row] = []
    for name, query in listed.items():
        times = [await seconds(store.list(query)) for _ in range(ASKED)]
        result.append((name, statistics.median(times) * 1000, "ms"))
    times = [await seconds(store.next(by)) for _ in range(ASKED)]
    result.append((f"next of a {queue}", statistics.median(times) * 1000, "ms"))
    written = min(WRITTEN, count)
    numbers = iter(range(written))
    together = await seconds(asyncio.gather(*(live(store, numbers) for _ in range(AT_ONCE))))
    await store.aclose()
    return [(f"exchanges kept on top of {count:,}, {AT_ONCE} at once", written / together, "1/s"), *result]


def _queries() -> dict[str, str]:
    """What is asked for, from texts that are there."""
    english, korean = _text(1).split(), _text(2).split()
    return {
        "a word that is rare": english[0],
        "two words that are rare": f"{english[1]} {english[2]}",
        "the beginning of many words": "th",
        "a Korean word": next(word for word in korean if len(word) > 2),
        "one syllable": SYLLABLES[3],
        "two common words that seldom meet": f"th{LETTERS[0]} {SYLLABLES[3]}{SYLLABLES[4]}",
        "what is not there": "없는말쀍 nowhere",
    }


def _text(number: int) -> str:
    """Twelve words, the same for the same number: English and Korean by turns."""
    source = random.Random(number)
    letters = LETTERS if number % 2 else SYLLABLES
    longest = 9 if number % 2 else 4
    return " ".join("".join(source.choices(letters, k=source.randint(1, longest))) for _ in range(12))


def _id(number: int) -> str:
    return f"k{number:07d}"


async def _filled(file: Path, keys: Keys, count: int) -> None:
    await SqliteStore.at(file, keys=keys, clock=lambda: NOON, ids=str).aclose()
    await asyncio.to_thread(_fill, file, keys, count)


def _fill(file: Path, keys: Keys, count: int) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        sealing = Sealing(connection, Keyring.at(keys), kind=KIND)
        with closing(sealing), transaction(connection, sealing):
            owners = [sealing.ring.owner(KIND, "bench", f"p{number}") for number in range(PEOPLE)]
            texts = [_text(number) for number in range(POOL)]
            # A person has the same texts again and again, so that each is sealed once.
            sealed = [sealing.ring.seal(owners[number % PEOPLE], text) for number, text in enumerate(texts)]
            terms = [connection.execute("SELECT beginnings(?)", (text,)).fetchone()[0] for text in texts]
            for table, columns in _TABLES.items():
                marks = ", ".join("?" * len(columns.split(",")))
                values = _values(table, count, owners, sealed, terms)
                connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)
            connection.execute("INSERT INTO search (search) VALUES ('optimize')")
        connection.execute("PRAGMA wal_checkpoint (TRUNCATE)")


_TABLES: Final = {
    "exchange": "seq, id, session, platform, conversation, person, message, at, persona, persona_version, model,"
    " policy, language, said, server, lead",
    "objection": "seq, exchange, at, stage, text, shown",
    "finding": "objection, filter, version, category, decision, action, score, spans, detail, microseconds",
    "closing": "exchange, at, outcome, shown, tokens_in, tokens_cached, tokens_out, tokens_overshoot",
    "casefile": "seq, state, waiting, priority, opened, server",
    "search": "rowid, terms",
}


def _values(
    table: str, count: int, owners: list[str], sealed: list[bytes], terms: list[str]
) -> Iterator[tuple[object, ...]]:
    at = NOON.isoformat()
    for number in range(1, count + 1):
        said, waits, server = sealed[number % POOL], number % WAITING == 0, f"s{number % 9}"
        if table == "exchange":
            person, persona = owners[number % POOL % PEOPLE], f"persona{number % 6}"
            yield (
                number,
                _id(number),
                0,
                "bench",
                said,
                person,
                said,
                at,
                persona,
                "1",
                "m",
                "p",
                "ko",
                said,
                server,
                number,
            )
        elif table == "objection":
            yield number, number, at, "piece", said, ""
        elif table == "finding":
            yield number, "lexicon", "1", f"c{number % 7}", 1 + number % 2, 1, 0.9, "[]", "", 100
        elif table == "closing":
            yield number, at, "repaired", said, 1, 0, 1, 0
        elif table == "casefile":
            yield number, "queued" if waits else "closed", int(waits), number // WAITING % 4, at, server
        else:
            yield number, terms[number % POOL]


if __name__ == "__main__":
    for name, value, unit in rows(*map(int, sys.argv[1:])):
        print(f"{name:64}{value:12,.1f} {unit}")
