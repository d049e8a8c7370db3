"""Photos that the fake Telegram is given, or fetches from an address, and those that it does not take."""

import struct

import pytest
from telegram.error import BadRequest

from bots.fakes.telegram_server import Status, TelegramServer
from bots.fakes.telegram_server.people import PIXEL
from tests.support.telegram_running import builder

LAMP = "https://talchum.example/lamp.png"


def png(width: int, height: int) -> bytes:
    """The beginning of a picture of that size."""
    return PIXEL[:8] + struct.pack(">I4sII", 13, b"IHDR", width, height)


async def test_a_photo_is_fetched_from_its_address_and_can_be_sent_again() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        server.world.web[LAMP] = png(640, 480)
        chat = server.private.id
        photo = await bot.send_photo(chat, LAMP, caption="<b>Maren</b>", parse_mode="HTML")
        again = await bot.send_photo(chat, photo.photo[-1].file_id)

    assert (photo.caption, photo.caption_entities[0].type) == ("Maren", "bold")
    assert again.photo[-1].file_unique_id == photo.photo[-1].file_unique_id
    assert server.people.file_of(server.answers()[0]).data == png(640, 480)


@pytest.mark.parametrize(
    ("found", "refusal"),
    [
        (None, "Failed to get http url content"),
        (PIXEL + bytes((5 << 20) + 1 - len(PIXEL)), "Failed to get http url content"),
        (b"<!doctype html>", "Wrong type of the web page content"),
        (png(9_000, 1_001), "Photo_invalid_dimensions"),
        (png(2_100, 100), "Photo_invalid_dimensions"),
    ],
)
async def test_what_is_no_photo_at_an_address_or_too_large_is_refused(found: bytes | None, refusal: str) -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        if found is not None:
            server.world.web[LAMP] = found
        with pytest.raises(BadRequest, match=refusal):
            await bot.send_photo(server.private.id, LAMP)

    assert server.answers() == []


@pytest.mark.parametrize("size", [(9_000, 1_000), (2_000, 100)])
async def test_the_largest_photos_are_taken(size: tuple[int, int]) -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        server.world.web[LAMP] = png(*size) + bytes((5 << 20) - len(png(*size)))
        await bot.send_photo(server.private.id, LAMP)
        await bot.send_photo(server.private.id, png(*size), caption="x" * 1024)

    assert len(server.answers()) == 2


async def test_a_photo_that_is_uploaded_is_held_to_the_same_sides() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        with pytest.raises(BadRequest, match="Photo_invalid_dimensions"):
            await bot.send_photo(server.private.id, png(1, 21))


async def test_where_members_may_send_no_photos_only_administrators_do() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        server.group.pictures = False
        with pytest.raises(BadRequest, match="Not enough rights to send photos to the chat"):
            await bot.send_photo(server.group.id, png(10, 10))
        permissions = (await bot.get_chat(server.group.id)).permissions
        server.world.join(server.group, server.world.bot, Status.ADMINISTRATOR)
        await bot.send_photo(server.group.id, png(10, 10))

    assert permissions is not None
    assert (permissions.can_send_messages, permissions.can_send_photos) == (True, False)
    assert len(server.answers()) == 1


async def test_polls_places_and_videos_come_as_they_do_at_telegram() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        here, person = server.private, server.person
        server.people.poll(here, person, "Tea?", ["Yes", "No"])
        server.people.location(here, person, 37.58, 126.98)
        server.people.video(here, person, "the pier")
        poll, place, video = [update.message for update in await bot.get_updates()]

    assert poll is not None
    assert poll.poll is not None
    assert [option.text for option in poll.poll.options] == ["Yes", "No"]
    assert place is not None
    assert place.location is not None
    assert place.location.latitude == 37.58
    assert video is not None
    assert (video.caption, video.effective_attachment) == ("the pier", video.video)
