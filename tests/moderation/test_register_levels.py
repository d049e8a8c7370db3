"""How well speech levels are told apart: hundreds of sentences a level, each persona's own and everybody else's.

The sentences are joined by the analyser's own rules of conjugation from predicates and endings; those that people write
stand in `test_register` and in the gold set. A sentence counts as objected to from the score that the default policy
flags.
"""

import itertools
from collections.abc import Iterator

import pytest
from kiwipiepy import Kiwi

from moderation.filters.register import Register
from moderation.records import Brief, Candidate, Stage
from tests.moderation.gold_set import BRIEFS, HALVES, harmless
from tests.support.judges import loaded

REGISTER = loaded(Register)
JOINER = Kiwi(num_workers=1, load_default_dict=False, load_multi_dict=False, load_typo_dict=False)
FLAGGED = 0.5
MOST_FALSE = 0.005
LEAST_SEEN = 0.88

PREDICATES = (
    *(
        ("책을 ", "읽", "VV"),
        ("밥을 ", "먹", "VV"),
        ("물을 ", "마시", "VV"),
        ("편지를 ", "쓰", "VV"),
        ("길을 ", "묻", "VV-I"),
    ),
    *(
        ("문을 ", "닫", "VV"),
        ("노래를 ", "부르", "VV"),
        ("집에 ", "가", "VV"),
        ("일찍 ", "일어나", "VV"),
        ("말을 ", "듣", "VV-I"),
    ),
    *(
        ("그릇을 ", "씻", "VV"),
        ("옷을 ", "입", "VV"),
        ("친구를 ", "만나", "VV"),
        ("바다를 ", "보", "VV"),
        ("빵을 ", "굽", "VV-I"),
    ),
    *(
        ("나무를 ", "심", "VV"),
        ("등불을 ", "켜", "VV"),
        ("손을 ", "잡", "VV"),
        ("약속을 ", "지키", "VV"),
        ("차를 ", "끓이", "VV"),
    ),
    *(
        ("강을 ", "건너", "VV"),
        ("그림을 ", "그리", "VV"),
        ("사람을 ", "믿", "VV"),
        ("비를 ", "맞", "VV"),
        ("아이를 ", "가르치", "VV"),
    ),
    *(
        ("날이 ", "춥", "VA-I"),
        ("바람이 ", "세", "VA"),
        ("물이 ", "맑", "VA"),
        ("달이 ", "밝", "VA"),
        ("길이 ", "멀", "VA"),
    ),
    *(
        ("배가 ", "고프", "VA"),
        ("꽃이 ", "예쁘", "VA"),
        ("방이 ", "좁", "VA"),
        ("맛이 ", "좋", "VA"),
        ("산이 ", "높", "VA"),
    ),
    *(
        ("말이 ", "옳", "VA"),
        ("일이 ", "많", "VA"),
        ("국이 ", "뜨겁", "VA-I"),
        ("생각이 ", "다르", "VA"),
        ("밤이 ", "길", "VA"),
    ),
)
PAST, WILL = ("었", "EP"), ("겠", "EP")
ENDINGS = {
    "hapsyo": (((), "습니다", "."), ((PAST,), "습니다", "."), ((WILL,), "습니다", "."), ((PAST,), "습니까", "?")),
    "haeyo": (
        ((), "어요", "."),
        ((PAST,), "어요", "."),
        ((WILL,), "어요", "."),
        ((), "네요", "."),
        ((), "거든요", "."),
    ),
    "hao": (((PAST,), "소", "."), ((WILL,), "소", "."), ((), "구려", "."), ((PAST,), "구려", ".")),
    "hage": (((PAST,), "네", "."), ((WILL,), "네", "."), ((), "네", "."), ((PAST,), "는가", "?")),
    "hae": (((), "어", "."), ((PAST,), "어", "."), ((WILL,), "어", "."), ((), "거든", "."), ((PAST,), "잖아", ".")),
    "haera": (((PAST,), "다", "."), ((WILL,), "다", "."), ((PAST,), "느냐", "?"), ((PAST,), "도다", ".")),
}
BEFORE = ("", "오늘은 ", "그 마을에서는 ")
MIXES = {
    "polite": (("haeyo", "hapsyo"), ("hao", "hage", "hae", "haera")),
    "scholar": (("hao", "hage"), ("hapsyo", "haeyo", "haera")),
    "old": (("hage",), ("hapsyo", "haeyo", "hao")),
    "casual": (("hae",), ("hapsyo", "haeyo", "hao")),
    "hao": (("hao",), ("hapsyo", "haeyo", "hae", "haera", "hage")),
    "plain": (("haera",), ("hapsyo", "haeyo", "hao")),
}
"""Allowed levels, and those that are none of them and shade into none of them."""


