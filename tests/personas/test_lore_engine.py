"""What of a lorebook is told in a turn."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.lore import FOREVER, Entry, Key, Logic, Lorebook
from personas.lore.conversion import book_of
from personas.lore.engine import Compiled, Talk, fit
from tests.personas.lore_books import also, book, called_for, entry, names, size, stands_in, talk, tell


@pytest.mark.parametrize(
    ("key", "text", "found"),
    [
        ("mole", "We walked out on the Mole.", True),
        ("mole", "Moles dig.", False),
        ("north mole", "the North Mole light", True),
        ("C++", "I write C++ now", True),
        ("등대", "등대에서는 바다가 보여요", True),
        ("등대", "오래된 등대지기", True),
        ("등대", "가등대", False),
        ("용", "용이 나타났다", True),
        ("용", "용기를 내요", False),
        ("용", "그 용.", True),
        ("Excalibur", "엑스칼리버는 Excalibur라고 써요", True),
        ("엑스칼리버", "the엑스칼리버", True),
        ("등대", "등대", True),
        ("竜", "昔の竜王の話", True),
        ("straße", "Die STRASSE", True),
    ],
)
def test_a_latin_key_is_a_word_and_a_korean_one_carries_its_particles(key: str, text: str, found: bool) -> None:
    assert bool(names(tell(book(entry("a", key)), talk(text)))) is found


ENDINGS = [
    *("이라고", "이라고요", "이라는", "이라서", "이라면", "이라도", "이래", "이었어", "이었다", "이였어", "이었는데"),
    *("인데", "인데요", "인가", "인지", "이면", "이지", "이지만", "이죠", "이네", "이네요", "이니까", "이냐", "이구나"),
    *("일까", "일까요", "입니다", "입니까", "이에요", "이예요", "이든", "님", "님이", "님들은"),
    *("만큼", "만큼은", "같이", "에게서", "한테서", "으로부터"),
]


@pytest.mark.parametrize("ending", ENDINGS)
def test_one_syllable_is_found_however_the_sentence_says_that_it_is_that(ending: str) -> None:
    assert names(tell(book(entry("a", "용")), talk(f"그때 용{ending}?"))) == ["a"]


@pytest.mark.parametrize(
    "text", ["신이시여!", "왕이십니까?", "개였어요", "소라고요?", "새인가요", "배입니다", "해님이 떴다", "왕들이라고"]
)
def test_nor_does_it_matter_how_it_ends_nor_how_politely_it_is_said(text: str) -> None:
    assert names(tell(book(entry("a", text[0])), talk(text))) == ["a"]


@pytest.mark.parametrize(
    "text",
    ["용기를 내", "용사여", "용서해 줘", "용의자야", "용이하다", "용인에 살아", "용지가", "손님이 왔어",
     "왕좌에", "신발이", "검사가", "개울이", "소라는 예뻐", "해지네요", "소면 먹자", "배지를 달아", "새네", "개었어"],
)  # fmt: skip
def test_one_syllable_is_not_found_in_another_word(text: str) -> None:
    assert names(tell(book(entry("a", text[0])), talk(text))) == []


def test_a_path_or_a_forum_is_a_plain_key_and_no_pattern() -> None:
    plain = [{"keys": [key], "content": key} for key in ("/r/korea", "/home/user", "/a/b/i", "/ab/ii")]
    lore = book_of({"entries": plain}, id="b", file="b.json")

    assert names(tell(lore, talk("Good morning, dear: home, sweet home, ab"))) == []
    assert [one.content for one in tell(lore, talk("I read /r/korea in /home/user")).entries] == [
        "/r/korea",
        "/home/user",
    ]


def test_a_key_may_mind_its_case_or_not_stand_as_a_word() -> None:
    lore = book(entry("exact", "May", case_sensitive=True), entry("part", "oast", whole_words=False))

    assert names(tell(lore, talk("we may coast along"))) == ["part"]
    assert names(tell(lore, talk("In May, roast"))) == ["exact", "part"]


def test_a_pattern_is_matched_and_one_that_re2_does_not_know_never_is() -> None:
    lore = book(
        entry("a", keys=(Key(text="(?i)dragons?\\b", regex=True),)), entry("b", keys=(Key(text="(?=x)", regex=True),))
    )

    assert names(tell(lore, talk("Two DRAGONS x"))) == ["a"]


@pytest.mark.parametrize(
    ("logic", "told"),
    [
        (Logic.AND_ANY, ["storm", "storm and snow"]),
        (Logic.AND_ALL, ["storm and snow"]),
        (Logic.NOT_ANY, ["calm"]),
        (Logic.NOT_ALL, ["calm", "storm"]),
    ],
)
def test_secondary_keys_hold_by_their_logic(logic: Logic, told: list[str]) -> None:
    lore = book(entry("a", "ship", conditions=also(logic, "storm", "snow")))

    assert [text for text in ("calm", "storm", "storm and snow") if names(tell(lore, talk(f"ship {text}")))] == told


def test_a_message_further_back_than_the_scan_depth_calls_for_nothing() -> None:
    lore = book(
        entry("a", "ship"), entry("far", "ship", scan_depth=3), entry("none", "ship", scan_depth=0), scan_depth=2
    )

    assert names(tell(lore, talk("ship", "one", "two"))) == ["far"]
    assert names(tell(lore, talk("ship", "one"))) == ["a", "far"]


def test_entries_call_for_entries_until_one_says_stop() -> None:
    chain = (
        entry("1", "one", content="two"),
        entry("2", "two", content="three", prevent_recursion=True),
        entry("3", "three"),
        entry("4", "two", exclude_recursion=True),
    )

    assert names(tell(book(*chain, recursive=True), talk("one"))) == ["1", "2"]
    assert names(tell(book(*chain), talk("one"))) == ["1"]


def test_what_is_hidden_in_an_entry_calls_for_others_and_is_not_told() -> None:
    lore = book(entry("1", "one", hidden="two"), entry("2", "two"), recursive=True)

    told = tell(lore, talk("one"))

    assert names(told) == ["1", "2"]
    assert "two" not in told.entries[0].content


def test_what_waits_for_others_is_not_called_for_by_the_talk() -> None:
    lore = book(entry("1", "one", content="two"), entry("2", "two", delay_until_recursion=1), recursive=True)

    assert names(tell(lore, talk("two"))) == []
    assert names(tell(lore, talk("one"))) == ["1", "2"]


def test_what_waits_for_a_later_round_is_told_in_it() -> None:
    lore = book(entry("1", "one", content="two"), entry("2", "two", delay_until_recursion=3), recursive=True)

    assert names(tell(lore, talk("one"))) == ["1", "2"]


def test_a_persona_pinned_to_a_moment_hears_nothing_of_later_and_nobody_of_what_has_no_witness() -> None:
    lore = book(
        entry("old", "fire", since=date(1780, 1, 1)),
        entry("new", "fire", since=date(1800, 1, 1), content="war"),
        entry("unseen", "fire", witness=False, content="war"),
        entry("war", "war"),
        recursive=True,
    )

    assert names(tell(lore, talk("fire", moment=date(1790, 1, 1)))) == ["old"]
    assert names(tell(lore, talk("fire"))) == ["new", "old", "war"]


def test_of_one_group_one_is_told_always_the_same_in_one_turn_and_not_in_all() -> None:
    group = [entry(name, "fire", groups=("g",)) for name in "abcd"]
    compiled = Compiled.of(book(*group))

    told = [names(tell(compiled, talk("fire", message=turn))) for turn in range(40)]

    assert all(len(one) == 1 for one in told)
    assert {one[0] for one in told} == set("abcd")
    assert told == [names(tell(book(*reversed(group)), talk("fire", message=turn))) for turn in range(40)]


def test_weights_decide_in_a_group_and_who_comes_first_before_them() -> None:
    heavy = book(entry("a", "fire", groups=("g",), group_weight=900), entry("b", "fire", groups=("g",)))
    first = book(*heavy.entries, entry("c", "fire", groups=("g",), group_first=True, group_weight=0))

    told = [names(tell(heavy, talk("fire", message=turn))) for turn in range(300)]

    assert 240 < told.count(["a"]) < 295
    assert names(tell(first, talk("fire"))) == ["c"]


def test_chance_hangs_on_the_conversation_the_turn_and_the_entry_alone() -> None:
    lore = book(entry("a", "fire", probability=0.3))

    def turns(seed: str) -> list[list[str]]:
        return [names(tell(lore, talk("fire", message=turn, seed=seed))) for turn in range(500)]

    assert turns("x") == turns("x")
    assert turns("x") != turns("y")
    assert 110 < turns("x").count(["a"]) < 190


def test_replies_are_waited_for_and_counted_through() -> None:
    lore = book(entry("after", "go", after_replies=2), entry("every", "go", every_replies=3))

    assert [names(tell(lore, talk("go", replies=done))) for done in range(4)] == [
        ["every"],
        [],
        ["after"],
        ["after", "every"],
    ]


def test_the_lightest_goes_first_and_what_has_no_room_alone_goes_before() -> None:
    lore = book(
        entry("huge", "go", content="x" * 100, priority=9),
        entry("light", "go", content="x" * 30, priority=1),
        entry("mid", "go", content="x" * 30, order=5),
        entry("heavy", "go", content="x" * 30, priority=8),
        token_budget=70,
    )

    told = tell(lore, talk("go"))

    assert names(told) == ["mid", "heavy"]
    assert [one.id for one in told.dropped] == ["huge", "light"]


def test_an_entry_sticks_then_rests_and_then_may_come_again() -> None:
    compiled = Compiled.of(book(entry("a", "fire", sticky=3, cooldown=4)))
    started: dict[str, int] = {}
    told = []
    for turn in range(1, 20, 2):
        result = tell(compiled, talk("fire" if turn != 3 else "-", message=turn), started)
        started = dict(result.started)
        told.append((turn, names(result) == ["a"]))

    assert [turn for turn, there in told if there] == [1, 3, 9, 11, 17, 19]


def test_a_turn_that_is_tried_again_finds_things_as_it_found_them() -> None:
    compiled = Compiled.of(book(entry("a", "fire", cooldown=FOREVER)))
    first = tell(compiled, talk("fire", message=3))

    again = tell(compiled, talk("fire", message=3), dict(first.started))

    assert names(first) == names(again) == ["a"]
    assert names(tell(compiled, talk("fire", message=5), dict(again.started))) == []


def test_what_began_in_a_turn_that_is_worded_otherwise_now_never_was() -> None:
    compiled = Compiled.of(book(entry("a", "fire", sticky=9, cooldown=9)))
    first = tell(compiled, talk("fire", message=3))

    reworded = tell(compiled, talk("water", message=3), dict(first.started))

    assert names(reworded) == []
    assert reworded.started == {}


def test_what_waits_for_a_longer_conversation_waits() -> None:
    lore = book(entry("a", "fire", delay=5))

    assert [names(tell(lore, talk("fire", message=turn))) for turn in (3, 5)] == [[], ["a"]]


WORDS = ("sea", "SEA", "ship", "등대", "등대에서", "용", "용이", "용기", "바다", "the", "x")
text_of = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
key_of = st.lists(st.sampled_from(("sea", "SEA", "ship", "등대", "용", "바다", "x", "se")), max_size=2, unique=True)


@st.composite
def entries_of(draw: st.DrawFn, *, plain: bool = True) -> list[Entry]:
    found = []
    for number in range(draw(st.integers(0, 6))):
        one = entry(
            f"e{number}",
            *draw(key_of),
            content=draw(text_of),
            enabled=draw(st.integers(0, 5)) > 0,
            constant=draw(st.integers(0, 7)) == 0,
            case_sensitive=draw(st.booleans()),
            whole_words=draw(st.booleans()),
            scan_depth=draw(st.sampled_from((None, 0, 1, 3))),
            conditions=also(draw(st.sampled_from(Logic)), *draw(key_of)) if draw(st.booleans()) else (),
            exclude_recursion=draw(st.booleans()),
            prevent_recursion=draw(st.booleans()),
            order=draw(st.integers(0, 2)),
            **({} if plain else draw(EXTRAS)),
        )
        found.append(one)
    return found


EXTRAS = st.fixed_dictionaries(
    {
        "probability": st.sampled_from((0.0, 0.5, 1.0)),
        "sticky": st.integers(0, 4),
        "cooldown": st.integers(0, 4),
        "groups": st.sampled_from(((), ("g",), ("g", "h"))),
        "group_weight": st.integers(0, 3),
        "delay_until_recursion": st.integers(0, 2),
        "priority": st.sampled_from((None, 1, 9)),
    }
)


@given(entries_of(), st.lists(text_of, min_size=1, max_size=4), st.booleans())
def test_what_is_called_for_is_what_looking_at_every_place_finds(
    entries: list[Entry], texts: list[str], recursive: bool
) -> None:
    lore, about = book(*entries, recursive=recursive, scan_depth=2), talk(*texts)

    assert set(names(tell(lore, about))) == called_for(lore, about)


@given(
    st.sampled_from(("sea", "등대", "용", "등", "x1", "ㅋ")),
    st.text(alphabet="sea등대용이가 xX1.ㅋ에서", max_size=12),
    st.booleans(),
)
def test_a_key_is_found_where_looking_letter_by_letter_finds_it(key: str, text: str, whole: bool) -> None:
    if key != "ㅋ":
        lore = book(entry("a", key, whole_words=whole))
        assert bool(names(tell(lore, talk(text.replace("ㅋ", " "))))) is stands_in(
            key, text.replace("ㅋ", " "), whole_words=whole
        )


@given(entries_of(plain=False), st.lists(text_of, min_size=1, max_size=4), st.integers(0, 40), st.randoms())
def test_the_order_of_a_book_changes_nothing_nor_does_asking_twice(
    entries: list[Entry], texts: list[str], budget: int, random: object
) -> None:
    lore = book(*entries, recursive=True, token_budget=budget)
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    told = tell(lore, talk(*texts))

    assert told == tell(lore, talk(*texts))
    assert told == tell(book(*shuffled, recursive=True, token_budget=budget), talk(*texts))
    assert sum(map(size, told.entries)) <= budget
    assert all(one.enabled and one.content for one in told.entries)
    assert sum("g" in one.groups for one in (*told.entries, *told.dropped)) <= 1
    assert names(told) == [one.id for one in sorted(told.entries, key=lambda one: (one.order, one.id))]


@given(entries_of(plain=False), st.lists(text_of, min_size=1, max_size=8))
@settings(max_examples=50)
def test_what_sticks_is_told_what_rests_is_not_and_nothing_that_is_over_is_known(
    entries: list[Entry], texts: list[str]
) -> None:
    compiled, by_id = Compiled.of(book(*entries)), {one.id: one for one in entries}
    started: dict[str, int] = {}
    for number in range(len(texts)):
        message = 2 * number + 1
        told = tell(compiled, talk(*texts[: number + 1], message=message), started)
        for name, start in started.items():
            one = by_id[name]
            past = message - start
            grouped = bool(one.groups)
            if past < one.sticky and not grouped:
                assert name in names(told)
            if one.sticky <= past < one.sticky + one.cooldown:
                assert name not in names(told)
        started = dict(told.started)
        assert all(message < start + by_id[name].sticky + by_id[name].cooldown for name, start in started.items())


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=12), st.integers(0, 30))
def test_what_fits_is_never_too_much_and_nothing_lighter_stays_before_something_that_would_fit(
    items: list[tuple[int, int]], budget: int
) -> None:
    kept = fit(items, budget, size=lambda item: item[0], weight=lambda item: item[1])

    assert sum(item[0] for item in kept) <= budget
    if sum(item[0] for item in items) <= budget:
        assert kept == items
    gone = [item for item in items if item not in kept and item[0] <= budget]
    assert all(item[1] <= min((one[1] for one in kept), default=9) for item in gone)


def test_nothing_is_told_of_an_empty_book_or_to_silence() -> None:
    assert names(tell(Lorebook(id="b", version="1"), talk("hello"))) == []
    assert names(tell(book(entry("a", "x")), Talk(texts=(), message=1))) == []
