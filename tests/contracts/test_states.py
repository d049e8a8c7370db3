"""What every state must do, then what is particular to SQLite. A new state joins by a fixture parameter."""

import asyncio
import contextlib
import itertools
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import IO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.state import Entry, State, Tally
from bots.state import sqlite as module
from bots.state.memory import MemoryState
from bots.state.sqlite import SqliteState
from moderation.errors import StoreBusy, StoreFailed, StoreUnavailable
from moderation.stores.sqlite import SqliteStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LATER = NOON + 60 * SECOND


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


Make = Callable[[Path, Clock], Awaitable[State]]


async def make_sqlite(folder: Path, clock: Clock) -> State:
    return await sqlite_at(folder / "state.db", clock)


async def make_memory(folder: Path, clock: Clock) -> State:
    return MemoryState(clock=clock)


async def sqlite_at(file: Path, clock: Callable[[], datetime] = Clock(), *, queue: int = 256) -> SqliteState:  # noqa: B008
    return await asyncio.to_thread(lambda: SqliteState.at(file, clock=clock, queue=queue))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=[make_memory, make_sqlite], ids=["memory", "sqlite"])
async def state(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> AsyncIterator[State]:
    made: State = await request.param(tmp_path, clock)
    yield made
    await made.aclose()


def entry(
    key: str = "k",
    *,
    kind: str = "note",
    text: str = "안녕",
    person: str = "",
    group: str = "",
    at: datetime | None = None,
) -> Entry:
    return Entry(kind=kind, key=key, value={"text": text}, person=person, group=group, until=at)


async def test_an_entry_comes_back_as_it_was_put(state: State) -> None:
    whole = Entry(
        kind="note",
        key="k",
        value={"text": "국밥", "numbers": [1, 2.5, -3, 10**30, True, None], "deep": {"": []}, "none": {}},
        person="p",
        group="g",
        until=NOON + timedelta(days=3, microseconds=1),
    )

    await state.put(whole)

    assert await state.get("note", "k") == whole
    assert await state.get("note", "other") is None
    assert await state.get("other", "k") is None


async def test_a_time_keeps_its_moment_whatever_its_zone(state: State) -> None:
    seoul = timezone(timedelta(hours=9))
    await state.put(entry("far", at=datetime.max.replace(tzinfo=UTC)))
    await state.put(entry("near", at=datetime(2026, 3, 1, 21, 0, 0, 1, tzinfo=seoul)))
    await state.put(entry("past", at=datetime(2026, 3, 1, 20, 59, tzinfo=seoul)))

    found = await state.many("note", ["far", "near", "past"])

    assert {key: each.until for key, each in found.items()} == {
        "far": datetime.max.replace(tzinfo=UTC),
        "near": NOON + timedelta(microseconds=1),
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ud83d lone \udc00",
        "\ud83d\ude00 two halves",
        "nul \x00 inside",
        "line\nbreak\r\n\u2028",
        "한글",
        "e\u0301",
        "1",
    ],
)
async def test_any_text_is_a_key_and_comes_back_unchanged(state: State, text: str) -> None:
    put = Entry(kind=text, key=text, value={text: [text]}, person=text, group=text)

    await state.put(put)
    await state.add({text: 2}, until=LATER, people={text: text})

    assert await state.get(text, text) == put
    assert await state.many(text, [text, text + "x"]) == {text: put}
    assert await state.list(text, group=text) == (put,)
    assert await state.list(text, group=text + "x") == ()
    assert await state.counts([text]) == {text: 2}
    if text:
        assert await state.of_person(text) == (put,)
        assert await state.counts_of(text) == {text: 2}
        assert await state.erase(text) == 1
        assert await state.get(text, text) is None
    else:
        assert await state.drop(text, text)


async def test_a_value_is_what_json_makes_of_it_and_nobody_changes_it_from_outside(state: State) -> None:
    numbers = [1]
    await state.put(Entry(kind="note", key="k", value={"numbers": numbers, "pair": (1, 2)}))
    numbers.append(2)
    first = await state.get("note", "k")
    assert first is not None
    cast("list[int]", first.value["pair"]).append(3)

    second = await state.get("note", "k")

    assert second is not None
    assert second.value == {"numbers": [1], "pair": [1, 2]}


