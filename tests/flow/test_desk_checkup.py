"""What `talchum doctor` says of the review desk."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bots.config import Settings
from bots.desk_checkup import look_at_desk
from bots.doctor import Grade
from bots.errors import SettingsError
from bots.parts import open_state, open_store, utc_now
from bots.places import Places
from moderation.words import LANGUAGES
from tests.support.exchanges import closing, objection, opening


def settings_of(folder: Path, document: str = "") -> Settings:
    return Settings.load(document.encode(), {"TALCHUM_DATA": str(folder / "data")}, file=folder / "talchum.toml")


async def kept(settings: Settings, *, since: timedelta) -> None:
    """A case of the lowest priority that waits since so long."""
    async with open_store(settings) as store:
        await store.close(await store.open(replace(opening(), at=utc_now() - since), objection()), closing())


async def test_a_desk_on_which_nothing_is_late_is_good_and_says_what_waits(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    await kept(settings, since=timedelta(hours=1))

    (found,) = await look_at_desk(settings)

    assert found.grade is Grade.GOOD
    assert "One case waits, not too long" in found.told.explain("en")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_overdue_by_the_deadlines_of_the_settings_is_told(tmp_path: Path, language: str) -> None:
    await kept(settings_of(tmp_path), since=timedelta(hours=100))

    (usual,) = await look_at_desk(settings_of(tmp_path))
    (found,) = await look_at_desk(settings_of(tmp_path, "[review]\nlow_hours = 99"))

    assert usual.grade is Grade.GOOD
    assert found.grade is Grade.DOUBTFUL
    assert "talchum review list" in found.told.explain(language)


async def test_a_nudge_that_nobody_could_hear_is_told_until_there_is_a_channel(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "[discord]")
    (unheard,) = await look_at_desk(settings)
    (unwanted,) = await look_at_desk(settings_of(tmp_path, "[discord]\n[review]\nnudge = false"))
    async with open_state(settings) as state:
        await Places(state, settings.places).change("discord:server:1", log_channel="2")
    (heard,) = await look_at_desk(settings)

    assert "log_channel" in unheard.told.explain("en")
    assert [each.grade for each in (unheard, unwanted, heard)] == [Grade.DOUBTFUL, Grade.GOOD, Grade.GOOD]


async def test_a_database_that_is_none_is_told_of_elsewhere(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    settings.data.mkdir()
    settings.store.write_bytes(b"not a database at all " * 100)

    assert await look_at_desk(settings) == ()


def test_a_more_pressing_case_is_not_given_more_time(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        settings_of(tmp_path, "[review]\nurgent_hours = 30")

    assert "urgent_hours, high_hours" in refused.value.explain("en")
