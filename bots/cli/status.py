"""`talchum status`: how the program that serves is."""

import typer

from bots.cli.common import SettingsFile, settings_of, show


def status(file: SettingsFile = None) -> None:
    """status"""
    from bots.parts import utc_now
    from bots.status import card_of, healthy, read

    settings = settings_of(file)
    now = utc_now()
    found = read(settings.status_file)
    show(card_of(found, now, settings.language, folder=settings.data), settings)
    raise typer.Exit(0 if healthy(found, now) else 1)
