"""`talchum doctor`: what is wrong, and what to click or type about it."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bots.cli.common import run, settings_of, show
from bots.config import FILE_NAME, SETTINGS_VARIABLE, Settings
from bots.errors import SettingsError

_Offline = Annotated[bool, typer.Option("--offline", help="doctor_offline")]
_File = Annotated[
    Path | None,
    typer.Option("--settings", help="settings", metavar="FILE", envvar=SETTINGS_VARIABLE, show_envvar=False),
]


def doctor(offline: _Offline = False, file: _File = None) -> None:
    """doctor"""
    from bots.doctor import bad, card_of

    try:
        settings = settings_of(file)
    except SettingsError as error:
        blank = settings_of(Path(os.devnull))
        blank = replace(blank, language=error.language or blank.language)
        show(card_of("doctor.title_house", [bad("doctor.about_settings", error)], blank.language), blank)
        raise typer.Exit(1) from None
    raise typer.Exit(run(_examine(settings, file or Path(FILE_NAME), offline=offline)))


async def _examine(settings: Settings, file: Path, *, offline: bool) -> int:
    """Everything, told as it is found; the exit code."""
    from bots.desk_checkup import look_at_desk
    from bots.discord_bot.checkup import look_at_discord
    from bots.doctor import Grade, card_of, look_at_house, look_at_models, look_at_settings, summary
    from bots.monitor_checkup import look_at_monitor
    from bots.notice_checkup import look_at_notices
    from bots.parts import utc_now
    from bots.telegram_bot.checkup import look_at_telegram
    from bots.tier_checkup import look_at_tiers

    language = settings.language
    house = await look_at_house(settings, today=utc_now().date(), offline=offline)
    found = [look_at_settings(file), *house, await look_at_notices(settings), *await look_at_desk(settings)]
    found.append(await look_at_monitor(settings, now=utc_now()))
    show(card_of("doctor.title_house", found, language), settings)
    models = (*await look_at_models(settings, offline=offline), *await look_at_tiers(settings, offline=offline))
    show(card_of("doctor.title_models", models, language), settings)
    found += models
    if settings.discord or not settings.telegram:  # where nothing is to be served, that is told once
        discord = await look_at_discord(settings, offline=offline, now=utc_now)
        show(card_of("doctor.title_discord", discord, language), settings)
        found += discord
    if settings.telegram:
        telegram = await look_at_telegram(settings, offline=offline, now=utc_now())
        show(card_of("telegram_doctor.title", telegram, language), settings)
        found += telegram
    show(summary(found, language), settings)
    return int(any(finding.grade is Grade.BAD for finding in found))
