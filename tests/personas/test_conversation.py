"""What filters may look back on in a conversation."""

from personas.conversation import Conversation


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
