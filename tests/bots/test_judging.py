"""`talchum judge`: what a line of JSON says of a candidate, and what it leaves open."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bots.judge import Judge
from moderation.records import Brief, Candidate, Decision, Finding, Verdict


class Seeing:
    """A guard that lets everything pass and keeps what it saw."""

    def __init__(self, *, waiting: int = 0) -> None:
        self.seen: list[Candidate] = []
        self.waiting = waiting
        self.most = self._under_way = 0

    async def judge(self, candidate: Candidate) -> Verdict:
        self.seen.append(candidate)
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        for _ in range(200):
            await asyncio.sleep(0)  # whoever may come at the same time has come by now
        self._under_way -= 1
        finding = Finding(filter="none", version="0", category="none", decision=Decision.ALLOW)
        return Verdict(findings=(finding,), digest=candidate.digest, policy="p")


async def brief_for(**line: object) -> Brief:
    """What the guard learns of who speaks."""
    guard: Any = Seeing()
    judge = Judge(guard, {"kim": Brief(language="ko")}, every_score=False, language="en", monotonic=lambda: 0.0)

    async def lines() -> AsyncIterator[bytes]:
        yield json.dumps({"id": 1, **line}).encode()

    assert [json.loads(answer)["id"] async for answer in judge.run(lines())] == [1]
    brief: Brief = guard.seen[0].brief
    return brief


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ({"text": "어서 오세요, 차 드릴까요?"}, "ko"),
        ({"text": "Come in, tea?"}, "en"),
        ({"text": "..."}, "en"),
        ({"text": "Come in, tea?", "lang": "ko"}, "ko"),
        ({"text": "Come in, tea?", "persona": "kim"}, "ko"),
    ],
)
async def test_a_line_of_nobody_is_in_the_language_it_is_in(line: dict[str, object], language: str) -> None:
    assert (await brief_for(**line)).language == language


async def at_once(texts: list[str], *, waiting: int) -> int:
    """How many of a hundred and more lines were under judgement together."""
    guard: Any = Seeing(waiting=waiting)
    judge = Judge(guard, {}, every_score=False, language="en", monotonic=lambda: 0.0)

    async def lines() -> AsyncIterator[bytes]:
        for number, text in enumerate(texts):
            yield json.dumps({"id": number, "text": text}).encode()

    assert [json.loads(answer)["id"] async for answer in judge.run(lines())] == list(range(len(texts)))
    most: int = guard.most
    return most


@pytest.mark.parametrize(("waiting", "most"), [(0, 2), (1, 2), (16, 16)])
async def test_as_many_lines_are_under_way_as_services_have_threads_for_and_few_where_none_is_asked(
    waiting: int, most: int
) -> None:
    assert await at_once(["hello"] * 100, waiting=waiting) == most


async def test_of_long_lines_few_are_under_way_whoever_is_asked() -> None:
    assert await at_once(["hello " * 2_000] * 20, waiting=16) == 2
