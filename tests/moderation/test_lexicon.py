"""The lexicon filter: what it finds, what it leaves alone, and where."""

import importlib.resources
import tomllib
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.filters import Filter
from moderation.filters.lexicon import Lexicon
from moderation.records import Candidate, Stage
from moderation.wordlists import Entry, WordLists
from tests.moderation.disguises import HALVES, LANGUAGES, Half, cases
from tests.moderation.lexicon_signals import LEXICON
from tests.moderation.lexicon_signals import signals as _signals

CAUGHT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    flag: float
    block: float


RULES = {
    f"lexicon.{category}": Rule(flag=rule["output"]["flag"], block=rule["output"]["block"])
    for category, rule in tomllib.loads(
        (importlib.resources.files("moderation") / "data" / "policy.toml").read_text(encoding="utf-8")
    )["filters"]["lexicon"].items()
}


def _caught(text: str) -> bool:
    return any((signal.score or 0) >= CAUGHT for signal in _signals(text))


def _places(text: str, shown: str = "") -> list[str]:
    return [text[span.start : span.end] for signal in _signals(text, shown) for span in signal.spans]


def test_it_is_a_filter() -> None:
    assert isinstance(LEXICON, Filter)
    assert LEXICON.id == "lexicon"
    assert LEXICON.categories == {"slur", "profanity", "sexual", "minors", "self_harm", "threat"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("half", HALVES)
def test_disguises_are_caught_and_harmless_lines_are_not(language: str, half: Half) -> None:
    """Both halves of the suite. Misses were looked at in the first half only; hits on harmless lines once in both."""
    lines = [case for case in cases(language) if case.half == half]
    total = Counter(case.kind for case in lines)
    caught = Counter(case.kind for case in lines if _caught(case.text))
    assert total["disguised"] >= 150
    assert total["innocent"] >= 75
    assert caught["disguised"] >= 0.95 * total["disguised"]
    assert caught["innocent"] <= 0.02 * total["innocent"]
    assert caught["identity"] == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_suite_has_what_it_promises(language: str) -> None:
    lines = cases(language)
    kinds = Counter(case.kind for case in lines)
    assert kinds["disguised"] >= 300
    assert kinds["innocent"] >= 150
    assert ("시1발" if language == "ko" else "f.u.c.k") in {case.text for case in lines}
    assert lines == cases(language)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("oh f.u.c.k it", "f.u.c.k"),
        ("야 시 발 뭐", "시 발"),
        ("아 ㅅㅣㅂㅏㄹ!", "ㅅㅣㅂㅏㄹ"),
        ("so 🅵🆄🅲🅺 you", "🅵🆄🅲🅺"),
        ("e\u0301 sh1t", "sh1t"),
    ],
)
def test_a_disguised_word_is_found_at_its_place(text: str, place: str) -> None:
    assert _places(text) == [place]


def test_a_word_begun_in_what_was_shown_is_a_hit_in_the_piece() -> None:
    assert _places("발 뭐야", shown="야 시") == ["발"]
    assert _places("uck you", shown="oh f") == ["uck"]


def test_a_word_wholly_shown_is_not_reported_again() -> None:
    assert _places(" is what he said", shown="fuck") == []


def test_a_clean_text_gets_one_signal_of_zero() -> None:
    signals = LEXICON.examine(Candidate(stage=Stage.WHOLE, text="A fine day. 좋은 날이에요."))
    assert [signal.score for signal in signals] == [0.0]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("kill yourself", "self_harm"),
        ("나가 죽어", "self_harm"),
        ("I will kill you", "threat"),
        ("죽여버린다", "threat"),
        ("you faggot", "slur"),
        ("짱깨", "slur"),
        ("blowjob", "sexual"),
        ("섹스", "sexual"),
        ("fuck", "profanity"),
        ("씨발", "profanity"),
        ("sexy little girl", "minors"),
        ("섹시한 초등학생", "minors"),
    ],
)
def test_hits_name_their_category(text: str, category: str) -> None:
    assert category in {signal.category for signal in _signals(text)}


@pytest.mark.parametrize("text", ["damn, that hurt", "바보야"])
def test_mild_words_score_low(text: str) -> None:
    assert 0 < max(signal.score or 0 for signal in _signals(text)) < CAUGHT


@pytest.mark.parametrize(
    ("plain", "hidden"), [("fuck", "f.u.c.k"), ("시발", "시1발"), ("shit", "sh1t"), ("지랄", "ㅈㅣ라ㄹ")]
)
def test_a_disguise_lowers_the_score_a_little(plain: str, hidden: str) -> None:
    (open_score,) = (signal.score for signal in _signals(plain))
    (hidden_score,) = (signal.score for signal in _signals(hidden))
    assert open_score is not None
    assert hidden_score is not None
    assert CAUGHT <= hidden_score < open_score


