"""What shows when somebody with access to the database rewrites what people decided."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from moderation.cases import Ruling
from tests.moderation.sqlite_databases import store_at
from tests.support.exchanges import closing, decide, objection, opening

UNGUARDED = "DROP TRIGGER review_is_never_changed; DROP TRIGGER review_is_never_deleted;"


@pytest.fixture
async def decided(file: Path) -> Path:
    """Three cases, decided."""
    store = store_at(file)
    for ruling in (Ruling.UPHELD, Ruling.OVERTURNED, Ruling.UPHELD):
        kept = await store.open(opening(), objection())
        await store.close(kept, closing())
        await decide(store, kept, ruling)
    await store.aclose()
    return file


def rewritten(file: Path, script: str) -> None:
    with contextlib.closing(sqlite3.connect(file)) as other:
        other.executescript(UNGUARDED + script)


@pytest.mark.parametrize(
    ("script", "broken"),
    [
        ("UPDATE review SET actor = 'joon' WHERE seq = 2;", "a1"),
        ("UPDATE review SET note = '' WHERE seq = 4;", "a2"),
        ("UPDATE review SET ruling = 'upheld' WHERE seq = 4;", "a2"),
        ("DELETE FROM review WHERE seq = 3;", "a2"),
        ("UPDATE review SET at = '2026-03-01T11:00:00+00:00' WHERE seq = 1;", "a1"),
        ("UPDATE review SET exchange = 1 WHERE seq = 6;", "a1"),
    ],
)
async def test_a_step_that_was_changed_or_taken_away_is_noticed(decided: Path, script: str, broken: str) -> None:
    rewritten(decided, script)

    store = store_at(decided)
    audit = await store.verify()
    await store.aclose()

    assert audit.broken == broken
    assert not audit.sound


async def test_a_decision_whose_last_step_was_cut_off_is_noticed_by_its_case(decided: Path) -> None:
    rewritten(decided, "DELETE FROM review WHERE seq = 6;")

    store = store_at(decided)
    audit = await store.verify()
    await store.aclose()

    assert (audit.broken, audit.differing) == ("", ("a3",))


async def test_a_case_that_was_moved_past_its_trail_is_noticed(decided: Path) -> None:
    rewritten(decided, "UPDATE casefile SET state = 'queued' WHERE seq = 2;")

    store = store_at(decided)
    audit = await store.verify()
    await store.aclose()

    assert audit.differing == ("a2",)
    assert not audit.sound
