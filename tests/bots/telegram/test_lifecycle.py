"""How the Telegram bot begins, goes on whatever happens, and ends; what it knows after a restart."""

import asyncio
import contextlib
import socket
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
from pydantic import SecretStr

from bots.errors import RefuseToStart
from bots.fakes.telegram_server import Broken, Garbage, Hold, Refused, Reset, TelegramServer, TooMany
from bots.state.memory import MemoryState
from bots.telegram_bot.client import Webhook
from bots.telegram_bot.platform import Telegram
from tests.support.discord_stage import said_to
from tests.support.house import open_house
from tests.support.stage import NOW, reply_of, scripted
from tests.support.telegram_stage import Gate, gated, on_telegram, platform, surroundings

FIRST = reply_of("First.")
SECOND = reply_of("Second.")
THIRD = reply_of("Third.")


def memory() -> MemoryState:
    return MemoryState(clock=lambda: NOW)


async def test_a_token_that_telegram_does_not_accept_is_told_and_nothing_starts() -> None:
    async with TelegramServer() as server, open_house(scripted(THIRD)) as opened:
        for token in ("123:wrong", "nonsense"):
            telegram = Telegram(SecretStr(token), surroundings, base_url=server.url)
            with pytest.raises(RefuseToStart) as refusal:
                await telegram.serve(opened.host)
            assert "BotFather" in refusal.value.explain("en")


async def test_a_telegram_that_cannot_be_reached_yet_is_tried_again() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0)

    async with TelegramServer() as server:
        server.plan("getMe", Reset(), Broken(), Garbage())
        async with on_telegram(scripted(FIRST), server=server, sleep=sleep) as stage:
            server.say(server.private, server.person, "Hello")
            await stage.until_says(server.private, "First.")

    assert waits[:3] == [1.0, 2.0, 4.0]


async def test_it_is_known_whether_telegram_answers() -> None:
    seen: list[bool] = []

    async with TelegramServer() as server:
        server.plan("getUpdates", Broken())

        async def sleep(_: float) -> None:
            seen.append(stage.telegram.connected)
            await asyncio.sleep(0)

        async with on_telegram(scripted(FIRST), server=server, sleep=sleep) as stage:
            server.say(server.private, server.person, "Hello")
            await stage.until_says(server.private, "First.")
            served = stage.telegram.connected
        ended = stage.telegram.connected

    assert seen[0] is False
    assert (served, ended) == (True, False)


async def test_no_answer_to_a_poll_ends_the_polling() -> None:
    async def sleep(seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.01))

    async with on_telegram(scripted(FIRST), sleep=sleep) as stage:
        server = stage.server
        server.plan(
            "getUpdates",
            Refused(code=404, description="Not Found: method not found"),
            Refused(code=409, description="Conflict: terminated by other getUpdates request"),
            Refused(code=403, description="Forbidden: bot was blocked by the user"),
            TooMany(retry_after=timedelta(seconds=1)),
            Broken(),
            Reset(after=True),
            Garbage(),
        )
        server.updates.end_poll("terminated by other getUpdates request")
        server.say(server.private, server.person, "Hello")
        await stage.until_says(server.private, "First.")


async def test_an_update_that_cannot_be_read_keeps_nobody_elses_back(caplog: pytest.LogCaptureFixture) -> None:
    async with TelegramServer() as server:
        body = {"message_id": 5, "date": 1, "chat": {"id": 3, "unheard": "of"}, "text": "secret"}
        server.updates.add("message", body, ("chat", 3))
        async with on_telegram(scripted(FIRST), server=server) as stage:
            server.say(server.private, server.person, "Hello")
            await stage.until_says(server.private, "First.")
        server.problems.clear()  # the server noticed, too

    assert "cannot be read" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("method", ["deleteWebhook", "getUpdates"])
async def test_a_token_that_is_withdrawn_ends_the_program_with_a_word(method: str) -> None:
    async with TelegramServer() as server, open_house(scripted(THIRD)) as opened:
        server.plan(method, Refused(code=401, description="Unauthorized"))
        with pytest.raises(RefuseToStart):
            await platform(server).serve(opened.host)


