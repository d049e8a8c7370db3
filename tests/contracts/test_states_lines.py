"""What every state does with books: lines that are written once, and let go of whom they are about."""

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bots.state import Line, State
from bots.state.statements import SCHEMA
from moderation.stores.migrations import Schema, migrate
from tests.contracts.stating import NOON, SECOND, entry, sqlite_at

BEGINNING = datetime(2026, 3, 1, tzinfo=UTC)


def line(text: str = "한", *, kind: str = "book", at: datetime = NOON, person: str = "") -> Line:
    return Line(kind=kind, at=at, value={"text": text}, person=person)


async def test_lines_come_back_in_the_order_in_which_they_were_written(state: State) -> None:
    written = [line("b", at=NOON + SECOND), line("a", person="p"), line("a", person="p"), line("\ud83d", at=NOON)]
    for each in written:
        await state.append(each)
    await state.append(line(kind="other"))

    assert await state.lines("book") == tuple(written)
    assert await state.lines("book", person="p") == (written[1], written[2])
    assert await state.lines("book", person="") == (written[0], written[3])
    assert await state.lines("none") == ()


async def test_a_span_of_time_begins_with_its_first_moment_and_ends_before_its_last(state: State) -> None:
    for seconds in range(4):
        await state.append(line(str(seconds), at=NOON + seconds * SECOND))

    found = await state.lines("book", since=NOON + SECOND, before=NOON + 3 * SECOND)

    assert [each.value["text"] for each in found] == ["1", "2"]
    assert len(await state.lines("book", since=NOON + SECOND)) == 3


async def test_what_cannot_be_kept_is_refused(state: State) -> None:
    with pytest.raises(TypeError):
        await state.append(line(at=NOON.replace(tzinfo=None)))
    with pytest.raises((TypeError, ValueError)):
        await state.append(Line(kind="book", at=NOON, value={"x": object()}))

    assert await state.lines("book") == ()


async def test_who_is_erased_leaves_lines_about_nobody_in_that_month(state: State) -> None:
    await state.put(entry(person="p"))
    await state.append(line("1", person="p", at=NOON + timedelta(days=17)))
    await state.append(line("2", person="q"))

    assert await state.erase("p") == 2

    assert await state.lines("book") == (line("1", at=BEGINNING), line("2", person="q"))
    assert await state.erase("p") == 0


async def test_lines_are_no_entries_and_are_not_pruned(state: State) -> None:
    await state.append(line(person="p"))

    await state.prune()

    assert await state.of_person("p") == ()
    assert await state.list("book") == ()
    assert len(await state.lines("book")) == 1


async def test_the_file_itself_refuses_to_change_a_line_or_to_take_it_out(tmp_path: Path) -> None:
    state = await sqlite_at(tmp_path / "state.db")
    await state.append(line(person="p"))
    await state.append(line())
    await state.aclose()

    with closing(sqlite3.connect(tmp_path / "state.db")) as file:
        for statement in (
            "DELETE FROM line",
            "UPDATE line SET value = '{}'",
            "UPDATE line SET person = 'q'",
            "UPDATE line SET person = NULL, at = at + 1 WHERE person IS NOT NULL",
            "UPDATE line SET at = 0",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                file.execute(statement)


async def test_whom_a_line_was_about_is_in_no_file_any_more(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    state = await sqlite_at(file)
    for number in range(50):
        await state.append(line(str(number), person="somebody:4711"))

    assert await state.erase("somebody:4711") == 50

    def bytes_of_all() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert b"somebody:4711" not in await asyncio.to_thread(bytes_of_all)
    assert len(await state.lines("book")) == 50
    await state.aclose()


async def test_a_consent_that_was_an_entry_is_the_first_line_of_its_book(tmp_path: Path) -> None:
    """Of a file from before there were lines."""
    path = tmp_path / "state.db"
    await asyncio.to_thread(keep_consents_as_before, path)

    state = await sqlite_at(path)

    lines = await state.lines("consent")
    assert [(each.person, each.at, each.value["granted"]) for each in lines] == [
        ("discord:user:1", NOON, True),
        ("discord:user:2", NOON, False),
    ]
    assert lines[0].value == {
        "consent": "training", "granted": True, "wording": 1, "language": "", "platform": "discord",
    }  # fmt: skip
    assert await state.list("consent") == ()
    await state.aclose()


def keep_consents_as_before(path: Path) -> None:
    before = Schema(name=SCHEMA.name, application=SCHEMA.application, steps=SCHEMA.steps[:1])
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        migrate(file, path, before)
        for person, granted in (("discord:user:1", True), ("discord:user:2", False)):
            value = json.dumps({"granted": granted, "at": NOON.isoformat()})
            file.execute(
                "INSERT INTO entry (kind, key, value, person, listed) VALUES ('consent', ?, ?, ?, '')",
                (f"discord {person}", value, person),
            )
