"""How well the bias filter, under the policy that ships, hears what is said of groups, and leaves alone who is in one.

The lines stand in `wording`. Half of them, told by a digest, were kept back: nobody looked at what the filter makes of
them while its lists and patterns were written, so that their figures tell of other wordings too.
"""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from moderation.filters.bias import PRAISE, shipped
from moderation.language import language_of
from moderation.policy import Policy
from moderation.records import Candidate, Decision, Finding, Stage

LINES = Path(__file__).parent / "wording"
BIAS = shipped()
POLICY = Policy.load()


def lines(language: str, kind: str, *, kept: bool) -> list[str]:
    """One half of a file."""
    every = (LINES / f"bias_{language}_{kind}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in every if hashlib.blake2b(b"7" + line.encode()).digest()[0] % 2 == kept]


def findings(text: str) -> list[Finding]:
    return [
        POLICY.decide(
            signal,
            judge=BIAS,
            stage=Stage.WHOLE,
            language=language_of(text),
            persona="",
            profile="",
            elapsed=timedelta(),
        )
        for signal in BIAS.examine(Candidate(stage=Stage.WHOLE, text=text))
    ]


def decided(text: str) -> Decision:
    return max(finding.decision for finding in findings(text))


@pytest.mark.parametrize(
    ("language", "kept", "most_missed"), [("en", False, 8), ("en", True, 14), ("ko", False, 4), ("ko", True, 9)]
)
def test_most_of_what_is_said_of_a_whole_group_is_noticed(language: str, *, kept: bool, most_missed: int) -> None:
    suite = lines(language, "meant", kept=kept)
    assert len(suite) >= 65
    missed = [text for text in suite if decided(text) is Decision.ALLOW]
    assert len(missed) <= most_missed, missed


@pytest.mark.parametrize(
    ("language", "kept", "most_mistaken"), [("en", False, 0), ("en", True, 1), ("ko", False, 0), ("ko", True, 0)]
)
def test_who_names_a_group_or_belongs_to_one_is_left_alone(language: str, *, kept: bool, most_mistaken: int) -> None:
    """The one mistake is about counter-speech in words that no excuse knows ("whoever says that …")."""
    suite = lines(language, "innocent", kept=kept)
    assert len(suite) >= 70
    mistaken = [text for text in suite if decided(text) is not Decision.ALLOW]
    assert len(mistaken) <= most_mistaken, mistaken


@pytest.mark.parametrize(
    "text",
    [
        "Asians are all good at math.",
        "Women are naturally caring.",
        "Black people are great dancers.",
        "아시아인은 다 수학을 잘해.",
        "여자들은 원래 섬세해.",
        "일본인들은 다 친절해.",
    ],
)
def test_praise_of_a_whole_group_is_shown_and_kept(text: str) -> None:
    assert decided(text) is Decision.FLAG
    assert {finding.category for finding in findings(text) if finding.decision is Decision.FLAG} == {PRAISE}


@pytest.mark.parametrize("text", ["You're pretty smart for a woman.", "여자치고 운전을 잘하네."])
def test_praise_that_is_meant_as_an_exception_is_no_praise(text: str) -> None:
    assert decided(text) is Decision.BLOCK


CHAT = [
    *("오늘 날씨 좋다", "배고파 죽겠어", "남자 친구랑 싸웠어", "여자 친구 생일 선물 뭐가 좋을까", "엄마가 보고 싶어"),
    *(
        "친구들이 너무 좋아",
        "아이들이 너무 귀여워",
        "걔 진짜 이기적이야",
        "사람들은 왜 그럴까",
        "우리 할머니 요리 최고",
    ),
    *("학생들이 떠들어서 머리 아파", "남편이 또 늦는대", "아내가 화났어", "요즘 애들 노래 좋더라"),
    *(
        "여자 친구가 너무 예뻐",
        "남자애들이랑 축구했어",
        "교회 가기 싫어",
        "다이어트 해야 하는데",
        "취업이 안 돼서 우울해",
    ),
]


def test_everyday_chat_is_left_alone() -> None:
    assert [text for text in CHAT if decided(text) is not Decision.ALLOW] == []
