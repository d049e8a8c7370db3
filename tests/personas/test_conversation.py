"""What filters may look back on in a conversation."""

from personas.conversation import Conversation
from personas.messages import Turn


def test_the_earlier_turns_are_those_of_one_person_oldest_first_and_three_at_most() -> None:
    conversation = Conversation(window=20)
    for text in ("one", "two", "three", "four"):
        conversation.heard("ann", text)
        conversation.heard("ben", text.upper())
    assert conversation.earlier("ann") == ("two", "three", "four")
    assert conversation.earlier("ben") == ("TWO", "THREE", "FOUR")
    assert conversation.earlier("cleo") == ()


def test_turns_are_not_kept_for_ever() -> None:
    conversation = Conversation(window=20)
    conversation.heard("ann", "mine")
    for at in range(50):
        conversation.heard("ben", str(at))
    assert conversation.earlier("ann") == ()


def test_an_opening_reads_differently_as_long_as_nobody_spoke_since() -> None:
    conversation, others = Conversation(window=6), frozenset({"Ahoy.", "Come in."})
    assert not conversation.reopened("Come in.", others)
    conversation.opened("Ahoy.")
    assert not conversation.reopened("Something else.", others)
    assert conversation.reopened("Come in.", others)
    assert [turn.text for turn in conversation.turns] == ["Come in."]
    conversation.answered(Turn(role="user", text="hello"), "Good day.", "r1")
    assert not conversation.reopened("Ahoy.", others)
    assert [turn.text for turn in conversation.turns] == ["Come in.", "hello", "Good day."]


def test_turns_that_make_room_are_given_away_once_and_others_are_not() -> None:
    conversation = Conversation(window=2)
    first = Turn(role="user", text="one")
    conversation.answered(first, "Aye one.", "r1")
    assert conversation.window.take_left() == ()
    conversation.answered(Turn(role="user", text="two"), "Aye two.", "r2")

    left = conversation.window.take_left()

    assert [turn.text for turn in left] == ["one", "Aye one."]
    assert left[0] is first
    assert conversation.window.take_left() == ()
    conversation.forgotten("r2")
    conversation.answered(Turn(role="user", text="three"), "Aye three.", "r3")
    conversation.undone("r3")
    assert conversation.window.take_left() == ()
