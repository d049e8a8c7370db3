"""Runs of one script inside a text: where they are, and that an insult in another language than the rest is seen."""

from hypothesis import given
from hypothesis import strategies as st

from moderation.filters.toxicity import Toxicity
from moderation.models.scripts import script_runs
from moderation.records import Candidate, Span, Stage
from tests.support.judges import loaded


def runs(text: str) -> list[tuple[str, str]]:
    return [(language, text[span.start : span.end]) for language, span in script_runs(text)]


def insult(toxicity: Toxicity, text: str, language: str = "") -> tuple[float, tuple[Span, ...]]:
    found = toxicity.examine(Candidate(stage=Stage.WHOLE, text=text, language=language))
    signal = next(signal for signal in found if signal.category == "insult")
    assert signal.score is not None
    return signal.score, signal.spans


def test_three_latin_words_in_a_row_are_a_run_and_two_are_a_name() -> None:
    assert runs("그는 you're a liar 라고 했다") == [("ko", "그는"), ("en", "you're a liar"), ("ko", "라고 했다")]
    assert runs("오늘은 New York 이야기") == [("ko", "오늘은"), ("ko", "이야기")]


def test_a_particle_after_a_foreign_word_is_no_run() -> None:
    assert runs("I love BTS는 and 떡볶이") == [("en", "I love BTS"), ("ko", "떡볶이")]


def test_digits_and_marks_stay_in_their_run_and_a_third_script_ends_it() -> None:
    assert runs("one 2, three - four") == [("en", "one 2, three - four")]
    assert runs("one two three は four five six") == [("en", "one two three"), ("en", "four five six")]
    assert runs("1234 !? は") == []


@given(st.text(st.sampled_from("ab가나は ,1×'\u3164"), max_size=200))
def test_runs_are_apart_and_in_order(text: str) -> None:
    end = 0
    for language, span in script_runs(text):
        assert end <= span.start < span.end <= len(text)
        assert language in {"en", "ko"}
        end = span.end


def test_an_english_insult_in_a_korean_text_is_found_at_its_place() -> None:
    toxicity = loaded(Toxicity)
    calm, bad = "오늘은 바람이 잔잔하고 갈매기가 많네요. 그런데 ", "you are a worthless piece of trash"
    score, spans = insult(toxicity, calm + bad)
    assert score > 0.8
    assert insult(toxicity, calm)[0] < 0.3
    assert spans == (Span(len(calm), len(calm + bad)),)


def test_a_korean_insult_in_an_english_text_is_found_whatever_language_is_stated() -> None:
    toxicity = loaded(Toxicity)
    calm, bad = "The harbour is quiet tonight and the lamps are lit. ", "야 이 병신 새끼야"
    assert insult(toxicity, calm + bad)[0] > 0.9
    assert insult(toxicity, calm + bad, "en")[0] > 0.9
    assert insult(toxicity, calm)[0] < 0.3