def test_an_allowed_word_does_not_excuse_another_place() -> None:
    assert _places("Scunthorpe is a cunt of a town") == ["cunt"]
    assert _places("시발점에서 시발") == ["시발"]
    assert _places("시~발 아니냐") == ["시~발"]


INVISIBLE = st.text(
    alphabet=st.sampled_from("\u200b\u200d\ufe0f\u00ad\u2060\u0301\u115f\u3164\U000e0061\U000e0002\ufff0"),
    min_size=1,
    max_size=300,
)


def _judged(text: str, shown: str = "") -> set[tuple[str, float | None, str]]:
    return {(signal.category, signal.score, signal.detail) for signal in _signals(text, shown)}


@given(
    st.sampled_from(["you dirty nigger", "oh fuck", "씨발놈", "나가 죽어", "야 ㅅㅂ", "I will kill you", "sh1t"]),
    st.data(),
)
@settings(max_examples=100, deadline=None)
def test_no_run_of_invisible_characters_changes_what_is_found(text: str, data: st.DataObject) -> None:
    """Anywhere, any length, also where the text is judged in two pieces."""
    places = sorted(data.draw(st.lists(st.integers(1, len(text) - 1), min_size=1, max_size=4)), reverse=True)
    padded = text
    for place in places:
        padded = padded[:place] + data.draw(INVISIBLE) + padded[place:]
    assert _judged(padded) == _judged(text)
    cut = data.draw(st.integers(1, len(padded) - 1))
    assert _judged(text) <= _judged(padded[cut:], padded[:cut])


@pytest.mark.parametrize(
    "text",
    [
        "you dirty " + ("\u200b" * 42).join("nigger"),
        ("\ufe0f" * 60).join("fuck"),
        "f" + "\u0301" * 210 + "uck",
        "f" + "\U000e0061" * 210 + "uck",
        "씨" + "\u200b" * 250 + "발놈",
        "f" + "u" * 250 + "ck",
    ],
)
def test_padding_and_stretching_beyond_the_length_of_any_hit_hides_nothing(text: str) -> None:
    assert _caught(text)
    assert _caught(text[-2:]) or any(_signals(text[-2:], text[:-2]))


def test_a_hit_is_at_most_200_visible_characters_long() -> None:
    """What stands between the letters counts: further back, a piece could not see what the whole sees."""
    assert _signals((" " * 9).join("yourdaysarenumbered"))
    assert not _signals((" " * 12).join("yourdaysarenumbered"))


@pytest.mark.parametrize("word", ["시발 ", "fuck ", "시 발 "])
def test_a_flood_of_one_word_is_one_signal_of_at_most_fifty_places(word: str) -> None:
    (signal,) = _signals(word * 200)
    assert len(signal.spans) == 50
    assert signal.detail.endswith(", and 150 more")


def test_a_text_of_many_terms_names_the_strongest_and_counts_the_rest() -> None:
    words = [f"blorp{first}{second}" for first in "abcdefgh" for second in "ijklmnop"]
    entries = tuple(
        Entry(
            term=word, category="slur", severity=0.5 + at / 1000, language="en", match="word", exact=False, spaced=True,
            place="a test",
        )
        for at, word in enumerate(words)
    )  # fmt: skip
    lexicon = Lexicon(WordLists(entries=entries, patterns=(), allowed=(), digest=""))
    signals = _signals(" ".join(words), lexicon=lexicon)
    assert len(signals) == 41
    assert max(signal.score or 0 for signal in signals) == 0.563
    assert [len(signal.spans) for signal in signals if signal.detail == "further terms"] == [24]


def test_a_flood_hides_nothing_worse() -> None:
    """However many hits there are, a higher score and another category are still found."""
    found = _judged("damn " * 2000 + "s h i t " * 2000 + "shit fuck, kill yourself")
    assert {(category, score) for category, score, _ in found} >= {("profanity", 0.8), ("self_harm", 1.0)}


@pytest.mark.parametrize(
    "text",
    [
        "Nobody should call anyone a faggot; it hurts.",
        "Don't ever call someone a retard.",
        "It is wrong to call people faggots.",
        "Being called a faggot hurts.",
        "The word 'faggot' is offensive.",
        '"faggot" is a slur.',
        "장애인을 병신이라고 부르면 안 돼요.",
        "존나라는 말은 쓰지 마세요.",
        "'병신'이라는 말은 상처를 줘요.",
        "짱깨라는 표현은 혐오 표현이에요.",
        '"I\'ll kill you!" roared the pirate',
        "“I will kill you,” said the witch.",
        'The pirate roared, "I\'ll kill you!"',
        '"죽여 버리겠다!" 해적이 외쳤어요.',
        '마녀가 "널 죽일 거야"라고 말했어요.',
    ],
)
def test_a_word_that_is_talked_about_and_a_threat_in_a_story_are_kept_but_shown(text: str) -> None:
    signals = _signals(text)
    assert signals
    for signal in signals:
        rule = RULES[f"lexicon.{signal.category}"]
        assert rule.flag <= (signal.score or 0) < rule.block, signal


