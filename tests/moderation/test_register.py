"""Korean speech levels: each persona's own lines pass, the others' are seen."""

import itertools
import threading
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kiwipiepy import Kiwi

from moderation.errors import FilterUnavailable
from moderation.filters.register import LEVELS, Register, load_endings, parse_endings, sentences
from moderation.records import Brief, Candidate, Signal, Stage
from tests.support.judges import loaded

REGISTER = loaded(Register)
FLAGGED = 0.5

LINES = {
    "hapsyo": """
어서 오십시오. 반갑습니다. 무엇을 찾으십니까? 오늘은 날씨가 좋습니다. 그렇게 하겠습니다. 언제 도착하십니까?
제가 안내하겠습니다. 잠시만 기다려 주십시오. 감사합니다. 그 말씀이 맞습니다. 저는 의원입니다. 내일 뵙겠습니다.
그렇지 않습니다. 무슨 일이십니까? 준비가 끝났습니다. 차를 내오겠습니다. 함께 가시겠습니까? 정말 기쁩니다.
조심히 가십시오. 그런 일은 없었습니다. 이쪽으로 오십시오. 약속드립니다. 그리하옵니다. 고맙습니다. 늦어서 죄송합니다.
문은 아침에 열립니다. 표는 여기서 삽니다.
""",
    "haeyo": """
어서 오세요. 오늘은 유자차가 맛있어요. 뭐 드릴까요? 창가 자리가 비었어요. 제가 할게요. 그렇죠. 비가 오네요.
아까 다녀갔거든요. 정말 예쁘잖아요. 같이 가요. 그럼 이따 봐요. 좋아하실 거예요. 그랬군요. 저는 카페 주인이에요.
괜찮으세요? 내일은 쉬어요. 그건 제가 아니에요. 물 좀 드세요. 어디서 오셨어요? 그런가요? 기다릴게요.
맛있게 드셨나요? 제 생각은 달라요. 걱정하지 마세요. 고양이를 키워요. 커피요? 정말요? 그러게요.
""",
    "hao": """
어서 오시오. 그건 못 하오. 밥은 먹었소? 나는 선비요. 참으로 고맙소. 무슨 일로 오셨소? 내 생각은 다르오.
그리하겠소. 이리 앉으시오. 날이 참 좋구려. 북촌에 사오. 그 책은 다 읽었소. 걱정하지 마시오. 그렇소.
그럴 리가 없소. 내일 다시 오시오. 달이 밝구려. 옛날에는 그랬다오. 나도 그리 들었소. 어디로 가시오?
이것이 그 붓이오. 기다리고 있었소. 값은 묻지 않겠소. 눈이 많이 내리는구려. 잠시 쉬어 가시오. 그 말이 옳소.
""",
    "hage": """
자네가 하게나. 내가 함세. 그 배는 내 것일세. 그건 아닐세. 참 좋은 날일세. 같이 가세. 그리하세. 한잔 들게나.
어서 오게. 자네 왔는가? 내가 하네. 밥은 먹었나? 여기 앉게. 그렇다네. 내 그럴 줄 알았네. 무슨 소린가?
오늘은 바람이 세다네. 고생했네. 바다는 거짓말을 안 하네. 조심하게. 자네 말이 맞네. 이리 와 보게.
내 말 좀 듣게. 걱정 말게. 어디 아픈가? 나도 늙었네.
""",
    "hae": """
밥 먹었어. 난 괜찮아. 빨리 와. 그거 내 거야. 내가 할게. 아까 봤거든. 뭐 해? 왜 그랬어? 같이 갈래?
진짜 웃기잖아. 오늘 좀 춥지? 나 지금 집이야. 그만해. 고마워. 미안해. 몰라. 배고파. 그거 재밌더라고.
알았어. 너 어디야? 그런 거 아니야. 졸려 죽겠어. 시험 끝났어. 내일 봐. 나도 그래. 걔가 그랬대.
""",
    "haera": """
나는 간다. 어서 가거라. 너는 무엇을 하느냐? 물러가라. 이것은 책이다. 내가 했다. 그렇도다. 짐이 그리 하겠노라.
이리 오너라. 밥을 먹어라. 듣거라. 그만두어라. 누가 그리 말하더냐? 하늘이 아는도다. 참으로 기특하구나.
어디로 가느냐? 나를 따르라. 그 입 다물라. 나는 왕이다. 비가 온다. 저기 배가 보인다. 걱정하지 마라.
네가 옳다. 반드시 돌아오마. 무엇이 두려우냐?
""",
}

