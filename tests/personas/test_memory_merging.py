"""What was just said beside what is known."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.memory import Kind, Memory, Whose
from personas.memory.merging import Noted, Said, merged, reworded, surplus
from personas.memory.screening import Redactor, Sensitive, worth_keeping

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANN = Whose(person="ann", scope="s", persona="keeper")
LASTS = dict.fromkeys(Kind, 10 * DAY)


def home(town: str, **changes: object) -> Noted:
    given_ = {"kind": Kind.FACT, "text": f"I live in {town}", "slot": "home", "value": town, **changes}
    return Noted(**given_)  # type: ignore[arg-type]


def told(*rounds: Noted) -> list[Memory]:
    """What is known after these were said, a day apart."""
    known: dict[str, Memory] = {}
    ids = (f"m{number}" for number in itertools.count(1))
    for number, note in enumerate(rounds):
        said = Said(whose=ANN, at=NOON + number * DAY, source=f"message {number}")
        for memory in merged(list(known.values()), [note], said, lasts=LASTS, ids=lambda: next(ids)):
            known[memory.id] = memory
    return list(known.values())


def test_the_newest_holds_and_what_it_contradicts_is_history() -> None:
    old, new = told(home("Busan"), home("Seoul"))

    assert (old.value, old.ended) == ("Busan", NOON + DAY)
    assert (new.value, new.ended, new.source) == ("Seoul", None, "message 1")


def test_what_is_said_again_is_one_memory_that_lasts_longer() -> None:
    [memory] = told(home("Busan"), home("busan", text="I still live in busan"))

    assert memory.text == "I still live in busan"
    assert (memory.at, memory.until) == (NOON + DAY, NOON + 11 * DAY)


def test_what_says_less_takes_nothing_away() -> None:
    named = Noted(kind=Kind.FACT, text="My cat is called Mochi", slot="pet:cat", value="Mochi")
    unnamed = Noted(kind=Kind.FACT, text="I have a cat", slot="pet:cat")

    assert [memory.text for memory in told(named, unnamed)] == ["My cat is called Mochi"]
    assert [memory.text for memory in told(unnamed, named)] == ["My cat is called Mochi"]


def test_what_does_not_hold_any_more_ends_that_alone() -> None:
    gone = home("Busan", ends=True)

    assert [memory.ended for memory in told(home("Busan"), gone)] == [NOON + DAY]
    assert [memory.ended for memory in told(home("Seoul"), gone)] == [None]
    assert told(gone) == []


def test_likes_of_different_things_stand_beside_each_other_and_a_change_of_mind_counts() -> None:
    def taste(thing: str, value: str) -> Noted:
        return Noted(kind=Kind.PREFERENCE, text=f"{thing} {value}", slot=f"taste:{thing}", value=value)

    known = told(taste("tea", "+"), taste("coffee", "+"), taste("coffee", "-"))

    assert [memory.text for memory in known if memory.ended is None] == ["tea +", "coffee -"]


def test_what_was_asked_for_stays_asked_for() -> None:
    [memory] = told(home("Busan", asked=True), home("Busan"))

    assert memory.asked


@given(st.lists(st.sampled_from(["Busan", "Seoul", "Jeju"]), min_size=1))
def test_of_one_slot_one_memory_holds_and_it_is_what_was_said_last(towns: list[str]) -> None:
    [holds] = [memory for memory in told(*map(home, towns)) if memory.ended is None]

    assert holds.value == towns[-1]


def test_a_message_that_is_worded_otherwise_takes_its_memories_with_it() -> None:
    known = told(home("Busan"), Noted(kind=Kind.FACT, text="I speak Thai", slot="language:thai", value="Thai"))

    assert [memory.value for memory in reworded(known, "message 1")] == ["Thai"]
    assert reworded(known, "") == ()


def test_history_makes_room_first_then_what_nobody_asked_for_the_least_used_first() -> None:
    def memory(id_: str, **changes: object) -> Memory:
        given_ = {"id": id_, "whose": ANN, "kind": Kind.FACT, "text": id_, "at": NOON, **changes}
        return Memory(**given_)  # type: ignore[arg-type]

    memories = [
        memory("asked", asked=True, at=NOON - 9 * DAY), memory("used", at=NOON - 8 * DAY, used=NOON + DAY),
        memory("old", at=NOON - 3 * DAY), memory("history", ended=NOON), memory("new"),
    ]  # fmt: skip

    assert [each.id for each in surplus(memories, 1)] == ["history", "old", "new", "used"]
    assert surplus(memories, 5) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I'm allergic to peanuts", "health"), ("나 우울증 약을 먹어", "health"), ("I'm bisexual", "sexuality"),
        ("나는 게이야", "sexuality"), ("I go to church on Sundays", "religion"), ("나는 성당에 다녀", "religion"),
        ("I vote Republican", "politics"), ("민주당을 지지해", "politics"), ("I'm mixed-race", "ethnicity"),
        ("나는 조선족이야", "ethnicity"), ("I'm a union member", "union"), ("노조에 들었어", "union"),
        ("I was arrested last year", "crime"), ("나 전과가 있어", "crime"), ("I'm 15 years old", "minor"),
        ("나는 열네 살이야", "minor"), ("중학교에 다녀", "minor"), ("내 연봉은 오천이야", "money"),
        ("my password is swordfish", "secret"), ("비밀번호는 감자야", "secret"),
    ],
)  # fmt: skip
def test_what_is_sensitive_is_known_as_that(text: str, kind: str) -> None:
    assert Sensitive.load().of(text) == kind


@pytest.mark.parametrize(
    "text",
    ["I live in Busan", "I love black coffee", "I ran a race", "나는 아파트에 살아", "아프리카에 가고 있어",
     "I work as a librarian", "고양이를 키워", "I'm 35", "먹기도 해", "나는 서른 살이야",
     "I like white chocolate"],
)  # fmt: skip
def test_ordinary_things_are_not(text: str) -> None:
    assert Sensitive.load().of(text) == ""


def test_numbers_and_addresses_are_replaced_and_what_holds_nothing_else_is_not_worth_keeping() -> None:
    redactor = Redactor.among(())
    cleaned = redactor.clean("Call me on 010-2345-6789 or write to jun.kim@mailbox.kr, my card is 4111 1111 1111 1111")

    assert not any(digits in cleaned for digits in ("2345", "mailbox", "4111"))
    assert "[phone number]" in cleaned
    assert not worth_keeping(cleaned)
    assert worth_keeping(redactor.clean("I live in Busan"))
