"""What the benchmark has judged: texts of this project only, as long as people and personas write."""

import itertools
import random
from collections.abc import Iterator
from typing import Final

from personas.loading import load_library
from personas.persona import Persona
from personas.sentences import SentenceSplitter
from tests.bench.bench_rules import SENTENCES

LANGUAGES: Final = {"en": "English", "ko": "Korean"}
SPEAKERS: Final = {"en": "lighthouse_keeper", "ko": "cafe_owner"}
"""The bundled persona that speaks for each language."""
SHORTEST, LONGEST = 20, 80
"""Code points of a typical sentence."""
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
"""What people say; none of it is anything a guard should object to."""


def long_texts(language: str, count: int) -> list[str]:
    """Texts of exactly 300 code points. Half of the sentences name groups, numbers or feelings."""
    choose = random.Random(7)
    sentences = SENTENCES[LANGUAGES[language]]
    return [" ".join(choose.choices(sentences, k=16))[:LENGTH] for _ in range(count)]


def turns(language: str, count: int) -> list[str]:
    """What a person says, `count` times."""
    return list(itertools.islice(itertools.cycle(TURNS[language]), count))


def spoken(language: str, count: int) -> list[str]:
    """Sentences of typical length that the persona of this language says, in mixed order, `count` times."""
    found = sorted(set(_pieces(load_library(())[SPEAKERS[language]])))
    random.Random(7).shuffle(found)
    return list(itertools.islice(itertools.cycle(found), count))


def _pieces(persona: Persona) -> Iterator[str]:
    lines = (*(shown.reply for shown in persona.demonstrations), *persona.greetings, *persona.fallbacks)
    for text in (*lines, *(fact.text for fact in persona.facts)):
        splitter = SentenceSplitter()
        for piece in (*splitter.feed(text), *splitter.finish()):
            if SHORTEST <= len(piece.strip()) <= LONGEST:
                yield piece.strip()