def sentences(level: str) -> list[str]:
    """At least three hundred sentences of a level."""
    return list(dict.fromkeys(_joined(level)))


def _joined(level: str) -> Iterator[str]:
    rows = itertools.product(PREDICATES, ENDINGS[level], BEFORE)
    for (before, stem, tag), (middle, ending, mark), opening in rows:
        joined = JOINER.join([(stem, tag), *middle, (ending, "EF")])
        yield f"{opening}{before}{joined}{mark}"


def objected(text: str, levels: tuple[str, ...]) -> bool:
    """Whether the default policy would keep or stop it for a persona of these levels."""
    candidate = Candidate(stage=Stage.PIECE, text=text, brief=Brief(language="ko", registers=levels))
    seen = REGISTER.examine(candidate)
    return any(signal.category == "speech_level" and (signal.score or 0.0) >= FLAGGED for signal in seen)


@pytest.mark.parametrize("mix", MIXES)
def test_hardly_a_sentence_of_a_persona_s_own_levels_is_objected_to(mix: str) -> None:
    own, _ = MIXES[mix]
    lines = [line for level in own for line in sentences(level)]
    assert len(lines) >= 300
    mistaken = [line for line in lines if objected(line, own)]
    assert len(mistaken) <= MOST_FALSE * len(lines), mistaken


@pytest.mark.parametrize(("mix", "level"), [(mix, level) for mix, (_, others) in MIXES.items() for level in others])
def test_nearly_every_sentence_of_another_level_is_seen(mix: str, level: str) -> None:
    lines = sentences(level)
    assert len(lines) >= 300
    missed = [line for line in lines if not objected(line, MIXES[mix][0])]
    assert len(missed) <= (1 - LEAST_SEEN) * len(lines), missed[:20]


def said_by(*people: str) -> list[str]:
    """What these personas of the gold set say in character."""
    return [line.text for half in HALVES for line in harmless(half) if line.persona in people]


def test_hardly_a_sentence_of_the_gold_set_is_out_of_its_own_level() -> None:
    lines = [line for half in HALVES for line in harmless(half) if line.language == "ko"]
    assert len(lines) >= 700
    mistaken = [line.text for line in lines if objected(line.text, BRIEFS[line.persona].registers)]
    assert len(mistaken) <= MOST_FALSE * len(lines), mistaken


@pytest.mark.parametrize(
    ("judged_as", "speakers"),
    [
        ("cafe", ("friend", "scholar", "navigator")),
        ("friend", ("cafe", "scholar", "nurse", "witch")),
        ("scholar", ("cafe", "friend", "nurse", "witch")),
        ("navigator", ("cafe", "scholar", "nurse", "witch")),
    ],
)
def test_nearly_every_sentence_of_somebody_who_speaks_otherwise_is_seen(
    judged_as: str, speakers: tuple[str, ...]
) -> None:
    lines = said_by(*speakers)
    assert len(lines) >= 300
    missed = [line for line in lines if not objected(line, BRIEFS[judged_as].registers)]
    assert len(missed) <= (1 - LEAST_SEEN) * len(lines), missed