@pytest.mark.parametrize("value", [object(), float("nan"), {1, 2}, b"bytes"])
async def test_what_is_not_json_is_refused_and_the_entry_stays_as_it_was(state: State, value: object) -> None:
    await state.put(entry())

    for put in (state.put, state.put_new):
        for key in ("k", "new"):
            with pytest.raises((TypeError, ValueError)):
                await put(Entry(kind="note", key=key, value={"x": value}))

    assert await state.list("note") == (entry(),)


async def test_an_entry_takes_the_place_of_the_one_of_its_kind_and_key(state: State) -> None:
    await state.put(entry(text="old", person="p", group="g", at=LATER))
    await state.put(entry(kind="other", text="other"))
    await state.put(entry(text="new"))

    assert await state.list("note") == (entry(text="new"),)
    assert await state.list("other") == (entry(kind="other", text="other"),)
    assert await state.of_person("p") == ()


async def test_many_are_those_that_there_are(state: State) -> None:
    for key in ("a", "b", "c"):
        await state.put(entry(key, text=key))
    await state.put(entry("d", kind="other"))

    assert await state.many("note", ["c", "a", "d", "c"]) == {"a": entry("a", text="a"), "c": entry("c", text="c")}
    assert await state.many("note", []) == {}


async def test_put_new_keeps_only_what_is_new(state: State) -> None:
    assert await state.put_new(entry(text="first")) is True
    assert await state.put_new(entry(text="second", person="p")) is False
    assert await state.put_new(entry(kind="other", text="third")) is True

    assert await state.get("note", "k") == entry(text="first")
    assert await state.of_person("p") == ()


async def test_of_many_new_ones_at_once_one_wins(state: State) -> None:
    kept = await asyncio.gather(*(state.put_new(entry(text=str(number))) for number in range(20)))

    assert sum(kept) == 1
    assert await state.get("note", "k") == entry(text=str(kept.index(True)))


async def test_what_is_dropped_is_not_there(state: State) -> None:
    await state.put(entry())

    assert await state.drop("note", "other") is False
    assert await state.drop("other", "k") is False
    assert await state.drop("note", "k") is True
    assert await state.drop("note", "k") is False

    assert await state.get("note", "k") is None
    assert await state.put_new(entry()) is True


async def test_a_list_begins_with_the_one_put_last(state: State) -> None:
    for key, group in (("a", "x"), ("b", "y"), ("c", "x"), ("d", ""), ("a", "x")):
        await state.put(entry(key, group=group))
    await state.put_new(entry("b", group="x"))
    await state.put(entry("e", kind="other", group="x"))

    async def keys(group: str | None = None, limit: int = 100) -> list[str]:
        return [each.key for each in await state.list("note", group=group, limit=limit)]

    assert await keys() == ["a", "d", "c", "b"]
    assert await keys("x") == ["a", "c"]
    assert await keys("") == ["d"]
    assert await keys("z") == []
    assert await keys(limit=3) == ["a", "d", "c"]
    assert await keys("x", limit=1) == ["a"]
    assert await keys(limit=0) == await keys(limit=-1) == []


async def test_the_order_survives_what_is_dropped_from_its_end(state: State) -> None:
    for key in ("a", "b", "c"):
        await state.put(entry(key))
    await state.drop("note", "c")
    await state.put(entry("d"))
    await state.put(entry("a"))

    assert [each.key for each in await state.list("note")] == ["a", "d", "b"]


async def test_a_hundred_are_listed_unless_more_are_asked_for(state: State) -> None:
    for number in range(120):
        await state.put(entry(str(number)))

    assert len(await state.list("note")) == 100
    assert len(await state.list("note", limit=1_000)) == 120


async def test_what_is_of_a_person_is_found_by_kind_and_key(state: State) -> None:
    for kind, key in (("b", "1"), ("a", "\ud800"), ("a", "\U0001f600"), ("a", "가"), ("a", "1")):
        await state.put(entry(key, kind=kind, person="p"))
    await state.put(entry("z", kind="a", person="q"))
    await state.put(entry("y", kind="a"))

    found = await state.of_person("p")

    assert [(each.kind, each.key) for each in found] == [
        ("a", "1"), ("a", "가"), ("a", "\ud800"), ("a", "\U0001f600"), ("b", "1"),
    ]  # fmt: skip
    assert await state.of_person("nobody") == ()


