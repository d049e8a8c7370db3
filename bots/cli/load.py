"""`talchum bench load`: the whole program with hundreds of people at once, on Discord and Telegram on this machine."""

import asyncio
import dataclasses
import json
import signal
import sys
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import MofNCompleteColumn, Progress, TextColumn

from bots.cli.common import SettingsFile, environment, err, run, say, settings_of
from bots.cli.grids import tell, writing
from bots.config import Settings
from bots.errors import RefuseToStart

if TYPE_CHECKING:
    from bots.load.phases import Results, Told


def bench_load(
    *,
    conversations: Annotated[int, typer.Option("--conversations", help="load_conversations", min=10, max=10_000)] = 500,
    think: Annotated[float, typer.Option("--think", help="load_think", min=0.5, max=3_600.0)] = 120.0,
    seconds: Annotated[float, typer.Option("--seconds", help="load_seconds", min=0.0, max=86_400.0)] = 60.0,
    messages: Annotated[int, typer.Option("--messages", help="load_messages", min=0, max=10_000_000)] = 0,
    faults: Annotated[float, typer.Option("--faults", help="load_faults", min=0.0, max=1.0)] = 0.03,
    ttft: Annotated[float, typer.Option("--ttft", help="load_ttft", min=0.0, max=60_000.0)] = 400.0,
    tps: Annotated[float, typer.Option("--tps", help="load_tps", min=1.0, max=100_000.0)] = 40.0,
    sentences: Annotated[int, typer.Option("--sentences", help="load_sentences", min=2, max=20)] = 4,
    platform: Annotated[list[str] | None, typer.Option("--platform", help="load_platform", metavar="NAME")] = None,
    seed: Annotated[int, typer.Option("--seed", help="load_seed", min=0)] = 0,
    to: Annotated[Path, typer.Option("--out", help="load_out", metavar="FOLDER")] = Path("talchum-bench"),
    file: SettingsFile = None,
) -> None:
    """bench_load"""
    from bots.load.lines import Speech
    from bots.load.phases import Conditions, measure

    settings = settings_of(file)
    platforms = _named(platform)
    if not sys.platform.startswith("linux"):
        raise RefuseToStart("load.linux")
    conditions = Conditions(
        conversations=conversations, think=think, seconds=seconds, messages=messages, faults=faults,
        speech=Speech(ttft=ttft, tps=tps, sentences=sentences), platforms=platforms, seed=seed,
    )  # fmt: skip
    with writing(to / "load.html", to / "load.json"):
        with _progress(settings) as told:
            results = run(_in_order(measure(conditions, environment(), now=time.monotonic, told=told)))
        _write(results, settings, to=to)


async def _in_order(work: Coroutine[Any, Any, "Results"]) -> "Results":
    """What comes of it. SIGTERM is an interrupt, too: the program under load, in a session of its own, would stay."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await work
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


def _named(platforms: list[str] | None) -> tuple[str, ...]:
    """Those that were named, all where none was. Raises RefuseToStart."""
    from bots.load.phases import PLATFORMS

    for name in platforms or ():
        if name not in PLATFORMS:
            raise RefuseToStart("load.unknown_platform", name=name, known=", ".join(PLATFORMS))
    return tuple(dict.fromkeys(platforms or PLATFORMS))


@contextmanager
def _progress(settings: Settings) -> "Iterator[Told]":
    with Progress(TextColumn("{task.description}"), MofNCompleteColumn(), console=err(), transient=True) as bar:
        task = bar.add_task(say("load.starting", settings), total=None)

        def told(phase: str, done: int, total: int) -> None:
            bar.update(task, description=say(f"load.{phase}", settings), completed=done, total=total)

        yield told


def _write(results: "Results", settings: Settings, *, to: Path) -> None:
    from bots.load.page import page
    from bots.load.picture import draw
    from bots.load.plots import plots
    from bots.load.report import remarks, tables

    shown, told = [*tables(results, settings.language)], [*remarks(results, settings.language)]
    drawn = [*plots(results)]
    facts = json.dumps(dataclasses.asdict(results), ensure_ascii=False, indent=1)
    (to / "load.json").write_text(f"{facts}\n", encoding="utf-8")
    (to / "load.html").write_text(page(shown, drawn, told, settings.language), encoding="utf-8")
    pictured = draw(drawn, to / "load.png")
    files = ["load.html", "load.json", *(["load.png"] if pictured else [])]
    tell(shown, told)
    err().print(say("refine.written", settings, folder=to, files=", ".join(files)), markup=False)
    if drawn and not pictured:
        err().print(say("refine.no_matplotlib", settings), markup=False)
