"""Disks and files that will not do for SQLite, and what files are like that will."""

import asyncio
import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import StoreFailed, StoreUnavailable
from moderation.records import Outcome
from moderation.stores import Query
from moderation.stores import furnishing as module
from moderation.stores.rows import keep, revive
from tests.moderation.sqlite_databases import OPENING, locked, pragma, store_at, taken
from tests.support.exchanges import decide, finding, objection


async def test_a_full_disk_fails_the_write_and_leaves_the_store_readable(file: Path) -> None:
    store = store_at(file)
    before = await store.open(OPENING, objection("before"))
    pages = int(await pragma(store, "page_count"))
    assert await pragma(store, f"max_page_count = {pages + 4}") == pages + 4

    results = await asyncio.gather(
        store.count(Outcome.CLEAN), store.open(OPENING, objection("x" * 200_000)), return_exceptions=True
    )

    assert results[0] is None, "what fits is kept, even in one transaction with what does not"
    assert isinstance(results[1], StoreFailed)
    assert results[1].key == "stores.full"
    assert [exchange.id for exchange in await store.list(Query())] == [before]
    assert (await store.stats()).outcomes["clean"] == 1
    await pragma(store, "max_page_count = 1000000")
    after = await store.open(OPENING, objection("after"))
    assert [exchange.id for exchange in await store.list(Query())] == [after, before]
    await store.aclose()


async def test_a_database_that_others_keep_locked_fails_the_write_and_then_the_opening(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", timedelta(milliseconds=20))
    store = store_at(file)
    with locked(file):
        with pytest.raises(StoreFailed) as failed:
            await store.open(OPENING, objection())
        with pytest.raises(StoreUnavailable) as unavailable:
            store_at(file)

    assert failed.value.key == unavailable.value.key == "stores.locked"
    assert await store.open(OPENING, objection())
    await store.aclose()


async def test_a_lock_is_waited_for_once_by_all_who_wait_together(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", timedelta(milliseconds=200))
    store = store_at(file)
    statements: list[str] = []
    store._writer._connection.set_trace_callback(statements.append)
    with locked(file):
        first = asyncio.create_task(store.count(Outcome.CLEAN))
        await taken(store)
        results = await asyncio.gather(first, *(store.count(Outcome.CLEAN) for _ in range(9)), return_exceptions=True)

    assert [type(result) for result in results] == [StoreFailed] * 10
    assert statements.count("BEGIN IMMEDIATE") == 2
    await store.aclose()


async def test_a_value_that_sqlite_cannot_hold_leaves_nothing_half_done_and_harms_nobody(file: Path) -> None:
    store = store_at(file)
    endless = replace(objection("endless"), findings=(replace(finding(), elapsed=timedelta.max),))
    results = await asyncio.gather(
        store.open(OPENING, objection("one")),
        store.open(OPENING, endless),
        store.open(OPENING, objection("two")),
        return_exceptions=True,
    )

    assert isinstance(results[1], StoreFailed)
    assert isinstance(results[1].__cause__, OverflowError)
    kept = await store.list(Query())
    assert [exchange.objections[0].text for exchange in kept] == ["two", "one"]
    assert [exchange.id for exchange in kept] == [results[2], results[0]]
    await store.aclose()


def spoilt(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)


def foreign(file: Path) -> None:
    file.parent.mkdir()
    with contextlib.closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE bookmark (url TEXT)")


def from_the_future(file: Path) -> None:
    asyncio.run(store_at(file).aclose())
    with contextlib.closing(sqlite3.connect(file)) as later, later:
        later.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('talchum', 'dreams', '')"
        )


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (lambda file: spoilt(file, b"Dear diary, this is no database at all."), "damaged"),
        (lambda file: spoilt(file, b"SQLite format 3\x00" + b"\xff" * 4000), "damaged"),
        (foreign, "foreign"),
        (from_the_future, "newer"),
        (lambda file: file.mkdir(parents=True), "readonly"),
        (lambda file: file.parent.write_text("a file where the folder should be"), "folder"),
    ],
    ids=["text", "damage", "foreign", "newer", "folder", "file-as-folder"],
)
def test_a_file_that_will_not_do_is_refused_in_both_languages_and_left_alone(
    file: Path, spoil: Callable[[Path], None], key: str
) -> None:
    spoil(file)
    before = file.read_bytes() if file.is_file() else None

    with pytest.raises(StoreUnavailable) as refused:
        store_at(file)

    assert refused.value.key == f"stores.{key}"
    for language in ("en", "ko"):
        assert str(file) in refused.value.explain(language)
        assert "Traceback" not in refused.value.explain(language)
    assert (file.read_bytes() if file.is_file() else None) == before


NOBODY = 65534
AS_NOBODY = """
import os, sys
from pathlib import Path
from moderation.errors import StoreUnavailable
from moderation.words import catalogue
from tests.moderation.sqlite_databases import store_at
catalogue("moderation")
os.chdir(sys.argv[1])
if os.geteuid() == 0:
    os.setuid({nobody})
try:
    store_at(Path(sys.argv[2]))
except StoreUnavailable as refused:
    print(refused.key)
"""


@pytest.mark.parametrize("name", ["talchum.db", "folder/talchum.db"])
def test_a_folder_that_cannot_be_written_is_refused(name: str) -> None:
    """Root may write anywhere, so the process gives up being root first."""
    shelf = Path(tempfile.mkdtemp())
    shelf.chmod(0o555)
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])

    result = subprocess.run(
        [sys.executable, "-c", AS_NOBODY.format(nobody=NOBODY), str(shelf), str(shelf / name)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )

    assert result.stdout.strip() == "stores.readonly"
    shelf.rmdir()  # which says that it is empty


async def test_files_are_private(tmp_path: Path) -> None:
    file = tmp_path / "new" / "deep" / "talchum.db"
    store = store_at(file)
    await store.open(OPENING, objection())

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}

    assert "talchum.db-wal" in modes
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    await store.aclose()


async def test_a_path_with_signs_is_only_a_path(tmp_path: Path) -> None:
    file = tmp_path / "탈춤?mode=memory#1 %41" / "말뭉치?.db"
    store = store_at(file)
    await store.open(OPENING, objection())
    await store.aclose()

    again = store_at(file)

    assert len(await again.list(Query())) == 1
    await again.aclose()


async def test_the_audit_trail_cannot_be_rewritten(file: Path) -> None:
    store = store_at(file)
    kept = await store.open(OPENING, objection())
    await decide(store, kept, None)
    await store.aclose()

    with contextlib.closing(sqlite3.connect(file)) as other:
        for rewriting in ("UPDATE review SET actor = 'joon'", "DELETE FROM review"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                other.execute(rewriting)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=())))
def test_any_text_is_kept_exactly(text: str) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        (kept,) = database.execute("SELECT ?", (keep(text),)).fetchone()

    assert revive(kept) == text