async def test_what_is_of_a_person_is_erased_and_nothing_else_nor_what_was_counted_today(state: State) -> None:
    await state.put(entry("1", person="p"))
    await state.put(entry("2", kind="other", person="p"))
    await state.put(entry("3", person="q"))
    await state.put(entry("4"))
    await state.add({"mine": 1, "theirs": 2, "all": 3}, until=LATER, people={"mine": "p", "theirs": "q"})

    assert await state.erase("p") == 2

    assert await state.of_person("p") == ()
    assert await state.counts_of("p") == {"mine": 1}
    assert await state.counts(["mine", "theirs", "all"]) == {"mine": 1, "theirs": 2, "all": 3}
    assert [each.key for each in await state.list("note")] == ["4", "3"]
    assert await state.list("other") == ()
    assert await state.erase("p") == 0


async def test_nobody_is_no_person(state: State) -> None:
    await state.put(entry())
    await state.add({"a": 1}, until=LATER)

    for refuses in (state.erase(""), state.of_person(""), state.counts_of("")):
        with pytest.raises(ValueError, match="nobody"):
            await refuses

    assert await state.get("note", "k") == entry()
    assert await state.counts(["a"]) == {"a": 1}


async def test_a_counter_begins_at_nothing_and_adds_up(state: State) -> None:
    assert await state.counts(["a", "b"]) == {"a": 0, "b": 0}
    assert await state.add({"a": 2, "b": -1}, until=LATER) == {"a": 2, "b": -1}
    assert await state.add({"a": 3}, until=LATER) == {"a": 5}
    assert await state.counts(["b", "a", "c", "a"]) == {"a": 5, "b": -1, "c": 0}
    assert await state.counts([]) == await state.add({}, until=LATER) == {}


async def test_additions_at_once_are_all_counted(state: State) -> None:
    totals = await asyncio.gather(*(state.add({"a": 1, "b": number}, until=LATER) for number in range(50)))

    assert sorted(total["a"] for total in totals) == list(range(1, 51))
    assert await state.counts(["a", "b"]) == {"a": 50, "b": sum(range(50))}


async def test_a_counter_is_of_whoever_is_named_first(state: State) -> None:
    await state.add({"a": 1, "b": 1}, until=LATER)
    await state.add({"a": 1, "b": 1}, until=LATER, people={"a": "p", "other": "p"})
    await state.add({"a": 1}, until=LATER, people={"a": "q"})
    await state.add({"a": 1}, until=LATER)

    assert await state.counts_of("p") == {"a": 4}
    assert await state.counts_of("q") == {}


async def test_counters_can_be_carried_to_keys_that_begin_otherwise(state: State, clock: Clock) -> None:
    await state.add({"old 1": 1, "old 2": 2, "older": 3, "an old": 4}, until=LATER, people={"old 1": "p"})
    await state.add({"new 2": 20}, until=LATER + SECOND, people={"new 2": "q"})
    await state.add({"old gone": 9}, until=NOON + SECOND)
    clock.now = NOON + 2 * SECOND
    await state.carry("old ", "new ")
    await state.carry("old ", "new ")

    assert await state.counts(["old 1", "old 2", "older", "an old"]) == {
        "old 1": 0,
        "old 2": 0,
        "older": 3,
        "an old": 4,
    }
    assert await state.counts(["new 1", "new 2", "new gone"]) == {"new 1": 1, "new 2": 22, "new gone": 0}
    assert await state.counts_of("p") == {"new 1": 1}
    assert await state.counts_of("q") == {"new 2": 22}
    clock.now = LATER
    assert await state.counts(["new 1", "new 2"]) == {"new 1": 0, "new 2": 22}
    await state.carry("new", "new new")
    assert await state.counts(["new new 2"]) == {"new new 2": 22}


async def test_within_a_limit_is_added_and_beyond_it_nothing_is(state: State) -> None:
    await state.add({"a": 3, "c": 7}, until=LATER)

    fits = await state.add_within({"a": 2, "b": 1}, {"a": 5, "c": 7}, until=LATER, people={"b": "p"})
    refused = await state.add_within({"a": 1, "b": 1}, {"a": 5, "b": 9}, until=LATER)
    full = await state.add_within({"b": 1}, {"c": 6}, until=LATER)
    nothing = await state.add_within({}, {"a": 5}, until=LATER)

    assert fits == Tally(added=True, totals={"a": 5, "b": 1, "c": 7})
    assert refused == Tally(added=False, totals={"a": 5, "b": 1})
    assert full == Tally(added=False, totals={"b": 1, "c": 7})
    assert nothing == Tally(added=True, totals={"a": 5})
    assert await state.counts(["a", "b", "c"]) == {"a": 5, "b": 1, "c": 7}
    assert await state.counts_of("p") == {"b": 1}


