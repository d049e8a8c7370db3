"""Words put into somebody's mouth within a line: the talk goes on behind a sentence as if the person had answered."""

from datetime import timedelta

import pytest

from moderation.filters.character import Character
from moderation.policy import Policy
from moderation.records import Action, Brief, Candidate, Decision, Finding, Signal, Stage

CHARACTER = Character.load()
POLICY = Policy.load()
BRIEF = Brief(name="Ada Voss", people=("Jihoon", "지훈", "Mina"))


def voices(text: str, *, shown: str = "", brief: Brief = BRIEF) -> list[Signal]:
    """Where a piece of a reply speaks for somebody."""
    candidate = Candidate(stage=Stage.PIECE, text=text, shown=shown, brief=brief)
    return [signal for signal in CHARACTER.examine(candidate) if signal.score and signal.category == "user_voice"]


def decided(signal: Signal) -> Finding:
    """What the shipped policy makes of it."""
    return POLICY.decide(
        signal, judge=CHARACTER, stage=Stage.PIECE, language="en", persona="", profile="", elapsed=timedelta()
    )


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("The tea is ready. ", "User: And then what happened?"),
        ("The tea is ready! ", "**Human:** thank you"),
        ("*smiles* ", "User: hi there"),
        ('"Come in." ', "[User]: thanks"),
        ("The tea is ready... ", "user : thanks"),
        ("The tea is ready. ", "### Human: tell me more"),
        ("The tea is ready.", "User: thanks"),
        ("The tea is ready. ", "Assistant: Of course, here is more."),
        ("차가 다 됐어요. ", "유저: 그래서요?"),
        ("차가 다 됐어요~ ", "사용자: 감사합니다."),
        ("웃겨요ㅋㅋ ", "유저: 그죠?"),
        ("The tea is ready. ", "Jihoon: I would like that."),
        ("(She pours the tea.) ", "Mina (laughing): thank you."),
        ("The tea is ready. ", "*Mina*: sure"),
        ("차가 다 됐어요. ", "지훈: 저는 홍차로 할게요."),
        ("비가 오네요… ", "지훈 씨: 우산 있어요?"),
        ("웃겨요ㅋㅋ ", "지훈: 그죠?"),
    ],
)
def test_a_talk_that_goes_on_behind_a_sentence_ends_there(shown: str, text: str) -> None:
    for found in (voices(text, shown=shown), voices(shown + text)):
        decisions = [decided(signal) for signal in found]
        assert {(each.decision, each.action) for each in decisions} == {(Decision.BLOCK, Action.CUT)}


def test_the_place_is_where_somebody_is_made_to_speak() -> None:
    (found,) = voices("The tea is ready. Jihoon: thank you.")
    assert [(span.start, span.end) for span in found.spans] == [(18, 25)]


def test_at_the_beginning_of_a_line_a_name_is_surer_than_within_one() -> None:
    (line,), (within,) = voices("Well.\nJihoon: thanks"), voices("Well. Jihoon: thanks")
    assert (line.score, within.score) == (0.95, 0.8)


@pytest.mark.parametrize(
    "text",
    [
        "I saw Mina. She said: come tomorrow.",
        "It is for you, Jihoon: take it.",
        "I wrote it on the wall. To Mina: be brave.",
        "I have two friends. Mina bakes, and Jihoon sails.",
        'The manual said "User: turn the key."',
        'I read the label. "User: any child above six." That was all.',
        "I am only human: I make mistakes.",
        "Every user: bring a lantern.",
        "What a day. Human hearts are strange: they want what hurts.",
        "Three peoples live here. Human: brief. Elf: long. Dwarf: stubborn.",
        "On the ship there are three of us. Captain: Holt. Assistant: me.",
        "Look it up. https://example.com/user:42 has it. User:42 is me.",
        "주문하신 분은 지훈 님이죠. 음료: 라떼 두 잔.",
        "지훈 씨, 이것 좀 보세요: 참 예쁘죠?",
        "유저가 많네요. 유저 이름: 아무거나요.",
    ],
)
def test_a_colon_behind_something_else_is_no_voice(text: str) -> None:
    assert voices(text) == []


def test_a_stranger_by_that_name_is_nobody_here() -> None:
    assert voices("The tea is ready. Jihoon: thank you.", brief=Brief(people=("Tom",))) == []
