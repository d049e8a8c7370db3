"""Keyboards: what buttons carry, in every language, and what their presses say."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bots.places import Mode, PlaceSettings
from bots.streaming import Phase
from bots.telegram_bot import keyboards
from bots.telegram_bot.keyboards import LONGEST, PAGE, Press, case_of, controls, desk, pack, parse
from moderation.reasons import REASONS
from moderation.words import LANGUAGES

KINDS = "rdpswela"
PANELS = "pswela"
EVERY_ACT = (
    ("claim", "uphold", "overturn", "escalate", "release", "renew", "reopen"),
    ("reveal", "note", "answer", "withdraw", "next"),
)
OWNER = 7_123_456_789
verbs = st.text(alphabet="abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)
presses = st.builds(
    lambda kind, verb, what, owner: Press(kind=kind, verb=verb, what=what, owner=owner if kind in PANELS else 0),
    st.sampled_from(KINDS),
    verbs,
    st.text(max_size=30),
    st.integers(0, 10**15),
)


def buttons(keyboard: InlineKeyboardMarkup | None) -> Iterator[InlineKeyboardButton]:
    assert keyboard is not None
    return (button for row in keyboard.inline_keyboard for button in row)


def said(keyboard: InlineKeyboardMarkup | None) -> list[Press]:
    """What every button of a keyboard says."""
    carried = [button.callback_data for button in buttons(keyboard)]
    assert all(isinstance(data, str) and len(data.encode()) <= LONGEST for data in carried)
    found = [parse(str(data)) for data in carried]
    assert None not in found
    return [press for press in found if press]


def every(language: str) -> list[InlineKeyboardMarkup | None]:
    """Each keyboard there is, with the longest ids there are."""
    people = [(f"persona-{number}-" + "가" * 40, f"Name {number}") for number in range(20)]
    return [
        controls(Phase.RUNNING, "abcdef12"),
        controls(Phase.DONE, "abcdef12"),
        desk("abcdef12", EVERY_ACT, language),
        desk("abcdef12", EVERY_ACT, language, turn=999, server="telegram:server:-1002123456789"),
        keyboards.personas(people, 1, people[9][0], owner=OWNER, language=language),
        keyboards.settings(PlaceSettings(), owner=OWNER, language=language),
        keyboards.reasons("-1002123456789:1234567890", owner=OWNER, language=language),
        keyboards.privacy(owner=OWNER, language=language),
        keyboards.consents(owner=OWNER, language=language),
        keyboards.erase(owner=OWNER, language=language),
        keyboards.disagree("abcdef12", owner=OWNER, language=language),
        keyboards.languages(language, owner=OWNER),
    ]


@given(press=presses)
def test_what_a_button_says_is_read_back(press: Press) -> None:
    try:
        data = pack(press)
    except ValueError:
        return
    assert parse(data) == press


@given(data=st.text(max_size=64) | st.from_regex(r"[a-z]\d:[a-z_]*:.*", fullmatch=True))
def test_whatever_a_button_carries_is_a_press_of_ours_or_none(data: str) -> None:
    press = parse(data)

    assert press is None or (len(data.encode()) > LONGEST) or pack(press) == data


def test_what_is_too_long_for_a_button_is_refused() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        pack(Press(kind="r", verb="again", what="가" * 20))


@pytest.mark.parametrize(
    "data", ["", "r:again:x", "r2:again:x", "z1:again:x", "p1:use:keeper", "p1:use:-3:x", "r1:A:x"]
)
def test_what_no_button_of_this_version_carries_is_stale(data: str) -> None:
    assert parse(data) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_carries_what_is_read_back_and_says_something(language: str) -> None:
    for keyboard in every(language):
        assert said(keyboard)
        assert all(button.text.strip() for button in buttons(keyboard))
    korean = "".join(button.text for keyboard in every(language) for button in buttons(keyboard))
    assert any("가" <= char <= "힣" for char in korean.replace("한국어", "")) == (language == "ko")


def test_a_panel_says_whose_it_is() -> None:
    for keyboard in every("en")[4:]:
        assert {press.owner for press in said(keyboard)} == {OWNER}


def test_the_buttons_under_a_reply_are_those_of_its_phase() -> None:
    assert [press.verb for press in said(controls(Phase.RUNNING, "r1"))] == ["stop"]
    assert [press.verb for press in said(controls(Phase.DONE, "r1"))] == [
        *("back", "again", "forth", "more", "edit"),
        *("good", "bad", "delete", "report"),
    ]
    assert controls(Phase.PLAIN, "r1") is None


def test_a_keyboard_belongs_to_its_reply_alone() -> None:
    assert keyboards.belongs(controls(Phase.DONE, "abc"), "abc")
    assert not keyboards.belongs(controls(Phase.DONE, "abc"), "bc")
    assert not keyboards.belongs(desk("abc", EVERY_ACT, "en"), "abc")
    assert not keyboards.belongs(None, "abc")


def test_a_desk_knows_its_case_wherever_it_stands() -> None:
    here, elsewhere = desk("x3", EVERY_ACT, "en", turn=2), desk("x3", EVERY_ACT, "en", server="telegram:server:-100")

    assert {case_of(press) for press in said(here)} == {("x3#2", 0)}
    assert {case_of(press) for press in said(elsewhere)} == {("x3#0", -100)}
    assert [press.verb for press in said(here)] == [verb for row in EVERY_ACT for verb in row]
    assert max(len(row) for row in here.inline_keyboard) == 3


@given(count=st.integers(0, 60), page=st.integers(-3, 20))
def test_every_persona_is_on_one_page(count: int, page: int) -> None:
    people = [(f"id{number}", f"Name {number}") for number in range(count)]
    pages = max(1, -(-count // PAGE))
    shown = [
        press.what
        for number in range(pages)
        for press in said(keyboards.personas(people, number, "", owner=1, language="en"))
        if press.verb == "use"
    ]
    assert shown == [persona for persona, _ in people]
    leaves = [
        int(press.what)
        for press in said(keyboards.personas(people, page, "", owner=1, language="en"))
        if press.verb == "page"
    ]
    assert all(0 <= leaf < pages for leaf in leaves)


@given(ids=st.lists(st.text(min_size=1, max_size=80), unique=True, max_size=20))
def test_a_persona_is_found_by_its_mark(ids: list[str]) -> None:
    people = [(persona, "") for persona in ids]

    assert [keyboards.persona_of(keyboards.persona_mark(persona), people) for persona in ids] == ids
    assert keyboards.persona_of("nobody of that mark", []) == ""


def test_settings_show_what_holds_and_set_the_other() -> None:
    now = PlaceSettings(mode=Mode.EVERY, language="ko", mark=True, profile="minors")
    keyboard = keyboards.settings(now, owner=1, language="en")
    chosen = {button.text for button in buttons(keyboard) if button.text.startswith("✓")}

    assert chosen == {"✓ Every message", "✓ 한국어", "✓ AI mark beside the name", "✓ Careful: minors are here"}
    values = {press.what for press in said(keyboard)}
    assert {"mode=mention", "language=en", "mark=no", "paused=yes", "answer_bots=yes", "profile=-"} <= values


def test_every_reason_can_be_chosen() -> None:
    message = "-1002123456789:42"
    presses_ = said(keyboards.reasons(message, owner=1, language="en"))

    assert [press.verb for press in presses_] == [*REASONS, "words", "close"]
    assert {press.what for press in presses_[:-1]} == {message}