async def test_of_many_at_once_only_those_get_in_that_have_room(state: State) -> None:
    tallies = await asyncio.gather(
        *(state.add_within({"a": 1, "b": 1}, {"a": 7}, until=LATER) for _ in range(20)),
    )

    assert [tally.added for tally in tallies].count(True) == 7
    assert await state.counts(["a", "b"]) == {"a": 7, "b": 7}


# --- time ------------------------------------------------------------------------------------------------------------


async def test_an_entry_that_has_expired_is_as_if_it_were_not_there(state: State, clock: Clock) -> None:
    put = entry(person="p", group="g", at=NOON + SECOND)
    await state.put(put)
    clock.now = NOON + SECOND - timedelta(microseconds=1)
    assert await state.get("note", "k") == put

    clock.now = NOON + SECOND

    assert await state.get("note", "k") is None
    assert await state.many("note", ["k"]) == {}
    assert await state.list("note") == await state.list("note", group="g") == await state.of_person("p") == ()
    assert await state.erase("p") == 0
    assert await state.prune() == 0, "what is erased is gone, expired or not"


async def test_what_has_expired_gives_way_and_cannot_be_dropped(state: State, clock: Clock) -> None:
    await state.put(entry("a", at=NOON + SECOND))
    await state.put(entry("b", at=NOON + SECOND))
    clock.now = NOON + SECOND

    assert await state.put_new(entry("a", text="new")) is True
    assert await state.drop("note", "b") is False
    assert await state.list("note") == (entry("a", text="new"),)
    assert await state.prune() == 0


async def test_expired_entries_do_not_count_where_few_are_listed(state: State, clock: Clock) -> None:
    await state.put(entry("a"))
    await state.put(entry("b", at=NOON + SECOND))
    clock.now = LATER

    assert [each.key for each in await state.list("note", limit=1)] == ["a"]


async def test_a_counter_is_forgotten_at_its_latest_end_and_begins_anew(state: State, clock: Clock) -> None:
    await state.add({"a": 5, "b": 5}, until=NOON + SECOND, people={"a": "p"})
    await state.add({"a": 1}, until=NOON + 3 * SECOND)
    await state.add({"a": 1}, until=NOON + 2 * SECOND)
    clock.now = NOON + 2 * SECOND
    assert await state.counts(["a", "b"]) == {"a": 7, "b": 0}
    assert await state.add_within({"b": 2}, {"b": 2}, until=LATER) == Tally(added=True, totals={"b": 2})

    clock.now = NOON + 3 * SECOND

    assert await state.counts_of("p") == {}
    assert await state.erase("p") == 0
    assert await state.add({"a": 1}, until=LATER, people={"a": "q"}) == {"a": 1}
    assert await state.counts_of("q") == {"a": 1}


async def test_pruning_deletes_what_has_expired_and_tells_how_much(state: State, clock: Clock) -> None:
    await state.put(entry("a", at=NOON + SECOND))
    await state.put(entry("b", at=NOON + 2 * SECOND))
    await state.put(entry("c"))
    await state.add({"x": 1, "y": 1}, until=NOON + SECOND)
    await state.add({"z": 1}, until=NOON + 2 * SECOND)
    assert await state.prune() == 0
    clock.now = NOON + SECOND

    assert await state.prune() == 3
    assert await state.prune() == 0

    clock.now = NOON
    assert [each.key for each in await state.list("note")] == ["c", "b"], "it is gone for good"
    assert await state.counts(["x", "y", "z"]) == {"x": 0, "y": 0, "z": 1}


async def test_a_closed_state_refuses_and_closes_again(state: State) -> None:
    await state.put(entry())

    await state.aclose()
    await state.aclose()

    for refuses in (
        state.get("note", "k"), state.many("note", ["k"]), state.put(entry()), state.put_new(entry("new")),
        state.drop("note", "k"), state.list("note"), state.of_person("p"), state.erase("p"),
        state.add({"a": 1}, until=LATER), state.add_within({"a": 1}, {"a": 1}, until=LATER), state.counts(["a"]),
        state.counts_of("p"), state.prune(), state.carry("a", "b"),
    ):  # fmt: skip
        with pytest.raises(StoreFailed) as refused:
            await refuses
        assert refused.value.key == "stores.closed"


