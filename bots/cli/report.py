"""`talchum report`: what those who run an instance report on it."""

import json
import sys
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bots.cli.common import SettingsFile, run, settings_of, show
from bots.config import Settings
from bots.errors import UsageError
from bots.parts import open_register, open_store, utc_now
from moderation.stores.walking import walk

if TYPE_CHECKING:
    from bots.reports.crisis import CrisisReport
    from bots.reports.dsa import Row
    from bots.reports.monthly import MonthlyReport


class Form(StrEnum):
    """How `dsa` writes its rows."""

    CSV = "csv"
    JSONL = "jsonl"


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
        _write(json.dumps(document(made, settings.language), ensure_ascii=False, indent=2) + "\n")
    else:
        show(card(made, settings.language), settings)


async def _crisis(settings: Settings, year: int) -> "CrisisReport":
    from bots.reports.crisis import crisis_report

    async with open_register(settings) as register:
        return crisis_report(await register.referrals(year), register.resources, year=year)


@report_app.command("monthly")
def monthly(
    month: Annotated[str, typer.Option("--month", help="report_month", metavar="YYYY-MM")] = "",
    as_json: _Json = False,
    file: SettingsFile = None,
) -> None:
    """report_monthly"""
    from bots.reports.monthly import card, document

    settings = settings_of(file)
    made = run(_monthly(settings, _month(month) if month else utc_now().date()))
    if as_json:
        _write(json.dumps(document(made), ensure_ascii=False, indent=2) + "\n")
    else:
        show(card(made, settings.language), settings)


async def _monthly(settings: Settings, day: date) -> "MonthlyReport":
    from bots.reports.monthly import Month, monthly_report

    month = Month(year=day.year, month=day.month)
    async with open_register(settings) as register, open_store(settings) as store:
        return await monthly_report(walk(store), await register.outcomes(str(month)), month=month)


@report_app.command("dsa")
def dsa(
    first: Annotated[str, typer.Option("--from", help="report_from", metavar="YYYY-MM-DD")],
    last: Annotated[str, typer.Option("--to", help="report_to", metavar="YYYY-MM-DD")],
    form: Annotated[Form, typer.Option("--format", help="report_format")] = Form.CSV,
    file: SettingsFile = None,
) -> None:
    """report_dsa"""
    from bots.reports.dsa import as_csv, as_jsonl

    settings = settings_of(file)
    since, until = _day(first, "--from"), _day(last, "--to")
    if until < since:
        raise UsageError("report.expect_order", first=since, last=until)
    rows = run(_dsa(settings, since, until))
    _write((as_csv if form is Form.CSV else as_jsonl)(rows))


async def _dsa(settings: Settings, first: date, last: date) -> "tuple[Row, ...]":
    from bots.reports.dsa import dsa_rows

    async with open_store(settings) as store:
        return await dsa_rows(walk(store), first=first, last=last, language=settings.language)


def _month(given: str) -> date:
    """The first day of a month. Raises UsageError."""
    try:
        return date.fromisoformat(f"{given}-01")
    except ValueError:
        raise UsageError("report.expect_month", given=given) from None


def _day(given: str, option: str) -> date:
    """A day. Raises UsageError."""
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise UsageError("report.expect_day", option=option, given=given) from None


def _write(text: str) -> None:
    """On standard output, as it is."""
    sys.stdout.write(text)
