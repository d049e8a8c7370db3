"""Turns that speak of suicide and self-harm, and what only sounds like it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import FilterUnavailable
from moderation.filters import Filter
from moderation.filters.crisis import Crisis
from moderation.records import Candidate, Stage
from tests.moderation.crisis_lines import DIRECT_EN, DIRECT_KO, HARMLESS_EN, HARMLESS_KO
from tests.support.judges import loaded

CRISIS = loaded(Crisis)


def score(text: str) -> float:
    signals = CRISIS.examine(Candidate(stage=Stage.INPUT, text=text))
    return max(signal.score for signal in signals if signal.score is not None)


def test_it_is_a_filter() -> None:
    assert isinstance(CRISIS, Filter)
    assert CRISIS.id == "crisis"
    assert CRISIS.categories == {"self_harm"}
    assert CRISIS.stages == {Stage.INPUT}
    assert len(CRISIS.version) == 12
    assert Crisis.load().version == CRISIS.version


@pytest.mark.parametrize("text", (DIRECT_EN + DIRECT_KO).splitlines())
def test_somebody_in_danger_is_heard(text: str) -> None:
    assert score(text) >= 0.6


@pytest.mark.parametrize(
    "text",
    [
        "I don't see the point anymore",
        "i feel like dying",
        "그냥 눈 감고 싶다",
        "내일이 안 왔으면 좋겠어",
        "더 살아서 뭐 하나",
        "아무도 날 필요로 하지 않아",
        "엄마 미안해 먼저 갈게",
        "그동안 고마웠어 다들 안녕",
        "한강 갈래",
    ],
)
def test_what_may_mean_it_is_noticed(text: str) -> None:
    assert score(text) >= 0.5


@pytest.mark.parametrize("form", ["**{}**", "_{}_", "||{}||", "# {}", "> {}", "{}!!", "{} ", "haha {}", "😭 {}"])
@pytest.mark.parametrize("text", ["I don't want to be here anymore", "살 이유를 모르겠어"])
def test_bold_quotes_laughter_and_exclamation_hide_nothing(text: str, form: str) -> None:
    assert score(form.format(text)) >= score(text)


@pytest.mark.parametrize("blank", ["  ", "\t", "\n", " \n"])
@pytest.mark.parametrize("text", ["I don't want to be here anymore", "내가 없는 게 모두한테 좋아", "죽고 싶어"])
def test_what_stands_between_words_hides_nothing(text: str, blank: str) -> None:
    assert score(text.replace(" ", blank)) == score(text)


def test_an_action_in_a_scene_stays_one_beside_emphasis() -> None:
    assert score("*he wants to die* and **grins**") == score("*he wants to die* and grins") < 0.5


def test_the_place_of_what_was_said_is_that_of_the_text_as_written() -> None:
    text = "well.  **I don't  want to be here\nanymore**"
    places = {
        text[span.start : span.end]
        for signal in CRISIS.examine(Candidate(stage=Stage.INPUT, text=text))
        for span in signal.spans
    }
    assert any(place.startswith("I don't  want") and place.endswith("here\nanymore") for place in places)


@pytest.mark.parametrize("text", (HARMLESS_EN + HARMLESS_KO).splitlines())
def test_idioms_and_everyday_lines_are_no_crisis(text: str) -> None:
    assert score(text) == 0.0


def test_the_tables_are_as_long_in_both_languages() -> None:
    for table in (DIRECT_EN, DIRECT_KO, HARMLESS_EN, HARMLESS_KO):
        assert len(set(table.splitlines())) >= 60


@pytest.mark.parametrize(
    "text",
    [
        "I make myself throw up after dinner",
        "I haven't eaten in three days",
        "먹고 토했어",
        "나 거식증인 것 같아",
        "In the novel the hero says he wants to die",
        "*whispers that she wants to die*",
        "그 소설에서 주인공이 죽고 싶다고 해",
        "*죽고 싶다고 중얼거린다*",
        "창피해서 죽고 싶었어",
        "죽고 싶을 만큼 창피해",
        "I was so embarrassed I wanted to die",
        "I'm so bored kms lol",
        "죽고 싶진 않아",
        "I'm not suicidal",
    ],
)
def test_fiction_hyperbole_denial_and_disordered_eating_weigh_less(text: str) -> None:
    assert 0.0 < score(text) <= 0.4


@pytest.mark.parametrize("text", ["I don't want to die but I can't go on anymore", "배고파 죽겠는데 그냥 죽고 싶어"])
def test_an_excuse_covers_only_what_it_touches(text: str) -> None:
    assert score(text) >= 0.6


@pytest.mark.parametrize(
    "text",
    [
        "I cut myself when I'm sad",
        "I'm going to end it all here",
        "My phone broke and I want to die",
        "I want to die with my dad",
        "I was playing a game and I just want to kill myself",
        "책임감 때문에 죽고 싶어",
        "시험 때문에 죽고 싶어",
        "일 때문에 살기 싫어",
        "노래방에서 울다가 죽고 싶어졌어",
        "이 시점에 그냥 사라지고 싶어",
        "학교에서 너무 힘들어서 살기 싫어",
    ],
)
def test_an_everyday_word_beside_it_is_no_excuse(text: str) -> None:
    assert score(text) >= 0.6


def test_the_span_is_exact_in_code_points() -> None:
    text = "😢😢 ‘솔직히’ 죽고 싶어"
    found = {signal.detail: signal for signal in CRISIS.examine(Candidate(stage=Stage.INPUT, text=text))}
    signal = found["wish-to-die"]
    assert [text[span.start : span.end] for span in signal.spans] == ["죽고 싶"]
    assert signal.category == "self_harm"


def test_full_width_and_curly_writing_is_heard_as_well() -> None:
    assert score("Ｉ ｗａｎｔ ｔｏ ｄｉｅ") >= 0.6
    assert score("I can’t go on anymore") >= 0.6


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["죽고", " 싶", "want to", " die", "*", "\ud800", "ㅠㅠ", "ﬃ", "ᄌ", "ᅮ", "\n"])
        | st.text(max_size=5)
    )
)
def test_any_text_is_judged_and_spans_lie_inside_it(parts: list[str]) -> None:
    text = "".join(parts)
    signals = CRISIS.examine(Candidate(stage=Stage.INPUT, text=text))
    assert signals
    for signal in signals:
        assert all(span.start < span.end <= len(text) for span in signal.spans)


@pytest.mark.parametrize("part", ["I want to ", "죽고 싶어 ", "살 이유가 ", "*die* ", "the novel "])
def test_a_hundred_thousand_characters_are_judged(part: str) -> None:
    assert score(part * (100_000 // len(part)) + ". 죽고 싶어") >= 0.3


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("phrases.toml", "[[rule]]\nid = 'x'\nscore = 2\nen = ['a']\n", "rule[0].score"),
        ("phrases.toml", "[[rule]]\nid = 'x'\nscore = 1\nen = ['(']\n", "rule[0]"),
        ("phrases.toml", "[[rule]]\nid = 'x'\nscore = 1\n", "rule[0].en"),
        ("phrases.toml", "[[rule]]\nid = 'x'\nscore = 1\nfr = ['a']\n", "rule[0].fr"),
        (
            "phrases.toml",
            "[[rule]]\nid='x'\nscore=1\nen=['a']\n[[excuse]]\nid='y'\ncap=0\nen=['b']\nuntil=['c']\n",
            "until",
        ),
        (
            "phrases.toml",
            "[[rule]]\nid='x'\nscore=1\nen=['a']\n[[excuse]]\nid='y'\ncap=0\nen=['b']\nuntil={fr=['c']}\n",
            "excuse[0].until.fr",
        ),
        ("phrases.toml", "rules = 1\n", "rules"),
        ("phrases.toml", "", "rule"),
        ("phrases.toml", "[[rule]]\nid='x'\nscore=1\nen=['a']\n[[rule]]\nid='x'\nscore=1\nen=['b']\n", "rule.id"),
        ("phrases.toml", "rule = [", "phrases.toml"),
    ],
)
def test_a_wrong_phrase_file_is_refused_with_file_and_key(tmp_path: Path, name: str, text: str, key: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(FilterUnavailable) as caught:
        Crisis.load(tmp_path)
    for language in ("en", "ko"):
        assert name in caught.value.explain(language)
        assert key in caught.value.explain(language)
