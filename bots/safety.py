"""The page that says how people are kept safe here: what the bot is, what it does when somebody is in danger, what is
filtered, how to report and to have a decision looked at, what holds for minors, and the figures of the year.

Made of what holds, so that it cannot say otherwise: laws on companion bots want it published. `/safety` shows it,
`talchum safety` writes it for a website.
"""

import html
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bots.cadence import REMEMBERED, in_language, strictest
from bots.cards import Card, Row
from bots.places import PlaceSettings
from bots.register import Register
from bots.reports.crisis import protocol
from moderation.filters.crisis import Resource, Resources
from moderation.records import Outcome
from moderation.words import catalogue

_FILTERED: Final = ("speech", "groups", "sexual", "danger", "privacy", "character", "human", "how")
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what stands under it, a sentence or two each."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole."""

    title: str
    language: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What happened in a year so far."""

    year: int
    outcomes: Counter[Outcome]
    referrals: int


class Safety:
    """Makes the page of an instance. As concurrent as its register."""

    def __init__(self, register: Register, clock: Callable[[], datetime]) -> None:
        """`clock` gives aware times in UTC."""
        self._register = register
        self._clock = clock

    async def page(self, settings: PlaceSettings, language: str) -> Page:
        """The page of a place where `settings` hold. Raises StoreBusy, StoreFailed."""
        year = self._clock().year
        outcomes: Counter[Outcome] = Counter()
        for month in range(1, 13):
            outcomes += await self._register.outcomes(f"{year}-{month:02}")
        figures = Figures(year=year, outcomes=outcomes, referrals=len(await self._register.referrals(year)))
        return page_of(settings, self._register.resources, figures, language)


def page_of(settings: PlaceSettings, resources: Resources, figures: Figures, language: str) -> Page:
    """The page, in `language`."""

    def section(name: str, *lines: str) -> Section:
        return Section(title=_say(name, language), lines=lines)

    ended = figures.outcomes
    return Page(
        title=_say("title", language),
        language=language,
        sections=(
            section("what", *(_say(f"what_{key}", language) for key in ("ai", "told", "limits"))),
            section("crisis", *protocol(resources.checked, language)),
            section("help", *(_resource(entry, language) for entry in resources.entries)),
            section("filtered", *(_say(f"filtered_{key}", language) for key in _FILTERED)),
            section("people", *(_say(f"people_{key}", language) for key in ("report", "why", "appeal", "privacy"))),
            section("minors", *_minors(settings, language)),
            section(
                "figures",
                _say(
                    "figures_text",
                    language,
                    year=figures.year,
                    exchanges=ended.total(),
                    repaired=ended[Outcome.REPAIRED],
                    withheld=ended[Outcome.WITHHELD] + ended[Outcome.WITHDRAWN] + ended[Outcome.HELD],
                    referrals=figures.referrals,
                ),
            ),
        ),
    )


def card(page: Page) -> Card:
    """The page on a platform."""
    rows = tuple(
        Row(label=section.title, text="\n" + "\n".join(f"· {line}" for line in section.lines))
        for section in page.sections
    )
    return Card(title=page.title, rows=rows)


def as_markdown(page: Page) -> str:
    """The page for a website that takes Markdown."""
    parts = [f"# {page.title}"]
    for section in page.sections:
        parts.append(f"## {section.title}")
        parts.append("\n".join(f"- {line}" for line in section.lines))
    return "\n\n".join(parts) + "\n"


def as_html(page: Page) -> str:
    """The page as a document of its own, without anything from elsewhere."""
    return "\n".join(_html(page)) + "\n"


def _html(page: Page) -> Iterator[str]:
    title = html.escape(page.title)
    yield "<!DOCTYPE html>"
    yield f'<html lang="{page.language}">'
    yield '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    yield f"<title>{title}</title></head>"
    yield "<body>"
    yield f"<h1>{title}</h1>"
    for section in page.sections:
        yield f"<h2>{html.escape(section.title)}</h2>"
        yield "<ul>"
        yield from (f"<li>{html.escape(line)}</li>" for line in section.lines)
        yield "</ul>"
    yield "</body>"
    yield "</html>"


def _minors(settings: PlaceSettings, language: str) -> Iterator[str]:
    cadence = strictest(settings.notices)
    yield _say("minors_suitable", language)
    yield _say("minors_on" if settings.profile else "minors_off", language)
    every = cadence.lasts(careful=bool(settings.profile))
    key = "minors_once" if every == REMEMBERED else "minors_again"
    yield _say(key, language, minutes=every // _MINUTE)
    if settings.profile and cadence.breaks:
        yield _say("minors_break", language)
    yield from (in_language(words, language) for words in cadence.wordings)


def _resource(entry: Resource, language: str) -> str:
    name = in_language(entry.name, language)
    if not entry.number:
        return name
    return f"{entry.locale} · {name}: {entry.number} ({in_language(entry.hours, language)})"


def _say(key: str, language: str, **fields: object) -> str:
    return catalogue("bots").say(f"safety.{key}", language, **fields)
