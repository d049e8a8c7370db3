"""What people and the model say under load."""

import time
from collections.abc import Iterator
from random import Random

import pytest
from openai import AsyncOpenAI

from bots.load.asked import Asked
from bots.load.lines import Lines, Speech
from bots.load.speaking import Speaker
from moderation.guard import Guard
from moderation.policy import Policy
from moderation.records import Candidate, Decision, Stage
from personas.cast import brief_of
from personas.generators.scripted_server import ScriptedServer
from personas.loading import load_library
from tests.support.judges import filters

LINES = Lines.load()
PERSONAS = load_library(())
SPEECH = Speech(ttft=0.0, tps=100_000.0)


@pytest.fixture
def guard() -> Iterator[Guard]:
    made = Guard(filters(), Policy.load(), monotonic=time.monotonic)
    yield made
    made.close()


def speaker(asked: dict[int, Asked], *, faults: float = 0.0) -> Speaker:
    return Speaker(LINES, asked, speech=SPEECH, faults=faults, seed=0, now=time.monotonic)


async def answered(asked: dict[int, Asked], *turns: str) -> list[str]:
    """What the model says over HTTP to each of these."""
    said = []
    async with ScriptedServer(speaker(asked)) as server, AsyncOpenAI(base_url=server.base_url, api_key="x") as client:
        for turn in turns:
            stream = await client.chat.completions.create(
                model="load", messages=[{"role": "user", "content": turn}], stream=True
            )
            said.append("".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]))
    return said


async def test_an_answer_names_its_question_and_notes_when_what_was_said() -> None:
    asked = {5: Asked(number=5, language="en", said=time.monotonic())}
    [text] = await answered(asked, LINES.question(5, "en", Random(0)))

    one = asked[5]
    assert text.endswith(LINES.last(5, "en"))
    assert text.startswith(one.first)
    assert one.said <= one.called <= one.sentence <= one.spoken
    assert one.calls == 1


async def test_questions_that_are_asked_together_are_answered_as_the_first() -> None:
    asked = {number: Asked(number=number, language="ko", said=0.0) for number in (5, 6)}
    [text] = await answered(asked, "(5) 비 이야기 좀.\n(6) 고양이 이야기도요.")

    assert text.endswith(LINES.last(5, "ko"))
    assert (asked[5].joined, asked[6].joined, asked[6].calls) == (0, 5, 0)


async def test_what_nobody_asked_under_load_is_answered_all_the_same() -> None:
    assert await answered({}, "Hello?") == [LINES.last(0, "en")]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_two_answers_are_alike(language: str) -> None:
    made = [LINES.answer(n, language, Random(n), faults=0.0, speech=SPEECH) for n in range(200)]

    assert len({tuple(sentence.t for sentence in reply.sentences) for reply in made}) == 200
    assert not any(sentence.gold for reply in made for sentence in reply.sentences)


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_the_guard_objects_to_the_faults_alone(guard: Guard, language: str) -> None:
    brief = brief_of(PERSONAS[LINES.persona(language)])
    for number in range(25):
        reply = LINES.answer(number, language, Random(number), faults=number % 5 == 0, speech=SPEECH)
        for sentence in reply.sentences:
            candidate = Candidate(stage=Stage.PIECE, text=sentence.t, brief=brief)
            blocked = (await guard.judge(candidate)).decision is Decision.BLOCK
            assert blocked == (sentence.gold is not None), sentence.t
