"""What a model thinks aloud in its text is taken out of it, however the stream is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.generators.thoughts import Thoughts
from tests.personas.test_seams import CUTS, cut

PARTS = st.lists(
    st.sampled_from(
        [
            "<think>",
            "</think>",
            "<thinking>",
            "</thinking>",
            "<",
            "</th",
            "think>",
            "I mend",
            " nets. ",
            "그물",
            "\n",
            " ",
        ]
    )
)


def read(*pieces: str) -> str:
    thoughts = Thoughts()
    return "".join(map(thoughts.feed, pieces)) + thoughts.flush()


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("<think>She asks.</think>\n\nI mend nets.", "I mend nets."),
        ("\n<thinking>She asks.</thinking> I mend nets. ", "\nI mend nets. "),
        ("<mm:think>a</mm:think><seed:think>b</seed:think> I mend.", "I mend."),
        ("<think>Not </thinking> yet, <think> nor here</think>I mend.", "I mend."),
        ("I mend <think>or sew?</think>nets.", "I mend nets."),
        ("I mend nets.<think>And now?", "I mend nets."),
        ("<think>She asks who I am", ""),
        ("I think <3 of </b> you <thin", "I think <3 of </b> you <thin"),
        ("", ""),
    ],
)
def test_what_stands_between_the_tags_is_not_given(text: str, given: str) -> None:
    assert read(text) == given
    assert read(*text) == given


def test_a_thought_that_ends_without_a_beginning_is_known_for_one_and_nothing_behind_it_is_given() -> None:
    thoughts = Thoughts()

    assert thoughts.feed("She asks. </think>I mend nets.") + thoughts.feed(" Yes.") + thoughts.flush() == "She asks. "
    assert thoughts.unopened


def test_it_is_known_while_it_thinks() -> None:
    thoughts = Thoughts()

    told = [
        thoughts.thinking for piece in ("<think>", "She asks.", "</think>", "I") if thoughts.feed(piece) is not None
    ]
    assert told == [True, True, False, False]


@given(parts=PARTS, sizes=CUTS)
def test_a_stream_may_be_cut_anywhere(parts: list[str], sizes: list[int]) -> None:
    text = "".join(parts)

    assert read(*cut(text, sizes)) == read(text)


@given(parts=PARTS)
def test_no_tag_is_ever_given(parts: list[str]) -> None:
    given = read("".join(parts))

    assert not any(tag in given for tag in ("<think>", "</think>", "<thinking>", "</thinking>"))
