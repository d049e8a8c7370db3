"""Which messages are meant for a persona, and for which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.attention import Heard, addressed, attend, spoken
from bots.places import Mode, PlaceSettings

NAMES = {"keeper": "Maren", "scholar": "윤서헌", "mara": "Mar"}
PLAIN = PlaceSettings()


def asked(text: str, settings: PlaceSettings = PLAIN, *, chance: float = 1.0, **more: object) -> str:
    """Whom a message reaches, or ""."""
    attention = attend(Heard(text=text, **more), settings, NAMES, "keeper", chance=lambda: chance)  # type: ignore[arg-type]
    return attention.persona if attention else ""


@pytest.mark.parametrize(
    ("text", "persona"),
    [
        ("hello", "keeper"),
        ("Maren, are you there?", "keeper"),
        ("윤서헌, 계시오?", "scholar"),
        ("윤서헌님은 뭘 하시오?", "scholar"),
        ("tell me, 윤서헌, of Maren", "scholar"),
        ("Mar!", "mara"),
        ("MAREN!", "keeper"),
        ("the market is open", "keeper"),
        ("Marenka is my cat", "keeper"),
        ("Mar은 어떻게 생각해?", "mara"),
        ("Mar아, 뭐 해?", "mara"),
        ("Mar에게 물어볼게", "mara"),
        ("Mara가 누구야?", "keeper"),
    ],
)
def test_whoever_is_named_first_is_spoken_to_and_otherwise_whoever_speaks_there(text: str, persona: str) -> None:
    assert asked(text, called=True) == persona


def test_a_name_is_a_word_of_its_own() -> None:
    assert addressed("Marenka", NAMES) == ""
    assert addressed("구윤서헌", NAMES) == ""
    assert addressed("Mar", NAMES) == "mara"
    assert addressed("Maren", NAMES) == "keeper"


def test_a_reply_goes_to_whom_it_replies_unless_it_names_another() -> None:
    assert asked("and you?", answers="scholar") == "scholar"
    assert asked("and Maren?", answers="scholar") == "keeper"
    assert asked("and you?", answers="somebody gone") == "keeper"


@pytest.mark.parametrize(
    ("text", "persona"),
    [
        ("do you know Maren by chance?", "scholar"),
        ("and you, Maren?", "keeper"),
        ("서헌, 어떠시오?", "scholar"),
        ("Grace, hello", "admiral"),
        ("hello Elder", "keeper"),
    ],
)
def test_who_is_only_talked_about_in_a_reply_is_not_called_and_first_names_will_do(text: str, persona: str) -> None:
    names = {**NAMES, "admiral": "Grace Hollow", "one": "The Elder", "two": "The Younger"}
    answers = "scholar" if "Maren" in text else ""
    heard = Heard(text=text, called=True, answers=answers)
    attention = attend(heard, PLAIN, names, "keeper", chance=lambda: 1.0)
    assert attention is not None
    assert attention.persona == persona


def test_a_first_name_that_two_have_calls_neither() -> None:
    assert addressed("Grace?", {"a": "Grace Hollow", "b": "Grace Marsh"}) == ""


def test_a_name_alone_calls_nobody_where_names_are_no_wake_words() -> None:
    assert asked("Maren, hello") == ""
    assert asked("Maren, hello", PlaceSettings(wake=("Maren",))) == "keeper"


@pytest.mark.parametrize(
    ("mode", "text", "heard"), [(Mode.EVERY, "hi", "keeper"), (Mode.MENTION, "hi", ""), (Mode.EVERY, "", "")]
)
def test_in_every_mode_what_is_said_is_answered_and_silence_is_not(mode: Mode, text: str, heard: str) -> None:
    assert asked(text, PlaceSettings(mode=mode)) == heard


def test_machines_are_answered_only_where_that_is_wanted() -> None:
    assert asked("hello", called=True, machine=True) == ""
    assert asked("hello", PlaceSettings(answer_bots=True), called=True, machine=True) == "keeper"


@given(st.text(), st.booleans(), st.floats(0, 0.999))
def test_what_is_beside_the_play_is_never_heard(aside: str, called: bool, chance: float) -> None:
    settings = PlaceSettings(mode=Mode.EVERY, wake=("x",))
    inside = aside.replace("((", "").replace("))", "").replace("(", "").replace(")", "")

    assert asked(f"//{aside}", settings, called=called, chance=chance) == ""
    assert asked(f"(({inside}))", settings, called=called, chance=chance) == ""
    assert "((" not in spoken(f"a (({inside})) b")


@given(st.text(max_size=200))
def test_any_text_can_be_heard(text: str) -> None:
    asked(text, PlaceSettings(mode=Mode.CHANCE, chance=0.5, wake=(text[:10] or "x",)), chance=0.4)
