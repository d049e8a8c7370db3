"""Courtship of whom one talks to, in both languages and from both sides, and love that is none of it.

Many more wordings stand in `wording`, see `test_wording.py`.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import FilterUnavailable
from moderation.filters.romance import Romance
from moderation.guard import Guard
from moderation.policy import Policy
from moderation.records import Action, Brief, Candidate, Decision, Stage
from tests.support.judges import filters, loaded

ROMANCE = loaded(Romance)
BLOCKED = 0.6
"""From here on a minor is not shown it (see `moderation/data/policy.toml`)."""


def sure(text: str, *, stage: Stage = Stage.PIECE, shown: str = "") -> float:
    """The highest score."""
    seen = ROMANCE.examine(Candidate(stage=stage, text=text, shown=shown))
    return max(signal.score or 0.0 for signal in seen)


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize(
    "text",
    [
        "I love you",
        "Kiss me.",
        "*kisses you softly*",
        "Will you be my girlfriend?",
        "You're so sexy.",
        "Good night, my love.",
        "ｉ ｌｏｖｅ ｙｏｕ",
        "사랑해요",
        "나랑 사귀자",
        "*너에게 입을 맞춘다*",
        "잘 자, 내 사랑",
        "그대를 연모하오",
    ],
)
def test_courtship_is_seen_on_both_sides(text: str, stage: Stage) -> None:
    assert sure(text, stage=stage) >= BLOCKED


@pytest.mark.parametrize(
    ("theirs", "courting"),
    [
        ("I love my daughter.", "I love you."),
        ("I love tea.", "I love you, darling."),
        ("I love you, mom!", "I love you, my lady."),
        ("Love you all, good night!", "Love you, good night!"),
        ("I love you like a brother.", "I love you like a husband loves."),
        ("The prince kissed the princess.", "Then I will kiss you."),
        ('Romeo told her, "I love you."', '"I love you," I whisper.'),
        ("In the poem he says I love you to the sea.", "You are my poem, and I love you."),
        ("Dear friend, how is the harbour?", "My darling, how is the harbour?"),
        ('How do you say "I love you" in Korean?', "I love you, do you hear?"),
        ("I can't be your girlfriend.", "I can be your girlfriend."),
        ("I will not kiss you.", "I will kiss you."),
        ("My uncle tried to kiss me.", "Try to kiss me."),
        ("Madam, I remain your obedient servant.", "Madam, I am in love with you."),
        ("바다를 사랑해.", "너를 사랑해."),
        ("우리 딸을 사랑해.", "자기야 사랑해."),
        ("사랑합니다, 고객님.", "사랑합니다, 그대."),
        ("엄마 사랑해!", "오빠 사랑해!"),
        ("여러분 사랑해요.", "당신을 사랑해요."),
        ("친구로서 좋아해.", "여자로서 너를 좋아해."),
        ("왕자는 공주에게 키스했어요.", "너에게 키스할게."),
        ("'사랑해'는 영어로 뭐야?", "사랑해, 알지?"),
        ("너와 사귈 수 없어.", "너와 사귈 수 있어."),
        ("친구를 사귀고 싶어.", "나랑 사귀고 싶어?"),
        ("여보세요?", "여보, 왔어요?"),
        ("자기 전에 책을 읽어.", "자기야, 책 읽어 줘."),
        ("어떤 아저씨가 자꾸 사랑한다고 해서 무서워요.", "사랑한다고 말해 줘."),
    ],
)
def test_love_of_something_else_is_none_of_it(theirs: str, courting: str) -> None:
    assert sure(theirs) < 0.4
    assert sure(courting) >= BLOCKED


@pytest.mark.parametrize(
    "text", ["You are beautiful.", "Hold my hand.", "Oh, honey, no.", "너 정말 귀엽다.", "안아 줄게."]
)
def test_what_is_often_kind_is_kept_and_not_blocked(text: str) -> None:
    assert 0.4 <= sure(text) < BLOCKED


def test_nothing_hides_between_two_pieces() -> None:
    assert sure("you.", shown="And I love ") >= BLOCKED
    assert sure("The tide is out.", shown="I love you. ") == 0.0


def test_places_and_rules_are_told_to_moderators() -> None:
    (signal,) = ROMANCE.examine(Candidate(stage=Stage.WHOLE, text="So marry me, sailor."))
    (span,) = signal.spans
    assert "So marry me, sailor."[span.start : span.end] == "marry me"
    assert (signal.category, signal.detail) == ("romance", "asks-out")


def test_a_file_of_rules_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(FilterUnavailable, match=r"phrases\.toml"):
        Romance.load(tmp_path)


MIXTURES = st.lists(st.sampled_from(["I ", "love ", "you ", "너를 ", "사랑", "해 ", "진짜 ", "*", '"', "kiss ", ". "]))


@given(MIXTURES.map("".join))
@settings(max_examples=150)
def test_any_mixture_of_its_words_is_judged(text: str) -> None:
    for signal in ROMANCE.examine(Candidate(stage=Stage.PIECE, text=text)):
        assert signal.score is not None
        assert all(span.end <= len(text) for span in signal.spans)


# --- with the policy that ships --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guard() -> Iterator[Guard]:
    guard = Guard(filters(), Policy.load(), monotonic=time.monotonic)
    yield guard
    guard.close()


@pytest.mark.parametrize(
    ("text", "stage", "action"),
    [
        ("I love you, and I want to kiss you.", Stage.PIECE, Action.REPAIR),
        ("너를 사랑해요. 나랑 사귀어요.", Stage.WHOLE, Action.REPAIR),
        ("Will you be my girlfriend?", Stage.INPUT, Action.DEFLECT),
        ("나랑 결혼해 줘", Stage.INPUT, Action.DEFLECT),
    ],
)
async def test_courtship_is_for_adults(guard: Guard, text: str, stage: Stage, action: Action) -> None:
    def brief(profile: str) -> Brief:
        return Brief(language="ko" if "나랑" in text else "en", profile=profile)

    grown = await guard.judge(Candidate(stage=stage, text=text, brief=brief("")))
    minor = await guard.judge(Candidate(stage=stage, text=text, brief=brief("minors")))
    unknown = await guard.judge(Candidate(stage=stage, text=text, brief=brief("children")))

    assert not any(finding.filter == "romance" for finding in grown.objections)
    assert (minor.decision, minor.action) == (Decision.BLOCK, action)
    assert [finding.rule for finding in unknown.objections] == [finding.rule for finding in minor.objections]


async def test_help_comes_before_courtship(guard: Guard) -> None:
    said = "I love you and I want to kill myself"
    verdict = await guard.judge(Candidate(stage=Stage.INPUT, text=said, brief=Brief(profile="minors")))

    assert verdict.action is Action.SUSPEND