@pytest.mark.parametrize(
    "text",
    [
        "Call him a faggot.",
        "Nobody can stop me calling you a faggot.",
        "I'll never stop calling you a faggot.",
        "Why don't you call him a faggot?",
        "Don't forget to call her a faggot.",
        "Don't call me, you are a faggot.",
        "say the word faggot again",
        "병신이라고 불러!",
        "병신이라고 안 부를 수가 없네.",
        "시발이라는 말을 해 봐",
        '"I\'ll kill you!" I said.',
        '"I will kill you"',
        "I'll kill you, said the pirate",
        '"hello" I will kill you "bye" said the pirate',
        '"죽여 버리겠다!" 내가 외쳤어요.',
        "죽여 버리겠다! 해적이 외쳤어요.",
    ],
)
def test_a_word_that_is_asked_for_or_used_is_blocked_all_the_same(text: str) -> None:
    assert any((signal.score or 0) >= RULES[f"lexicon.{signal.category}"].block for signal in _signals(text))


PIECES = st.lists(
    st.sampled_from(
        [
            "Fuck.",
            "f u c k!",
            "Oh f.",
            "uck you.",
            "You ass.",
            "Kill yourself.",
            "Scunthorpe.",
            "A fine day.",
            "시발.",
            "시.",
            "발.",
            "시 발!",
            "ㅅㅂ.",
            "시발점.",
            "다시 발송.",
            "병신년.",
            "나가 죽어.",
            "ㅅㅣㅂㅏㄹ.",
            "고양이 새끼.",
            "이 새끼.",
            "sh1t!",
            "b!tch.",
            "f**k.",
            "I will kill you.",
            "좋아요.",
        ]
    ),
    min_size=1,
    max_size=8,
)


@given(PIECES, st.sampled_from([" ", "\n"]))
@settings(max_examples=150, deadline=None)
def test_what_the_whole_shows_was_seen_when_its_last_sentence_was_judged(sentences: list[str], space: str) -> None:
    """No prefix that was shown sentence by sentence holds what a check of the whole finds in it."""
    whole = space.join(sentences)
    hits = [(signal.category, span) for signal in _signals(whole) for span in signal.spans]
    seen: set[tuple[str, int]] = set()
    shown = ""
    for sentence in sentences:
        piece = (space if shown else "") + sentence
        for signal in LEXICON.examine(Candidate(stage=Stage.PIECE, text=piece, shown=shown)):
            seen.update((signal.category, span.end + len(shown)) for span in signal.spans)
        shown += piece
    for category, span in hits:
        assert any(category == other and span.start < end for other, end in seen)


@given(st.text(alphabet=st.characters(codec=None, categories=None), max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_code_points_are_judged(text: str) -> None:
    for signal in LEXICON.examine(Candidate(stage=Stage.WHOLE, text=text)):
        assert all(span.end <= len(text) for span in signal.spans)


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "f " * 50_000, "ㅅㅣ" * 50_000, "!1|" * 33_000, "*a" * 50_000, "\ud800" * 1000]
)
def test_long_and_hostile_texts_are_judged_whole(text: str) -> None:
    assert _places(text + " fuck")[-1] == "fuck"


@pytest.mark.parametrize(
    "form", ["sex{0}with{0}children", "naked{0}child pictures", "I hope{0}you{0}die.", "야한{0}열 살"]
)
@pytest.mark.parametrize("blank", ["  ", "\t", "\n", " \n"])
def test_blanks_and_line_breaks_between_words_hide_none_of_them(form: str, blank: str) -> None:
    as_usual = {signal.category for signal in _signals(form.format(" ")) if signal.score}
    assert as_usual <= {signal.category for signal in _signals(form.format(blank)) if signal.score}


@pytest.mark.parametrize("text", ["sex **with** children", "_I hope_ you **die**"])
def test_emphasis_between_words_hides_none_of_them(text: str) -> None:
    assert _caught(text)


def test_what_is_found_across_blanks_stands_where_it_was_written() -> None:
    text = "Oh.  sex  **with**  children, no"
    assert any(place.startswith("sex  **with**  children") for place in _places(text))
