"""Korean honour in the wrong place, as far as one subject and one predicate tell."""

import pytest

from moderation.filters.register import LEVELS, Register
from moderation.records import Brief, Candidate, Stage
from tests.support.judges import loaded

REGISTER = loaded(Register)
ANY = Brief(language="ko", registers=tuple(sorted(LEVELS)))


def slips(text: str) -> list[str]:
    """What is out of place in each sentence of `text`."""
    found = REGISTER.examine(Candidate(stage=Stage.PIECE, text=text, brief=ANY))
    return [signal.detail for signal in found if signal.category == "honorific"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("제가 벌써 오셨어요.", "own acts raised"),
        ("저는 아침을 드셨어요.", "own acts raised"),
        ("제가 하실게요.", "own acts raised"),
        ("나는 어제 일찍 주무셨어.", "own acts raised"),
        ("내가 먼저 오셨소.", "own acts raised"),
        ("저는 집에 계십니다.", "own acts raised"),
        ("저는 밥 먹었어.", "humble I"),
        ("제가 할게.", "humble I"),
        ("너는 어디 가세요?", "plain you"),
        ("네가 먼저 골랐어요.", "plain you"),
    ],
)
def test_honour_in_the_wrong_place_is_seen(text: str, what: str) -> None:
    assert slips(text) == [what]


@pytest.mark.parametrize(
    "text",
    [
        "제가 할게요.",
        "나는 밥 먹었어.",
        "너는 어디 가?",
        "손님이 먼저 오셨어요.",
        "할머니께서 주셨어요.",
        "저는 할머니께서 주셨어요.",
        "저는 손님이 오셔서 기뻤어요.",
        "제가 선생님께 드렸어요.",
        "제가 모셨어요.",
        "저는 괜찮으니 먼저 드세요.",
        "제가 누군지 아세요?",
        "저는 왜 부르셨어요?",
        "저도 드셔 보라고 했어요.",
        "나는 선생님이 오셨다고 들었어.",
        "저 사람은 갔어.",
        "저기 앉자.",
        "저는 그게 좋을까.",
        "네, 알겠어요.",
        "너무 예뻐요.",
    ],
)
def test_honour_in_its_place_is_left_alone(text: str) -> None:
    assert slips(text) == []


def test_what_was_quoted_is_not_the_persona_s() -> None:
    assert slips('손님이 "제가 오셨어요"라고 하셨어요.') == []


def test_a_slip_is_marked_at_its_sentence() -> None:
    text = "어서 오세요. 제가 벌써 오셨어요. 앉으세요."
    (found,) = [s for s in REGISTER.examine(Candidate(stage=Stage.PIECE, text=text, brief=ANY)) if s.score]
    assert text[found.spans[0].start : found.spans[0].end] == "제가 벌써 오셨어요."
