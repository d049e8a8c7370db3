"""What somebody says of themselves is noticed, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.memory import Kind
from personas.memory.noticing import Rules

RULES = Rules.load()

SAID = [
    ("My name is Jun and I live in Busan.", [("name", "Jun"), ("home", "Busan")]),
    ("Hi! I'm 25. I work as a nurse, and I have a cat called Mochi.",
     [("age", "25"), ("work", "nurse"), ("pet:cat", "Mochi")]),
    ("You can call me Sunny", [("name", "Sunny")]),
    ("I'm originally from Daegu", [("origin", "Daegu")]),
    ("I just moved to Jeju last month!", [("home", "Jeju")]),
    ("My favourite season is autumn", [("favourite:season", "autumn")]),
    ("I really love hiking.", [("taste:hiking", "+")]),
    ("I can't stand coriander", [("taste:coriander", "-")]),
    ("I don't like coffee.", [("taste:coffee", "-")]),
    ("I study marine biology", [("study", "marine biology")]),
    ("My birthday is on March 3rd", [("birthday", "March 3rd")]),
    ("안녕! 내 이름은 지훈이야.", [("name", "지훈")]),
    ("저는 김서연이라고 합니다", [("name", "김서연")]),
    ("나는 부산에 살아.", [("home", "부산")]),
    ("나는 안동에 살아", [("home", "안동")]),
    ("I live in York", [("home", "York")]),
    ("나 네이버에서 일해", [("work", "네이버")]),
    ("I live in Bergen", [("home", "Bergen")]),
    ("I'm a pastry chef", [("work", "pastry chef")]),
    ("저는 기관사예요", [("work", "기관사")]),
    ("I'm Kayla", [("name", "Kayla")]),
    ("대구로 이사했어요", [("home", "대구")]),
    ("난 커피를 좋아해", [("taste:커피", "+")]),
    ("매운 음식 못 먹어", [("taste:매운음식", "-")]),
    ("나는 커피 안 좋아해.", [("taste:커피", "-")]),
    ("제일 좋아하는 계절은 가을이야", [("favourite:계절", "가을")]),
    ("우리 집 고양이 이름은 모찌야", [("pet:고양이", "모찌")]),
    ("저는 서른두 살이에요", [("age", "서른두")]),
    ("나는 도서관에서 일해", [("work", "도서관")]),
    ("내 생일은 5월 3일이야", [("birthday", "5월 3일")]),
]  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), SAID)
def test_facts_and_preferences_are_noticed_with_what_they_are_about(said: str, expected: list[tuple[str, str]]) -> None:
    assert [(note.slot, note.value) for note in RULES.notice(said)] == expected


@pytest.mark.parametrize(
    "said",
    ["Yesterday I finished my first marathon.", "I have an exam tomorrow", "I just adopted an old greyhound called Bo",
     "어제 처음으로 한라산에 올라갔어.", "내일 면접이 있어", "지난주에 새 자전거를 샀어요"],
)  # fmt: skip
def test_what_happened_and_what_is_planned_is_an_episode(said: str) -> None:
    assert [note.kind for note in RULES.notice(said)] == [Kind.EPISODE]


@pytest.mark.parametrize(
    "said",
    [
        *("Do I live in Busan?", "Where do I live", "My sister lives in Paris.", "He likes tea", "You like tea"),
        *('She said "I love coffee" to me.', "> I live in Rome", "*I live in a castle*", "They told me I live in Oz"),
        *(
            "If I lived in Rome, I'd be happy.",
            "I would love coffee",
            "I wish I lived in Rome",
            "Imagine I live in Rome",
        ),
        *("I'm Korean", "I'm German", "I'm sorry", "I moved to the next chapter", "My name is on the list"),
        *("I like how you talk.", "I love you", "I like it", "I live in the moon, just kidding"),
        *("What if my name is Bob", "Do you like coffee?", "Don't remember that I like tea."),
        *("내가 부산에 살아?", "우리 언니는 부산에 살아.", "친구가 커피를 좋아해", "너는 커피를 좋아해"),
        *('친구가 "나는 커피를 좋아해"라고 했어', "만약 내가 부산에 살면 좋겠다", "부산에 살고 싶어", "나는 네가 좋아"),
        *("내 이름이 뭐야", "내 이름 기억해?", "나는 왕이야, 농담이야", "오늘 날씨 좋아", "걔는 서울에 살아"),
        *("어제 엄마가 병원에 갔어", "꿈에서 나는 바다에 살아", "나는 어디에 살아"),
    ],
)
def test_questions_quotations_conditions_play_and_other_people_are_not(said: str) -> None:
    assert RULES.notice(said) == ()


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Remember that I'm allergic to peanuts.", "I'm allergic to peanuts"),
        ("Please remember: my sister Mina visits on Sundays", "my sister Mina visits on Sundays"),
        ("Can you remember that my exam is on Friday?", "my exam is on Friday"),
        ("I'm allergic to peanuts. Please remember that.", "I'm allergic to peanuts."),
        ("기억해 줘: 나는 땅콩 알레르기가 있어", "나는 땅콩 알레르기가 있어"),
        ("우리 동아리는 목요일에 모인다는 거 기억해 줘", "우리 동아리는 목요일에 모인다"),
        ("나 땅콩 알레르기 있어. 기억해 주세요.", "나 땅콩 알레르기 있어."),
    ],
)
def test_what_is_to_be_remembered_in_so_many_words_is_whatever_it_says(said: str, text: str) -> None:
    asked = [note for note in RULES.notice(said) if note.asked]

    assert [note.text for note in asked] == [text]


@pytest.mark.parametrize("said", ["Do you remember that I like tea?", "내 생일 기억해?", "Please remember that."])
def test_asking_whether_something_is_remembered_asks_for_nothing(said: str) -> None:
    assert RULES.notice(said) == ()


@pytest.mark.parametrize("said", ["I don't live in Busan anymore.", "나는 이제 부산에 안 살아"])
def test_what_does_not_hold_any_more_is_said_to_end(said: str) -> None:
    [note] = RULES.notice(said)

    assert note.ends
    assert note.slot == "home"


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    for note in RULES.notice(text):
        assert note.text


def test_a_long_text_of_almost_nothing_says_nothing() -> None:
    for text in ("and " * 2_000, "I live in " + "and " * 1_000, " " * 4_000, "나는 " * 2_000, "!" * 4_000):
        assert RULES.notice(text) == ()
