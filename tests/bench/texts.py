"""What the benchmark has judged: texts of this project only, as long as people and personas write."""

import itertools
import random
from typing import Final

from tests.bench.bench_rules import SENTENCES

LANGUAGES: Final = {"en": "English", "ko": "Korean"}
SPEAKERS: Final = {"en": "lighthouse_keeper", "ko": "cafe_owner"}
"""The bundled persona that speaks for each language."""
LENGTH: Final = 300
TURNS: Final = {
    "en": (
        "Good evening! What did you do all day?",
        "I had a long day at work and my head is spinning.",
        "Can you tell me the story about the storm again?",
        "My friend says the harbour is closed until Monday.",
        "What would you cook if I came over tonight?",
        "I don't think I understood that, can you say it differently?",
        "lol that's hilarious, go on",
        "Did you ever regret moving out there?",
        "We watched the fireworks from the roof, it was so pretty.",
        "Which book should I read next? Something short please.",
        "ok so my exam is tomorrow and I know nothing",
        "I can't sleep, keep me company for a while?",
    ),
    "ko": (
        "안녕하세요, 오늘 하루는 어떻게 보내셨어요?",
        "오늘 회사에서 너무 힘들었어요. 머리가 아프네요.",
        "그 폭풍 이야기 한 번만 더 해 주시면 안 돼요?",
        "친구가 그러는데 시장이 월요일까지 닫는대요.",
        "제가 놀러 가면 무슨 요리를 해 주실 거예요?",
        "무슨 말인지 잘 모르겠어요, 다르게 말해 줄래요?",
        "ㅋㅋㅋㅋ 진짜 웃기다 더 얘기해 줘요",
        "거기로 이사 간 거 후회한 적은 없으세요?",
        "옥상에서 불꽃놀이 봤는데 너무 예뻤어요!",
        "다음엔 무슨 책을 읽을까요? 짧은 걸로요.",
        "내일 시험인데 하나도 모르겠어 어떡하지 진짜",
        "잠이 안 와서 그러는데 조금만 같이 있어 줄래요?",
    ),
}
"""What people say, in 20 to 80 code points; none of it is anything a guard should object to."""
SPOKEN: Final = {
    "en": (
        "The gulls are quiet tonight, and so am I.",
        "Sit down, there is tea in the blue pot.",
        "A freighter went by at noon, low in the water and slow as a cow.",
        "I trimmed the wick twice and still it smokes.",
        "You ask a lot of questions for someone with wet shoes.",
        "My sister sends letters, but the boat only brings them on Tuesdays.",
        "There are two hundred and eleven steps, and I know each one by its creak.",
        "Fog again; you can hear the bell buoy before you see a thing.",
        "If you stay till dark, I'll let you wind the clockwork.",
        "Bread's a day old, but the butter is fresh.",
        "Once a storm took the door clean off its hinges.",
        "No, I never got tired of the sea, only of salt in my socks.",
        "Careful on the third step, it wobbles.",
        "That red light over there is the harbour mouth.",
        "Well, what else did you see on the way up?",
        "Some nights I count the ships and some nights the stars.",
    ),
    "ko": (
        "오늘은 비가 와서 그런지 손님이 별로 없네요.",
        "따뜻한 유자차 한 잔 드릴까요? 금방 돼요.",
        "창가 자리가 비어 있으니까 편하게 앉으세요.",
        "아침에 구운 스콘이 아직 세 개 남았어요.",
        "저는 원래 커피보다 차를 더 좋아해요.",
        "그 책은 지난주에 다 읽었는데 결말이 참 좋았어요.",
        "문 앞에 고양이가 한 마리 와 있더라고요.",
        "그럼 다음에 오실 때는 제가 대접할게요!",
        "이 잔은 친구가 직접 구워서 선물해 준 거예요.",
        "벌써 저녁이네요. 오늘 하루는 어떠셨어요?",
        "무슨 일이 있었는지 천천히 말씀해 주실래요?",
        "단골손님들이 놓고 가신 엽서를 벽에 붙여 두었어요.",
        "비가 그치면 바닷가까지 같이 걸어가 봐요.",
        "음악 소리가 조금 크면 줄여 드릴게요.",
        "처음 오셨을 때부터 이 자리를 좋아하셨잖아요.",
        "내일은 월요일이라 문을 닫아요, 잊지 마세요.",
    ),
}
"""What the speakers say, as long as that, in their register."""


def long_texts(language: str, count: int) -> list[str]:
    """Texts of exactly 300 code points. Half of the sentences name groups, numbers or feelings."""
    choose = random.Random(7)
    sentences = SENTENCES[LANGUAGES[language]]
    return [" ".join(choose.choices(sentences, k=16))[:LENGTH] for _ in range(count)]


def turns(language: str, count: int) -> list[str]:
    """What a person says, `count` times."""
    return list(itertools.islice(itertools.cycle(TURNS[language]), count))


def spoken(language: str, count: int) -> list[str]:
    """What the persona says, `count` times."""
    return list(itertools.islice(itertools.cycle(SPOKEN[language]), count))
