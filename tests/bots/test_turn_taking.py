"""Whose turn it is where several personas share a stage."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bots.turn_taking import Floor, Player, answering, reacting, repeats

IDS = ("a", "b", "c", "d")
TEXTS = (
    "The lamp is lit tonight.",
    "등불을 켰소.",
    "Needles and thread, nine a penny.",
    "오늘은 비가 오네요.",
    "Who goes there?",
    "",
)
players = st.lists(
    st.builds(Player, id=st.sampled_from(IDS), knows=st.integers(0, 100).map(lambda part: part / 100)),
    max_size=4,
    unique_by=lambda one: one.id,
)
turns = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(TEXTS)), max_size=12).map(tuple)
floors = st.builds(
    Floor, turns=turns, run=st.integers(0, 8), called=st.lists(st.sampled_from(IDS), max_size=2).map(tuple)
)
chances = st.floats(0, 1, exclude_max=True)


def two(**knows: float) -> list[Player]:
    return [Player(id=name, knows=knows.get(name, 0.0)) for name in ("a", "b")]


def reacts(
    there: Sequence[Player],
    floor: Floor,
    *,
    named: Sequence[str] = (),
    most: int = 3,
    willing: float = 1,
    drawn: float = 0,
) -> str:
    return reacting(there, floor, named=named, most=most, willing=willing, chance=lambda: drawn)


@given(there=players, floor=floors)
def test_a_human_is_always_answered_where_anybody_is_there(there: list[Player], floor: Floor) -> None:
    assert answering(there, floor) in ({one.id for one in there} or {""})


@given(there=players, floor=floors, share=st.floats(0, 1))
def test_of_those_who_know_as_much_the_one_who_spoke_least_answers(
    there: list[Player], floor: Floor, share: float
) -> None:
    equal = [Player(id=one.id, knows=share) for one in there]
    if equal:
        spoke = {one.id: [who for who, _ in floor.turns].count(one.id) for one in equal}
        assert spoke[answering(equal, floor)] == min(spoke.values())


@given(there=players)
def test_of_those_who_spoke_as_much_the_one_who_knows_most_answers(there: list[Player]) -> None:
    if there:
        knows = {one.id: one.knows for one in there}
        assert knows[answering(there, Floor())] == max(knows.values())


def test_who_knows_the_most_answers_although_it_spoke_and_gives_way_at_length() -> None:
    lamp = two(a=0.5)
    floor = Floor()
    assert answering(lamp, floor) == "a"
    assert answering(lamp, floor.persona("a", "One.").persona("b", "Two.")) == "a"
    assert answering(two(a=0.3), floor.persona("a", "One.").persona("a", "Two.")) == "b"


@given(
    there=players, floor=floors, named=st.lists(st.sampled_from(IDS), max_size=3), most=st.integers(1, 6),
    willing=st.floats(0, 1), drawn=chances,
)  # fmt: skip
def test_a_reaction_is_somebody_elses_and_never_beyond_the_limit_or_before_anybody_spoke(
    there: list[Player], floor: Floor, named: list[str], most: int, willing: float, drawn: float
) -> None:
    who = reacts(there, floor, named=named, most=most, willing=willing, drawn=drawn)

    assert who in {"", *(one.id for one in there)}
    if who:
        assert 0 < floor.run < most
        assert floor.turns[-1][1]
        assert who != floor.turns[-1][0]


@given(there=players, most=st.integers(1, 6), draws=st.lists(chances, min_size=20, max_size=20), data=st.data())
def test_a_round_always_ends_within_the_limit(
    there: list[Player], most: int, draws: list[float], data: st.DataObject
) -> None:
    floor = Floor().human()
    speaker = answering(there, floor)
    count = 0
    while speaker:
        count += 1
        floor = floor.persona(speaker, data.draw(st.text(min_size=1, max_size=30)))
        named = data.draw(st.lists(st.sampled_from(IDS), max_size=4))
        speaker = reacts(there, floor, named=named, most=most, drawn=draws[count])

    assert count <= most


@given(floor=floors, drawn=chances)
def test_nobody_reacts_uncalled_where_they_are_not_willing(floor: Floor, drawn: float) -> None:
    silent = Floor(turns=floor.turns, run=floor.run)
    assert reacts(two(), silent, willing=0, drawn=drawn) == ""


def test_another_one_reacts_by_chance_more_seldom_each_time() -> None:
    once = Floor().human().persona("a", TEXTS[0])
    twice = once.persona("b", TEXTS[2])
    assert reacts(two(), once, willing=0.5, drawn=0.4) == "b"
    assert reacts(two(), twice, willing=0.5, drawn=0.4) == ""
    assert reacts(two(), twice, willing=0.5, drawn=0.2) == "a"


def test_whoever_a_persona_calls_reacts_for_certain_and_so_does_whoever_a_human_called_too() -> None:
    there = [*two(), Player(id="c", knows=1)]
    floor = Floor().human().persona("a", TEXTS[0])
    assert reacts(there, floor, named=["b"], willing=0) == "b"
    assert reacts(there, floor, named=["a"], willing=0) == ""
    called = Floor().human(["a", "b"]).persona("a", TEXTS[0])
    assert reacts(there, called, named=["c"], willing=0) == "b"
    assert reacts(there, called.persona("b", TEXTS[2]), willing=0) == ""


def test_what_several_messages_ask_adds_up_until_somebody_answers() -> None:
    asked = Floor().human(["b"]).human(["a"])
    assert asked.called == ("b", "a")
    assert asked.persona("b", "Yes.").human(["c"]).called == ("c",)


def test_a_human_resets_the_limit() -> None:
    full = Floor().human().persona("a", TEXTS[0]).persona("b", TEXTS[2])
    assert reacts(two(), full, most=2) == ""
    assert full.human().run == 0
    assert reacts(two(), full.human().persona("a", TEXTS[4]), most=2) == "b"


def test_what_begins_to_repeat_itself_ends_even_where_somebody_is_called() -> None:
    floor = Floor().human().persona("a", "Shall we go down to the sea together?")
    again = floor.persona("b", "Oh, shall we go down to the sea, together?")
    assert not repeats(floor)
    assert repeats(again)
    assert reacts(two(), again, named=["a"], most=6) == ""
    assert repeats(Floor().persona("a", "바다로 함께 내려가 볼까요?").persona("b", "좋아요! 바다로 함께 내려가 볼까요"))
    assert not repeats(floor.persona("b", "No, the tide is coming in."))


@given(turns=turns)
def test_a_turn_never_repeats_what_only_came_long_before(turns: tuple[tuple[str, str], ...]) -> None:
    last = ("a", "비가 그치면 장에 나가 볼까 하오.")
    between = tuple((who, f"{number} {who * 9}") for number, who in enumerate("bcd"))
    assert not repeats(Floor(turns=(last, *between, last)[-12:]))
    assert repeats(Floor(turns=(*turns, last, last)))


def test_only_so_many_turns_are_remembered() -> None:
    floor = Floor()
    for _ in range(100):
        floor = floor.persona("a", "One.")
    assert len(floor.turns) == 12
    assert floor.share("a") == 1.0
