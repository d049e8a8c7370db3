"""The sincere question "are you human?": always heard; a scene is left alone where it shows."""

import itertools
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import FilterUnavailable
from moderation.filters.character.phrases import load_phrases, parse_phrases
from moderation.filters.identity import Identity
from moderation.records import Brief, Candidate, Stage
from tests.support.judges import loaded

DISCLOSE = 0.5
IDENTITY = loaded(Identity)
LINES = tomllib.loads(Path(__file__).with_name("identity_lines.toml").read_text(encoding="utf-8"))
SINCERE, ADVERSARIAL, FICTION, UNRELATED = (LINES[kind] for kind in ("sincere", "adversarial", "fiction", "unrelated"))


def score(text: str, *earlier: str) -> float:
    """The highest score of the turn."""
    signals = IDENTITY.examine(Candidate(stage=Stage.INPUT, text=text, earlier=earlier))
    return max(signal.score for signal in signals if signal.score is not None)


def lines(block: str) -> list[str]:
    """The lines of a suite."""
    return [line for line in block.strip().splitlines() if line]


def more_sincere() -> list[str]:
    """Sincere questions put together: an opening, a subject, what is asked."""
    english = [
        f"{opening}{question}"
        for opening, question in itertools.product(
            ["", "hey, ", "wait. ", "honest question: ", "Jisoo, ", "haha ok but "],
            [
                "are you a human?",
                "are you a real person?",
                "are you a bot",
                "am I talking to an AI?",
                "you're an AI, right?",
            ],
        )
    ]
    korean = [
        f"{opening}{subject}{question}"
        for opening, subject, question in itertools.product(
            ["", "근데 ", "잠깐, ", "지수야, "],
            ["너 ", "당신 ", "혹시 "],
            ["사람이야?", "진짜 사람 맞아?", "AI예요?", "챗봇이지?", "인간인가요?"],
        )
    ]
    return english + korean


def more_fiction() -> list[str]:
    """Questions asked in a scene, put together: an act, a question that names no machine."""
    acts = [
        "*raises the torch*",
        "*trembling*",
        "*kneels beside the old well*",
        "*횃불을 들어 올리며*",
        "*떨리는 목소리로*",
    ]
    asked = ["Are you human?", "Are you real?", "너 사람이야?", "당신은 사람인가요?"]
    return [f"{act} {question}" for act, question in itertools.product(acts, asked)]


def test_every_sincere_question_is_answered_truthfully() -> None:
    suite = lines(SINCERE) + more_sincere()
    assert len(lines(SINCERE)) >= 200
    assert "are you human?" in suite
    assert "너 사람이야?" in suite
    assert [text for text in suite if score(text) < DISCLOSE] == []


def test_every_question_meant_to_slip_past_is_answered_truthfully() -> None:
    suite = lines(ADVERSARIAL)
    assert len(suite) >= 50
    assert [text for text in suite if score(text) < DISCLOSE] == []


def test_at_most_one_scene_in_twenty_is_interrupted() -> None:
    suite = lines(FICTION) + more_fiction()
    assert len(lines(FICTION)) >= 120
    interrupted = [text for text in suite if score(text) >= DISCLOSE]
    assert len(interrupted) <= 0.05 * len(suite), interrupted


def test_talk_about_other_things_is_left_alone() -> None:
    suite = lines(UNRELATED)
    assert len(suite) >= 150
    assert [text for text in suite if score(text) >= DISCLOSE] == []


def test_asking_a_second_time_is_answered_even_in_a_scene() -> None:
    assert score("자네, 사람인가?") < DISCLOSE
    assert score("자네, 사람인가?", "자네, 정말 사람인가?") >= 0.9
    assert score("*steps closer* are you human?", "*draws sword* Are you human?", "hm.") >= 0.9


def test_an_earlier_question_alone_makes_no_other_turn_a_question() -> None:
    assert score("그럼 커피 주세요", "너 사람이야?") == 0.0


def test_a_scene_that_names_a_machine_is_doubt_and_doubt_is_the_truth() -> None:
    assert score("*smiles* are you a chatbot?") >= DISCLOSE
    assert score("*웃으며* 너 AI지?") >= DISCLOSE


@pytest.mark.parametrize("text", ["*smiles* ((ooc: are you human?))", "*웃으며* 진지하게 묻는데, 너 사람이야?"])
def test_a_word_from_outside_the_scene_raises_the_score(text: str) -> None:
    assert score(text) >= 0.9


