"""What the lexicon catches and how fast, beside its neighbours: `python -m tests.bench.bench_lexicon`.

Cases are those of the disguise suite. A neighbour is asked what it offers: whether a line is profane. Times are
processor time of the thread, so that other work on the machine does not count.
"""

import time
from collections.abc import Callable
from typing import Final

from better_profanity import Profanity
from korcen import korcen

from moderation.filters.lexicon import Lexicon
from moderation.records import Candidate, Stage
from tests.moderation.disguises import HALVES, LANGUAGES, Case, Half, cases

Row = tuple[str, float, str]
"""What was measured, how much, its unit."""
Judge = Callable[[str], bool]

CAUGHT: Final = 0.5
ROUNDS: Final = 400
LONG: Final = 100_000
NEIGHBOURS_LINES: Final = 100
"""Of each kind; some neighbours take milliseconds a line."""
PROSE: Final = {
    "en": (
        "I went down to the market this morning, and the baker said that the bread wasn't ready yet! So we sat on the "
        "old wall, talked about the weather for an hour or so, and watched the ferries come in. Have you ever seen 12 "
        "gulls fight over a single chip? It's the funniest thing I know, honestly. Tell me more, friend. "
    ),
    "ko": (
        "오늘 아침에 시장에 갔더니 빵집 아저씨가 아직 빵이 안 나왔다고 하시더라고요. 그래서 우리는 담벼락에 앉아서 "
        "날씨 이야기를 한참 나누고, 배가 들어오는 걸 구경했어요. 갈매기 12마리가 과자 하나를 두고 싸우는 거 보셨어요? "
        "ㅋㅋㅋ 정말 웃겨요. 저는 그런 걸 보고 있으면 시간이 어떻게 가는지 모르겠더라고요. 내일은 섬에 가 보려고 해요. "
    ),
}


def rows() -> list[Row]:
    """All measurements: ours by language and half, then speed, then the neighbours on a part of the same lines."""
    lexicon = Lexicon.load()

    def ours(text: str) -> bool:
        signals = lexicon.examine(Candidate(stage=Stage.WHOLE, text=text))
        return any((signal.score or 0) >= CAUGHT for signal in signals)

    profanity = Profanity()
    result: list[Row] = []
    for language in LANGUAGES:
        for half in HALVES:
            result += _rates(f"talchum {language}, {half}", ours, _lines(language, half))
    for language in LANGUAGES:
        result += _speed(f"talchum {language}, 300 characters", ours, (PROSE[language] * 2)[:300])
    result.append((f"talchum, {LONG} characters", _milliseconds(ours, (PROSE["en"] + PROSE["ko"]) * 300, 1)[0], "ms"))
    for language in LANGUAGES:
        part = _lines(language, "held back")
        few = [case for kind in ("disguised", "innocent", "identity") for case in _first(part, kind)]
        result += _rates(f"korcen {language}", lambda text: bool(korcen.check(text)), few)
        result += _rates(f"better-profanity {language}", profanity.contains_profanity, few)
    return result


def _lines(language: str, half: Half) -> list[Case]:
    return [case for case in cases(language) if case.half == half]


def _first(lines: list[Case], kind: str) -> list[Case]:
    alike = [case for case in lines if case.kind == kind]
    return alike[:: max(1, len(alike) // NEIGHBOURS_LINES)]


def _rates(name: str, judge: Judge, lines: list[Case]) -> list[Row]:
    result: list[Row] = []
    for kind in ("disguised", "innocent", "identity"):
        alike = [case for case in lines if case.kind == kind]
        share = sum(judge(case.text) for case in alike) / len(alike)
        result.append((f"{name}: {kind} flagged, of {len(alike)}", 100 * share, "%"))
    return result


def _speed(name: str, judge: Judge, text: str) -> list[Row]:
    times = _milliseconds(judge, text, ROUNDS)
    return [
        (f"{name}, median", times[len(times) // 2], "ms"),
        (f"{name}, 95th percentile", times[len(times) * 95 // 100], "ms"),
    ]


def _milliseconds(judge: Judge, text: str, rounds: int) -> list[float]:
    times: list[float] = []
    for _ in range(rounds):
        start = time.thread_time()
        judge(text)
        times.append((time.thread_time() - start) * 1000)
    return sorted(times)


if __name__ == "__main__":
    for name, value, unit in rows():
        print(f"{name:60} {value:10.3f} {unit}")
