"""`talchum bench`: how well the guard of these settings judges labelled texts, beside what else is installed here."""

import json
import platform
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from bots.cli.common import ModelName, SettingsFile, err, out, run, say, settings_of, show
from bots.cli.grids import tell, writing
from bots.cli.load import bench_load
from bots.cli.refine import bench_refine
from bots.config import Settings
from bots.errors import Unknown
from bots.parts import open_guard

if TYPE_CHECKING:
    from bots.audit.moments import Moments
    from moderation.bench.figures import Results
    from moderation.bench.sets import LabelledSet
    from personas.persona import Persona
    from personas.probing import Probe

bench_app = typer.Typer(help="bench", no_args_is_help=True)
bench_app.command("refine")(bench_refine)
bench_app.command("load")(bench_load)
_SEED = 20_261_125


@bench_app.command("guard")
def bench_guard(
    data: Annotated[Path, typer.Option("--data", help="bench_data", metavar="FOLDER")],
    to: Annotated[Path, typer.Option("--out", help="bench_out", metavar="FOLDER")] = Path("talchum-bench"),
    only: Annotated[list[str] | None, typer.Option("--only", help="bench_only", metavar="SET")] = None,
    sample: Annotated[int, typer.Option("--sample", help="bench_sample", min=0, metavar="ROWS")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="bench_seed", min=0)] = _SEED,
    as_json: Annotated[bool, typer.Option("--json", help="bench_json")] = False,
    file: SettingsFile = None,
) -> None:
    """bench_guard"""
    from moderation.bench.page import page
    from moderation.bench.sets import read_sets

    settings = settings_of(file)
    sets = read_sets(data, only=only or (), sample=sample, seed=seed)
    with writing(to / "guard.json", to / "guard.html"):
        results = run(_measured(settings, sets, sample=sample, seed=seed))
        facts = json.dumps(results.facts(), ensure_ascii=False, indent=1)
        (to / "guard.json").write_text(f"{facts}\n", encoding="utf-8")
        (to / "guard.html").write_text(page(results, settings.language), encoding="utf-8")
    if as_json:
        out().print(facts, markup=False)
    else:
        _show(results, settings)
    err().print(say("cli.bench_written", settings, folder=to), markup=False)


@bench_app.command("moment")
def bench_moment(
    persona: Annotated[str, typer.Option("--persona", help="bench_persona", metavar="ID")] = "victorian_detective",
    rounds: Annotated[int, typer.Option("--rounds", help="bench_rounds", min=1, max=100)] = 3,
    seed: Annotated[int, typer.Option("--seed", help="bench_seed", min=0)] = _SEED,
    as_json: Annotated[bool, typer.Option("--json", help="bench_json")] = False,
    model: ModelName = None,
    file: SettingsFile = None,
) -> None:
    """bench_moment"""
    from bots.audit.moments import card, document

    settings = settings_of(file, model=model)
    moments = run(_asked(settings, *_questions(settings, persona), rounds=rounds, seed=seed))
    if as_json:
        out().print(document(moments), markup=False, soft_wrap=True)
    else:
        show(card(moments, settings.language), settings)


def _questions(settings: Settings, name: str) -> "tuple[Persona, tuple[Probe, ...]]":
    """Who is asked, and everything there is to ask. Raises Unknown."""
    from personas.loading import load_library
    from personas.probing import probes

    personas = load_library(settings.personas.folders)
    if name not in personas:
        raise Unknown("settings.unknown_persona", name=name, known=", ".join(personas))
    if not (questions := probes(personas[name])):
        raise Unknown("moments.no_questions", name=name)
    return personas[name], questions


async def _asked(
    settings: Settings, persona: "Persona", questions: "tuple[Probe, ...]", *, rounds: int, seed: int
) -> "Moments":
    """What came of asking. Raises RefuseToStart, GenerationError."""
    from bots.audit.moments import ask_all
    from bots.cli.audit import scene_of
    from bots.models import limits_of, open_generator

    limits = limits_of(settings)
    async with open_guard(settings) as guard, open_generator(settings) as generator:
        scene = await scene_of(settings, persona, guard, generator, seed)
        with Progress(console=err(), transient=True) as bar:
            task = bar.add_task(say("moments.asking", settings), total=rounds * len(questions))
            return await ask_all(
                scene, generator, questions, limits=limits, rounds=rounds, step=lambda: bar.advance(task)
            )


async def _measured(settings: Settings, sets: "tuple[LabelledSet, ...]", *, sample: int, seed: int) -> "Results":
    """Every set judged by the guard and by what else there is, and what that comes to."""
    from moderation.bench.contest import Clocks, judged
    from moderation.bench.figures import results
    from moderation.bench.rivals import rivals

    async with open_guard(settings) as guard:
        others, missing = rivals(guard.filters)
        about = {
            "policy": guard.policy.hash,
            **{f"talchum/{judge.id}": judge.version for judge in guard.filters},
            **{rival.name: rival.version for rival in others},
            "seed": str(seed),
            "sample": str(sample or "-"),
            "python": platform.python_version(),
            "machine": platform.machine(),
        }
        with Progress(console=err(), transient=True) as bar:
            task = bar.add_task(say("cli.bench_judging", settings), total=sum(len(each.rows) for each in sets))
            clocks = Clocks(wall=time.perf_counter, processor=time.process_time)
            marks = [await judged(guard, others, each, clocks=clocks, step=lambda: bar.advance(task)) for each in sets]
    return results(marks, others, missing=missing, about=about, seed=seed)


def _show(results: "Results", settings: Settings) -> None:
    from moderation.bench.report import facts, remarks, tables

    tell(tables(results, settings.language), (*remarks(results, settings.language), facts(results.about)))
