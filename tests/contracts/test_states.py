"""What every state must do: entries, people, counters. A new state joins by a parameter of the fixture."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import cast

import pytest

from bots.state import Entry, State, Tally
from tests.contracts.stating import LATER, NOON, SECOND, Clock, entry


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


async def test_what_is_changed_at_once_is_put_in_its_order_and_then_the_rest_is_dropped(state: State) -> None:
    for key in ("gone", "changed", "stays"):
        await state.put(entry(key, text="old"))

    await state.change([entry("new"), entry("changed", text="first"), entry("changed"), entry("both")],
                      dropped=[("note", "gone"), ("note", "never"), ("note", "both"), ("other", "stays")])  # fmt: skip

    assert await state.list("note") == (entry("changed"), entry("new"), entry("stays", text="old"))


async def test_of_what_is_changed_at_once_nothing_is_kept_where_some_of_it_cannot_be(state: State) -> None:
    await state.put(entry())

    with pytest.raises((TypeError, ValueError)):
        await state.change(
            [entry("new"), Entry(kind="note", key="broken", value={"x": object()})], dropped=[("note", "k")]
        )

    assert await state.list("note") == (entry(),)


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
