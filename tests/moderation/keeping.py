"""Leaves databases as this version keeps them, with something in every table, for the tests of later versions.

    PYTHONPATH=. python tests/moderation/keeping.py FOLDER

Before a step is added to a schema, run it as that step is not there yet (in a checkout of the commit before, with
PYTHONPATH on that), and put what it made into `tests/moderation/kept`: a database `N-STEP.sqlite` of exchanges or
`state-N-STEP.sqlite`, and beside it its keys, in a folder of that name that ends in `-keys`.
"""

import asyncio
import contextlib
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bots.state import Entry, Line
from bots.state.sqlite import SqliteState
from bots.state.statements import SCHEMA
from moderation.records import Action, Outcome
from moderation.stores.keys import KEYRING, MASTER, Keys
from moderation.stores.migrations import EXCHANGES
from moderation.stores.sqlite import SqliteStore
from tests.support.exchanges import NOON, closing, decide, finding, numbered, objection, opening, report

_LATER = datetime(2053, 7, 16, tzinfo=UTC)


async def exchanges(file: Path, keys: Keys) -> None:
    """One upheld, one under way, one reported, one erased, and clean ones."""
    store = SqliteStore.at(file, keys=keys, clock=lambda: NOON, ids=numbered("o"))
    for said, person, server in (
        ("안녕 국밥", "p1", ""),
        ("under way", "p1", ""),
        ("somebody else", "p2", "s1"),
        ("to be erased", "p3", ""),
    ):
        exchange = await store.open(opening(said, person=person, server=server), objection(shown="so far"))
        if said != "under way":
            await store.close(exchange, closing(shown="in the end"))
    danger = replace(finding("crisis.self_harm"), action=Action.SUSPEND)
    await store.add("o2", objection("the last draft", danger))
    await decide(store, "o1")
    reported = opening("somebody else", person="p2", server="s1", message="m7")
    await store.report(reported, report("in the end", by="p1"), exchange="o3")
    for _ in range(41):
        await store.count(Outcome.CLEAN, "s1")
    await store.erase("p3", platform="console")
    await store.aclose()


async def state(file: Path, keys: Keys) -> None:
    """Entries, counters and a book, each with and without a person."""
    kept = SqliteState.at(file, keys=keys, clock=lambda: NOON)
    told = {"texts": ["국밥 한 그릇"]}
    await kept.put(Entry(kind="reply", key="r1", value=told, person="p1", group="c1"))
    other = {"texts": ["somebody else"]}
    await kept.put(Entry(kind="reply", key="r2", value=other, person="p2", group="c1", until=_LATER))
    await kept.put(Entry(kind="place", key="c1", value={"mode": "mention"}))
    await kept.add({"meter p1": 3, "meter all": 7}, until=_LATER, people={"meter p1": "p1"})
    for person, granted in (("p1", True), ("p2", False)):
        consent = {"consent": "training", "granted": granted}
        await kept.append(Line(kind="consent", at=NOON, value=consent, person=person))
    await kept.aclose()


def main(folder: Path) -> None:
    """Make both."""
    for schema, prefix, work in ((EXCHANGES, "", exchanges), (SCHEMA, "state-", state)):
        name = f"{prefix}{len(schema.steps)}-{schema.steps[-1][0]}"
        keep(folder, name, work)
        print(name)


def keep(folder: Path, name: str, work: Callable[[Path, Keys], object]) -> None:
    with tempfile.TemporaryDirectory() as made:
        file, secrets = Path(made, "data", "kept.db"), Path(made, "keys")
        file.parent.mkdir()
        keys = Keys.at(secrets)
        asyncio.run(work(file, keys))  # type: ignore[arg-type]
        for database in (file, secrets / KEYRING):
            with contextlib.closing(sqlite3.connect(database)) as connection:
                connection.execute("PRAGMA wal_checkpoint (TRUNCATE)")
                connection.execute("PRAGMA journal_mode = DELETE")
                connection.execute("PRAGMA page_size = 512")  # small files
                connection.execute("VACUUM")
        beside = folder / f"{name}-keys"
        beside.mkdir(parents=True)
        shutil.copy(file, folder / f"{name}.sqlite")
        for secret in (MASTER, KEYRING):
            shutil.copy(secrets / secret, beside / secret)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
