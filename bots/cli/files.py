"""`talchum persona`, `talchum train`: files that people write, and models made of data."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bots.cards import Card, Row, Tone
from bots.cli.common import SettingsFile, out, run, say, settings_of, show
from bots.config import Settings
from bots.errors import RefuseToStart, Unknown
from bots.parts import open_guard, open_state, open_store, policy_file, utc_now
from moderation.bench.functional import FOLDER, functions
from personas.persona import Persona

if TYPE_CHECKING:
    from moderation.models.decided import DecidedRows
    from personas.remarks import Remark


class Trainable(StrEnum):
    """What `train` makes."""

    TOXICITY = "toxicity"
    BIAS = "bias"
    FALLBACK = "fallback"


persona_app = typer.Typer(help="persona", no_args_is_help=True)


@persona_app.command("list")
def persona_list(file: SettingsFile = None) -> None:
    """persona_list"""
    from personas.loading import load_library

    settings = settings_of(file)
    rows = tuple(
        Row(label=name, text=f"{persona.name} · {persona.language} · {persona.tier} · {persona.tagline}")
        for name, persona in load_library(settings.personas.folders).items()
    )
    show(Card(title=say("cli.persona_title", settings), rows=rows), settings)


@persona_app.command("show")
def persona_show(name: Annotated[str, typer.Argument(help="persona_id")], file: SettingsFile = None) -> None:
    """persona_show"""
    from personas.loading import load_library

    settings = settings_of(file)
    personas = load_library(settings.personas.folders)
    if name not in personas:
        raise Unknown("settings.unknown_persona", name=name, known=", ".join(personas))
    show(Card(title=name, rows=_rows(personas[name])), settings)


@persona_app.command("check")
def persona_check(
    paths: Annotated[list[Path], typer.Argument(help="persona_files")], file: SettingsFile = None
) -> None:
    """persona_check"""
    from personas.cast import blocked_lines
    from personas.lint import lint
    from personas.loading import bundled, load_persona
    from personas.remarks import Level, line_of

    settings = settings_of(file)

    async def blocked(persona: Persona) -> tuple[Row, ...]:
        async with open_guard(settings) as guard:
            found = await blocked_lines(persona, guard)
        return tuple(Row(label=key, text=say("cli.persona_blocked", settings, rules=rules)) for key, rules in found)

    bad = False
    for path in paths:
        persona = load_persona(path, bases=bundled())
        remarks = lint(persona)
        document = path.read_text(encoding="utf-8-sig", errors="replace")
        told = (_remark(remark, line_of(remark, document), settings.language) for remark in remarks)
        rows = (*told, *run(blocked(persona)))
        wrong = len(rows) > len(remarks) or any(remark.level is Level.ERROR for remark in remarks)
        bad = bad or wrong
        verdict = "cli.persona_wrong" if wrong else "cli.persona_fine"
        tone = Tone.BAD if wrong else Tone.GOOD
        show(Card(title=say(verdict, settings, file=path, name=persona.name), rows=rows, tone=tone), settings)
    raise typer.Exit(1 if bad else 0)


def train(
    data: Annotated[Path, typer.Option("--data", help="train_data", metavar="FOLDER")],
    to: Annotated[Path, typer.Option("--out", help="train_out", metavar="FOLDER")],
    seed: Annotated[int, typer.Option("--seed", help="train_seed")] = 7,
    only: Annotated[Trainable | None, typer.Option("--only", help="train_only")] = None,
    decisions: Annotated[bool, typer.Option("--with-decisions", help="train_decisions")] = False,
    suite: Annotated[Path, typer.Option("--suite", help="train_suite", metavar="FOLDER", show_default=False)] = FOLDER,
    file: SettingsFile = None,
) -> None:
    """train"""
    from moderation.models.bias_training import train_bias
    from moderation.models.training import train as train_model
    from moderation.models.training import train_fallback

    console = out()

    def report(line: str) -> None:
        console.print(line, markup=False)

    refused: frozenset[str] = frozenset()
    if decisions and only not in {None, Trainable.TOXICITY}:
        raise RefuseToStart("learning.not_for_bias", only=only)
    if decisions:
        refused = _taught(data, to, settings_of(file), seed=seed, suite=suite, report=report)
    elif only in {None, Trainable.TOXICITY}:
        train_model(data, to, seed=seed, report=report)
    if only in {None, Trainable.BIAS}:
        train_bias(data, to, seed=seed, report=report)
    if only is Trainable.FALLBACK:
        train_fallback(data, to, seed=seed, report=report)
    raise typer.Exit(1 if refused else 0)


def _taught(
    data: Path, to: Path, settings: Settings, *, seed: int, suite: Path, report: Callable[[str], None]
) -> frozenset[str]:
    """Train with what people decided; the heads that stay as they were. What is missing is told before it begins."""
    from moderation.bench.teaching import Exam, teach
    from moderation.policy import Policy

    exam = Exam(suite=functions(suite), policy=Policy.load(policy_file(settings)))
    decided = run(_decided(settings))
    report(f"decided={len(decided.rows)} withheld={decided.withheld}")
    if not decided.rows:
        raise RefuseToStart("learning.no_texts", withheld=decided.withheld)
    return teach(data, to, seed=seed, report=report, decided=decided.rows, exam=exam).refused


async def _decided(settings: Settings) -> "DecidedRows":
    from bots.consent import TRAINING, Consents
    from moderation.models.decided import decided_rows

    async with open_store(settings) as store, open_state(settings) as state:
        ledger = Consents(state, utc_now)
        return await decided_rows(store, lambda platform, person: ledger.consented(platform, person, TRAINING))


def _rows(persona: Persona) -> tuple[Row, ...]:
    rows = [
        Row(label="name", text=persona.name),
        Row(label="tier", text=persona.tier),
        Row(label="language", text=persona.language),
        Row(label="registers", text=", ".join(persona.registers) or "-"),
        Row(label="moment", text=str(persona.moment or "-")),
        Row(label="world", text=persona.world or "-"),
        Row(label="mature", text=str(persona.mature).lower()),
        Row(label="tagline", text=persona.tagline),
        Row(label="description", text=persona.description),
        Row(label="voice", text=persona.voice or "-"),
        *(Row(label=f"facts.{fact.id}", text=" · ".join((fact.text, *fact.values))) for fact in persona.facts),
        *(
            Row(label=f"demonstrations.{number}", text=f"{shown.user} → {shown.reply}")
            for number, shown in enumerate(persona.demonstrations, start=1)
        ),
        *(Row(label="taboos", text=taboo) for taboo in persona.taboos),
        *(Row(label="greetings", text=line) for line in persona.greetings),
        *(Row(label="fallbacks", text=line) for line in persona.fallbacks),
        *(Row(label="failures", text=line) for line in persona.failures),
        *(Row(label="wordless", text=line) for line in persona.wordless),
        Row(label="disclosure", text=persona.disclosure),
        Row(label="source", text=f"{persona.source or '-'} · {persona.licence or '-'}"),
        Row(label="version", text=persona.version),
    ]
    return tuple(rows)


def _remark(remark: "Remark", line: int, language: str) -> Row:
    place = f"{line}: {remark.key}" if line else remark.key
    return Row(label=f"{remark.level}: {place}", text=f"{remark.message(language)} {remark.suggestion(language)}")
