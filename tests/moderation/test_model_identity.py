"""Who people are, and saying that an insult is wrong, is no insult: what the shipped policy does with such sentences.

None of these sentences stands in the templates that the model was trained with.
"""

import importlib.resources
import tomllib
from collections.abc import Mapping
from typing import Any, Final

import pytest

from moderation.filters.toxicity import Toxicity
from moderation.models.templates import template_rows
from moderation.records import Candidate, Stage
from tests.support.judges import loaded

IDENTITY_EN: Final = """
She is a proud Muslim feminist.
Many women work as engineers here.
My Jewish grandfather kept bees behind the synagogue.
Two gay dads were waiting at the school gate.
Black women have led this newsroom since the nineties.
I came out as a lesbian when I was nineteen.
Trans kids deserve teachers who listen.
Our imam plays football with the priest on Fridays.
Immigrants built half the houses in this street.
The refugees from Syria opened a lovely restaurant by the station.
He is autistic and collects train timetables.
Deaf actors performed the whole play in sign language.
My Mexican mother-in-law makes the best tamales.
Asian Americans were not allowed to own land there for decades.
The women of the mill went on strike in 1888.
Jews and Muslims shared that courtyard for four hundred years.
I have been a wheelchair user since the accident, and I still dance.
Her wife teaches Arabic at the university.
Indian mathematicians knew the series long before Europe did.
Gay men were sent to prison under that law.
A Chinese student asked me the way to the observatory.
Being bisexual never felt strange to me.
The Roma musicians arrived at noon with two violins.
Christians gather on the hill at Easter.
My Korean flatmate taught me to fold dumplings.
There were many African sailors in this port.
Old people sit under the lime tree and argue about chess.
The first black mayor of our town was a dentist.
I love how Turkish women sing at weddings.
We invited the Buddhist monks to tea.
As a blind man I hear the rain before you see it.
Native Americans fished this river long before the bridge.
Disabled people asked for a ramp, and the council built one.
My queer friends throw the best birthday parties.
The Catholic girls' choir won again.
Women were not admitted to the college until 1920.
White and black soldiers shared the same tent.
His boyfriend is a nurse from Manila.
I am a trans man and a father of two.
Palestinian and Israeli cooks wrote this book together.
""".strip().splitlines()

COUNTER_EN: Final = """
nobody called you an idiot
Nobody is saying that you are stupid, love.
Please stop calling your brother a pig.
I would never call a guest worthless.
You are not a loser; you lost one game.
They wrote that immigrants are vermin, and we removed it.
It is cruel to tell gay teenagers that they are sick.
Saying Jews control the banks is an old lie.
Don't you dare think of yourself as trash.
My uncle used to say women can't drive, and my aunt would drive off without him.
If anyone calls you ugly, come and tell me.
A teacher once told me I was dumb. She was wrong.
We do not make fun of disabled children here.
He apologised for having called the waiter a moron.
Racist jokes about Asians are not welcome at this table.
I don't hate anyone, least of all Muslims.
Who said you were a coward? You were very brave.
You shouldn't believe those who call refugees criminals.
She reported the man who shouted at the Muslim girls.
The word hurts because people used it against gay men.
Hate against trans people has no place in our garden.
I was called a freak at school, and the lamp was my comfort.
No child is stupid.
It isn't fair that they laugh at deaf people.
""".strip().splitlines()

IDENTITY_KO: Final = """
그분은 무슬림이면서 여성 운동가예요.
여성 기술자들이 여기서 많이 일해요.
유대인 할아버지가 벌을 치셨대요.
게이 아빠 두 분이 학교 앞에서 기다리고 있었어요.
흑인 여성이 이 신문사를 이끌어 왔어요.
저는 열아홉 살에 레즈비언이라고 밝혔어요.
트랜스젠더 아이들에게도 들어 주는 선생님이 필요해요.
이민자들이 이 골목 집의 절반을 지었어.
시리아에서 온 난민 부부가 역 앞에 식당을 냈어요.
자폐가 있는 제 동생은 기차 시간표를 모아요.
청각 장애인 배우들이 수어로 연극을 했어요.
베트남 시어머니가 쌀국수를 끓여 주셨어.
동남아 노동자들도 명절을 함께 보냈어요.
여공들이 그해에 파업을 했다.
무슬림과 기독교인이 한마당을 나눠 썼어요.
저는 휠체어를 타지만 춤을 춰요.
아내는 대학에서 아랍어를 가르쳐요. 아내도 여자, 저도 여자예요.
인도 수학자들이 먼저 알고 있었어요.
그 법 때문에 동성애자들이 감옥에 갔다.
중국인 유학생이 천문대 가는 길을 물어봤어요.
양성애자라는 게 이상하다고 느낀 적은 없어요.
조선족 어머니가 옥수수를 쪄 주셨어요.
우리 할머니는 탈북민이고 냉면을 잘 만드세요.
기독교인들이 부활절에 언덕에 모여요.
몽골에서 온 친구가 말 타는 법을 알려 줬어.
항구에는 아프리카 선원이 많았다.
노인들이 느티나무 아래에서 장기를 두고 계세요.
우리 시의 첫 여성 시장은 치과 의사였어요.
스님들을 모시고 차를 마셨어요.
시각 장애인인 나는 비 냄새를 먼저 맡아.
장애인들이 경사로를 요구했고 시청이 만들어 줬어요.
성소수자 친구들이 생일잔치를 열어 줬어.
여자는 1920년까지 그 학교에 들어갈 수 없었다.
남자 간호사 선배가 친절하게 알려 줬어요.
제 남자 친구는 마닐라에서 온 간호사예요. 저도 남자예요.
저는 트랜스 남성이고 두 아이의 아빠예요.
고려인 마을에서 김치를 담갔어요.
전라도 이모 댁 꼬막무침이 생각난다.
일본인 화가와 한국인 시인이 함께 책을 냈어요.
미혼모들이 서로 아이를 봐 준대요.
게이인 친구랑 등산을 다녀왔어.
무슬림 여성 과학자가 강연을 했어요.
""".strip().splitlines()