async def test_much_at_once_is_not_mixed_up(state: State) -> None:
    async def live(number: int) -> None:
        key = str(number)
        await state.put(entry(key, text="old", person=f"p{number % 3}"))
        await state.add({"all": 1, key: number}, until=LATER)
        await state.put(entry(key, text=f"text{number}", person=f"p{number % 3}", group=f"g{number % 2}"))
        if number % 5 == 0:
            await state.drop("note", key)

    numbers = list(range(60))
    random.Random(7).shuffle(numbers)
    await asyncio.gather(*(live(number) for number in numbers))

    kept = {each.key: each for each in await state.list("note")}
    assert set(kept) == {str(number) for number in range(60) if number % 5}
    assert all(each.value == {"text": f"text{key}"} and each.group == f"g{int(key) % 2}" for key, each in kept.items())
    assert await state.counts(["all", "17"]) == {"all": 60, "17": 17}


KEYS = st.sampled_from(["a", "b", "가", "\ud800"])
PEOPLE = st.sampled_from(["", "p", "q"])
AFTER = st.integers(-2, 6)
AMOUNTS = st.dictionaries(KEYS, st.integers(-3, 3), max_size=3)
STEPS = st.one_of(
    st.tuples(st.just("put"), KEYS, PEOPLE, st.none() | AFTER),
    st.tuples(st.just("put_new"), KEYS, PEOPLE, st.none() | AFTER),
    st.tuples(st.just("drop"), KEYS),
    st.tuples(st.just("add"), AMOUNTS, AFTER, st.dictionaries(KEYS, PEOPLE, max_size=2)),
    st.tuples(st.just("within"), AMOUNTS, st.dictionaries(KEYS, st.integers(-2, 6), max_size=3), AFTER),
    st.tuples(st.just("wait"), st.integers(1, 3)),
    st.tuples(st.just("erase"), st.sampled_from(["p", "q"])),
    st.tuples(st.just("prune")),
)


async def told(state: State, clock: Clock, steps: list[tuple[object, ...]]) -> list[object]:
    """What a state answers to `steps`, and what is in it after each."""
    answers: list[object] = []
    for number, (what, *fields) in enumerate(steps):
        answers.append(await _step(state, clock, cast("str", what), fields, number))
        answers += [await state.list("note"), await state.counts(["a", "b", "가", "\ud800"])]
        answers += [(await state.of_person(name), await state.counts_of(name)) for name in ("p", "q")]
    await state.aclose()
    return answers


async def _step(state: State, clock: Clock, what: str, fields: list[object], number: int) -> object:
    def after(seconds: object) -> datetime:
        return clock.now + cast("int", seconds) * SECOND

    if what in {"put", "put_new"}:
        key, person, end = fields
        until = None if end is None else after(end)
        put = entry(cast("str", key), text=str(number), person=cast("str", person), at=until)
        return await (state.put(put) if what == "put" else state.put_new(put))
    if what == "drop":
        return await state.drop("note", cast("str", fields[0]))
    if what == "add":
        amounts, end, people = cast("tuple[dict[str, int], int, dict[str, str]]", fields)
        return await state.add(amounts, until=after(end), people=people)
    if what == "within":
        amounts, most, end = cast("tuple[dict[str, int], dict[str, int], int]", fields)
        return await state.add_within(amounts, most, until=after(end))
    if what == "erase":
        return await state.erase(cast("str", fields[0]))
    if what == "wait":
        clock.now = after(fields[0])
        return None
    return await state.prune()


@settings(max_examples=40)
@given(steps=st.lists(STEPS, max_size=14))
def test_all_states_do_the_same(steps: list[tuple[object, ...]]) -> None:
    async def answers(make: Make, folder: Path) -> list[object]:
        clock = Clock()
        return await told(await make(folder, clock), clock, steps)

    with tempfile.TemporaryDirectory() as folder:
        assert asyncio.run(answers(make_sqlite, Path(folder))) == asyncio.run(answers(make_memory, Path(folder)))


# --- SQLite: a file, and others who have it open ---------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "state.db"


async def test_everything_is_there_again_when_the_file_is_opened_again(file: Path) -> None:
    first = await sqlite_at(file)
    for key in ("a", "b", "c"):
        await first.put(entry(key, person="p", group="g", at=LATER))
    await first.put(entry("a", text="\ud83d"))
    await first.drop("note", "c")
    await first.add({"x": 3}, until=LATER, people={"x": "p"})
    await first.aclose()

    second = await sqlite_at(file)

    assert await second.list("note") == (entry("a", text="\ud83d"), entry("b", person="p", group="g", at=LATER))
    assert await second.counts_of("p") == {"x": 3}
    await second.aclose()
    assert [path.name for path in file.parent.iterdir()] == [file.name]


