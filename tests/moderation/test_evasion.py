"""The lexicon on the second disguise suite, and on words that a person spreads over messages."""

from collections import Counter

import pytest

from moderation.filters.lexicon import Lexicon
from moderation.records import Candidate, Signal, Stage
from tests.moderation.disguises import HALVES, Half
from tests.moderation.evasion import LANGUAGES, Line, cases
from tests.support.judges import loaded

LEXICON = loaded(Lexicon)
CAUGHT = 0.5
FLOORS = {("en", "tune"): 0.96, ("en", "held back"): 0.945, ("ko", "tune"): 0.97, ("ko", "held back"): 0.93}
"""Shares of disguised lines that are caught, a little below what is measured. The goal is 0.95 for each."""


def _signals(text: str, *earlier: str, lexicon: Lexicon = LEXICON) -> list[Signal]:
    candidate = Candidate(stage=Stage.INPUT, text=text, earlier=earlier)
    return [signal for signal in lexicon.examine(candidate) if signal.score]


def _caught(line: Line) -> bool:
    return any((signal.score or 0) >= CAUGHT for signal in _signals(line.text, *line.earlier))


def _hit(text: str) -> bool:
    return any((signal.score or 0) >= CAUGHT for signal in _signals(text))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("half", HALVES)
def test_disguises_of_the_second_suite_are_caught_and_harmless_lines_are_not(language: str, half: Half) -> None:
    lines = [line for line in cases(language) if line.half == half]
    total = Counter(line.kind for line in lines)
    caught = Counter(line.kind for line in lines if _caught(line))
    assert total["disguised"] >= 900
    assert total["innocent"] >= 350
    assert total["identity"] >= 80
    assert caught["disguised"] >= FLOORS[language, half] * total["disguised"]
    assert caught["innocent"] <= 0.01 * total["innocent"]
    assert caught["identity"] == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_second_suite_has_what_it_promises(language: str) -> None:
    lines = cases(language)
    assert lines == cases(language)
    assert sum(line.kind != "disguised" for line in lines) >= 850
    assert ("tlqkf놈" if language == "ko" else "phuck this") not in {line.text for line in lines if line.earlier}
    assert (("개", "새"), "끼") in {(line.earlier, line.text) for line in lines} or language == "en"
    assert len({line.how for line in lines}) >= 40


@pytest.mark.parametrize(
    "messages",
    [
        ("f", "u", "c", "k"),
        ("you fa", "ggot"),
        ("shi", "t"),
        ("fu-", "-ck"),
        ("k", "y", "s"),
        ("개", "새", "끼"),
        ("야 병", "신아"),
        ("ㅅㅣ", "ㅂㅏㄹ"),
        ("tl", "qkf"),
        ("ㅅ", "ㅂ"),
        ("안녕", "시", "발"),
    ],
)
def test_a_word_spread_over_messages_is_found_in_the_last(messages: tuple[str, ...]) -> None:
    *earlier, text = messages
    (signal, *_) = _signals(text, *earlier)
    assert signal.detail.endswith("over messages")
    assert (signal.score or 0) >= CAUGHT
    assert signal.spans[0].start == 0
    assert signal.spans[0].end <= len(text)
    assert not any(_signals(message) for message in messages if len(message) == 1)


@pytest.mark.parametrize(
    "messages",
    [
        ("몇 시", "발 아파"),
        ("다시", "발표할게"),
        ("맥주 두 병", "신고할게요"),
        ("우리 개", "새끼 낳았어"),
        ("유리창", "너머"),
        ("who", "re-opened it?"),
        ("go", "ok"),
        ("mass", "hole punch"),
        ("push", "it"),
        ("my flag", "got wet"),
    ],
)
def test_messages_that_only_meet_are_no_word(messages: tuple[str, ...]) -> None:
    *earlier, text = messages
    assert not [signal for signal in _signals(text, *earlier) if (signal.score or 0) >= CAUGHT]


def test_a_word_in_an_earlier_message_alone_is_not_reported_again() -> None:
    assert not _signals("what a day", "fuck", "shit")
    assert not _signals("아니야", "시", "발")


def test_messages_are_read_together_in_a_persons_turn_only() -> None:
    spread = Candidate(stage=Stage.WHOLE, text="ck", earlier=("fu",))
    assert [signal.score for signal in LEXICON.examine(spread)] == [0.0]


@pytest.mark.parametrize("text", ["x" * 20_000, "시" * 20_000, "f " * 10_000])
def test_long_messages_are_read_together_as_well(text: str) -> None:
    assert _signals("ck you", text, "fu")
    assert not [signal for signal in _signals(text, text) if "over messages" in signal.detail]


@pytest.mark.parametrize(
    "text",
    [
        "f██k",
        "b***h",
        "m*therf*cker",
        "sh💩t",
        "b@%$h",
        "f--king",
        "wh●re",
        "motherf***er",
        "씨X놈",
        "병X",
        "개XX야",
        "X같네",
    ],
)
def test_a_word_behind_signs_is_hit(text: str) -> None:
    assert _hit(f"oh {text} man")


@pytest.mark.parametrize(
    "text",
    [
        "a**b is a power",
        "don't",
        "5***** hotel",
        "well... ok",
        "wi-fi",
        "&nbsp;",
        "(x + y)*2",
        "X축과 Y축",
        "OX 퀴즈",
        "x같이 생긴 표시",
    ],
)
def test_signs_that_hide_nothing_are_left_alone(text: str) -> None:
    assert not _hit(text)


@pytest.mark.parametrize(
    "text",
    [
        "the tools are on the stools", "facing north, he traded cooks", "Mr. Kuntz met Phuc and Dyck", "open the PR on",
        "she seeks a sprat", "Ana L. wrote", "who re-reads it?", "the bulls hit the market", "I paid $100 for 5 hits",
        "Jeolla-do in autumn", "a Koons balloon", "기아 비치 볼", "에스홀더", "역병신 설화",
    ],
)  # fmt: skip
def test_words_and_names_that_a_spelling_would_make_are_left_alone(text: str) -> None:
    assert not _hit(text)


def test_an_allowed_word_is_no_other_with_a_letter_twice() -> None:
    """Allowed are "ases" and "ana l"."""
    assert _hit("you asses")
    assert _hit("anal sex")