async def test_a_webhook_that_is_left_over_does_not_keep_it_from_polling() -> None:
    async with TelegramServer() as server:
        server.updates.webhook = True
        async with on_telegram(scripted(FIRST), server=server) as stage:
            server.updates.webhook = False
            server.say(server.private, server.person, "Hello")
            await stage.until_says(server.private, "First.")
            assert server.requests("deleteWebhook")


async def test_what_was_answered_before_a_restart_is_not_answered_again_and_what_came_meanwhile_is() -> None:
    state = memory()
    first, second = scripted(FIRST), scripted(SECOND)
    async with TelegramServer() as server:
        async with on_telegram(first, server=server, state=state) as stage:
            server.say(server.private, server.person, "Hello")
            await stage.until_says(server.private, "First.")
        server.say(server.private, server.person, "Anybody?")
        async with on_telegram(second, server=server, state=state) as stage:
            await stage.until_says(server.private, "Second.")

        assert said_to(second) == ["Anybody?"]


async def test_a_message_whose_reply_was_not_begun_when_the_program_ended_is_answered_after_it() -> None:
    state = memory()
    gate, second = Gate(0), scripted(SECOND)
    async with TelegramServer() as server:
        async with on_telegram(gated(gate, FIRST), server=server, state=state):
            server.say(server.private, server.person, "Hello")
            await server.until(lambda: server.requests("sendChatAction"))
        async with on_telegram(second, server=server, state=state) as stage:
            await stage.until_says(server.private, "Second.")

        assert said_to(second) == ["Hello"]


async def test_a_message_whose_reply_stood_nowhere_when_the_program_was_killed_is_answered_after_it() -> None:
    state = memory()
    async with TelegramServer() as server:
        async with on_telegram(scripted(THIRD), server=server, state=state) as stage:
            replies = stage.opened.house.replies
            number = server.private.id
            await replies.claim("telegram", f"{number}:777", within=f"{number}:777")
            await replies.begin(
                platform="telegram",
                conversation=f"telegram:dm:{number}",
                server="",
                persona="keeper",
                person=f"telegram:user:{number}",
                message=f"{number}:777",
                channel=str(number),
            )
        async with on_telegram(scripted(THIRD), server=server, state=state) as stage:
            assert await stage.opened.house.replies.claim("telegram", f"{number}:777")


async def test_a_reply_under_way_when_the_program_ends_is_shown_as_far_as_it_came_and_not_told_again() -> None:
    state = memory()
    gate, second = Gate(len("Good evening. Come i")), scripted(SECOND)
    async with TelegramServer() as server:
        async with on_telegram(gated(gate, reply_of("Good evening.", "Come in.")), server=server, state=state) as stage:
            server.say(server.private, server.person, "Hello")
            await server.until(lambda: server.private.drafts)
        (message,) = [one for one in server.answers(server.private) if one.text.startswith("Maren · AI")]
        assert message.text == "Maren · AI\nGood evening."
        async with on_telegram(second, server=server, state=state) as stage:
            server.say(server.private, server.person, "And?")
            await stage.until_says(server.private, "Second.")

        assert said_to(second) == ["And?"]


async def test_a_reply_that_a_killed_program_left_half_shown_is_marked() -> None:
    state = memory()
    async with TelegramServer() as server:
        async with on_telegram(scripted(FIRST), server=server, state=state) as stage:
            server.say(server.private, server.person, "Hello")
            await stage.until_says(server.private, "First.")
            record = await stage.ended(server.private)
            await stage.opened.house.replies.keep(replace(record, running=True))
        async with on_telegram(scripted(THIRD), server=server, state=state) as stage:
            message = await stage.until_says(server.private, "interrupted")

        assert message.text.startswith("Maren · AI\nFirst.\n")
        assert len(message.buttons) == 9


