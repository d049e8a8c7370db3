"""How a stream comes in: packets, slow consumers, bodies that do not end; and how a service is reached."""

import asyncio
from datetime import timedelta

from personas.messages import Finish
from tests.personas.openai_wire import DONE, HELLO, SOON, client, collect, event, figures, says, streams, wire


async def test_a_slow_consumer_does_not_make_a_stall() -> None:
    sent = asyncio.Event()
    answer = streams(*[event("a ")] * 30, event(finish="stop"), DONE, sent)
    async with (
        wire(answer) as served,
        client(served, idle=SOON) as chat,
        chat.generate(HELLO) as generation,
    ):
        first = await anext(generation)
        await sent.wait()
        await asyncio.sleep(2 * SOON.total_seconds())
        assert first + "".join([piece async for piece in generation]) == "a " * 30


async def test_a_reply_longer_than_the_buffer_arrives_whole() -> None:
    async with (
        wire(says(*["ab "] * 1000)) as served,
        client(served, idle=SOON) as chat,
        chat.generate(HELLO) as generation,
    ):
        first = await anext(generation)
        await asyncio.sleep(2 * SOON.total_seconds())
        assert first + "".join([piece async for piece in generation]) == "ab " * 1000


async def test_what_one_packet_brings_together_is_one_piece() -> None:
    packets = event(role="assistant") + event("Arr, ") + event("ma"), 0.05, event("tey.") + event(finish="stop") + DONE
    async with (
        wire(streams(*packets)) as served,
        client(served) as chat,
        chat.generate(HELLO) as generation,
    ):
        assert [piece async for piece in generation] == ["Arr, ma", "tey."]


async def test_a_body_that_does_not_end_after_its_last_event_holds_nothing_up() -> None:
    answer = streams(event("Arr."), event(finish="stop"), figures(7, 1), DONE, 60.0)
    async with wire(answer) as served, client(served, idle=timedelta(seconds=50)) as chat:
        async with asyncio.timeout(30), chat.generate(HELLO) as generation:
            assert [piece async for piece in generation] == ["Arr."]
        assert (generation.finish, generation.usage.estimated) == (Finish.STOP, False)


async def test_a_service_behind_credentials_of_its_url_is_asked_with_these() -> None:
    async with wire(says("Arr.")) as served:
        served.base_url = served.base_url.replace("127.0.0.1", "captain:hook@127.0.0.1")
        async with client(served) as chat:
            assert await collect(chat) == "Arr."
    assert "captain:hook" not in served.heads[0]
    assert "Basic Y2FwdGFpbjpob29r" in served.heads[0]
