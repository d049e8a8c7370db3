"""Two scripts, a model in this process that performs them, and what is asked of it."""

import asyncio

import pytest

from personas.errors import GenerationError
from personas.generators.scripted import Scripted
from personas.generators.scripts import Gold, Repair, Reply, Script, Sentence
from personas.messages import Critique, Prompt, Turn

CRITIQUE = Critique(category="register", rule="존댓말로 쓰세요.")
TEA = Reply(
    script="tea",
    language="ko",
    chunk="1char",
    cancel_lag_tokens=3,
    sentences=(
        Sentence(t="어서 오세요."),
        Sentence(t="오늘 좀 춥지?", gold=Gold(cat="register")),
        Sentence(t="유자차 어떠세요?"),
    ),
    repair=Repair(p_ok=1, ok="오늘 좀 춥죠?", bad="춥지 않아?"),
)
HARBOUR = Reply(script="harbour", sentences=(Sentence(t="Ahoy!"), Sentence(t="The tide turns.")))


class Clock:
    """Stands in for waiting: notes how long, and lets others run."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        await asyncio.sleep(0)


def scripted(*replies: Reply) -> Scripted:
    return Scripted(Script(replies=replies), sleep=Clock().sleep)


def asked(text: str = "안녕하세요", *, prefix: str = "", critique: Critique | None = None, stop: str = "") -> Prompt:
    turns = (Turn(role="user", text=text),)
    return Prompt(system="You keep a tea house.", turns=turns, prefix=prefix, critique=critique, stop=(stop,))


async def text_of(generator: Scripted, prompt: Prompt) -> str:
    async with generator.generate(prompt) as generation:
        return "".join([piece async for piece in generation])


async def failure_of(generator: Scripted, prompt: Prompt) -> GenerationError:
    with pytest.raises(GenerationError) as caught:
        await text_of(generator, prompt)
    return caught.value
