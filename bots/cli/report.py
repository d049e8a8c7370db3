"""`talchum report`: what those who run an instance report on it."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from bots.cli.common import SettingsFile, out, run, settings_of, show
from bots.config import Settings
from bots.parts import open_register, utc_now

if TYPE_CHECKING:
    from bots.reports.crisis import CrisisReport

report_app = typer.Typer(help="report", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="report_json")]


@report_app.callback()
def _report() -> None:
    """report"""


@report_app.command("crisis")
def crisis(
    year: Annotated[int | None, typer.Option("--year", help="report_year", min=2000, max=9998)] = None,
    as_json: _Json = False,
    file: SettingsFile = None,
) -> None:
    """report_crisis"""
    from bots.reports.crisis import card, document

    settings = settings_of(file)
    made = run(_crisis(settings, year or utc_now().year))
    if as_json:
        _print(document(made, settings.language))
    else:
        show(card(made, settings.language), settings)


async def _crisis(settings: Settings, year: int) -> "CrisisReport":
    from bots.reports.crisis import crisis_report

    async with open_register(settings) as register:
        return crisis_report(await register.referrals(year), register.resources, year=year)


def _print(document: object) -> None:
    """As JSON on standard output."""
    out().print(json.dumps(document, ensure_ascii=False, indent=2), markup=False, soft_wrap=True)
