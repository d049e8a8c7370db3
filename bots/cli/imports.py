"""`talchum persona import`, `talchum persona export`: characters of other programs, into a folder of yours and out."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bots.cards import Card, Row, Tone
from bots.cli.common import SettingsFile, interactive, run, say, settings_of, show, whoever
from bots.cli.new_file import is_there, save
from bots.config import Settings
from bots.errors import RefuseToStart, Unknown
from bots.import_cards import changes, notes
from bots.parts import open_guard, open_state, utc_now
from bots.quarantine import line_of_import
from moderation.file_faults import reason_of
from personas.persona import Persona

if TYPE_CHECKING:
    from personas.differences import Difference

_LARGEST: Final = 16 * 1024 * 1024
"""Bytes of a file that are read: more than a card may have, which is then too large and says so."""
_ENDINGS: Final = (".png", ".json", ".charx", ".yaml")
"""Of the card a persona came in, which stands beside its file."""


class Form(StrEnum):
    """What a persona is written as."""

    PNG = "png"
    JSON = "json"
    CHARX = "charx"
    TOML = "toml"


def persona_import(
    path: Annotated[Path, typer.Argument(help="import_file", metavar="FILE")],
    to: Annotated[Path | None, typer.Option("--to", help="import_to", metavar="FOLDER")] = None,
    name: Annotated[str, typer.Option("--id", help="import_id", metavar="ID")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="import_yes")] = False,
    file: SettingsFile = None,
) -> None:
    """persona_import"""
    from bots.troupe import read_file
    from personas.lint import lint
    from personas.loading import bundled, load_library
    from personas.lore.comparing import book_difference

    settings = settings_of(file)
    folder = to or next(iter(settings.personas.folders), None)
    if folder is None:
        raise RefuseToStart("imports.no_folder")
    if not folder.is_dir():
        raise RefuseToStart("imports.folder_missing", folder=folder)
    data = _read(path)
    read = read_file(data, path.name, name=name, taken=bundled())
    persona, lore = read.persona, _lore(read.book, read.persona.id)
    own = load_library([folder]).get(persona.id)
    blocked = run(_blocked(settings, persona))
    told = (*notes(read.seen, read.unusable, lint(persona), settings.language), *blocked)
    _show(settings, persona, own, told, book_difference(_book(folder, persona.id), read.book))
    if blocked:
        raise typer.Exit(1)
    if not yes:
        _ask(settings)
    run(_written_down(settings, persona, data))
    save(folder / f"{persona.id}.toml", read.document.encode(), force=own is not None)
    if read.card:
        _keep_card(folder, persona.id, read.card)
    if lore:
        with suppress(OSError):  # which is told of what cannot be written there
            (folder / "lore").mkdir(exist_ok=True)
        save(folder / "lore" / f"{persona.id}.json", lore, force=True)
    show(Card(title=say("imports.done", settings, id=persona.id, folder=folder), tone=Tone.GOOD), settings)


def _ask(settings: Settings) -> None:
    """Whether it is to come in; ends the command where it is not."""
    if not interactive():
        raise RefuseToStart("imports.not_asked")
    if not typer.confirm(say("imports.sure", settings)):
        show(Card(title=say("imports.not_done", settings)), settings)
        raise typer.Exit(1)


def persona_export(
    name: Annotated[str, typer.Argument(help="persona_id", metavar="ID")],
    form: Annotated[Form, typer.Option("--as", help="persona_export_as")] = Form.PNG,
    out: Annotated[Path | None, typer.Option("--out", help="persona_export_out", metavar="FILE")] = None,
    file: SettingsFile = None,
) -> None:
    """persona_export"""
    from personas.cards import read_card, write_card
    from personas.loading import load_library
    from personas.writing import to_toml

    settings = settings_of(file)
    personas = load_library(settings.personas.folders)
    if name not in personas:
        raise Unknown("settings.unknown_persona", name=name, known=", ".join(personas))
    persona = personas[name]
    if form is Form.TOML:
        written = to_toml(persona, base=personas.get(persona.extra.get("base", ""))).encode()
    else:
        card = next((card for folder in settings.personas.folders for card in _cards(folder, name)), None)
        read = read_card(_read(card), file=card.name) if card else None
        written = write_card(persona, card=read, form=form)
    target = out or Path(f"{name}.{form}")
    if is_there(target):
        raise RefuseToStart("imports.exists", file=target)
    save(target, written, force=False)
    show(Card(title=say("imports.written", settings, id=name, file=target), tone=Tone.GOOD), settings)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_LARGEST)
    except OSError as error:
        raise RefuseToStart("imports.unreadable", file=path, reason=reason_of(error)) from None


async def _blocked(settings: Settings, persona: Persona) -> tuple[Row, ...]:
    """The lines that the guard does not let through."""
    from personas.cast import blocked_lines

    async with open_guard(settings) as guard:
        found = await blocked_lines(persona, guard)
    return tuple(Row(label=key, text=say("cli.persona_blocked", settings, rules=rules)) for key, rules in found)


def _show(
    settings: Settings, persona: Persona, own: Persona | None, told: tuple[Row, ...], lore: "Difference | None"
) -> None:
    """What would come in, and what is different about it."""
    title = say("imports.replaces" if own else "imports.anew", settings, name=persona.name, id=persona.id)
    rows = (*told, *changes(own, persona, lore, settings.language, room=None))
    show(Card(title=title, rows=rows), settings)


async def _written_down(settings: Settings, persona: Persona, data: bytes) -> None:
    """Who brought it in, in the book of imports."""
    by, digest = f"terminal:user:{whoever()}", hashlib.sha256(data).hexdigest()
    async with open_state(settings) as state:
        await state.append(line_of_import("approved", "-", persona, digest=digest, server="", by=by, at=utc_now()))


def _lore(book: Mapping[str, object], name: str) -> bytes:
    """The file of a lore book, which is read beside its persona; b"" for none. Raises LorebookError."""
    from personas.lore.conversion import is_book
    from personas.lore.loading import read_lorebook

    if not is_book(book):
        return b""
    written = json.dumps({"spec": "lorebook_v3", "data": book}).encode()
    read_lorebook(written, file=f"lore/{name}.json", name=name)
    return written


def _keep_card(folder: Path, name: str, data: bytes) -> None:
    """The card stands beside its persona, for an export in which nothing is lost."""
    for card in _cards(folder, name):
        with suppress(OSError):
            card.unlink()
    save(folder / f"{name}{_ending(data)}", data, force=False)


def _book(folder: Path, name: str) -> Mapping[str, object]:
    """The lore book in the card that stands beside a persona; {} for none."""
    from personas.cards import read_card

    found = _cards(folder, name)
    return read_card(_read(found[0]), file=found[0].name).book if found else {}


def _cards(folder: Path, name: str) -> list[Path]:
    return [path for path in (folder / f"{name}{ending}" for ending in _ENDINGS) if path.is_file()]


def _ending(data: bytes) -> str:
    signatures = {b"\x89PNG": ".png", b"PK\x03\x04": ".charx"}
    known = next((ending for signature, ending in signatures.items() if data.startswith(signature)), "")
    return known or (".json" if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else ".yaml")
