"""How a reply is continued, and how it is found out what a service makes of that."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from personas.errors import Retryable
from personas.generators.prefixes import PROBE, PrefixStyle
from personas.messages import Critique
from tests.personas.openai_wire import (
    HELLO,
    Wire,
    client,
    collect,
    other_tasks,
    refuses,
    says,
    streams,
    until,
    wire,
)

REPLY = replace(HELLO, prefix="Arr, I be Redbeard. ")


@pytest.mark.parametrize(
    ("style", "last", "extra"),
    [
        (PrefixStyle.ASSISTANT, {}, {}),
        (PrefixStyle.PREFIX, {"prefix": True}, {}),
        (PrefixStyle.PARTIAL, {"partial": True}, {}),
        (PrefixStyle.CONTINUE, {}, {"add_generation_prompt": False, "continue_final_message": True}),
    ],
)
async def test_a_reply_is_continued_in_the_way_the_service_knows(
    style: PrefixStyle, last: dict[str, object], extra: dict[str, object]
) -> None:
    async with wire(says(" And you?")) as served, client(served, prefix=style) as chat:
        assert await collect(chat, REPLY) == "And you?"
    body = served.bodies[0]
    assert body["messages"][-1] == {"role": "assistant", "content": "Arr, I be Redbeard.", **last}
    assert {key: body[key] for key in extra} == extra


@pytest.mark.parametrize(
    ("prefix", "words", "answer", "rest"),
    [
        ("Arr, I be Redbeard.", "Do not repeat it", "Arr, I be Redbeard. And you?", " And you?"),
        ("Arr, I be Redbeard.", "Already sent: Arr, I be Redbeard.", "And you?", " And you?"),
        ("나는 붉은 수염이오. ", "이미 보낸 글", "나는 붉은 수염이오. 그대는 뉘시오?", "그대는 뉘시오?"),
    ],
)
async def test_a_service_that_cannot_continue_is_told_in_words_and_its_repetition_removed(
    prefix: str, words: str, answer: str, rest: str
) -> None:
    async with wire(says(*answer)) as served, client(served, prefix=PrefixStyle.NONE) as chat:
        assert await collect(chat, replace(HELLO, prefix=prefix)) == rest
    last = served.bodies[0]["messages"][-1]
    assert last["role"] == "system"
    assert words in last["content"]


@pytest.mark.parametrize(
    ("rule", "words"), [("Stay polite.", "Rule broken (tone)"), ("반말을 쓰지 마세요.", "규칙 위반(tone)")]
)
async def test_a_critique_comes_after_the_conversation_in_its_own_language(rule: str, words: str) -> None:
    async with wire(says(" Aye."), says(" Aye.")) as served, client(served) as chat:
        await collect(chat, replace(REPLY, prefix=""))
        await collect(chat, replace(REPLY, critique=Critique(category="tone", rule=rule)))
    read, again = (body["messages"] for body in served.bodies)
    assert again[: len(read)] == read, "what was read already is not read once more"
    critique, prefix = again[len(read) :]
    assert critique["role"] == "system"
    assert words in critique["content"]
    assert rule in critique["content"]
    assert prefix["role"] == "assistant"


@pytest.mark.parametrize("rule", ["Stay polite.", "반말을 쓰지 마세요."])
async def test_where_nothing_stands_all_of_it_is_asked_for_and_not_one_sentence_more(rule: str) -> None:
    critique = Critique(category="tone", rule=rule)
    async with wire(says("Aye."), says("Aye.")) as served, client(served) as chat:
        for anew in (False, True):
            await collect(chat, replace(REPLY, prefix="", critique=replace(critique, anew=anew)))
    more, whole = (body["messages"][-1]["content"] for body in served.bodies)

    assert any(words in more for words in ("in one sentence", "한 문장으로"))
    assert any(words in whole for words in ("Reply anew, all of it", "답 전체를 처음부터"))
    assert rule in whole


def asked(served: Wire) -> Sequence[bool]:
    """Which calls were the question how to continue."""
    return [body["messages"][0]["content"] == PROBE.system for body in served.bodies]


async def test_how_to_continue_is_found_out_once_however_many_wait() -> None:
    answers = (refuses(400), says(" four", ", five"), says(" And you?"))
    async with wire(*answers) as served, client(served, prefix=PrefixStyle.AUTO) as chat:
        replies = await asyncio.gather(*(collect(chat, REPLY) for _ in range(3)))
        assert replies == ["And you?"] * 3
        assert asked(served) == [True, True, False, False, False]
        assert served.bodies[-1]["messages"][-1]["prefix"] is True
        async with chat.generate(REPLY) as generation:
            assert [piece async for piece in generation]
        assert generation.usage.calls == 1


async def test_finding_out_is_counted_where_it_happened() -> None:
    async with (
        wire(refuses(400), says(" four"), says(" And you?")) as served,
        client(served, prefix=PrefixStyle.AUTO) as chat,
        chat.generate(REPLY) as generation,
    ):
        assert [piece async for piece in generation]
    assert (generation.usage.calls, generation.usage.tokens_in, generation.usage.tokens_out) == (3, 14, 2)


@pytest.mark.parametrize("restart", ["One, two, three, four", "one, two, three, four, five", "Sure!"])
async def test_a_service_that_starts_again_is_known_not_to_continue(restart: str) -> None:
    answers = (*[says(restart)] * 4, says("And you?"))
    async with wire(*answers) as served, client(served, prefix=PrefixStyle.AUTO) as chat:
        assert await collect(chat, REPLY) == "And you?"
        assert served.bodies[-1]["messages"][-1]["role"] == "system"


async def test_a_service_that_repeats_the_prefix_and_goes_on_does_continue() -> None:
    answers = (says("Here goes: one, two, three, four"), says("Arr, I be Redbeard. And you?"))
    async with wire(*answers) as served, client(served, prefix=PrefixStyle.AUTO) as chat:
        assert await collect(chat, REPLY) == "And you?"


async def test_a_failure_while_finding_out_is_told_and_not_remembered() -> None:
    async with (
        wire(refuses(503), says(" four"), says(" And you?")) as served,
        client(served, prefix=PrefixStyle.AUTO) as chat,
    ):
        with pytest.raises(Retryable):
            await collect(chat, REPLY)
        assert await collect(chat, REPLY) == "And you?"
    assert asked(served) == [True, True, False]


async def test_a_caller_that_gives_up_while_finding_out_leaves_it_to_the_next() -> None:
    async with (
        wire(streams(60.0), says(" four"), says(" And you?")) as served,
        client(served, prefix=PrefixStyle.AUTO) as chat,
    ):
        first = asyncio.create_task(collect(chat, REPLY))
        await until(lambda: bool(served.bodies))
        second = asyncio.create_task(collect(chat, REPLY))
        first.cancel()
        assert await second == "And you?"
        with pytest.raises(asyncio.CancelledError):
            await first
        assert not other_tasks()
