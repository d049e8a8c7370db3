"""`talchum train`: models made of data."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bots.cli.common import SettingsFile, out, run, settings_of
from bots.config import Settings
from bots.errors import RefuseToStart
from bots.parts import open_state, open_store, policy_file, utc_now
from moderation.bench.functional import FOLDER, functions

if TYPE_CHECKING:
    from moderation.models.decided import DecidedRows


class Trainable(StrEnum):
    """What `train` makes."""

    TOXICITY = "toxicity"
    BIAS = "bias"
    FALLBACK = "fallback"


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