async def test_what_people_pressed_is_not_done_twice_after_a_restart() -> None:
    state = memory()
    async with TelegramServer() as server:
        async with on_telegram(scripted(FIRST, SECOND), server=server, state=state) as stage:
            server.say(server.private, server.person, "Hello")
            message = await stage.until_says(server.private, "First.")
            server.press(message, "🔄", server.person)
            await stage.until_says(server.private, "Second.")
        async with on_telegram(scripted(THIRD), server=server, state=state):
            assert not [update for update in server.updates.pending if update.kind == "callback_query"]


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def webhook(port: int) -> Webhook:
    return Webhook(url="https://bot.example/tg", secret="s3cret", listen="127.0.0.1", port=port)


async def test_updates_that_are_brought_are_answered_and_nobody_else_may_bring_any() -> None:
    port = free_port()
    async with TelegramServer() as server:
        server.proxy("https://bot.example", f"http://127.0.0.1:{port}")
        async with on_telegram(scripted(FIRST), server=server, webhook=webhook(port)) as stage:
            server.say(server.private, server.person, "Hello")
            await stage.until_says(server.private, "First.")
            async with aiohttp.ClientSession() as session:
                url = f"http://127.0.0.1:{port}"
                for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guess"}):
                    async with session.post(f"{url}/tg", json={"update_id": 1}, headers=headers) as answer:
                        assert answer.status == 403
                right = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
                async with session.post(f"{url}/tg", data=b"nonsense", headers=right) as answer:
                    assert answer.status == 400
                newer = {"update_id": 2, "message": {"message_id": "of another kind"}}
                async with session.post(f"{url}/tg", json=newer, headers=right) as answer:
                    assert answer.status == 200, "refused, it would come again for ever"
                async with session.get(f"{url}/health") as answer:
                    assert answer.status == 204

            assert not server.requests("getUpdates")


async def test_any_path_may_be_the_one_of_a_webhook() -> None:
    port = free_port()
    around = replace(webhook(port), url="https://bot.example/tg/(a+b).c")
    async with TelegramServer() as server:
        server.proxy("https://bot.example", f"http://127.0.0.1:{port}")
        async with on_telegram(scripted(FIRST), server=server, webhook=around) as stage:
            server.say(server.private, server.person, "Hello")
            await stage.until_says(server.private, "First.")


async def test_an_update_that_was_brought_and_not_answered_before_the_end_is_answered_after_it() -> None:
    port, state, second = free_port(), memory(), scripted(SECOND)
    async with TelegramServer(webhook_pause=timedelta(milliseconds=20)) as server:
        server.proxy("https://bot.example", f"http://127.0.0.1:{port}")
        async with on_telegram(gated(Gate(0), FIRST), server=server, state=state, webhook=webhook(port)):
            server.say(server.private, server.person, "Hello")
            await server.until(lambda: server.requests("sendChatAction"))
        async with on_telegram(second, server=server, state=state, webhook=webhook(port)) as stage:
            await stage.until_says(server.private, "Second.")

        assert said_to(second) == ["Hello"]


async def test_one_conversation_does_not_wait_for_another() -> None:
    async with on_telegram(scripted(FIRST, SECOND)) as stage:
        server = stage.server
        hold = Hold()
        server.plan("sendMessage", hold, chat=server.private)
        server.say(server.private, server.person, "Hello")
        await hold.arrived.wait()
        server.say(server.group, server.owner, "Hello", mention_bot=True)
        await stage.until_says(server.group, "Second.")
        hold.release()
        await stage.until_says(server.private, "First.")


async def test_two_presses_at_once_are_one() -> None:
    generator = scripted(FIRST, SECOND, reply_of("Third."))
    async with on_telegram(generator) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        await stage.until_says(server.private, "First.")
        await server.until(lambda: server.answers(server.private)[-1].buttons)
        reply = server.answers(server.private)[-1]
        data = next(one["callback_data"] for one in reply.buttons if one["callback_data"].startswith("r1:again"))
        for _ in range(2):
            server.press(reply, data, server.person)
        await stage.until_says(server.private, "Too much is going on")
        await server.until(lambda: "Second." in reply.text)

        assert len(said_to(generator)) == 2
