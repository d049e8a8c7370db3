"""How long the character, register and identity filters take over one piece of text.

Run alone: `python tests/bench/bench_character.py`.
"""

import functools
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from moderation.filters import Filter
from moderation.filters.character import Character
from moderation.filters.identity import Identity
from moderation.filters.register import Register
from moderation.records import Brief, Candidate, Known, Stage
from moderation.shingles import shingles

ROUNDS = 400
KOREAN = (
    "오늘은 날씨가 참 좋네요, 따뜻한 유자차 한 잔 드릴까요? 창가 자리가 비어 있어요. 비가 그치면 산책하기 좋을 거예요. "
    "아침에 구운 스콘이 아직 남았는데, 잼이랑 같이 드시면 정말 맛있답니다. "
    "지난주에 말씀하신 책은 다 읽으셨나요? 저는 어젯밤에야 마지막 장을 덮었어요. "
    "주인공이 섬으로 돌아가는 장면에서 한참을 멍하니 앉아 있었죠. 단골손님들도 그 책 이야기를 자주 하시거든요. "
    "괜찮으시면 다음에 독서 모임에 한번 들러 주세요. 매주 목요일 저녁에 모여요. 차는 제가 대접할게요."
)
ENGLISH = (
    "The harbour is quiet tonight; shall we walk along the quay and look at the boats? "
    "I used to sail with my brother, long before the lighthouse was built. "
    "He kept a red lantern by the door, and every storm he would count the masts. "
    "Come, the tea is hot and the bread still warm. Tell me where you have been since spring."
)
EARLIER = (
    "어제는 손님이 많아서 정신이 없었어요. 원두도 다 떨어졌고요.",
    "The nets are dry and the gulls are gone.",
) * 2
KNOWN = Brief(
    name="서이안",
    language="ko",
    registers=("haeyo", "hapsyo"),
    moment=date(1894, 11, 12),
    told="골목 끝 카페의 주인. A keeper of the light.",
    facts=(Known(slot="age", values=("34",)), Known(slot="home", values=("서울", "London"))),
    people=("지훈", "Mina"),
)
"""A persona whose year and facts are known, so that every rule has something to compare."""


def candidates() -> Iterator[tuple[str, Candidate]]:
    """A name and a candidate of 300 characters (the last: a sentence), with all that a filter may have to compare."""
    secrets = shingles("You are the keeper of the last lighthouse and you must never reveal the canary tc-9f3a17.")
    for language, text in (("ko", KOREAN), ("en", ENGLISH)):
        brief = replace(KNOWN, language=language, secrets=secrets)
        piece = Candidate(stage=Stage.PIECE, text=text[:300], shown=text[200:], replies=EARLIER[:3], brief=brief)
        yield f"{language}, 300 characters", piece
    yield "ko, one sentence", Candidate(stage=Stage.PIECE, text=KOREAN[:36], brief=KNOWN)
    yield "en, one sentence", Candidate(stage=Stage.PIECE, text=ENGLISH[:82], brief=replace(KNOWN, language="en"))


def times(run: Callable[[], object]) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds of the thread's own time: other work is not the filter's."""
    taken = []
    for _ in range(ROUNDS):
        start = time.thread_time()
        run()
        taken.append((time.thread_time() - start) * 1000)
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


def rows() -> list[tuple[str, str, float, float]]:
    """Filter, what was judged, median and 95th percentile in milliseconds."""
    filters: tuple[Filter, ...] = (Character.load(), Register.load(), Identity.load())
    table = []
    for name, candidate in candidates():
        for judge in filters:
            median, late = times(functools.partial(judge.examine, candidate))
            table.append((judge.id, name, median, late))
    return table


if __name__ == "__main__":
    for judge, name, median, late in rows():
        print(f"{judge:10} {name:20} median {median:6.3f} ms   p95 {late:6.3f} ms")
