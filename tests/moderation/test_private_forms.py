"""Private data in the forms people give it: said in words, digit by digit, named or not; and whose a number is."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.filters.privacy import Privacy, lore, squeezed
from moderation.filters.privacy_numbers import born, card, iban, issued, luhn, registered, resident
from moderation.filters.privacy_phones import Phones
from moderation.filters.privacy_spelling import spelled_out
from moderation.normalise.text import fold_text
from moderation.records import Brief, Candidate, Signal, Stage
from personas.cast import brief_of
from tests.moderation.private.numbers import foreigner, german_iban, payment_card, registration, unchecked
from tests.support.judges import loaded
from tests.support.stage import PERSONA

PRIVACY = loaded(Privacy)
PHONES = Phones(frozenset({"15770199"}))


def examine(text: str, *, brief: Brief | None = None) -> list[Signal]:
    candidate = Candidate(stage=Stage.WHOLE, text=text, brief=brief or Brief())
    return [signal for signal in PRIVACY.examine(candidate) if signal.score]


def found(text: str) -> list[tuple[str, float, str]]:
    """Rule, score and words of every place."""
    return [
        (signal.detail, signal.score or 0.0, text[span.start : span.end])
        for signal in examine(text)
        for span in signal.spans
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("번호는 공일공 이삼사오 육칠팔구이야", "공일공 이삼사오 육칠팔구"),
        ("공일공에 이삼사오에 육칠팔이예요", "공일공에 이삼사오에 육칠팔이"),
        ("공일공 다시 이삼사오 다시 육칠팔구로 걸어", "공일공 다시 이삼사오 다시 육칠팔구"),
        ("영1영-이345-육7팔9로", "영1영-이345-육7팔9"),
        ("0 1 0 2 3 4 5 6 7 8 9로", "0 1 0 2 3 4 5 6 7 8 9"),
        ("0-1-0-2-3-4-5-6-7-8-9", "0-1-0-2-3-4-5-6-7-8-9"),
        ("０ １ ０ ２ ３ ４ ５ ６ ７ ８ ９!", "０ １ ０ ２ ３ ４ ５ ６ ７ ８ ９"),
        ("Zero one zero, two three four five, six seven double eight.",
         "Zero one zero, two three four five, six seven double eight"),
        ("⓪①⓪-②③④⑤-⑥⑦⑧⑨", "⓪①⓪-②③④⑤-⑥⑦⑧⑨"),
    ],
)  # fmt: skip
def test_a_number_that_is_said_is_found_where_it_is_said(text: str, place: str) -> None:
    assert [words for rule, _, words in found(text) if rule == "phone-korean-mobile"] == [place]


@pytest.mark.parametrize(
    "text",
    [
        "이 사이에 오 일이 일곱 번 있었어요", "오이 사이소, 구이 사오", "육이오 때 일이 사오 년",
        "4 8 15 16 23 42",
        "one two three four", "10 9 8 7 6 5 4 3 2 1", "내일 이 일 이 사이로", "phone one, phone two",
    ],
)  # fmt: skip
def test_words_that_are_also_digits_are_no_number(text: str) -> None:
    assert found(text) == []


@given(
    st.lists(st.sampled_from(["공일공", "이삼", "1", " ", "-", "double", "one", "에", "이야", "가", "\u200b", "０"]))
)
def test_reading_digits_keeps_every_place_inside_the_text(parts: list[str]) -> None:
    text = "".join(parts)
    folded = fold_text(text, lower=False)
    read = spelled_out(folded)
    if read is not None:
        places = [read.place(at, at + 1) for at in range(len(read.text))]
        assert all(0 <= start < end <= len(text) for start, end in places)
        assert places == sorted(places)
        assert [char for char in read.text if not char.isascii()] == [
            char for char in read.text if char in folded.text and not char.isascii()
        ]


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("900101-1234568", 0.95),
        ("900101 - 1234568", 0.95),
        ("구공공일공일 일이삼사오육팔", 0.95),
        ("주민번호는 900101-1234567이에요", 0.8),
        ("850715-5234567, 외국인등록번호", 0.8),
        ("900101-1234567", 0.4),
        ("990230-1234567", 0.0),
    ],
)
def test_a_resident_number_is_worth_what_speaks_for_it(text: str, score: float) -> None:
    """A right check digit; a birthday and a name for it; a birthday alone; not even that."""
    assert max((value for _, value, _ in found(text)), default=0.0) == score


@given(st.integers(0, 10_000))
def test_registration_numbers_are_certain_or_possible_and_never_both(seed: int) -> None:
    chance = random.Random(seed)
    for make, certain in ((registration, True), (foreigner, True), (unchecked, False)):
        number = "".join(char for char in make(chance) if char.isdigit())
        assert born(number)
        assert resident(number) is certain
        assert not (resident(number) and registered(number))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-26 오전 10시에 전화할게",
        "2026-11-26 이후로 전화해",
        "문자는 2026. 11. 26. 오전에",
        "전화 2026-11-26 10시",
        "전화는 26-11-2026 아침",
        "계좌 이체는 2026-11-26 오후에",
        "Call me on 2026-11-26, one of us will be there.",
    ],
)
def test_a_day_with_the_hour_behind_it_is_nobodys_number(text: str) -> None:
    assert found(text) == []


def test_a_number_that_only_begins_like_a_day_is_one() -> None:
    assert found("계좌는 2012-11-265432야") == [("account", 0.8, "2012-11-265432")]


@pytest.mark.parametrize(
    "text", ["우리 2024-11-26에 만났죠.", "제주 2026 11 26 출발", "우리 10 20 30 순서로 가자", "전북 2026-11-26 행사"]
)
def test_a_date_behind_a_word_that_names_a_bank_too_is_no_account(text: str) -> None:
    assert found(text) == []


@given(st.integers(0, 10_000), st.integers(0, 9))
def test_one_wrong_digit_makes_no_account_and_no_card(seed: int, wrong: int) -> None:
    chance = random.Random(seed)
    number = german_iban(chance)
    assert iban(number)
    assert iban(f"{number[:-1]}{wrong}") is (number[-1] == str(wrong))
    digits = "".join(char for char in payment_card(chance) if char.isdigit())
    assert card(digits)
    assert card(f"{digits[:-1]}{wrong}") is (digits[-1] == str(wrong))


@pytest.mark.parametrize(
    ("start", "length", "known"),
    [("4", 16, True), ("4", 15, False), ("37", 15, True), ("51", 16, True), ("50", 17, True), ("36", 14, True),
     ("2720", 16, True), ("2721", 16, False), ("62", 19, True), ("9", 16, True), ("9", 17, False), ("1", 16, False)],
)  # fmt: skip
def test_only_what_somebody_issues_is_a_card(start: str, length: int, known: bool) -> None:
    assert issued(start.ljust(length, "0")) is known
    ends = (f"{start.ljust(length - 2, '0')}{last:02d}" for last in range(100))
    right = [number for number in ends if luhn(number)]
    assert [card(number) for number in right] == [known] * len(right)
    assert len(right) == 10


@pytest.mark.parametrize("number", ["1588-1234", "1544-7788", "080-123-4567", "1-800-273-8255", "+82 1588-1234"])
def test_numbers_of_services_are_nobodys_own(number: str) -> None:
    assert not PHONES.valid(number)
    assert found(f"전화는 {number}로 주세요") == []


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("전화는 0212345678이에요", 0.85),
        ("call me at 415 832 7741", 0.85),
        ("0412 345 678", 0.6),
        ("415 832 7741", 0.0),
        ("order 415-832-7741", 0.0),
        ("운송장 번호는 02-312-4567이에요", 0.0),
        ("주문번호 010-2345-6789", 0.9),
        ("call +44 7911 591805", 0.6),
        ("+44 7911 591805", 0.45),
    ],
)
def test_a_telephone_number_is_worth_what_it_looks_like_and_what_it_is_called(text: str, score: float) -> None:
    assert max((value for _, value, _ in found(text)), default=0.0) == score


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("my passport is M123A4567", "id-passport"),
        ("면허증에 11-22-123456-78이라고 적혀 있어", "id-licence"),
        ("송금은 3333-01-2345678로", "account-named"),
        ("my IP is 81.12.33.4", "ip"),
    ],
)
def test_a_shape_of_anything_counts_where_it_is_named(text: str, rule: str) -> None:
    named = next(found_ for found_ in found(text) if found_[0] == rule)
    assert named[1] >= 0.7
    assert found(named[2]) == []


@pytest.mark.parametrize("text", ["my IP is 192.168.0.4", "아이피는 10.0.0.1이에요", "my ip is 999.1.1.1"])
def test_an_address_inside_a_house_or_of_no_machine_is_nobodys(text: str) -> None:
    assert found(text) == []


def test_what_two_rules_see_is_told_once_by_the_surer() -> None:
    assert found("국민은행 계좌 123456-78-901234로") == [("account", 0.8, "123456-78-901234")]
    assert found("전화번호 010-2345-6789") == [("phone-korean-mobile", 0.9, "010-2345-6789")]


@pytest.mark.parametrize(
    "text", ["I live at 221B Baker Street, as you know.", "He moved to 10 Downing Street.", "Come to 4 Privet Drive."]
)
def test_an_address_that_everybody_knows_is_a_faint_finding(text: str) -> None:
    assert {score for _, score, _ in found(text)} <= {0.3}
    assert found(text.replace("221B", "1221").replace("10 ", "110 ").replace("4 ", "14 "))[0][1] == 0.6


def test_an_address_of_the_personas_own_world_is_fiction_and_a_telephone_number_is_not() -> None:
    """A file is no proof that a number is nobody's: whoever writes one could have a bot say their neighbour's."""
    world = "Her shop stands at 17 Thornberry Lane.\nHer number is 010-2345-6789."
    persona_brief = Brief(lore=lore([world]))

    def score(text: str, brief: Brief) -> float:
        return max((signal.score or 0.0 for signal in examine(text, brief=brief)), default=0.0)

    assert score("Come to my house, 17 Thornberry Lane.", Brief()) == 0.6
    assert score("Come to my house, 17 Thornberry Lane.", persona_brief) == 0.3
    assert score("Come to my house, 18 Thornberry Lane.", persona_brief) == 0.6
    assert score("Call 010-2345-6789.", persona_brief) == 0.9


def test_a_personas_brief_knows_what_its_author_wrote_with_numbers_in_it() -> None:
    from dataclasses import replace

    persona = replace(PERSONA, description="A baker at 3 Quarry Road.\nKind.", greetings=("Ring twice at No. 5!",))

    assert {squeezed("A baker at 3 Quarry Road."), squeezed("Ring twice at No. 5!")} <= brief_of(persona).lore
    assert squeezed("Kind.") not in brief_of(persona).lore
