"""`talchum bench refine`: what mending replies costs and saves, arm by arm, over the same drafts."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bots.cards import Card, Tone
from bots.cli.common import ModelName, SettingsFile, err, run, say, settings_of, show
from bots.cli.grids import tell, writing
from bots.config import Settings
from bots.errors import RefuseToStart
from bots.parts import policy_file
from moderation.file_faults import reason_of

if TYPE_CHECKING:
    from bots.refining.experiment import Results
    from bots.refining.running import Step
    from moderation.bench.document import Table


def bench_refine(
    *,
    replies: Annotated[int, typer.Option("--replies", help="refine_replies", min=2, max=100_000)] = 1_000,
    faults: Annotated[float, typer.Option("--faults", help="refine_faults", min=0.0, max=1.0)] = 0.03,
    sentences: Annotated[int, typer.Option("--sentences", help="refine_sentences", min=1, max=16)] = 4,
    critic: Annotated[float, typer.Option("--critic", help="refine_critic", min=0.0, max=1.0)] = 0.8,
    mends: Annotated[float, typer.Option("--mends", help="refine_mends", min=0.0, max=1.0)] = 0.85,
    lag: Annotated[int, typer.Option("--lag", help="refine_lag", min=0, max=1_000)] = 1,
    seed: Annotated[int, typer.Option("--seed", help="refine_seed", min=0)] = 0,
    rules: Annotated[bool, typer.Option("--rules", help="refine_rules")] = False,
    write: Annotated[Path | None, typer.Option("--write", help="refine_write", metavar="FILE")] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="refine_json", metavar="FILE")] = None,
    to: Annotated[Path, typer.Option("--out", help="refine_out", metavar="FOLDER")] = Path("talchum-bench"),
    model: ModelName = None,
    file: SettingsFile = None,
) -> None:
    """bench_refine"""
    from bots.refining.cases import Conditions
    from bots.refining.experiment import perform

    settings = settings_of(file, model=model)
    _check(settings, model=model, rules=rules, write=write)
    conditions = Conditions(
        replies=replies, sentences=sentences, faults=faults, critic_sees=critic, mends=mends, lag=lag, seed=seed,
        repairs=settings.reply.repairs, enough=settings.reply.enough,
    )  # fmt: skip
    with writing(to / "refine.html", *([as_json] if as_json else [])):
        results = run(
            perform(settings, conditions, live=model is not None, progress=lambda total: _progress(settings, total))
        )
        shown, remarks = _words(results, settings.language, rules=rules)
        _write(results, shown, remarks, settings, to=to, as_json=as_json)
    tell(shown, remarks)
    if write is not None:
        _propose(write, results, settings)


def _check(settings: Settings, *, model: str | None, rules: bool, write: Path | None) -> None:
    """Told before the work."""
    if model is not None and settings.model.use.startswith("scripted:"):
        raise RefuseToStart("refine.not_a_model", model=settings.model.use)
    if rules and model is not None:
        raise RefuseToStart("refine.rules_scripted")
    if write is not None and not rules:
        raise RefuseToStart("refine.write_rules")
    if write is not None and write.exists():
        raise RefuseToStart("refine.exists", file=write)


@contextmanager
def _progress(settings: Settings, total: int) -> "Iterator[Step]":
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err(), transient=True) as bar:
        task = bar.add_task(say("refine.going", settings), total=total)
        yield lambda: bar.advance(task)


def _words(results: "Results", language: str, *, rules: bool) -> "tuple[list[Table], list[str]]":
    from bots.refining.report import about, goal_table, rule_table, rules_how, tables, told

    shown = [*tables(results.arms, language, currency=results.prices.currency), goal_table(results.goals, language)]
    remarks = [about(results.model, results.conditions, results.auditor, language)]
    if not results.auditor:
        remarks.append(told(results.conditions, results.prices, language))
    if rules and results.rules:
        shown.append(rule_table(results.rules, language))
    if rules:
        remarks.append(rules_how(language, found=bool(results.rules)))
    return shown, remarks


def _write(
    results: "Results",
    shown: "Sequence[Table]",
    remarks: Sequence[str],
    settings: Settings,
    *,
    to: Path,
    as_json: Path | None,
) -> None:
    from bots.refining.page import page
    from bots.refining.picture import draw

    currency = results.prices.currency
    made = page(results.arms, shown, remarks, settings.language, currency=currency)
    (to / "refine.html").write_text(made, encoding="utf-8")
    if as_json is not None:
        facts = json.dumps(results.facts(), ensure_ascii=False, indent=1)
        as_json.write_text(f"{facts}\n", encoding="utf-8")
    drawn = draw(results.arms, to / "refine.png", currency=currency)
    files = ["refine.html", *(["refine.png"] if drawn else [])]
    err().print(say("refine.written", settings, folder=to, files=", ".join(files)), markup=False)
    if not drawn:
        err().print(say("refine.no_matplotlib", settings), markup=False)


def _propose(write: Path, results: "Results", settings: Settings) -> None:
    """The policy in force with what does not win demoted, as a file: nothing is applied."""
    from bots.refining.rules import Advice
    from moderation.demotion import demoted
    from moderation.policy import Policy, policy_text

    losing = [each.rule for each in results.rules if each.advice is Advice.DEMOTE]
    if not losing:
        show(Card(title=say("refine.nothing_proposed", settings, file=write)), settings)
        return
    text = demoted(policy_text(policy_file(settings)), losing)
    Policy.parse(text, file=str(write))
    try:
        with write.open("x", encoding="utf-8") as made:
            made.write(text)
    except OSError as error:
        raise RefuseToStart("cli.bench_unwritable", file=write, reason=reason_of(error)) from None
    show(Card(title=say("refine.proposed", settings, file=write), tone=Tone.GOOD), settings)
