"""The report on a year's referrals, as California's SB 243 (§22603) asks for it: how many there were, the protocols,
and how well they are known to work. It holds nothing that identifies anybody, and nothing else."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from bots.cards import Card, Row
from bots.register import Referral
from moderation.filters.crisis import ANYWHERE, Resources
from moderation.words import catalogue

PROTOCOL: Final = ("notice", "answer", "replies", "locked", "people", "numbers")
"""What is done, in the order in which it is told: keys of words."""
MEASURES: Final = ("measured", "repeatable", "overruled")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisReport:
    """One year."""

    year: int
    months: dict[str, dict[str, int]]
    """Referrals by month (2026-11), then by language; every month that there were any in."""
    triggers: dict[str, int]
    resources: dict[str, int]
    """How often each was named, by id."""
    names: Mapping[str, Mapping[str, str]]
    """What those are called that have a number, by id and language."""
    checked: date
    """When the numbers were."""

    @property
    def total(self) -> int:
        """Of all referrals."""
        return sum(sum(languages.values()) for languages in self.months.values())


def crisis_report(referrals: Iterable[Referral], resources: Resources, *, year: int) -> CrisisReport:
    """The report on `referrals`, which are those of `year`."""
    known = tuple(referrals)
    months = Counter((f"{referral.day:%Y-%m}", referral.language) for referral in known)
    found: dict[str, dict[str, int]] = {}
    for (month, language), count in sorted(months.items()):
        found.setdefault(month, {})[language] = count
    return CrisisReport(
        year=year,
        months=found,
        triggers=_sorted(referral.trigger for referral in known),
        resources=_sorted(name for referral in known for name in referral.resources),
        names={entry.id: entry.name for entry in resources.entries if entry.number},
        checked=resources.checked,
    )


def card(report: CrisisReport, language: str) -> Card:
    """The report for people."""
    months = [
        Row(label=month, text=" · ".join((str(sum(counts.values())), *_told(counts))))
        for month, counts in report.months.items()
    ]
    rows = (
        Row(label=_say("total", language), text=str(report.total)),
        *months,
        Row(label=_say("triggers", language), text=" · ".join(_told(_triggers(report, language))) or "-"),
        Row(label=_say("resources", language), text=" · ".join(_told(_resources(report, language))) or "-"),
        *(Row(label=_say("protocol", language), text=text) for text in protocol(report.checked, language)),
        *(Row(label=_say("measures", language), text=text) for text in measures(language)),
    )
    return Card(title=_say("title", language, year=report.year), rows=rows, hint=_say("no_identifiers", language))


def document(report: CrisisReport, language: str) -> dict[str, object]:
    """The report for programs, with ids where people read names: `year`, `referrals`, `months` (each by language),
    `triggers`, `resources`, `numbers_checked`, `protocol`, `measures`."""
    return {
        "year": report.year,
        "referrals": report.total,
        "months": report.months,
        "triggers": report.triggers,
        "resources": report.resources,
        "numbers_checked": report.checked.isoformat(),
        "protocol": list(protocol(report.checked, language)),
        "measures": list(measures(language)),
    }


def protocol(checked: date, language: str) -> tuple[str, ...]:
    """What is done when somebody may be in danger, a sentence or two each. `checked`: when the numbers were."""
    return tuple(_say(f"protocol_{key}", language, checked=checked.isoformat()) for key in PROTOCOL)


def measures(language: str) -> tuple[str, ...]:
    """How it is known how well that works."""
    return tuple(_say(f"measures_{key}", language) for key in MEASURES)


def _sorted(names: Iterable[str]) -> dict[str, int]:
    """How often each, the most frequent first."""
    return dict(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))


def _triggers(report: CrisisReport, language: str) -> dict[str, int]:
    """In words; what a policy of somebody's own calls otherwise, as it does."""
    keys = {trigger: f"crisis_report.trigger_{trigger}" for trigger in report.triggers}
    words = catalogue("bots")
    return {
        words.say(keys[trigger], language) if keys[trigger] in words else trigger: count
        for trigger, count in report.triggers.items()
    }


def _resources(report: CrisisReport, language: str) -> dict[str, int]:
    """By name; what the file of today no longer has, by id."""
    names = {id_: name[language] for id_, name in report.names.items()} | {ANYWHERE: _say("anywhere", language)}
    return {names.get(id_, id_): count for id_, count in report.resources.items()}


def _told(counts: dict[str, int]) -> list[str]:
    return [f"{name} {count}" for name, count in counts.items()]


def _say(key: str, language: str, **fields: object) -> str:
    return catalogue("bots").say(f"crisis_report.{key}", language, **fields)
