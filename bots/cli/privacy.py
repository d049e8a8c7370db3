"""`talchum privacy`: what is kept of a person, for whoever runs the instance and is asked for it by other ways."""

import re
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated, Final

import typer

from bots.cards import Card, Row
from bots.cli.common import SettingsFile, run, say, settings_of, show
from bots.config import Settings
from bots.consent import WORDINGS, Consents
from bots.console_bot.terminal import PLATFORM as CONSOLE
from bots.errors import UsageError
from bots.parts import new_id, open_state, open_store, utc_now
from bots.privacy import PrivacyCommands
from bots.replies import Replies
from bots.retention import Retention
from bots.state import State

privacy_app = typer.Typer(help="privacy", no_args_is_help=True)

_Person = Annotated[str, typer.Argument(help="privacy_person", metavar="PERSON")]
_Platform = Annotated[str, typer.Option("--platform", help="privacy_platform", metavar="NAME")]

_KEY: Final = re.compile(r"(discord|telegram):user:[1-9][0-9]{0,19}")
"""Of a person, as platforms make it."""


@privacy_app.callback()
def _privacy() -> None:
    """privacy"""


@privacy_app.command("show")
def show_person(person: _Person, platform: _Platform = "", file: SettingsFile = None) -> None:
    """privacy_show"""
    settings = settings_of(file)
    whose = _platform(person, platform)

    async def work() -> Card:
        async with _open(settings) as (commands, _):
            return await commands.show(person, whose)

    # The hint is of what the person can type.
    title = say("cli.privacy_of", settings, person=person)
    show(replace(run(work()), title=title, hint=""), settings)


@privacy_app.command("export")
def export(person: _Person, platform: _Platform = "", file: SettingsFile = None) -> None:
    """privacy_export"""
    settings = settings_of(file)
    whose = _platform(person, platform)

    async def work() -> bytes:
        async with _open(settings) as (commands, _):
            return await commands.export(person, whose)

    sys.stdout.write(run(work()).decode() + "\n")


@privacy_app.command("erase")
def erase(
    person: _Person,
    platform: _Platform = "",
    sure: Annotated[bool, typer.Option("--yes", help="privacy_yes")] = False,
    file: SettingsFile = None,
) -> None:
    """privacy_erase"""
    settings = settings_of(file)
    whose = _platform(person, platform)

    async def work() -> Card:
        async with _open(settings) as (commands, state):
            if not sure:
                kept = await commands.show(person, whose)
                return Card(title=say("cli.privacy_sure", settings, person=person), rows=kept.rows, hint="--yes")
            await Replies(state, now=utc_now, ids=new_id).unname(person)
            return await commands.erase(person, whose)

    show(run(work()), settings)
    raise typer.Exit(0 if sure else 1)


@privacy_app.command("consent")
def consent(file: SettingsFile = None) -> None:
    """privacy_consent"""
    settings = settings_of(file)

    async def work() -> Card:
        async with open_state(settings) as state:
            return await _consents(Consents(state, utc_now), settings)

    show(run(work()), settings)


@privacy_app.command("retention")
def retention(
    now: Annotated[bool, typer.Option("--now", help="privacy_now")] = False, file: SettingsFile = None
) -> None:
    """privacy_retention"""
    settings = settings_of(file)

    async def work() -> Card:
        async with open_store(settings) as store:
            times = Retention(store, settings.privacy, utc_now)
            found = await (times.run() if now else times.look())
            return times.card(found, done=now, language=settings.language)

    show(run(work()), settings)


async def _consents(ledger: Consents, settings: Settings) -> Card:
    counts = await ledger.counts()
    sums = [
        Row(
            label=say(f"consent.name_{kind}", settings),
            text=say("consent.list_count", settings, yes=counts[kind, True], no=counts[kind, False]),
        )
        for kind in WORDINGS
    ]
    rows = [
        Row(
            label=choice.person,
            text=f"{choice.consent} · "
            + say(
                f"consent.{'yes' if choice.holds else 'outdated' if choice.granted else 'no'}",
                settings,
                day=choice.at.date().isoformat(),
            ),
        )
        for choice in await ledger.everybody()
    ]
    hint = "" if rows else say("consent.list_none", settings)
    return Card(title=say("consent.list_title", settings), rows=(*sums, *rows), hint=hint)


@asynccontextmanager
async def _open(settings: Settings) -> AsyncGenerator[tuple[PrivacyCommands, State], None]:
    """The commands over both places, beside whatever else has them open."""
    async with open_store(settings) as store, open_state(settings) as state:
        yield PrivacyCommands(store, state, clock=utc_now, language=settings.language, theirs=True), state


def _platform(person: str, named: str) -> str:
    """The platform of a person's key, or of the name of somebody at a terminal, where that is `named`. Raises
    UsageError: "nothing is kept" of what is no key would be taken for an erasure."""
    key = _KEY.fullmatch(person)
    if key and named in ("", key[1]):
        return key[1]
    if named == CONSOLE and person.strip() and ":" not in person:
        return CONSOLE
    raise UsageError("cli.privacy_no_person", given=person)
