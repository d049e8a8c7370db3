"""What services make of the protocol: finishes that are none, thoughts among the words, bodies that end otherwise."""

import asyncio
from dataclasses import replace

import pytest

from personas.errors import Permanent, Retryable
from personas.generators.prefixes import PrefixStyle
from personas.messages import Finish
from tests.personas.openai_wire import (
    DONE,
    HELLO,
    STREAM,
    Answer,
    client,
    collect,
    data,
    drops,
    event,
    fails,
    figures,
    refuses,
    says,
    sends,
    streams,
    wire,
)

MENDS = ("I mend", " nets.")


async def heard(answer: Answer) -> str:
    async with wire(answer) as served, client(served) as chat:
        return await collect(chat)


async def test_a_service_that_tells_a_finish_with_every_event_is_read_to_its_end() -> None:
    async with (
        wire(streams(*(event(text, finish="stop") for text in MENDS), event(finish="length"), DONE)) as served,
        client(served) as chat,
        chat.generate(HELLO) as generation,
    ):
        assert "".join([piece async for piece in generation]) == "I mend nets."
        assert generation.finish is Finish.LENGTH


async def test_where_text_came_after_a_finish_a_stream_that_breaks_is_not_taken_as_whole() -> None:
    answer = drops(*(event(text, finish="stop") for text in MENDS))

    assert (await fails(answer)).key == "generators.connection_lost"


async def test_what_was_held_back_for_a_stop_string_comes_at_the_end() -> None:
    answer = streams(event("I mend\nUs", finish="stop"), DONE)
    async with wire(answer) as served, client(served, stop=("\nUser:",)) as chat:
        assert await collect(chat) == "I mend\nUs"


@pytest.mark.parametrize("nothing", ["", "null", None])
async def test_a_finish_that_says_nothing_is_none(nothing: str | None) -> None:
    answer = streams(*(event(text, finish=nothing) for text in MENDS), event(finish="stop"), DONE)

    assert await heard(answer) == "I mend nets."


async def test_thoughts_among_the_words_are_neither_shown_nor_a_place_for_a_stop_string() -> None:
    answer = says("<thi", "nk>User: who?", "</think>\n\n", *MENDS)
    async with wire(answer) as served, client(served, stop=("User:",)) as chat:
        assert await collect(chat) == "I mend nets."


async def test_a_continuation_behind_thoughts_joins_what_was_said() -> None:
    said = replace(HELLO, prefix="I mend nets.")
    async with wire(says("<think>Go on.</think>\n\n", "And sails.")) as served, client(served) as chat:
        assert await collect(chat, said) == " And sails."


async def test_thoughts_that_have_no_beginning_are_a_failure_that_says_what_to_do() -> None:
    failure = await fails(says("She asks.", "</think>", *MENDS))

    assert isinstance(failure, Permanent)
    assert failure.key == "generators.thinks_aloud"
    assert "--reasoning-parser" in failure.explain("en")
    assert "--reasoning-parser" in failure.explain("ko")


async def test_reasoning_in_parts_of_the_content_is_left_out_as_mistral_sends_it() -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "She asks."}]}
    said = {"type": "text", "text": "I mend"}
    parts = [data({"choices": [{"delta": {"content": content}}]}) for content in ([thinking], [thinking, said])]

    assert await heard(streams(*parts, event(" nets."), event(finish="stop"), DONE)) == "I mend nets."


@pytest.mark.parametrize(
    "thoughts",
    [
        event(reasoning_content="hm, " * 500),
        event(reasoning="hm, " * 500),
        event("<think>" + "hm, " * 500 + "</think>"),
    ],
)
async def test_reasoning_counts_where_a_service_gives_no_figures(thoughts: bytes) -> None:
    async with (
        wire(streams(thoughts, event("Arr."), event(finish="stop"), DONE)) as served,
        client(served) as chat,
        chat.generate(HELLO) as generation,
    ):
        assert [piece async for piece in generation] == ["Arr."]
    assert generation.usage.tokens_out >= 500


async def test_what_finding_out_has_cost_is_counted_where_it_fails_as_well() -> None:
    said = replace(HELLO, prefix="Arr, ")
    answers = streams(event("one, two"), event(finish="stop"), figures(60, 8), DONE), refuses(503)
    async with (
        wire(*answers) as served,
        client(served, prefix=PrefixStyle.AUTO) as chat,
        chat.generate(said) as generation,
    ):
        with pytest.raises(Retryable):
            await anext(generation)
    assert (generation.usage.tokens_in, generation.usage.tokens_out) == (60, 8)
    assert generation.usage.calls == len(served.bodies) + 1  # the one that was to follow


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n\n", b"\n", b"\r\n", b""])
async def test_a_body_may_begin_with_a_mark_and_end_without_an_empty_line(mark: bytes, end: bytes) -> None:
    body = event(MENDS[0]) + event(MENDS[1]) + event(finish="stop").strip() + end

    assert await heard(sends(STREAM + mark + body)) == "I mend nets."


async def test_a_body_that_is_cut_off_within_its_last_event_broke_off() -> None:
    failure = await fails(streams(event(MENDS[0]), event(MENDS[1], finish="stop").strip()[:-9]))

    assert failure.key == "generators.broke_off"


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (refuses(400, {"param": ["messages", 0], "type": "invalid_request_error"}), "refused_request"),
        (streams(data({"error": {"message": "x", "type": ["overloaded"]}})), "stream_failed"),
        (streams(data({"error": {"message": "x", "code": "9" * 5000}})), "stream_failed"),
        (streams(b"data: " + b"[" * 100_000 + b"\n\n"), "malformed"),
        (streams(b'data: {"created": ' + b"1" * 5000 + b"}\n\n"), "malformed"),
    ],
)
async def test_whatever_a_service_sends_is_an_error_of_ours(answer: Answer, key: str) -> None:
    async with asyncio.timeout(30):
        assert (await fails(answer)).key == f"generators.{key}"
