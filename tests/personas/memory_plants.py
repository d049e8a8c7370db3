"""Thirty things that people tell of themselves in five conversations, and what is asked about them afterwards.

Ours, in two languages. `measure` says how often what was told is told again where it is asked for (recall), how often
it is told of somebody else, elsewhere or by another persona (wrong person), and how often what no longer holds is told
(stale).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.support.remembering import CHANNEL, DM, Mind


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """Something that is told in a conversation, a question that it answers, and a word of the answer."""

    said: str
    asked: str
    answer: str
    stale: str = ""
    """A word of what held before, where this takes its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What a run came to. Shares of what was asked."""

    recall: float
    wrong_person: float
    stale: float
    asked: int
    crossed: int
    """Questions to which nobody's memories had to be told."""
    replaced: int
    missed: tuple[str, ...]
    """Questions whose answer was not told."""
    leaked: tuple[str, ...]


PLANTS: Final[Sequence[Sequence[Plant]]] = (
    (
        Plant(said="Hi there! My name is Tobias.",
              asked="Do you remember my name?", answer="Tobias"),
        Plant(said="I live in Bergen, near the fish market.",
              asked="Which town do I live in?", answer="Bergen"),
        Plant(said="I work as a piano tuner.",
              asked="What do I do for a living?", answer="piano tuner"),
        Plant(said="I have a dog called Biscuit.",
              asked="What's my dog's name again?", answer="Biscuit"),
        Plant(said="My favourite season is autumn.",
              asked="Which season is my favourite?", answer="autumn"),
        Plant(said="I can't stand raw onions.",
              asked="Should I put onions on my sandwich?", answer="onions"),
    ),
    (
        Plant(said="안녕하세요, 제 이름은 하윤이에요.", asked="제 이름 기억하세요?", answer="하윤"),
        Plant(said="저는 전주에 살아요.", asked="제가 어디 사는지 아세요?", answer="전주"),
        Plant(said="저는 서점에서 일해요.", asked="제가 무슨 일을 하는지 기억나세요?", answer="서점"),
        Plant(said="고양이를 키우고 있어요, 우리 고양이 이름은 두부예요.",
              asked="우리 고양이 이름이 뭐였죠?", answer="두부"),
        Plant(said="저는 민트초코를 정말 좋아해요.", asked="디저트로 민트초코 어때요?", answer="민트초코"),
        Plant(said="제 생일은 10월 9일이에요.", asked="제 생일이 언제인지 아세요?", answer="10월"),
    ),
    (
        Plant(said="Big news: I moved to Tromsø last month!",
              asked="Where do I live these days?", answer="Tromsø", stale="Bergen"),
        Plant(said="These days my favourite season is winter.", asked="What's my favourite season?",
              answer="winter", stale="autumn"),
        Plant(said="Yesterday I finished rebuilding an old harpsichord.",
              asked="Guess what I did with that harpsichord?",
              answer="harpsichord"),
        Plant(said="I study Norwegian in the evenings.",
              asked="What do I study?", answer="Norwegian"),
        Plant(said="Please remember that my choir sings on Thursdays.",
              asked="When does my choir sing?", answer="Thursdays"),
        Plant(said="I really love rye bread.",
              asked="What kind of bread should I buy?", answer="rye"),
    ),
    (
        Plant(said="저 이번에 여수로 이사했어요.", asked="제가 지금 어디 살죠?", answer="여수", stale="전주"),
        Plant(said="이제 민트초코는 안 좋아해요.",
              asked="민트초코 먹으러 갈까요?", answer="안 좋아", stale="정말 좋아"),
        Plant(said="어제 처음으로 도자기를 구웠어요.", asked="제가 만든 도자기 얘기 기억나요?", answer="도자기"),
        Plant(said="내일 한국사 시험이 있어요.", asked="한국사 시험 준비는 어떻게 하죠?", answer="한국사"),
        Plant(said="우리 모임은 수요일마다 열려요. 기억해 주세요.",
              asked="우리 모임이 무슨 요일이죠?", answer="수요일"),
        Plant(said="제일 좋아하는 색은 남색이에요.", asked="제가 제일 좋아하는 색이 뭐게요?", answer="남색"),
    ),
    (
        Plant(said="I work for a theatre now.",
              asked="What's my job these days?", answer="theatre", stale="piano tuner"),
        Plant(said="I speak Danish and a bit of Sami.",
              asked="Which languages do I speak?", answer="Danish"),
        Plant(said="I grew up in Malmö.", asked="Where did I grow up?", answer="Malmö"),
        Plant(said="My birthday is on June 12th.", asked="When is my birthday?", answer="June"),
        Plant(said="Next week I'll sail to the Lofoten islands with the crew.",
              asked="Where am I sailing next week?",
              answer="Lofoten"),
        Plant(said="I hate loud fireworks.",
              asked="Shall we watch the fireworks?", answer="fireworks"),
    ),
)  # fmt: skip
"""Conversations one and three and five are Tobias', the others Hayun's."""

TALK: Final[Sequence[str]] = (
    "The wind is strong tonight.",
    "Do you like coffee?",
    'My neighbour said "I live in Rome" all evening.',
    "If I lived in Lima, I would sleep all day.",
    "오늘 바람이 많이 부네요.",
    "제 친구는 대전에 살아요.",
    "혹시 제가 제주에 살면 어떨까요?",
    "커피 좋아하세요?",
)
"""Said in between: nothing of it is to be remembered."""
PEOPLE: Final = ("tobias", "hayun")


async def measure(mind: Mind) -> Rates:
    """Have everything said in order, the program started anew after each conversation, then ask."""
    for number, conversation in enumerate(PLANTS):
        for plant, talk in zip(conversation, TALK, strict=False):
            await mind.says(plant.said, by=_who(number))
            await mind.says(talk, by=_who(number))
        mind.anew()
    missed, leaked, stale = [], [], []
    asked = [(number, plant) for number, plants in enumerate(PLANTS) for plant in plants if not _replaced(plant)]
    crossed = 0
    for number, plant in asked:
        told = await mind.told(plant.asked, by=_who(number))
        if plant.answer not in told:
            missed.append(plant.asked)
        if plant.stale and plant.stale in told:
            stale.append(plant.asked)
        others = [
            await mind.told(plant.asked, by=_who(number + 1)),
            await mind.told(plant.asked, by=_who(number), scope=CHANNEL),
            await mind.told(plant.asked, by=_who(number), scope=DM, persona="another"),
        ]
        crossed += len(others)
        leaked += [plant.asked for other in others if plant.answer in other]
    replaced = sum(bool(plant.stale) for _, plant in asked)
    return Rates(
        recall=1 - len(missed) / len(asked), wrong_person=len(leaked) / crossed, stale=len(stale) / replaced,
        asked=len(asked), crossed=crossed, replaced=replaced, missed=tuple(missed), leaked=tuple(leaked),
    )  # fmt: skip


def _who(conversation: int) -> str:
    return PEOPLE[conversation % 2]


def _replaced(plant: Plant) -> bool:
    """Whether something later took its place: asking for it asks for that."""
    return any(later.stale and later.stale in plant.said and later is not plant for each in PLANTS for later in each)
