"""Databases of every earlier version are brought up to the present one, whatever happens on the way."""

import asyncio
import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bots.state import Entry
from bots.state.sqlite import SqliteState
from bots.state.sqlite import bring_up as bring_state_up
from bots.state.statements import SCHEMA as STATE
from bots.upkeep import STATE as STATE_NATURE
from moderation.cases import Ruling
from moderation.records import Action, Outcome
from moderation.stores import Query
from moderation.stores.migrations import EXCHANGES, Schema
from moderation.stores.sqlite import SqliteStore, bring_up
from moderation.stores.upkeep import EXCHANGES as NATURE
from moderation.stores.upkeep import troubles
from tests.moderation.sqlite_databases import store_at
from tests.support.exchanges import NOON, closing, finding, objection, step, unchained
from tests.support.keys import everything, keys_beside, keys_folder


def number_of(kept: Path) -> int:
    """Of its last step."""
    return int(kept.stem.removeprefix("state-").partition("-")[0])


KEPT = sorted(Path(__file__).with_name("kept").glob("[0-9]*.sqlite"), key=number_of)
STATES = sorted(KEPT[0].parent.glob("state-*.sqlite"), key=number_of)
EVERY = pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.stem)

SAID = ("국밥", "draft", "낱말", "under way", "so far", "in the end", "메모", "왜 이래요", "somebody")
TEXTS = [text.encode() for text in SAID]


def brought(kept: Path, file: Path) -> Path:
    file.parent.mkdir()
    shutil.copy(kept, file)
    if (secrets := kept.with_name(f"{kept.stem}-keys")).exists():
        shutil.copytree(secrets, keys_folder(file))
    return file


@pytest.mark.parametrize(("kept", "schema", "prefix"), [(KEPT, EXCHANGES, ""), (STATES, STATE, "state-")])
def test_there_is_one_for_every_step_that_was_ever_the_last(kept: list[Path], schema: Schema, prefix: str) -> None:
    """Whoever adds a step keeps one of the step before it: `tests/moderation/keeping.py`."""
    steps = [f"{prefix}{number}-{name}" for number, (name, _) in enumerate(schema.steps, 1)]

    assert [each.stem for each in kept] == steps


@pytest.mark.parametrize("kept", [*KEPT, *STATES], ids=lambda kept: kept.stem)
def test_each_has_the_steps_that_its_name_says_and_something_in_every_table(kept: Path) -> None:
    schema = STATE if kept in STATES else EXCHANGES
    with contextlib.closing(sqlite3.connect(f"{kept.as_uri()}?mode=ro", uri=True)) as database:
        applied = database.execute(
            "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY id", (schema.name,)
        )
        assert [name for (name,) in applied] == [name for name, _ in schema.steps[: number_of(kept)]]
        tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search_%'"
        empty = {
            table
            for (table,) in database.execute(tables).fetchall()
            if not database.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()
        }
    assert empty <= {"session", "trace", "sqlite_sequence"}, "what is there only while something goes on"


@pytest.mark.parametrize("kept", [*KEPT, *STATES], ids=lambda kept: kept.stem)
def test_each_is_whole_when_it_was_brought_up(kept: Path, file: Path) -> None:
    brought(kept, file)
    up, nature = (bring_state_up, STATE_NATURE) if kept in STATES else (bring_up, NATURE)

    up(file, keys_beside(file))

    assert troubles(file, keys_beside(file), nature) == []


@EVERY
async def test_what_an_earlier_version_kept_is_there_and_found(kept: Path, file: Path) -> None:
    await asyncio.to_thread(brought, kept, file)
    number = number_of(kept)

    store = store_at(file)

    await whole(store, number)
    assert [text for text in TEXTS if text in await asyncio.to_thread(everything, file)] == []
    assert await store.erase("p1", platform="console") == (3 if number >= 5 else 2)
    assert await store.list(Query(text="국밥")) == ()
    await store.aclose()


