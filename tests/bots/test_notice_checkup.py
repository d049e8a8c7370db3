"""What `talchum doctor` says of notices."""

import asyncio
from pathlib import Path

import pytest

from bots.config import Settings
from bots.doctor import Grade
from bots.notice_checkup import look_at_notices
from bots.parts import open_state
from bots.places import Places
from moderation.words import LANGUAGES


async def settings_of(document: str, folder: Path) -> Settings:
    environment = {"TALCHUM_DATA": str(folder), "TALCHUM_LANGUAGE": "en"}
    return await asyncio.to_thread(Settings.load, document.encode(), environment)


async def test_it_says_which_laws_hold_how_often_and_what_else(tmp_path: Path) -> None:
    found = await look_at_notices(await settings_of('[places]\nnotices = ["washington", "korea"]', tmp_path))
    usual = await look_at_notices(await settings_of("", tmp_path))

    assert found.grade is Grade.GOOD
    for words in ("washington, korea", "everybody every 180 minutes", "minors every 60", "the name says AI", "more: 0"):
        assert words in found.told.explain()
    assert "break" in usual.told.explain()
    assert (
        "not again" in (await look_at_notices(await settings_of('[places]\nnotices = ["eu"]', tmp_path))).told.explain()
    )


async def test_it_counts_the_places_in_which_more_holds(tmp_path: Path) -> None:
    settings = await settings_of("", tmp_path)
    async with open_state(settings) as state:
        places = Places(state, settings.places)
        await places.change("discord:server:1", notices=["eu"])
        await places.change("telegram:server:2", notices=["korea"])
        await places.change("telegram:server:3", notices=["default"])
        await places.change("discord:server:4", paused=True)

    assert "more: 2" in (await look_at_notices(settings)).told.explain()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_says_so_where_nothing_else_is_asked_for(language: str, tmp_path: Path) -> None:
    found = await look_at_notices(await settings_of('[places]\nnotices = ["washington"]', tmp_path))

    assert {"en": "nothing", "ko": "없음"}[language] in found.told.explain(language)
