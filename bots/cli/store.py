"""`talchum store`: backups while Talchum runs, restoring them, and whether the databases are whole."""

from pathlib import Path
from typing import Annotated

import typer

from bots.cards import Card, Row, Tone
from bots.cli.common import SettingsFile, say, settings_of, show

store_app = typer.Typer(help="store", no_args_is_help=True)

_Backup = Annotated[Path, typer.Argument(help="store_file", metavar="FILE")]
_Keys = Annotated[Path | None, typer.Option("--keys", help="store_keys", metavar="FILE")]


@store_app.command("backup")
def store_backup(backup: _Backup, keys: _Keys = None, file: SettingsFile = None) -> None:
    """store_backup"""
    from bots.parts import keys_of, utc_now
    from bots.upkeep import back_up
    from personas.model_files import mebibytes

    settings = settings_of(file)
    size = back_up(settings, backup, at=utc_now(), keys=keys)
    secrets = keys_of(settings)
    if keys:
        hint = say("store.keys_hint", settings, file=keys, source=secrets.source)
    else:
        hint = say("store.backup_hint", settings, source=secrets.source, folder=secrets.folder)
    title = say("store.backed_up", settings, file=backup, size=mebibytes(size))
    show(Card(title=title, hint=hint, tone=Tone.GOOD), settings)


@store_app.command("restore")
def store_restore(
    backup: _Backup,
    replace: Annotated[bool, typer.Option("--replace", help="store_replace")] = False,
    keys: _Keys = None,
    file: SettingsFile = None,
) -> None:
    """store_restore"""
    from bots.upkeep import restore

    settings = settings_of(file)
    done = restore(settings, backup, replacing=replace, keys=keys)
    title = say("store.restored", settings, at=f"{done.at:%Y-%m-%d %H:%M} UTC")
    show(Card(title=title, hint=say("store.restored_hint", settings, keys=done.keys), tone=Tone.GOOD), settings)


@store_app.command("check")
def store_check(file: SettingsFile = None) -> None:
    """store_check"""
    from bots.parts import keys_of
    from bots.upkeep import BackupError, databases, missing
    from moderation.stores.upkeep import troubles

    settings = settings_of(file)
    there = databases(settings)
    if not there:
        raise BackupError("store.nothing", folder=settings.data)
    secrets = keys_of(settings)
    found = {database: troubles(database, secrets, nature) for database, nature in there.items()}
    found |= {database: [say("store.missing", settings)] for database in missing(settings)}
    whole = say("store.whole", settings)
    rows = tuple(Row(label=str(database), text="\n".join(wrong) or whole) for database, wrong in found.items())
    bad = any(found.values())
    title = say("store.checked_bad" if bad else "store.checked", settings)
    show(Card(title=title, rows=rows, tone=Tone.BAD if bad else Tone.GOOD), settings)
    raise typer.Exit(int(bad))