CAFE = Brief(language="ko", registers=("haeyo", "hapsyo"))
SCHOLAR = Brief(language="ko", registers=("hao",))
FRIEND = Brief(language="ko", registers=("hae", "haera"))
SAILOR = Brief(language="ko", registers=("hage", "hae"))

OWN_VOICE = [
    (
        CAFE,
        "어서 오세요! 오늘 좀 춥죠? 따뜻한 유자차 한 잔 드릴까요? *창가를 가리킨다* 저기 앉으시면 바다가 보여요 ㅎㅎ",
    ),
    (CAFE, '그 손님이 "빨리 와"라고 하셨어요. 그래서 뛰어갔죠.'),
    (CAFE, "감사합니다. 또 오세요!"),
    (CAFE, "음... 글쎄요. 저도 잘 모르겠어요~"),
    (CAFE, "안녕하세요. 카페 온입니다. 아메리카노요? 네, 바로 드릴게요."),
    (CAFE, "네!"),
    (CAFE, "(고양이가 운다) 배고픈가 봐요."),
    (CAFE, "오늘의 메뉴: 유자차, 스콘, 그리고 잼"),
    (CAFE, "비가 와서, 손님이 없네요"),
    (CAFE, "```print(뭐해)``` 이건 코드예요."),
    (SCHOLAR, "허허, 그것은 못 하오. 나는 북촌에 사는 선비요. 글을 읽는 것이 일이오."),
    (SCHOLAR, "어서 오시오. 밥은 먹었소? 날이 차구려."),
    (SCHOLAR, "그 책이라면 내 다 읽었소. 참으로 좋은 글이었소!"),
    (SCHOLAR, "공자께서 「배우고 익히면 기쁘지 아니한가」 하셨소."),
    (SCHOLAR, "*수염을 쓰다듬는다* 그대 생각은 어떠시오?"),
    (SCHOLAR, "그렇소. 함께 갑시다."),
    (FRIEND, "야 밥 먹었어? 난 라면 먹었는데 ㅋㅋㅋㅋ 진짜 맛있더라"),
    (FRIEND, "나 지금 가는 중! 조금만 기다려 줘"),
    (FRIEND, "그거 내가 어제 봤거든. 진짜 웃기다. 너도 봐라"),
    (FRIEND, "몰라... 배고프당"),
    (FRIEND, "*하품을 합니다* 졸려 죽겠네 ㅠㅠ"),
    (SAILOR, "자네 왔는가? 이리 앉게. 바다는 거짓말을 안 하네. 그건 알아 둬."),
]


def signals(text: str, brief: Brief, shown: str = "") -> list[Signal]:
    """What is seen in `text` as a piece of a reply, clean scores left out."""
    found = REGISTER.examine(Candidate(stage=Stage.PIECE, text=text, shown=shown, brief=brief))
    return [signal for signal in found if signal.score]


def score(text: str, brief: Brief) -> float:
    """The highest score."""
    return max((signal.score or 0.0 for signal in signals(text, brief)), default=0.0)


def lines(level: str) -> list[str]:
    """The test lines of a level, one a sentence."""
    block = LINES[level]
    return [block[start:end] for start, end in sentences(block)]


@pytest.mark.parametrize("level", sorted(LINES))
def test_every_line_is_read_as_its_own_level(level: str) -> None:
    assert len(lines(level)) >= 25
    assert [line for line in lines(level) if level not in REGISTER.level(line)] == []


