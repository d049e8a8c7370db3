"""What a persona's author says that it knows nothing of, because it came later or happened without it."""

from datetime import date

import pytest

from moderation.filters.character import Character
from moderation.records import Beyond, Brief, Candidate, Stage
from tests.support.judges import loaded

CHARACTER = loaded(Character)
LATER = Beyond(id="motorcar", names=("motor-car", "Harrow rally"), since=date(1897, 5, 1))
HIDDEN = Beyond(id="letter", names=("old binding",))
FINCH = Brief(name="Eleanor Finch", moment=date(1894, 11, 12), told="A detective.", beyond=(LATER, HIDDEN))
KING = Beyond(id="king", names=("순조", "수원 화성"), since=date(1800, 8, 23))
SEOHEON = Brief(name="윤서헌", language="ko", moment=date(1790, 4, 1), beyond=(KING,))


def seen(text: str, brief: Brief = FINCH, *, said: str = "") -> set[tuple[str, str]]:
    """Category and detail of what is known too much."""
    candidate = Candidate(stage=Stage.PIECE, text=text, said=said, brief=brief)
    return {
        (signal.category, signal.detail)
        for signal in CHARACTER.examine(candidate)
        if signal.category in {"anachronism", "unwitnessed"}
    }


@pytest.mark.parametrize("text", ["I rode in a Motor-Car today.", "The Harrow rally was loud."])
def test_what_comes_after_the_moment_is_out_of_time(text: str) -> None:
    assert seen(text) == {("anachronism", "motorcar (1897-05-01)")}


def test_what_happened_without_the_persona_is_unwitnessed() -> None:
    assert seen("Mr Hobb found it in an old binding.") == {("unwitnessed", "letter (not witnessed)")}


@pytest.mark.parametrize("text", ["수원 화성이 참 크더이다.", "순조께서 보위에 오르셨소."])
def test_korean_names_are_found_with_their_particles(text: str) -> None:
    assert {category for category, _ in seen(text, SEOHEON)} == {"anachronism"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I do not know what a motor-car is.", ""),
        ("A motor-car, you say? Pray describe it.", "Do you like your motor-car?"),
        ("The word “motor-car” is new to me.", ""),
        ("A motor-cart of sorts went by, as motors do.", ""),
    ],
)
def test_whoever_only_wonders_at_the_word_knows_nothing_of_it(text: str, said: str) -> None:
    assert seen(text, said=said) == set()


def test_who_is_asked_and_says_yes_knows_it() -> None:
    assert seen("Yes, I rode in a motor-car on Sunday.", said="Do you like your motor-car?")


def test_a_name_that_the_persona_knows_from_elsewhere_gives_nothing_away() -> None:
    binder = Brief(name="Hobb", told="He keeps every old binding.", beyond=(HIDDEN,))
    assert seen("Every old binding has a tale.", binder) == set()