CHILD = """
import asyncio, os, signal, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from bots.state import Entry
from bots.state.sqlite import SqliteState

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

def say(text):
    print(text, flush=True)

async def main(state, name):
{body}

asyncio.run(main(SqliteState.at(Path(sys.argv[1]), clock=lambda: NOON), sys.argv[2]))
"""


@contextlib.contextmanager
def child(file: Path, body: str, *, name: str = "c") -> Iterator[subprocess.Popen[str]]:
    """A process that runs `body`, with a state of its own on `file`."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(body=textwrap.indent(textwrap.dedent(body), "    ")), str(file), name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


async def test_what_was_promised_survives_a_kill_right_after(file: Path) -> None:
    body = """
        await state.put(Entry(kind="note", key="k", value={"text": "안녕"}))
        await state.add({"a": 2}, until=NOON + timedelta(seconds=60))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    with child(file, body) as process:
        assert process.wait() == -signal.SIGKILL

    state = await sqlite_at(file)
    assert await state.get("note", "k") == entry()
    assert await state.counts(["a"]) == {"a": 2}
    await state.aclose()


async def test_of_several_processes_at_once_one_wins_each_key_and_nothing_is_miscounted(file: Path) -> None:
    body = """
        sys.stdin.readline()
        until = NOON + timedelta(seconds=60)
        for number in range(20):
            entry = Entry(kind="claim", key=str(number), value={"name": name})
            if await state.put_new(entry):
                say(number)
            await state.add({"all": 1}, until=until)
            await state.add_within({"few": 1}, {"few": 30}, until=until)
        await state.aclose()
    """
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(child(file, body, name=name)) for name in "abc"]
        for process in processes:
            _pipe(process.stdin).write("\n")
            _pipe(process.stdin).flush()
        won = [_pipe(process.stdout).read().split() for process in processes]
        assert [process.wait() for process in processes] == [0, 0, 0]

    state = await sqlite_at(file)
    claims = {each.key: each.value["name"] for each in await state.list("claim")}
    assert sorted(itertools.chain(*won), key=int) == [str(number) for number in range(20)]
    assert claims == {key: name for name, keys in zip("abc", won, strict=True) for key in keys}
    assert await state.counts(["all", "few"]) == {"all": 60, "few": 30}
    await state.aclose()


async def test_two_states_on_one_file_see_what_the_other_did(file: Path) -> None:
    here, there = await sqlite_at(file), await sqlite_at(file)

    kept = await asyncio.gather(
        *(state.put_new(entry(text=name)) for state, name in ((here, "here"), (there, "there")))
    )
    await here.add({"a": 1}, until=LATER)

    assert sorted(kept) == [False, True]
    assert await there.get("note", "k") == await here.get("note", "k")
    assert await there.add({"a": 1}, until=LATER) == {"a": 2}
    await here.aclose()
    assert await there.drop("note", "k") is True
    await there.aclose()


async def test_counters_are_all_added_to_or_none(file: Path) -> None:
    state = await sqlite_at(file)

    with pytest.raises(StoreFailed):
        await state.add({"a": 1, "endless": 2**64}, until=LATER)

    assert await state.counts(["a", "endless"]) == {"a": 0, "endless": 0}
    await state.aclose()


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Somebody else writes, and does not finish."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def taken(state: SqliteState) -> None:
    """Wait until the writer has in hand what was given to it."""
    while not state._writer._queue.empty():
        await asyncio.sleep(0.001)


async def test_a_full_queue_refuses_at_once_and_keeps_what_it_took(file: Path) -> None:
    state = await sqlite_at(file, queue=2)
    with locked(file):
        tasks = [asyncio.create_task(state.put(entry("1")))]
        await asyncio.sleep(0)
        await taken(state)
        tasks += [asyncio.create_task(state.put(entry(key))) for key in ("2", "3")]
        await asyncio.sleep(0)
        with pytest.raises(StoreBusy):
            await state.put(entry("4"))
        assert await state.list("note") == (), "reading does not wait for writers"
    await asyncio.gather(*tasks)

    assert [each.key for each in await state.list("note")] == ["3", "2", "1"]
    await state.aclose()