@pytest.mark.parametrize("level", sorted(LINES))
def test_a_line_without_its_full_stop_is_read_the_same(level: str) -> None:
    assert [line for line in lines(level) if level not in REGISTER.level(line.rstrip(".?"))] == []


@pytest.mark.parametrize("level", sorted(LINES))
def test_a_persona_is_not_flagged_for_its_own_level(level: str) -> None:
    brief = Brief(language="ko", registers=(level,))
    assert [line for line in lines(level) if score(line, brief) >= FLAGGED] == []


@pytest.mark.parametrize(("brief", "text"), OWN_VOICE)
def test_a_persona_s_own_voice_passes(brief: Brief, text: str) -> None:
    assert [
        (text[s.spans[0].start : s.spans[0].end], s.detail) for s in signals(text, brief) if (s.score or 0) >= FLAGGED
    ] == []


@pytest.mark.parametrize(
    ("brief", "level", "least"),
    [
        (CAFE, "hae", 0.96),
        (CAFE, "haera", 0.96),
        (CAFE, "hage", 0.96),
        (CAFE, "hao", 0.88),
        (SCHOLAR, "hae", 0.92),
        (SCHOLAR, "haera", 0.92),
        (SCHOLAR, "haeyo", 0.8),
        (SCHOLAR, "hapsyo", 0.92),
        (FRIEND, "haeyo", 0.96),
        (FRIEND, "hapsyo", 0.96),
        (FRIEND, "hao", 0.92),
        (SAILOR, "haeyo", 0.96),
    ],
)
def test_another_level_is_seen(brief: Brief, level: str, least: float) -> None:
    suite = lines(level)
    assert sum(score(line, brief) >= FLAGGED for line in suite) >= least * len(suite)


def test_one_slip_in_a_reply_is_marked_at_its_place() -> None:
    text = "어서 오세요. 오늘 좀 춥지? 유자차 어떠세요?"
    (found,) = signals(text, CAFE)
    assert text[found.spans[0].start : found.spans[0].end] == "오늘 좀 춥지?"
    assert found.detail == "hae/hage, not haeyo/hapsyo"


def test_each_slip_among_polite_sentences_is_found() -> None:
    polite = ["어서 오세요.", "유자차가 참 맛있어요."]
    for slip, at in itertools.product(lines("hae")[:12], range(3)):
        reply = [*polite[:at], slip, *polite[at:]]
        assert [" ".join(reply)[s.spans[0].start : s.spans[0].end] for s in signals(" ".join(reply), CAFE)] == [slip]


def test_a_sentence_that_began_in_what_was_shown_is_judged_by_its_end() -> None:
    (found,) = signals("춥지?", CAFE, shown="어서 오세요. 오늘 좀 ")
    assert (found.spans[0].start, found.spans[0].end) == (0, 3)
    assert signals("춥죠?", CAFE, shown="어서 오세요. 오늘 좀 ") == []


def test_what_nobody_sees_cannot_push_the_begin_of_a_sentence_out_of_sight() -> None:
    (found,) = signals("춥지?", CAFE, shown="어서 오세요. 오늘 좀 " + "\u200b" * 300)
    assert (found.spans[0].start, found.spans[0].end) == (0, 3)
    assert signals("요.", CAFE, shown="어서 오세요. 오늘은 좀 춥네" + "\u200b" * 300) == []


def test_slips_of_one_kind_are_one_signal_with_fifty_places() -> None:
    (found,) = signals("오늘 좀 춥지? " * 60, CAFE)
    assert len(set(found.spans)) == 50


def test_musing_is_weaker_evidence_than_address() -> None:
    assert FLAGGED <= score("맛있네.", CAFE) < score("빨리 와.", CAFE)


def test_levels_that_one_speaker_mixes_are_hardly_a_slip() -> None:
    assert score("감사합니다.", Brief(language="ko", registers=("haeyo",))) < FLAGGED
    assert score("나도 간다.", Brief(language="ko", registers=("hae",))) < FLAGGED


