"""Private data and secrets: what is found, where, and what only looks like it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import FilterUnavailable
from moderation.filters import Filter
from moderation.filters.crisis import crisis_words, load_resources
from moderation.filters.phrases import data_folder
from moderation.filters.privacy import Privacy
from moderation.filters.privacy_numbers import luhn, resident, social_security
from moderation.records import Candidate, Stage
from tests.moderation.privacy_lines import HARMLESS, PERSONAL_EN, PERSONAL_KO, SECRETS
from tests.support.judges import loaded

PRIVACY = loaded(Privacy)


def scores(text: str, *, stage: Stage = Stage.PIECE, shown: str = "") -> dict[str, float]:
    found: dict[str, float] = {}
    for signal in PRIVACY.examine(Candidate(stage=stage, text=text, shown=shown)):
        assert signal.score is not None
        if signal.score:
            found[signal.category] = max(signal.score, found.get(signal.category, 0.0))
    return found


def found(text: str) -> list[str]:
    signals = PRIVACY.examine(Candidate(stage=Stage.WHOLE, text=text))
    return [text[span.start : span.end] for signal in signals for span in signal.spans]


def test_it_is_a_filter() -> None:
    assert isinstance(PRIVACY, Filter)
    assert PRIVACY.id == "privacy"
    assert PRIVACY.categories == {"personal", "secret"}
    assert PRIVACY.stages == set(Stage)
    assert len(PRIVACY.version) == 12
    assert Privacy.load().version == PRIVACY.version


@pytest.mark.parametrize("text", (PERSONAL_EN + PERSONAL_KO).splitlines())
def test_private_data_is_found(text: str) -> None:
    assert scores(text).get("personal", 0.0) >= 0.6


@pytest.mark.parametrize("text", SECRETS.splitlines())
def test_secrets_are_found(text: str) -> None:
    assert scores(text).get("secret", 0.0) >= 0.6


def test_a_discord_token_is_found() -> None:
    """Put together here, so that no scanner takes this file for a leak."""
    token = ".".join(("MTIzNDU2Nzg5MDEyMzQ1Njc4", "GaBcDe", "abcdefghijklmnopqrstuvwxyz0123456789AB"))
    assert scores(f"토큰: {token}") == {"secret": 0.95}


@pytest.mark.parametrize("text", HARMLESS.splitlines())
def test_public_numbers_examples_dates_and_prices_are_not(text: str) -> None:
    assert scores(text) == {}


@pytest.mark.parametrize("number", ["555-0123", "212-555-0100", "(212) 555-0199", "+1 212 555 0123"])
def test_a_number_kept_free_for_stories_is_nobodys_whoever_says_it(number: str) -> None:
    """555-0100 to 555-0199 are given to nobody (North American Numbering Plan): it passes by intent."""
    assert scores(f"Call me at {number}.") == {}


@pytest.mark.parametrize("number", ["212-555-2368", "212-555-0200", "+1 415 555 2671", "010-5555-0123"])
def test_any_other_number_with_555_in_it_may_be_somebodys(number: str) -> None:
    assert scores(f"Call me at {number}.").get("personal", 0.0) >= 0.7


@pytest.mark.parametrize("text", ["1600 Pennsylvania Avenue", "The song is called 10 Downing Street."])
def test_an_address_where_nobody_lives_is_a_faint_finding(text: str) -> None:
    assert scores(text) == {"personal": 0.3}


def test_the_tables_are_long_enough() -> None:
    for table in (PERSONAL_EN, PERSONAL_KO, HARMLESS):
        assert len(set(table.splitlines())) >= 60


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_words_for_a_crisis_are_not_private_data(language: str) -> None:
    assert scores(crisis_words(language, load_resources())) == {}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("010-1234-5678로 전화해", "010-1234-5678"),
        ("번호는010-1234-5678이야", "010-1234-5678"),
        ("😀 메일은 jane.doe@gmail.com이에요", "jane.doe@gmail.com"),
        ("０１０－１２３４－５６７８로", "０１０－１２３４－５６７８"),
        ("“010–1234–5678”", "010–1234–5678"),
        ("카드 4111 1111 1111 1111예요", "4111 1111 1111 1111"),
    ],
)
def test_the_span_is_exact_next_to_hangul(text: str, place: str) -> None:
    assert found(text) == [place]


def test_a_number_that_began_in_what_was_shown_is_clipped_to_the_text() -> None:
    signals = PRIVACY.examine(Candidate(stage=Stage.PIECE, text="5678로 전화해", shown="번호는 010-1234-"))
    assert [(span.start, span.end) for signal in signals for span in signal.spans] == [(0, 4)]


def test_a_key_that_began_in_what_was_shown_is_found() -> None:
    assert scores("rstuvwxyz0123456789", shown="key: sk-abcdefghijklmnopq") == {"secret": 0.95}


def test_what_was_complete_before_is_not_found_again() -> None:
    assert scores(" 그럼 안녕.", shown="010-1234-5678") == {}


@pytest.mark.parametrize(
    ("number", "valid"), [("4111111111111111", True), ("4111111111111112", False), ("0" * 16, False), ("42", False)]
)
def test_the_check_digit_of_a_card(number: str, valid: bool) -> None:
    assert luhn(number) is valid


@given(st.from_regex(r"[3-6][0-9]{14}", fullmatch=True))
def test_exactly_one_last_digit_makes_a_card_number_valid(start: str) -> None:
    assert sum(luhn(f"{start}{digit}") for digit in range(10)) == 1


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("9001011234568", True),
        ("9001011234567", False),
        ("9002301234568", False),
        ("2012253123456", True),
        ("2009303123456", False),
        ("9901013123456", False),
    ],
)
def test_a_resident_number_needs_its_check_digit_unless_born_since_october_2020(number: str, valid: bool) -> None:
    assert resident(number) is valid


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("219099999", True),
        ("000123456", False),
        ("666123456", False),
        ("900123456", False),
        ("219009999", False),
        ("219090000", False),
    ],
)
def test_ranges_never_given_out_are_no_social_security_numbers(number: str, valid: bool) -> None:
    assert social_security(number) is valid


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["010", "-", "1234", "5678", "@", "a.com", "sk-", "로", "\ud800", "０", "²", "٣"])
        | st.text(max_size=5)
    ),
    st.text(max_size=12),
)
def test_any_text_is_judged_and_spans_lie_inside_it(parts: list[str], shown: str) -> None:
    text = "".join(parts)
    signals = PRIVACY.examine(Candidate(stage=Stage.PIECE, text=text, shown=shown))
    assert signals
    for signal in signals:
        assert all(span.start < span.end <= len(text) for span in signal.spans)


@pytest.mark.parametrize("part", ["010-1234-5678 ", "1", "a@", "a.", "서울시 ", "sk-a", "1234 ", "계좌 "])
def test_a_hundred_thousand_characters_are_judged(part: str) -> None:
    assert scores(part * (100_000 // len(part)) + " +82 10 9876 5432").get("personal") == 0.9


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("patterns.toml", "[[rule]]\nid='x'\nscore=1\nany=['a']\ncategory='gossip'\n", "rule[0].category"),
        ("patterns.toml", "[[rule]]\nid='x'\nscore=1\nany=['a']\ncategory='secret'\ncheck='sum'\n", "rule[0].check"),
        ("public.toml", "numbers = ['one']\n", "numbers"),
        ("public.toml", "mails = []\n", "mails"),
    ],
)
def test_a_wrong_data_file_is_refused_with_file_and_key(tmp_path: Path, name: str, text: str, key: str) -> None:
    for item in data_folder("privacy").iterdir():
        (tmp_path / item.name).write_bytes(item.read_bytes())
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(FilterUnavailable) as caught:
        Privacy.load(tmp_path)
    for language in ("en", "ko"):
        assert name in caught.value.explain(language)
        assert key in caught.value.explain(language)