async def test_closing_finishes_what_was_taken(file: Path) -> None:
    state = await sqlite_at(file)
    await state.put(entry("theirs", person="p"))
    writes = [asyncio.create_task(state.put(entry(str(number)))) for number in range(50)]
    erased = asyncio.create_task(state.erase("p"))
    await asyncio.sleep(0)

    await state.aclose()

    assert await erased == 1, "copying the file clean is a part of it"
    await asyncio.gather(*writes)
    after = await sqlite_at(file)
    assert len(await after.list("note")) == 50
    await after.aclose()


async def test_a_database_that_others_keep_locked_fails_the_write_and_then_the_opening(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", timedelta(milliseconds=20))
    state = await sqlite_at(file)
    with locked(file):
        with pytest.raises(StoreFailed) as failed:
            await state.put(entry())
        with pytest.raises(StoreUnavailable) as unavailable:
            await sqlite_at(file)

    assert failed.value.key == unavailable.value.key == "stores.locked"
    await state.put(entry())
    await state.aclose()


async def test_a_commit_waits_for_the_disk(file: Path) -> None:
    """A kill of the process cannot show it, only a loss of power could: so the setting itself is looked at."""
    state = await sqlite_at(file)

    async def pragma(name: str) -> object:
        return await state._writer.call(lambda db: db.execute(f"PRAGMA {name}").fetchone()[0])

    assert await pragma("synchronous") == 2
    assert await pragma("journal_mode") == "wal"
    assert await pragma("fullfsync") == 1
    await state.aclose()


def spoilt(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)


def foreign(file: Path) -> None:
    file.parent.mkdir()
    with contextlib.closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE bookmark (url TEXT)")


def of_exchanges(file: Path) -> None:
    async def use() -> None:
        await SqliteStore.at(file, clock=lambda: NOON, ids=lambda: "a").aclose()

    asyncio.run(use())


def from_the_future(file: Path) -> None:
    async def use() -> None:
        await (await sqlite_at(file)).aclose()

    asyncio.run(use())
    with contextlib.closing(sqlite3.connect(file)) as later, later:
        later.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('talchum-state', 'dreams', '')"
        )


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (lambda file: spoilt(file, b"Dear diary, this is no database at all."), "damaged"),
        (foreign, "foreign"),
        (of_exchanges, "foreign"),
        (from_the_future, "newer"),
        (lambda file: file.mkdir(parents=True), "readonly"),
        (lambda file: file.parent.write_text("a file where the folder should be"), "folder"),
    ],
    ids=["text", "foreign", "exchanges", "newer", "folder", "file-as-folder"],
)
def test_a_file_that_will_not_do_is_refused_in_both_languages_and_left_alone(
    file: Path, spoil: Callable[[Path], None], key: str
) -> None:
    spoil(file)
    before = file.read_bytes() if file.is_file() else None

    with pytest.raises(StoreUnavailable) as refused:
        asyncio.run(sqlite_at(file))

    assert refused.value.key == f"stores.{key}"
    assert str(file) in refused.value.explain("en")
    assert str(file) in refused.value.explain("ko")
    assert (file.read_bytes() if file.is_file() else None) == before


async def test_the_store_of_exchanges_refuses_a_state(file: Path) -> None:
    await (await sqlite_at(file)).aclose()

    with pytest.raises(StoreUnavailable) as refused:
        await asyncio.to_thread(lambda: SqliteStore.at(file, clock=lambda: NOON, ids=lambda: "a"))

    assert refused.value.key == "stores.foreign"


async def test_files_are_private(tmp_path: Path) -> None:
    file = tmp_path / "새 폴더?mode=memory#1" / "deep" / "state.db"
    state = await sqlite_at(file)
    await state.put(entry())

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}

    assert "state.db-wal" in modes
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    await state.aclose()


# --- SQLite: nothing is left of what was erased ----------------------------------------------------------------------

SECRETS = ("비밀이야기", "secret-key", "secret-person", "secret-group")


def traces(file: Path) -> set[str]:
    """The secrets that stand in any file of the database."""
    content = b"".join(path.read_bytes() for path in sorted(file.parent.iterdir()))
    assert b"others" in content
    return {secret for secret in SECRETS if secret.encode() in content}


