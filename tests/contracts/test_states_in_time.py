"""What every state must do with what expires, when it is closed, and with much at once; all do the same."""

import asyncio
import random
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.state import State, Tally
from moderation.errors import StoreFailed
from tests.contracts.stating import (
    LATER,
    NOON,
    SECOND,
    Clock,
    Make,
    entry,
    make_memory,
    make_sqlite,
)


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
        state.drop("note", "k"), state.change([entry()]), state.list("note"), state.of_person("p"), state.erase("p"),
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
    st.tuples(st.just("change"), st.lists(KEYS, max_size=3), PEOPLE, st.lists(KEYS, max_size=2)),
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
    if what == "change":
        keys, person, dropped = cast("tuple[list[str], str, list[str]]", fields)
        entries = [entry(key, text=str(number), person=person) for key in keys]
        await state.change(entries, dropped=[("note", key) for key in dropped])
        return None
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