@pytest.mark.parametrize(
    "brief",
    [Brief(language="ko"), Brief(language="en", registers=("haeyo",)), Brief(language="en", registers=("casual",))],
)
def test_without_korean_levels_nothing_is_judged(brief: Brief) -> None:
    (found,) = REGISTER.examine(Candidate(stage=Stage.PIECE, text="빨리 와.", brief=brief))
    assert (found.category, found.score) == ("speech_level", 0.0)


@pytest.mark.parametrize(
    "text", ["안녕", "왜?", "친구!", "네...", "ㅋㅋㅋ", "!!!", "Hello.", "비가 와서", "그리고", "*웃는다*", ""]
)
def test_what_does_not_tell_is_left_alone(text: str) -> None:
    for level in LEVELS:
        assert score(text, Brief(language="ko", registers=(level,))) < FLAGGED


class Counting:
    """The analyser, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def tokenize(self, text: str) -> Any:
        self.asked.append(text)
        return REGISTER._kiwi.tokenize(text)


def test_a_reply_as_a_whole_has_its_sentences_analysed_with_its_pieces_only() -> None:
    kiwi = Counting()
    register = Register(cast(Kiwi, kiwi), REGISTER._endings, REGISTER._english)
    pieces = ["어서 오세요. ", "오늘 좀 춥지? ", "유자차 어떠세요?"]
    for shown, piece in zip(itertools.accumulate(["", *pieces]), pieces, strict=False):
        register.examine(Candidate(stage=Stage.PIECE, text=piece, shown=shown, brief=CAFE))
    seen = register.examine(Candidate(stage=Stage.WHOLE, text="".join(pieces), brief=CAFE))

    assert kiwi.asked == [piece.strip() for piece in pieces]
    assert list(seen) == signals("".join(pieces), CAFE)
    assert seen[0].score


def test_four_threads_see_what_one_sees() -> None:
    suite = [line for level in LINES for line in lines(level)][:60]
    alone = [REGISTER.level(line) for line in suite]
    fresh = Register(REGISTER._kiwi, REGISTER._endings, REGISTER._english)
    seen: list[list[frozenset[str]]] = []
    threads = [threading.Thread(target=lambda: seen.append([fresh.level(line) for line in suite])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [alone] * 4


def test_the_bundled_endings_name_every_level() -> None:
    endings = load_endings()
    assert "습니다"[-2:] in endings.endings
    assert {level for ending in endings.endings.values() for level in ending.levels} == LEVELS


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("", "ending"),
        ('[[ending]]\nforms = ["요"]\nlevels = ["polite"]', "ending[1].levels"),
        ('[[ending]]\nforms = "요"\nlevels = ["haeyo"]', "ending[1].forms"),
        ('[[ending]]\nforms = ["요"]\nlevels = ["haeyo"]', "word"),
        ("not toml", "x.toml"),
    ],
)
def test_a_wrong_endings_file_names_the_file_and_the_key_in_both_languages(source: str, key: str) -> None:
    with pytest.raises(FilterUnavailable) as caught:
        parse_endings(source, "character/x.toml")
    for language in ("en", "ko"):
        assert "character/x.toml" in caught.value.explain(language)
        assert key in caught.value.explain(language)


@given(
    st.text(max_size=60),
    st.sampled_from(["", "빨리 와", "그렇소.", "\ud800", "\u200b", "*", '"']),
    st.text(max_size=20),
)
@settings(max_examples=150, deadline=None)
def test_any_text_is_judged_and_places_lie_inside_it(noise: str, core: str, shown: str) -> None:
    text = noise + core + noise
    found = REGISTER.examine(Candidate(stage=Stage.PIECE, text=text, shown=shown, brief=CAFE))
    assert found
    assert all(0 <= span.start <= span.end <= len(text) for signal in found for span in signal.spans)


@pytest.mark.parametrize("piece", ["가", "빨리 와. ", "하오", "\ud800가", "*가", "ㅋ"])
def test_a_long_text_is_judged(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    assert REGISTER.examine(Candidate(stage=Stage.WHOLE, text=text, brief=CAFE))
