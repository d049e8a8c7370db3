"""`talchum judge`: what a line of JSON says of a candidate, and what it leaves open."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bots.judge import Judge
from moderation.records import Brief, Candidate, Decision, Finding, Verdict


class Seeing:
    """A guard that lets everything pass and keeps what it saw."""

    def __init__(self) -> None:
        self.seen: list[Candidate] = []

    async def judge(self, candidate: Candidate) -> Verdict:
        self.seen.append(candidate)
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
