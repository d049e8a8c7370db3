"""The fake Telegram is held to the Bot API, and so is who talks to it."""

import inspect
import re

import pytest
from telegram import Bot
from telegram.error import InvalidToken

from bots.fakes.telegram_server import TelegramServer, answers, chats, media, messages, profile, webhooks
from bots.fakes.telegram_server.schema import Schema
from tests.support.telegram_probe import ask, refused
from tests.support.telegram_running import builder

CONVENIENCE = {"filename", "allow_sending_without_reply", "reply_to_message_id", "disable_web_page_preview"}
"""What python-telegram-bot makes other parameters of."""
TRANSPORT = {"self", "read_timeout", "write_timeout", "connect_timeout", "pool_timeout", "api_kwargs"}


def test_every_method_that_is_described_is_served() -> None:
    served = {*messages.HANDLERS, *media.HANDLERS, *chats.HANDLERS, *answers.HANDLERS, *profile.METHODS}

    assert served | {"getUpdates", *webhooks.METHODS} == set(Schema().methods)


@pytest.mark.parametrize("method", sorted(Schema().methods))
def test_python_telegram_bot_sends_nothing_that_the_bot_api_has_not(method: str) -> None:
    snake = re.sub(r"(?<!^)([A-Z])", lambda letter: f"_{letter[1].lower()}", method)
    sends = set(inspect.signature(getattr(Bot, snake)).parameters) - TRANSPORT

    assert sends - CONVENIENCE <= Schema().parameters(method)


@pytest.mark.parametrize(
    ("method", "parameters", "problem"),
    [
        ("sendMessage", {"chat_id": 1, "text": "x", "thread_id": 3}, "thread_id: there is no such parameter"),
        ("sendMessage", {"chat_id": 1, "text": "x", "reply_to_message_id": 3}, "reply_to_message_id: there is no such"),
        ("sendMessage", {"chat_id": 1}, "text: is needed"),
        ("sendMessage", {"chat_id": 1, "text": "x", "message_thread_id": "top"}, "message_thread_id: is no Integer"),
        ("sendMessage", {"chat_id": 1, "text": "x", "entities": [{"type": "bold"}]}, "entities.0.offset: is needed"),
        ("sendMessage", {"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": [[{"txt": "x"}]]}}, "text: is"),
        ("sendMessage", {"chat_id": 1, "text": "x", "message_effect_id": "5"}, "parameters message_effect_id"),
        ("sendMessage", {"chat_id": 1, "text": "x", "parse_mode": "Markdown"}, "keeps for old bots"),
        ("sendRichMessage", {"chat_id": 1}, "this method is not emulated"),
        ("sendMesage", {"chat_id": 1}, "has no such method"),
        ("sendDocument", {"chat_id": 1, "document": "https://talchum.example/x.pdf"}, "files from an address"),
        ("logOut", {}, "logging out"),
    ],
)
async def test_what_there_is_not_or_not_here_fails_the_test(
    method: str, parameters: dict[str, object], problem: str
) -> None:
    server = TelegramServer()
    with pytest.raises(AssertionError, match=problem):
        async with server:
            await refused(server, method, **parameters)

    assert server.answers() == []


async def test_a_bot_cannot_be_closed_soon_after_it_was_started() -> None:
    async with TelegramServer() as server:
        answer = await ask(server, "close")

    assert answer["parameters"] == {"retry_after": 600}


async def test_an_answer_of_the_server_itself_is_held_to_the_bot_api(monkeypatch: pytest.MonkeyPatch) -> None:
    from bots.fakes.telegram_server import payloads

    right = payloads.user
    monkeypatch.setattr(payloads, "user", lambda user: {**right(user), "nickname": user.name})
    with pytest.raises(AssertionError, match="User has no such field"):
        async with TelegramServer() as server, builder(server).build().bot as bot:
            await bot.get_me()


async def test_an_update_of_the_server_itself_is_held_to_the_bot_api(monkeypatch: pytest.MonkeyPatch) -> None:
    from bots.fakes.telegram_server import payloads

    right = payloads.chat
    monkeypatch.setattr(payloads, "chat", lambda chat: {**right(chat), "id": str(chat.id)})
    with pytest.raises(AssertionError, match=r"update\.message\.chat\.id: is no Integer"):
        async with TelegramServer() as server:
            server.say(server.private, server.person, "hello")


async def test_problems_that_were_meant_can_be_cleared() -> None:
    async with TelegramServer() as server:
        await refused(server, "sendRichMessage")
        assert server.problems == ["sendRichMessage: this method is not emulated"]
        server.problems.clear()


async def test_the_bot_api_is_the_newest_that_is_known() -> None:
    async with TelegramServer() as server:
        assert server.service.schema.version == "10.3"
        assert {"sendMessage", "sendMessageDraft", "answerGuestQuery"} <= set(server.service.schema.methods)


async def test_another_token_is_refused() -> None:
    async with TelegramServer() as server:
        bot = Bot("123:AAFanotherTokenThatIsWrong12345", base_url=server.base_url)
        malformed = Bot("nonsense", base_url=server.base_url)
        for one, status in ((bot, 401), (malformed, 404)):
            with pytest.raises(InvalidToken):
                await one.initialize()
            assert server.requests()[-1].status == status
            await one.shutdown()
