"""Two bots do not talk with each other for ever."""

from hypothesis import given
from hypothesis import strategies as st

from bots.loops import Loops


def test_bots_are_answered_so_often_and_no_more() -> None:
    loops = Loops()

    assert [loops.allow("c", is_bot=True, limit=3) for _ in range(6)] == [True, True, True, False, False, False]


def test_a_human_is_always_answered_and_begins_the_count_anew() -> None:
    loops = Loops()
    for _ in range(5):
        loops.allow("c", is_bot=True, limit=2)

    assert all(loops.allow("c", is_bot=False, limit=0) for _ in range(3))
    assert [loops.allow("c", is_bot=True, limit=2) for _ in range(3)] == [True, True, False]


def test_conversations_are_counted_apart() -> None:
    loops = Loops()

    assert [loops.allow(name, is_bot=True, limit=1) for name in "aabab"] == [True, False, True, False, False]
    loops.allow("a", is_bot=False, limit=1)
    assert [loops.allow(name, is_bot=True, limit=1) for name in "ab"] == [True, False]


def test_with_a_limit_of_nothing_no_bot_is_answered() -> None:
    assert not Loops().allow("c", is_bot=True, limit=0)


def test_a_limit_that_is_changed_holds_at_once() -> None:
    loops = Loops()
    assert [loops.allow("c", is_bot=True, limit=limit) for limit in (1, 1, 3, 3, 3, 1)] == [
        True, False, True, True, False, False,
    ]  # fmt: skip


def test_the_conversation_without_bots_for_longest_is_forgotten_first() -> None:
    loops = Loops(remembered=2)
    names = ("quiet", "loop", "loop", "other", "loop", "third", "loop")
    allowed = [name for name in names if loops.allow(name, is_bot=True, limit=1)]

    assert allowed == ["quiet", "loop", "other", "third"], "a loop that goes on is not forgotten, answered or not"
    assert loops.allow("quiet", is_bot=True, limit=1)
    assert len(loops._replies) == 2


def test_humans_take_no_room() -> None:
    loops = Loops(remembered=2)
    for number in range(100):
        loops.allow(str(number), is_bot=False, limit=1)

    assert len(loops._replies) == 0


@given(said=st.lists(st.tuples(st.sampled_from("ab"), st.booleans())), limit=st.integers(0, 4))
def test_between_two_humans_no_more_bots_are_answered_than_the_limit(said: list[tuple[str, bool]], limit: int) -> None:
    loops = Loops()
    answered = {"a": 0, "b": 0}
    for conversation, is_bot in said:
        allowed = loops.allow(conversation, is_bot=is_bot, limit=limit)
        assert allowed == (not is_bot or answered[conversation] < limit)
        answered[conversation] = answered[conversation] + allowed if is_bot else 0


def test_what_was_counted_follows_a_conversation_to_its_new_key() -> None:
    loops = Loops()
    for _ in range(3):
        loops.allow("old", is_bot=True, limit=3)
    loops.move("old", "new")
    loops.move("old", "new")

    assert not loops.allow("new", is_bot=True, limit=3)
    assert loops.allow("old", is_bot=True, limit=3)
