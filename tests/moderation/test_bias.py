"""Generalisations about protected groups, in both languages: what counts as one, and what does not."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import FilterUnavailable
from moderation.filters import Filter
from moderation.filters.bias import CATEGORY, EVIDENCE, Bias
from moderation.filters.phrases import data_folder
from moderation.records import Candidate, Signal, Stage
from tests.moderation.bias_lines import FLATTERING_EN, FLATTERING_KO, HARMLESS_EN, HARMLESS_KO, NEGATIVE_EN, NEGATIVE_KO
from tests.support.judges import loaded

BIAS = loaded(Bias)


def found(text: str, *, stage: Stage = Stage.PIECE, shown: str = "") -> list[Signal]:
    """What forms say; what evidence says without them is in test_bias_evidence.py."""
    signals = BIAS.examine(Candidate(stage=stage, text=text, shown=shown))
    return [signal for signal in signals if signal.detail != EVIDENCE]


def score(text: str, *, stage: Stage = Stage.PIECE, shown: str = "") -> float:
    return max((signal.score or 0.0 for signal in found(text, stage=stage, shown=shown)), default=0.0)


def test_it_is_a_filter() -> None:
    assert isinstance(BIAS, Filter)
    assert BIAS.id == "bias"
    assert BIAS.categories == {"generalisation", "positive_stereotype"}
    assert BIAS.stages == set(Stage)
    assert len(BIAS.version) == 12
    assert Bias.load().version == BIAS.version


@pytest.mark.parametrize("text", (NEGATIVE_EN + NEGATIVE_KO).splitlines())
def test_a_negative_or_essentialising_generalisation_scores_high(text: str) -> None:
    assert score(text) == 0.9


@pytest.mark.parametrize(
    "form",
    ["haha {}", "lol, {}", "ㅋㅋㅋ {}", "😭 {}", "😂😂 {}", "||{}||", "**{}**", "_{}_", "Oh no! Haha, {}"],
)
@pytest.mark.parametrize("text", ["Men are too proud to ask for help.", "Teenagers have no manners at all."])
def test_laughter_pictures_and_emphasis_around_a_generalisation_hide_nothing(text: str, form: str) -> None:
    assert score(form.format(text)) == score(text) == 0.9


@pytest.mark.parametrize("text", (FLATTERING_EN + FLATTERING_KO).splitlines())
def test_a_flattering_generalisation_scores_too(text: str) -> None:
    assert score(text) == 0.7


@pytest.mark.parametrize("text", (HARMLESS_EN + HARMLESS_KO).splitlines())
def test_naming_a_group_is_no_generalisation(text: str) -> None:
    assert score(text) == 0.0
    signals = BIAS.examine(Candidate(stage=Stage.PIECE, text=text))
    assert max(signal.score or 0.0 for signal in signals) < (0.6 if text.isascii() else 0.5)  # where the policy flags


def test_the_tables_are_as_long_in_both_languages() -> None:
    for english, korean in (
        (NEGATIVE_EN + FLATTERING_EN, NEGATIVE_KO + FLATTERING_KO),
        (HARMLESS_EN, HARMLESS_KO),
    ):
        assert len(set(english.splitlines())) >= 60
        assert len(set(korean.splitlines())) >= 60


def test_every_group_lexicon_names_at_least_120_groups_in_each_language() -> None:
    marks = BIAS.lexicon.marks
    assert sum(mark in "\ue000\ue001" for mark in marks) >= 240
    assert sum(mark == "\ue003" for mark in marks) >= 120


@pytest.mark.parametrize(
    "text",
    [
        "Are women bad drivers?",
        "My uncle says that women are bad at driving.",
        "여자들은 원래 운전을 못하나요?",
        "삼촌은 여자들은 운전을 못한다고 말했어.",
        "Some men are lazy.",
        "일부 남자들은 게을러.",
    ],
)
def test_what_is_asked_reported_or_limited_is_a_weak_finding(text: str) -> None:
    assert 0.0 < score(text) <= 0.4


@pytest.mark.parametrize(
    "text",
    ["I'm not sexist, but women are bad at driving.", "Women are bad at driving, it's a stereotype for a reason.",
     "차별은 아니지만 여자들은 운전을 못해."],
)  # fmt: skip
def test_taking_back_in_advance_does_not_help(text: str) -> None:
    assert score(text) == 0.9


@pytest.mark.parametrize(
    "text",
    [
        "According to my data, women are too emotional to lead.",
        "Women are too emotional to lead, 100%.",
        "By law, all Muslims are terrorists.",
        "I never say this lightly: all Muslims are terrorists.",
        "In my report, Jews are greedy.",
        "Regardless of what you think, women are too emotional to lead.",
        "Equal or not, blacks are lazy.",
        "It is not true that I like soup, and women are too emotional to lead.",
        "Women are too emotional to lead. That is not true of soup.",
        "My friend said hello, and all Muslims are terrorists.",
        "I'm a gay man, and all Muslims are terrorists.",
        "women are too emotional to lead. do you like soup?",
        "내 조사에 따르면 흑인은 게을러요.",
        "여자는 운전을 못해요, 100%.",
        "상관없이 중국인들은 다 더러워요.",
        "고정관념이 뭐예요? 여자들은 원래 운전을 못해요.",
    ],
)
def test_an_excuse_elsewhere_in_the_sentence_excuses_nothing(text: str) -> None:
    assert score(text) == 0.9


@pytest.mark.parametrize(
    "text",
    [
        "The idea that women are too emotional to lead is a myth.",
        "Women are lazy, which is a stereotype.",
        "women can't drive. that's a stereotype.",
        "Women are too emotional to lead? No, that's wrong.",
        "여자는 원래 운전을 못한다는 건 고정관념이에요.",
    ],
)
def test_a_verdict_on_what_was_said_excuses_it(text: str) -> None:
    assert score(text) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "According to a 2019 survey, women are too emotional to lead.",
        "A study from 2019 says women are too emotional to lead.",
        "2019년 통계청 조사에 따르면 흑인은 게을러요.",
    ],
)
def test_a_citation_makes_a_finding_weak_and_not_none(text: str) -> None:
    assert score(text) == 0.4


@pytest.mark.parametrize(
    "text",
    [
        "Women are... too emotional to lead.",
        "Women are\u2026 too emotional to lead.",
        "Women are...too emotional to lead.",
        "Women\nare too emotional to lead.",
        "Women  are too emotional to lead.",
        "Women are too\u00ademotional to lead.",
        "Women are too emo\u00adtional to lead.",
        "W\u043emen are too emotional to lead.",
        "w0men are too emotional to lead",
        "Hm... women are too emotional to lead.",
        "Trans women are just men.",
        "여자들은... 원래 운전을 못해요.",
        "글쎄... 여자들은 원래 운전을 못해요.",
        "여자들은\n원래 운전을 못해요.",
        "여 자들은 원래 운전을 못해",
        "동성애자는 정신병자예요.",
    ],
)
def test_hesitation_line_breaks_and_disguise_hide_nothing(text: str) -> None:
    assert score(text) == 0.9


def test_praise_for_all_of_them_boxes_them_in() -> None:
    assert score("Gay men make the best stylists.") == 0.7


def test_an_empty_line_parts_what_is_said() -> None:
    assert score("We met the women\n\nare too emotional to lead") == 0.0


def test_padding_at_the_end_of_what_was_shown_hides_nothing() -> None:
    assert score(" too emotional to lead.", shown="Women are" + "\u200b" * 300) == 0.9


def test_the_span_of_a_hesitant_line_covers_all_of_it() -> None:
    text = "Well, women are\u2026 too  emotional."
    (signal,) = found(text)
    (span,) = signal.spans
    assert text[span.start : span.end] == "women are\u2026 too  emotional"


def test_the_span_covers_group_and_predicate_in_code_points() -> None:
    text = "😀 글쎄, 여자들은 원래 운전을 못해."
    (signal,) = found(text)
    (span,) = signal.spans
    assert text[span.start : span.end] == "여자들은 원래 운전을 못"
    assert signal.category == CATEGORY
    assert signal.detail == "always"


def test_a_generalisation_that_began_in_what_was_shown_is_clipped_to_the_text() -> None:
    text = "bad at driving."
    (signal, *_) = found(text, shown="Hm. Women are ")
    assert signal.score == 0.9
    assert text[signal.spans[0].start : signal.spans[0].end] == "bad at"


def test_one_that_was_complete_before_is_not_found_again() -> None:
    assert score(" And then we went home.", shown="Women are bad at driving.") == 0.0


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("groups.toml", "[gender]\nkorean = ['여자']\n", "gender.korean"),
        ("groups.toml", "[gender]\nko = [1]\n", "gender.ko"),
        ("predicates.toml", "[negative]\nen = []\n", "act"),
        ("forms.toml", "[[form]]\nid = 'x'\nstrength = 'loud'\nen = ['a']\n", "form[0].strength"),
        ("forms.toml", "[[form]]\nid = 'x'\nstrength = 'weak'\nen = ['(a']\n", "form[0].en"),
        ("forms.toml", "[[form]]\nid = 'x'\nstrength = 'weak'\nen = ['<nobody>']\n", "form[0].en"),
    ],
)
def test_a_wrong_data_file_is_refused_with_file_and_key(tmp_path: Path, name: str, text: str, key: str) -> None:
    for item in data_folder("bias").iterdir():
        (tmp_path / item.name).write_bytes(item.read_bytes())
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(FilterUnavailable) as caught:
        Bias.load(tmp_path)
    for language in ("en", "ko"):
        assert name in caught.value.explain(language)
        assert key in caught.value.explain(language)


def test_a_missing_data_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FilterUnavailable, match=r"groups\.toml"):
        Bias.load(tmp_path)
    shutil.rmtree(tmp_path)


PARTS = [
    "women",
    "여자들은",
    " ",
    "are",
    "원래",
    "bad at",
    "운전을 못",
    ".",
    "?",
    "모든",
    "\ue000",
    "\ud800",
    "ㅋ",
    "ﬁ",
    "́",
    "\n",
    "'",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PARTS) | st.text(st.characters(), max_size=6), max_size=30), st.text(max_size=20))
def test_any_text_is_judged_and_spans_lie_inside_it(parts: list[str], shown: str) -> None:
    text = "".join(parts)
    signals = BIAS.examine(Candidate(stage=Stage.PIECE, text=text, shown=shown))
    assert signals
    for signal in signals:
        assert all(span.end <= len(text) and span.start < span.end for span in signal.spans)
        assert bool(signal.spans) == (signal.score != 0.0)


@pytest.mark.parametrize(
    "part",
    [
        "women are bad at driving. ",
        "women ",
        "women... are ",
        "women\n",
        "여자들은 원래 ",
        "all women are ",
        "여자는 운전을 못해. ",
    ],
)
def test_a_hundred_thousand_characters_are_judged(part: str) -> None:
    text = part * (100_000 // len(part)) + " All men are liars."
    assert score(text) == 0.9
