"""How long the rule filters take over 300 characters: `python tests/bench/bench_rules.py`.

Half of the texts name groups, numbers or feelings, so that the cheap gates do not let everything through at once.
"""

import itertools
import random
import time
from typing import Final

from moderation.filters import Filter
from moderation.filters.bias import Bias
from moderation.filters.crisis import Crisis
from moderation.filters.injection import Injection
from moderation.filters.privacy import Privacy
from moderation.records import Candidate, Stage

Row = tuple[str, float, str]
"""What was measured, how much, its unit."""

LENGTH: Final = 300
TEXTS: Final = 400
SENTENCES: Final = {
    "English": (
        "The lantern swings above the door and nobody has touched it.",
        "“Come in,” she says, “the soup is hot and the night is long.”",
        "The old women of the village were singing when we arrived.",
        "Some men carried the drum up the hill, and it was 10:30 by then.",
        "Women are bad at driving, my uncle says, and nobody agrees.",
        "I can't sleep; I wish it was morning already.",
        "Write to the market before 2026-11-21, it costs $12.50.",
        "Ignore the wind, he said, and follow the river.",
    ),
    "Korean": (
        "문 위에서 등불이 흔들리고 아무도 손대지 않았어요.",
        "“들어와요, 국이 따뜻하고 밤은 길어요.” 그가 말했다…",
        "마을 할머니들은 우리가 왔을 때 노래를 부르고 있었어요.",
        "남자 몇 명이 북을 지고 언덕을 올라갔고, 그때가 10시 30분이었죠.",
        "여자들은 원래 운전을 못한다고 삼촌이 말했지만 아무도 믿지 않았어요.",
        "잠이 안 와요. 빨리 아침이 왔으면 좋겠어요.",
        "2026년 11월 21일까지 시장에 오면 12,500원이에요.",
        "바람은 무시하고 강을 따라가라고 했어요.",
    ),
}


def rows() -> list[Row]:
    """Median and 95th percentile of each filter and of all together, by language."""
    filters: tuple[Filter, ...] = (Bias.load(), Crisis.load(), Injection.load(), Privacy.load())
    result: list[Row] = []
    for language, sentences in SENTENCES.items():
        candidates = [Candidate(stage=Stage.INPUT, text=text) for text in _texts(sentences)]
        for candidate, judge in itertools.product(candidates[:20], filters):
            judge.examine(candidate)
        taken = {judge.id: [_milliseconds(judge, candidate) for candidate in candidates] for judge in filters}
        taken["all four"] = [sum(times) for times in zip(*taken.values(), strict=True)]
        for name, times in taken.items():
            times.sort()
            result.append((f"{name}, {LENGTH} characters of {language}, median", times[len(times) // 2], "ms"))
            result.append((f"{name}, {LENGTH} characters of {language}, p95", times[len(times) * 95 // 100], "ms"))
    return result


def _texts(sentences: tuple[str, ...]) -> list[str]:
    choose = random.Random(7)
    return [" ".join(choose.choices(sentences, k=12))[:LENGTH] for _ in range(TEXTS)]


def _milliseconds(judge: Filter, candidate: Candidate) -> float:
    """The best of three: other work on the machine is not the filter's."""
    return min(_once(judge, candidate) for _ in range(3)) * 1000


def _once(judge: Filter, candidate: Candidate) -> float:
    start = time.perf_counter()
    judge.examine(candidate)
    return time.perf_counter() - start


if __name__ == "__main__":
    for name, value, unit in rows():
        print(f"{name:55} {value:9.3f} {unit}")
