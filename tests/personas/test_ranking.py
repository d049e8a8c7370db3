"""Finding the texts that a turn speaks of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.models.encoder import UniversalEncoder
from personas.ranking import Ranking, terms
from tests.support.judges import loaded

TEXTS = (
    "The lamp burns whale oil, and the wick is trimmed at four.",
    "Her husband drowned in the winter of 1921.",
    "She came to the island as a girl of nine.",
    "등대에는 고래기름을 쓴다.",
    "남편은 스무 해 전 겨울 바다에서 죽었다.",
    "아홉 살에 섬으로 왔다.",
)
WORDS = st.lists(
    st.sampled_from(
        ["lamp", "oil", "wick", "island", "girl", "winter", "등대", "고래", "남편", "바다", "섬으로", "the"]
    ),
    max_size=8,
)
LINES = st.lists(WORDS.map(" ".join), max_size=8)


def test_a_text_that_shares_rare_words_comes_first() -> None:
    ranking = Ranking(TEXTS)

    assert ranking.find("What oil does the lamp burn?", most=2)[0].number == 0
    assert ranking.find("등대에서는 무슨 기름을 써요?", most=2)[0].number == 3


def test_words_are_found_in_other_forms_and_behind_other_particles() -> None:
    assert set(terms("ladies lamps trimming")) == {"lady", "lamp", "trimm"}
    assert Ranking(("the lamps",)).find("one lamp", most=1)
    assert Ranking(("고양이를 키운다",)).find("고양이는 어디 있어요?", most=1)


def test_words_that_say_nothing_find_nothing() -> None:
    assert Ranking(TEXTS).find("What is it that you are, and how do you do?", most=3) == []
    assert Ranking(TEXTS).find("그래서 당신은 누구예요?", most=3) == []


def test_with_an_encoder_a_text_without_a_common_word_is_found_by_what_it_means() -> None:
    ranking = Ranking(TEXTS, loaded(UniversalEncoder))

    assert ranking.find("Are you married?", most=1)[0].number in {1, 4}
    assert ranking.find("결혼하셨어요?", most=1)[0].number in {1, 4}


def test_what_may_not_be_found_is_not_looked_at() -> None:
    encoder = loaded(UniversalEncoder)
    for ranking in (Ranking(TEXTS), Ranking(TEXTS, encoder)):
        found = ranking.find("the lamp and its whale oil", most=6, among={1, 2})
        assert {one.number for one in found} <= {1, 2}


@pytest.mark.parametrize("texts", [(), ("",), ("...",)])
def test_nothing_is_found_where_there_is_nothing(texts: tuple[str, ...]) -> None:
    assert Ranking(texts).find("lamp", most=3) == []
    assert Ranking(texts, loaded(UniversalEncoder)).find("", most=3) == []


@given(texts=LINES, query=WORDS.map(" ".join), most=st.integers(0, 9))
def test_every_score_is_a_share_and_the_order_is_that_of_the_scores(texts: list[str], query: str, most: int) -> None:
    found = Ranking(texts).find(query, most=most)

    assert len(found) <= most
    assert all(0 < one.score <= 1.000001 for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(set(terms(texts[one.number])) & set(terms(query)) for one in found)


@given(texts=LINES, query=WORDS.map(" ".join))
def test_a_text_is_found_by_its_own_words(texts: list[str], query: str) -> None:
    found = Ranking((*texts, query)).find(query, most=len(texts) + 1)

    assert (len(texts) in {one.number for one in found}) == bool(terms(query))
