"""`talchum safety`: the page that says how people are kept safe."""

import sys
from typing import Annotated

import typer

from bots.cli.common import SettingsFile, run, settings_of, show
from bots.config import Settings
from bots.errors import Unknown
from bots.parts import open_register, utc_now
from bots.safety import Page, Safety, as_html, as_markdown, card
from moderation.words import LANGUAGES


def safety(
    html: Annotated[bool, typer.Option("--html", help="safety_html")] = False,
    markdown: Annotated[bool, typer.Option("--md", help="safety_md")] = False,
    language: Annotated[str, typer.Option("--language", help="safety_language", metavar="en|ko")] = "",
    file: SettingsFile = None,
) -> None:
    """safety"""
    settings = settings_of(file)
    if language and language not in LANGUAGES:
        raise Unknown("safety.unknown_language", name=language, known=", ".join(LANGUAGES))
    page = run(_page(settings, language or settings.language))
    if html or markdown:
        sys.stdout.write(as_html(page) if html else as_markdown(page))
    else:
        show(card(page), settings)


async def _page(settings: Settings, language: str) -> Page:
    async with open_register(settings) as register:
        return await Safety(register, utc_now).page(settings.places, language)