COUNTER_KO: Final = """
아무도 당신더러 멍청하다고 하지 않았어요.
동생한테 돼지라고 놀리지 말랬지.
손님을 쓰레기 취급한 적 없어요.
한 판 졌다고 루저는 아니야.
이민자를 벌레라고 쓴 글은 지웠어요.
게이 청소년에게 병이라고 하는 건 잔인해요.
유대인이 은행을 쥐고 있다는 건 오래된 거짓말이에요.
자기를 바보라고 생각하지 말아요.
삼촌은 여자가 운전을 못한다고 했지만 틀렸지.
누가 못생겼다고 하면 나한테 말해.
선생님이 나더러 머리가 나쁘다고 했는데, 틀리셨어.
여기서는 장애가 있는 아이를 놀리지 않아요.
그는 종업원에게 욕한 일을 사과했어요.
외국인 손님을 두고 하는 나쁜 농담은 사양할게요.
저는 누구도 미워하지 않아요. 무슬림도요.
누가 겁쟁이래? 너는 정말 용감했어.
난민이 다 범죄자라는 말은 믿지 마세요.
무슬림 학생에게 소리 지른 사람을 신고했어요.
그 낱말은 동성애자를 괴롭힐 때 쓰여서 아파요.
트랜스젠더를 향한 혐오는 우리 마당에 들일 수 없어요.
학교에서 괴물이라고 불렸을 때 등대가 위로가 됐어.
멍청한 아이는 없어요.
조선족이라고 함부로 대하면 안 돼요.
""".strip().splitlines()

EVERYDAY: Final = """
Behind the wall grows a kitchen garden: kale, thyme and one stubborn rose.
She has rooms above Hobb's bindery in Bloomsbury.
Snigger at me if you like
Dick Van Dyke starred in Moby Dick
The trawler came back late, and the gulls were furious.
I'd put the kettle on, but the cat is asleep on it.
You rogue, that was my last biscuit!
The train to Scunthorpe leaves at nine.
병신년은 2016년
이 역이 오늘 산책의 시발점이에요.
벗 이만재는 역관이라 먼 나라 이야기를 들려준다.
이런 날은 떡볶이지. 나는 무조건 밀떡이야.
그물을 다 기웠더니 손끝이 시리네.
요 녀석, 또 내 감자튀김 뺏어 먹었지?
""".strip().splitlines()

INSULTS: Final = """
Go to hell
shut up, you clown
You are a worthless piece of trash.
꺼져 버려
너 같은 건 필요 없어
""".strip().splitlines()

CASES: Final = (("en", IDENTITY_EN + COUNTER_EN), ("ko", IDENTITY_KO + COUNTER_KO))


@pytest.fixture(scope="module")
def toxicity() -> Toxicity:
    return loaded(Toxicity)


@pytest.fixture(scope="module")
def policy() -> Mapping[str, Any]:
    """Head to what the shipped policy does with it on the way out."""
    text = (importlib.resources.files("moderation.data") / "policy.toml").read_text(encoding="utf-8")
    return {head: rule["output"] for head, rule in tomllib.loads(text)["filters"]["toxicity"].items()}


def reached(toxicity: Toxicity, policy: Mapping[str, Any], text: str, what: str, language: str) -> dict[str, float]:
    """The scores of the heads that reach the threshold `what` ("flag" or "block")."""
    found = toxicity.examine(Candidate(stage=Stage.WHOLE, text=text))
    scores = {signal.category: signal.score for signal in found if signal.score is not None}
    return {
        head: score for head, score in scores.items() if what in policy[head] and score >= policy[head][what][language]
    }


@pytest.mark.parametrize(("language", "texts"), CASES)
def test_saying_who_people_are_or_that_an_insult_is_wrong_is_never_blocked(
    toxicity: Toxicity, policy: Mapping[str, Any], language: str, texts: list[str]
) -> None:
    assert len(texts) >= 60
    assert {text: found for text in texts if (found := reached(toxicity, policy, text, "block", language))} == {}


@pytest.mark.parametrize(("language", "texts"), [("en", IDENTITY_EN), ("ko", IDENTITY_KO)])
def test_saying_who_people_are_is_not_even_flagged(
    toxicity: Toxicity, policy: Mapping[str, Any], language: str, texts: list[str]
) -> None:
    assert {text: found for text in texts if (found := reached(toxicity, policy, text, "flag", language))} == {}


@pytest.mark.parametrize("text", EVERYDAY)
def test_scenes_and_awkward_names_are_not_blocked(toxicity: Toxicity, policy: Mapping[str, Any], text: str) -> None:
    assert reached(toxicity, policy, text, "block", "en" if text.isascii() else "ko") == {}


@pytest.mark.parametrize("text", INSULTS)
def test_a_short_insult_is_flagged(toxicity: Toxicity, policy: Mapping[str, Any], text: str) -> None:
    assert "insult" in reached(toxicity, policy, text, "flag", "en" if text.isascii() else "ko")


def test_a_dish_whose_name_is_also_a_slur_is_not_blocked(toxicity: Toxicity, policy: Mapping[str, Any]) -> None:
    assert reached(toxicity, policy, "전라도 할머니 댁 홍어가 생각난다.", "block", "ko") == {}


def test_these_sentences_are_no_templates() -> None:
    trained = {row.text for row in template_rows()}
    assert "I am a gay man." in trained
    assert not trained & {text for _, texts in CASES for text in texts}