async def whole(store: SqliteStore, number: int) -> None:
    """Everything is there that the database of that number holds."""
    first, second, third, fourth = reversed(await store.list(Query()))
    assert (first.opening.said, second.opening.said, third.opening.said) == ("안녕 국밥", "under way", "somebody else")
    assert (first.opening.origin.person, first.opening.origin.message, third.opening.origin.person) == (
        "p1",
        "m1",
        "p2",
    )
    assert first.objections == (objection(shown="so far"),)
    assert (first.closing, second.closing and second.closing.outcome) == (
        closing(shown="in the end"),
        Outcome.INTERRUPTED,
    )
    assert (fourth.erased, fourth.opening.said) == ((True, "") if number >= 6 else (False, "\ud800 lone"))
    assert fourth.objections[0].findings[0].detail == ("" if number >= 6 else finding().detail)
    assert unchained(first) == ((step(),) if number >= 2 else ())
    assert first.case.ruling is (Ruling.UPHELD if number >= 2 else None)
    assert (await store.verify()).sound
    assert [each.findings[0].action for each in second.objections[1:]] == ([Action.SUSPEND] if number >= 8 else [])
    assert [each.by for each in third.objections] == (["", "p1"] if number >= 5 else [""])
    assert third.objections[-1].findings[0].detail == ("왜 이래요" if number >= 5 else finding().detail)
    for text, found in (("국밥", ["o1"]), ("way", ["o2"]), ("lon", [] if number >= 6 else ["o4"])):
        assert [each.id for each in await store.list(Query(text=text))] == found
    assert [each.id for each in await store.list(Query(person="p1", platform="console"))] == ["o2", "o1"]
    assert (await store.stats()).outcomes["clean"] == 41


POINTS = {
    "while texts are sealed": "Keyring.seal = after(9, Keyring.seal)",
    "while the index is made": "unsealed.append_terms = after(3, unsealed.append_terms)",
    "before the keys are durable": "Sealing.settle = after(0, Sealing.settle)",
    "between the keys and the texts": "Keyring.settle = then(Keyring.settle)",
    "before the file is copied clean": "traces.clean = after(1, traces.clean)",
    "after the file was copied clean": "traces.clean = then(traces.clean, when=1)",
}
DYING = """
import os, signal, sys
from pathlib import Path
from moderation.stores import traces, unsealed
from moderation.stores.keyring import Keyring
from moderation.stores.sealing import Sealing
from tests.moderation.sqlite_databases import store_at

def after(count, function):
    def run(*values, **named):
        nonlocal count
        count -= 1
        if count < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*values, **named)
    return run

def then(function, when=0):
    def run(*values, **named):
        nonlocal when
        function(*values, **named)
        when -= 1
        if when < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return run

{point}
store_at(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
@pytest.mark.parametrize("kept", [KEPT[0], KEPT[6]], ids=lambda kept: kept.stem)
async def test_a_kill_in_the_middle_loses_nothing(kept: Path, point: str, file: Path) -> None:
    await asyncio.to_thread(brought, kept, file)
    assert await asyncio.to_thread(ended, DYING.format(point=point), file) == -signal.SIGKILL

    store = store_at(file)

    await whole(store, number_of(kept))
    assert [text for text in TEXTS if text in await asyncio.to_thread(everything, file)] == []
    await store.aclose()


def ended(code: str, file: Path) -> int:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run([sys.executable, "-c", code, str(file)], env=environment, check=False).returncode


@pytest.mark.parametrize("kept", STATES, ids=lambda kept: kept.stem)
async def test_a_state_of_before_is_there_and_encrypted(tmp_path: Path, kept: Path) -> None:
    file = tmp_path / "data" / "state.db"
    await asyncio.to_thread(brought, kept, file)

    state = await asyncio.to_thread(lambda: SqliteState.at(file, keys=keys_beside(file), clock=lambda: NOON))

    reply = Entry(kind="reply", key="r1", value={"texts": ["국밥 한 그릇"]}, person="p1", group="c1")
    assert await state.of_person("p1") == (reply,)
    assert [each.key for each in await state.list("reply", group="c1")] == ["r2", "r1"]
    assert await state.get("place", "c1") == Entry(kind="place", key="c1", value={"mode": "mention"})
    assert await state.counts(["meter p1", "meter all"]) == {"meter p1": 3, "meter all": 7}
    assert await state.counts_of("p1") == {"meter p1": 3}
    told = [(line.person, line.value["granted"]) for line in await state.lines("consent")]
    assert told == ([("p1", True), ("p2", False)] if number_of(kept) >= 2 else [])
    assert await state.erase("p1") == len(told) // 2 + 1
    assert [line.person for line in await state.lines("consent")] == ["", "p2"][: len(told)]
    content = await asyncio.to_thread(everything, file)
    assert [text for text in ("국밥", "somebody", "meter", "mention") if text.encode() in content] == []
    await state.aclose()
