"""`talchum lore`: lorebooks, as files and where they hold."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bots.cards import Card, Row, Tone
from bots.cli.common import SettingsFile, run, say, settings_of, show
from bots.config import Settings
from bots.errors import RefuseToStart, UsageError
from bots.lore_cards import book_rows, described, mention_row
from bots.lore_commands import examined
from bots.lorebooks import Attached, Attachments
from bots.parts import open_guard, open_state
from bots.places import kind_of
from moderation.file_faults import reason_of
from personas.lore import Lorebook
from personas.lore.engine import Compiled, Talk
from personas.lore.judging import objections
from personas.lore.loading import MAX_BYTES, read_lorebook, require_content
from personas.lore.source import tell_all
from personas.prompting import estimate_tokens

lore_app = typer.Typer(help="lore", no_args_is_help=True)

_BUDGET = 1_000
"""Tokens, where a book has none of its own."""
BookFile = Annotated[Path, typer.Argument(help="lore_file", metavar="FILE")]


def _place(given: str) -> str:
    """The key of a place, as it was typed. Raises UsageError where it can be none: nothing is attached to nowhere."""
    if given and not kind_of(given):
        raise UsageError("prompts.expected_place", given=given)
    return given


Server = Annotated[str, typer.Option("--server", help="lore_server", metavar="KEY", callback=_place)]


@lore_app.command("check")
def lore_check(
    paths: Annotated[list[Path], typer.Argument(help="lore_files", metavar="FILE")], file: SettingsFile = None
) -> None:
    """lore_check"""
    settings = settings_of(file)
    wrong = [not run(_checked(path, settings)) for path in paths]
    raise typer.Exit(1 if any(wrong) else 0)


@lore_app.command("test")
def lore_test(
    path: BookFile,
    text: Annotated[str, typer.Argument(help="lore_text", metavar="TEXT")],
    moment: Annotated[datetime | None, typer.Option("--moment", help="lore_moment", formats=["%Y-%m-%d"])] = None,
    file: SettingsFile = None,
) -> None:
    """lore_test"""
    settings = settings_of(file)
    talk = Talk(texts=(text,), message=1, moment=moment.date() if moment else None)
    mentions, _ = tell_all(
        [Compiled.of(_read(path))], talk, {}, budget=_BUDGET, size=lambda entry: estimate_tokens(entry.content)
    )
    rows = tuple(mention_row(mention, settings.language) for mention in mentions)
    show(Card(title=say("lore.test_title" if rows else "lore.test_none", settings), rows=rows), settings)


@lore_app.command("list")
def lore_list(server: Server, file: SettingsFile = None) -> None:
    """lore_list"""
    settings = settings_of(file)
    run(_list(server, settings))


@lore_app.command("add")
def lore_add(
    path: BookFile,
    server: Server,
    scope: Annotated[str, typer.Option("--place", help="lore_place", metavar="KEY", callback=_place)] = "",
    persona: Annotated[str, typer.Option("--persona", help="lore_persona", metavar="ID")] = "",
    file: SettingsFile = None,
) -> None:
    """lore_add"""
    settings = settings_of(file)
    if scope and persona:
        raise RefuseToStart("lore.one_place")
    run(_add(path, server, scope if scope or persona else server, persona, settings))


@lore_app.command("remove")
def lore_remove(
    name: Annotated[str, typer.Argument(help="lore_id", metavar="ID")], server: Server, file: SettingsFile = None
) -> None:
    """lore_remove"""
    settings = settings_of(file)
    run(_remove(name, server, settings))


async def _checked(path: Path, settings: Settings) -> bool:
    """Show a book, and what the guard has against its entries; whether it has nothing."""
    book = await asyncio.to_thread(_read, path)
    async with open_guard(settings) as guard:
        against = await objections(book, guard)
    rows = [Row(label=name, text=", ".join(rules) or "-") for name, rules in against.items()]
    title = say("lore.check_bad" if rows else "lore.check_good", settings, file=path, count=len(rows))
    tone = Tone.BAD if rows else Tone.GOOD
    show(Card(title=title, rows=(*book_rows(book, settings.language), *rows), tone=tone), settings)
    return not rows


async def _list(server: str, settings: Settings) -> None:
    async with open_state(settings) as state:
        attached = await Attachments(state).attached(server)
    rows = tuple(Row(label=each.id, text=described(each, settings.language)) for each in attached)
    show(Card(title=say("lore.list_title" if rows else "lore.none", settings), rows=rows), settings)


async def _add(path: Path, server: str, scope: str, persona: str, settings: Settings) -> None:
    data = await asyncio.to_thread(_bytes, path)
    async with open_guard(settings) as guard:
        book = await examined(data, path.name, guard)
    attached = Attached.of(book, scope=scope, persona=persona, file=path.name)
    async with open_state(settings) as state:
        replaced = await Attachments(state).attach(server, attached, data)
    title = say("lore.replaced" if replaced else "lore.added", settings, id=book.id, count=len(book.entries))
    show(Card(title=title, tone=Tone.GOOD), settings)


async def _remove(name: str, server: str, settings: Settings) -> None:
    async with open_state(settings) as state:
        gone = await Attachments(state).detach(server, name)
    show(Card(title=say("lore.removed", settings, id=gone.id), tone=Tone.GOOD), settings)


def _read(path: Path) -> Lorebook:
    book = read_lorebook(_bytes(path), file=str(path))
    require_content(book, file=str(path))
    return book


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise RefuseToStart("lore.unreadable", file=path, reason=reason_of(error)) from error
