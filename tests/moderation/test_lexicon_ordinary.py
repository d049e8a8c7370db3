"""Ordinary talk that comes near a listed word, and what it must not excuse."""

from pathlib import Path

import pytest

from moderation.filters.lexicon import Lexicon
from moderation.records import Candidate, Stage
from tests.support.judges import loaded

LEXICON = loaded(Lexicon)


def score(text: str, *earlier: str) -> float:
    candidate = Candidate(stage=Stage.INPUT if earlier else Stage.WHOLE, text=text, earlier=earlier)
    return max(signal.score or 0.0 for signal in LEXICON.examine(candidate))


@pytest.mark.parametrize(
    "text",
    [
        "**사과 세 개**를 드릴게요.",
        "**그**는 이미 떠났어요.",
        "***이***는 우리의 약속이에요.",
        "오늘은 **시** 한 편을 읽었어요.",
        "*시* 한 편 어때요?",
        "*창가에 물 한 병*",
        "You are on **Plan F**.",
        "My grade was an **F** last year.",
    ],
)
def test_the_stars_of_bold_and_italics_hide_no_letter(text: str) -> None:
    assert score(text) == 0.0


@pytest.mark.parametrize("text", ["시** 진짜", "야 시**새끼 병**아", "이 개** 봐라", "what the f**", "** f**"])
def test_stars_that_end_no_emphasis_do(text: str) -> None:
    assert score(text) >= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "방 불 좀 꺼줘라.",
        "너 지금 졸니?",
        "쟤 또 졸나 봐.",
        "갑자기 재난이 닥쳐 왔다.",
        "눈앞에 닥쳐 보니 알겠더라.",
        "옛이나 지금이나 변함없어.",
        "파고트들이 낮게 울린다.",
        "퍽 다정하시네요.",
        "날씨가 퍽 추워요.",
        "퍽 유쾌한 사람이에요.",
        "어제보다 퍽 더 낫네요.",
        "퍽! 하고 눈덩이가 터졌다.",
        "이건 니거, 저건 내 거.",
        "염색기야, 탈색기야?",
        "원점에서 x까지의 거리",
        "They sang non-stop all night.",
        "Long time no see pal!",
        "I see ball lightning over the lake.",
        "I bought ten shares @55 today.",
        "He drew his bastard sword.",
        "Poulenc wrote Les Biches.",
        "My kung fu bro is here.",
    ],
)
def test_ordinary_words_that_look_or_sound_like_a_listed_one_are_none(text: str) -> None:
    assert score(text) == 0.0


@pytest.mark.parametrize(
    "text",
    ["퍽!", "퍽", "아 퍽ㅋㅋ", "퍽 유", "퍽더", "꺼쪄라", "졸내 짜증", "졸나ㅋ", "닥쳐ㅋㅋ", "닥쳐!", "닭쳐",
     "패고트들", "see-bal", "shi pal nom",
     "ssang nyeon", "sang nyun", "@$$", "@5$", "**시발**"],
)  # fmt: skip
def test_what_stands_for_the_word_is_still_found(text: str) -> None:
    assert score(text) >= 0.5


def test_what_a_community_allows_is_excused_from_patterns_too(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text('language = "ko"\nprovenance = "ours"\nallow = ["bong shin", "깜둥이"]\n', encoding="utf-8")
    ours = Lexicon.load(extra=[file])
    for text in ["Bong Shin Kim is here.", "우리 강아지 깜둥이 왔어?"]:
        candidate = Candidate(stage=Stage.WHOLE, text=text)
        assert score(text) >= 0.5
        assert {signal.score for signal in ours.examine(candidate)} == {0.0}
    assert any(signal.score for signal in ours.examine(Candidate(stage=Stage.WHOLE, text="bong shinah")))


@pytest.mark.parametrize("times", [1, 38])
def test_what_follows_a_word_over_messages_is_read_in_one_way_however_often_it_is_said(times: int) -> None:
    assert score(f"새끼{'해라' * times}", "개") >= 0.5
    assert score(f"새끼{'해라' * times}x", "개") < 0.5


@pytest.mark.parametrize(
    "text", ["두 다리를 부러뜨려 버릴 거예요.", "다리를 분질러 놓을 거야.", "네 팔다리를 분질러 주마."]
)
def test_somebody_who_will_break_your_bones_threatens(text: str) -> None:
    assert score(text) >= 0.6


@pytest.mark.parametrize(
    "text",
    [
        "의자 다리를 부러뜨려서 혼났어요.",
        "어릴 때 나무에서 떨어져 다리를 부러뜨린 적이 있소.",
        "책상 다리를 부러뜨릴 뻔했어요.",
        "넘어져서 팔다리를 다 부러뜨렸대요.",
        "마른 가지를 분질러 불을 피웠소.",
    ],
)
def test_who_broke_a_leg_threatens_nobody(text: str) -> None:
    assert score(text) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "A cock crowed and the dog barked.",
        "Jesus rode an ass into Jerusalem.",
        "William the Bastard took England in 1066.",
        "The bastard son inherited nothing.",
        "The dyke held all winter.",
        "Prick the potatoes before you bake them.",
        "Dick and Fanny ran the post office.",
        "Faggots and peas, that's supper.",
        "Blue-footed boobies came by once.",
        '"Impossible!" ejaculated the Inspector.',
        "조개새끼가 붙어 있어.",
        "개새끼손가락만 한 쿠키예요.",
        "시발 택시는 우리나라 최초의 자동차야.",
    ],
)
def test_beasts_names_history_and_kitchens_are_no_bad_words(text: str) -> None:
    assert score(text) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "폭탄 설치하고 B 사이트 막아.",
        "적 기지에 폭탄 설치했어!",
        "다 죽여 버리자, 다음 웨이브 온다!",
        "모기 죽여 버린다 진짜.",
        "바퀴벌레 다 죽여 버릴 거야.",
        "좀비 다 죽여!",
    ],
)
def test_games_and_vermin_are_no_threat(text: str) -> None:
    assert score(text) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "Suck my cock and the dog barked.",
        "You dyke, get out.",
        "You bastard son of a bitch",
        "이 조개새끼야",
        "이 개새끼 손가락 치워",
        "학교에 폭탄 설치했다",
        "우리 학교 A에 폭탄 설치했다",
        "너희 다 죽여 버릴 거야",
        "너 모기처럼 죽여 버린다",
    ],
)
def test_who_names_a_beast_or_a_game_beside_it_is_heard_all_the_same(text: str) -> None:
    assert score(text) >= 0.6
