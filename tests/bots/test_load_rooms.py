"""What is noted of questions and answers under load."""

from collections.abc import Iterator

import pytest

from bots.load.asked import Asked
from bots.load.lines import Lines
from bots.load.rooms import Room

LINES = Lines.load()


@pytest.fixture
def clock() -> Iterator[float]:
    return iter(float(second) for second in range(100))


@pytest.fixture
def room(clock: Iterator[float]) -> Room:
    return Room(language="en", lines=LINES, now=lambda: next(clock))


def asked(room: Room, number: int, *, first: str = "") -> Asked:
    one = Asked(number=number, language="en", said=room.now(), first=first)
    room.ask(one)
    return one


def last(number: int) -> str:
    return LINES.last(number, "en")


def test_an_answer_is_known_by_the_number_of_its_question(room: Room) -> None:
    one, two = asked(room, 1), asked(room, 2)

    room.finished(f"Yesterday. {last(1)}")
    assert (one.over, one.whole, two.over) == (True, True, False)
    room.finished(f"Yesterday. {last(2)}")
    assert (two.over, two.whole, room.answered, room.disordered) == (True, True, 2, 0)


def test_an_answer_that_overtakes_another_is_counted(room: Room) -> None:
    asked(room, 1), asked(room, 2)

    room.finished(last(2))
    room.finished(last(1))

    assert (room.answered, room.disordered) == (2, 1)


def test_words_in_place_of_an_answer_answer_whoever_waits_longest_and_are_told_apart(room: Room) -> None:
    one, two = asked(room, 1), asked(room, 2)

    room.finished("Let us talk of something else.")

    assert (one.over, one.whole, one.plain, two.over) == (True, False, False, False)


def test_an_answer_to_nothing_is_strange(room: Room) -> None:
    room.finished(last(7))

    assert (room.answered, room.strange) == (0, 1)


def test_what_was_answered_together_is_over_together_and_says_nothing_of_time(room: Room) -> None:
    one, two = asked(room, 1), asked(room, 2)
    two.joined = 1

    room.finished(last(1))

    assert [each.over for each in (one, two)] == [True, True]
    assert not two.plain


def test_a_sign_for_busy_ends_the_question_it_is_about_or_else_the_newest(room: Room) -> None:
    one, two, three = (asked(room, number) for number in (1, 2, 3))

    room.refused(2)
    room.refused()

    assert [each.refused for each in (one, two, three)] == [False, True, True]
    assert not one.over


async def test_a_room_is_quiet_once_every_question_is_over_or_given_up(room: Room) -> None:
    await room.quiet()
    one = asked(room, 1)
    room.finished(last(1))
    await room.quiet()
    two = asked(room, 2)

    assert room.give_up() == (two,)
    await room.quiet()
    assert (one.over, two.over) == (True, False)


def test_what_is_added_is_the_time_that_was_not_the_models(room: Room) -> None:
    one = asked(room, 1, first="The tide turned.")
    one.called, one.calls = one.said + 0.25, 1
    one.sentence, one.spoken = 10.0, 20.0
    one.visible = one.sentence + 0.5
    one.done, one.whole = one.spoken + 2, True

    assert one.plain
    assert (one.to_call, one.to_first, one.to_last) == (0.25, 0.75, 2.25)


def test_a_sentence_is_visible_from_the_first_time_it_can_be_read(room: Room) -> None:
    one = asked(room, 1, first="The tide turned.")

    room.showing("The tide")
    assert one.visible < 0
    room.showing("Marin: The tide turned. And")
    seen = one.visible
    room.showing("Marin: The tide turned. And back.")

    assert one.visible == seen >= 0


def test_who_asks_again_before_there_is_an_answer_waits_for_it_and_is_not_timed(room: Room) -> None:
    one, two = asked(room, 1), asked(room, 2)

    assert (one.behind, two.behind) == (False, True)