@pytest.mark.parametrize(
    ("name", "text"),
    [("Mira", "Is Mira a bot?"), ("Mira", "who is mira, is Mira a real person?"), ("서연", "서연이는 진짜 사람이야?")],
)
def test_the_persona_s_name_is_read_as_you(name: str, text: str) -> None:
    found = IDENTITY.examine(Candidate(stage=Stage.INPUT, text=text, brief=Brief(name=name)))
    assert max(signal.score or 0.0 for signal in found) >= DISCLOSE


def test_the_question_is_found_at_its_place() -> None:
    text = "좋은 아침! 너 사람이야? 커피 줘."
    (signal,) = IDENTITY.examine(Candidate(stage=Stage.INPUT, text=text))
    (span,) = signal.spans
    assert "사람이야" in text[span.start : span.end]
    assert "커피" not in text[span.start : span.end]


def test_invisible_characters_do_not_move_the_place() -> None:
    text = "\u200b\u200bhello. are you hu\u200bman?"
    signals = IDENTITY.examine(Candidate(stage=Stage.INPUT, text=text))
    places = {text[span.start : span.end] for signal in signals for span in signal.spans}
    assert "are you hu\u200bman?" in places


@pytest.mark.parametrize(
    "text",
    [
        "**are you a bot?**",
        "***are you a bot?***",
        "||are you a bot?||",
        "_are you a bot_",
        "Are you *really* human?",
        "Are you **actually** a person?",
        "are you a bot? ",
        "so, are you\nhuman?",
        "*are you human?*",
        "**너 사람이야?**",
        "너 *진짜* 사람이야?",
        "*너 챗봇 맞잖아*",
        "사람 맞으세요...?",
        "사람 맞으세요…?",
        "haha 사람 맞으세요?",
        "😭 사람 맞으세요?",
        "아 근데 사람 맞으세요?",
    ],
)
def test_emphasis_hesitation_and_laughter_leave_a_question_sincere(text: str) -> None:
    assert score(text) >= DISCLOSE


@pytest.mark.parametrize(
    "text", ["*walks in*", "*draws a sword* Are you human?", "*칼을 뽑는다* 사람이야?", "*asks if you are real*"]
)
def test_an_action_in_stars_stays_in_the_scene(text: str) -> None:
    assert score(text) < DISCLOSE


def test_a_question_in_bold_is_placed_where_it_was_written() -> None:
    text = "well…  **are you  a bot?** tell me"
    places = {
        text[span.start : span.end]
        for signal in IDENTITY.examine(Candidate(stage=Stage.INPUT, text=text))
        for span in signal.spans
    }
    assert any(place.startswith("are you  a bot") for place in places)


@pytest.mark.parametrize("name", ["questions", "context", "squeezed"])
def test_every_rule_finds_its_own_examples(name: str) -> None:
    from moderation.filters.character.folding import fold

    phrases = load_phrases("identity", name)
    assert phrases.rules
    for rule in phrases.rules:
        assert rule.finds, rule.id
        for example in rule.finds:
            assert rule.id in {hit.rule.id for hit in phrases.find(fold(example))}, (rule.id, example)


def test_a_wrong_rule_file_names_the_file_the_key_and_what_was_expected() -> None:
    with pytest.raises(FilterUnavailable) as caught:
        parse_phrases('[[rule]]\nid = "x"\nscore = 2\npattern = "a"', "identity/x.toml")
    for language in ("en", "ko"):
        assert "identity/x.toml" in caught.value.explain(language)
        assert "rule[1].score" in caught.value.explain(language)


@given(st.text(max_size=80), st.sampled_from(["", "are you human?", "*draws* 너 AI지?", "너사람이야", "\ud800"]))
@settings(max_examples=150, deadline=None)
def test_any_text_is_judged_and_places_lie_inside_it(noise: str, core: str) -> None:
    text = noise + core + noise
    signals = IDENTITY.examine(Candidate(stage=Stage.INPUT, text=text, earlier=(noise,)))
    assert signals
    assert all(0 <= span.start <= span.end <= len(text) for signal in signals for span in signal.spans)


@pytest.mark.parametrize("piece", ["are you human? ", "\ud800", "a", "너", "*a", '"', "(", "r u "])
def test_a_hundred_thousand_characters_are_judged(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    assert IDENTITY.examine(Candidate(stage=Stage.INPUT, text=text))