async def lived_in(state: SqliteState, seed: int) -> None:
    """A state full of what was put, put again and dropped, as it is after some weeks: rows moved between pages."""
    chance = random.Random(seed)
    story, key, person, group = SECRETS
    writes: list[Awaitable[object]] = []
    for _ in range(700):
        number, length = chance.randrange(150), chance.randrange(1, 60)
        if chance.random() < 0.3:
            put = entry(f"{key}{number}", text=story * length, person=person, group=group)
            writes.append(state.put(put))
        elif chance.random() < 0.8:
            writes.append(state.put(entry(f"x{number}", text="others" * length, person=f"p{number}")))
        else:
            writes.append(state.drop("note", f"x{number}"))
        if len(writes) == 10:  # some pages are written several times, as in life
            await asyncio.gather(*writes)
            writes = []
    await asyncio.gather(*writes)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_not_a_byte_is_left_of_what_was_erased(file: Path, seed: int) -> None:
    state = await sqlite_at(file)
    onlooker = await sqlite_at(file)
    await lived_in(state, seed)
    others = [each for each in await state.list("note", limit=1_000) if each.person != "secret-person"]
    assert await asyncio.to_thread(traces, file) == set(SECRETS)

    assert await state.erase("secret-person") > 100

    assert await asyncio.to_thread(traces, file) == set()
    assert list(await onlooker.list("note", limit=1_000)) == others
    notes = await onlooker._reader.call(lambda db: db.execute("SELECT count(*) FROM trace").fetchone())
    assert notes == (0,), "the next start need not write it anew again"
    await onlooker.aclose()
    await state.aclose()
    assert await asyncio.to_thread(traces, file) == set()


async def test_what_was_erased_before_a_crash_leaves_nothing_after_the_next_start(file: Path) -> None:
    body = """
        from bots.state import sqlite
        sqlite.clean = lambda connection, file: os.kill(os.getpid(), signal.SIGKILL)
        await state.erase("secret-person")
    """
    state = await sqlite_at(file)
    await lived_in(state, 1)
    await state.aclose()
    with child(file, body) as process:
        assert process.wait() == -signal.SIGKILL
    assert await asyncio.to_thread(traces, file) != set()

    again = await sqlite_at(file)

    assert await asyncio.to_thread(traces, file) == set()
    assert await again.of_person("secret-person") == ()
    await again.aclose()


async def test_where_somebody_still_reads_the_old_content_erasing_fails_and_can_be_repeated(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", timedelta(milliseconds=50))
    state = await sqlite_at(file)
    await lived_in(state, 1)
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM entry").fetchone()
        with pytest.raises(StoreFailed) as failed:
            await state.erase("secret-person")
        reader.execute("COMMIT")

    assert failed.value.key == "stores.traces"
    assert await state.of_person("secret-person") == ()
    assert await state.erase("secret-person") == 0
    assert await asyncio.to_thread(traces, file) == set()
    await state.aclose()


async def test_what_had_expired_leaves_nothing_either_when_its_person_is_erased(file: Path, clock: Clock) -> None:
    state = await sqlite_at(file, clock)
    story, key, person, group = SECRETS
    await state.put(entry("1", text="others"))
    await state.put(entry(key, text=story, person=person, group=group, at=NOON + SECOND))
    clock.now = LATER

    assert await state.erase(person) == 0

    assert await asyncio.to_thread(traces, file) == set()
    await state.aclose()


async def test_a_start_while_somebody_reads_the_old_content_leaves_the_traces_to_the_next_one(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", timedelta(milliseconds=50))
    first = await sqlite_at(file)
    await lived_in(first, 1)
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM entry").fetchone()
        with pytest.raises(StoreFailed):
            await first.erase("secret-person")
        await (await sqlite_at(file)).aclose()
        assert await asyncio.to_thread(traces, file) != set()
    await first.aclose()

    await (await sqlite_at(file)).aclose()

    assert await asyncio.to_thread(traces, file) == set()


async def test_writes_go_on_while_somebody_is_erased(file: Path) -> None:
    state = await sqlite_at(file)
    await lived_in(state, 1)

    results = await asyncio.gather(
        state.erase("secret-person"),
        *(state.put(replace(entry(str(number)), kind="new")) for number in range(30)),
        state.erase("p1"),
        state.add({"a": 1}, until=LATER),
    )

    assert results[0]
    assert len(await state.list("new")) == 30
    assert await state.counts(["a"]) == {"a": 1}
    assert await asyncio.to_thread(traces, file) == set()
    await state.aclose()
