"""The page that says how people are kept safe."""

from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from bots.parts import register_of
from bots.places import PlaceSettings
from bots.safety import Figures, Page, Safety, Section, as_html, as_markdown, card, page_of
from bots.state.memory import MemoryState
from moderation.filters.crisis import load_resources
from moderation.records import Outcome
from moderation.words import LANGUAGES
from personas.ledger import Ending
from tests.support.house import caller, open_house
from tests.support.stage import NOW, reply_of, scripted

RESOURCES = load_resources()
OUTCOMES = Counter({Outcome.CLEAN: 90, Outcome.REPAIRED: 7, Outcome.WITHHELD: 3})
FIGURES = Figures(year=2026, outcomes=OUTCOMES, referrals=2)


def page(settings: PlaceSettings | None = None, language: str = "en") -> Page:
    return page_of(settings or PlaceSettings(), RESOURCES, FIGURES, language)


def text(of: Page) -> str:
    return "\n".join((of.title, *(f"{section.title}\n" + "\n".join(section.lines) for section in of.sections)))


class Read(HTMLParser):
    """What a browser would show."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not {"src", "href"} & {name for name, _ in attrs}, "it needs nothing from elsewhere"

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_names_every_place_where_people_help_and_when_that_was_checked(language: str) -> None:
    told = text(page(language=language))

    for resource in RESOURCES.entries:
        assert resource.name[language] in told
        assert resource.number in told
    assert RESOURCES.checked.isoformat() in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_names_the_commands_there_are_and_the_figures(language: str) -> None:
    told = text(page(language=language))

    for words in ("/report", "/why", "/privacy", "100", "7", "3", "2026"):
        assert words in told
    assert any("가" <= letter <= "힣" for letter in told) == (language == "ko")


def test_what_holds_for_minors_is_what_holds_in_that_place() -> None:
    usual = text(page())
    careful = text(page(PlaceSettings(profile="minors")))
    york = text(page(PlaceSettings(notices=("new_york",))))
    union = text(page(PlaceSettings(notices=("eu",))))

    assert "every 180 minutes" in usual
    assert "every 60 minutes" in careful
    assert "A break is suggested" in careful
    assert "A break is suggested" not in usual
    assert "THE AI COMPANION IS A COMPUTER PROGRAM" in york
    assert "minutes" not in union


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_the_same_on_a_platform_in_html_and_in_markdown(language: str) -> None:
    made = page(language=language)
    lines = [line for section in made.sections for line in section.lines]
    read = Read()
    read.feed(as_html(made))
    shown = "\n".join(row.text for row in card(made).rows)

    assert f'<html lang="{language}">' in as_html(made)
    assert read.tags.count("li") == len(lines)
    assert read.tags.count("h2") == len(made.sections) == as_markdown(made).count("\n## ")
    for line in lines:
        assert line in read.words
        assert f"- {line}\n" in as_markdown(made)
        assert line in shown


def test_nothing_in_it_is_markup() -> None:
    made = Page(title="<b>&", language="en", sections=(Section(title="<b>&", lines=("<b>&",)),))

    assert as_html(made).count("&lt;b&gt;&amp;") == 4
    assert "<b>" not in as_html(made)


async def test_the_figures_are_those_of_this_year() -> None:
    register = await register_of(MemoryState(clock=lambda: NOW))
    for year, month in ((2025, 12), (2026, 1), (2026, 11)):
        at = datetime(year, month, 3, tzinfo=UTC)
        await register.ended(Ending(outcome=Outcome.SUSPENDED, at=at, trigger="self_harm", language="ko"))
        await register.ended(Ending(outcome=Outcome.REPAIRED, at=at))

    told = text(await Safety(register, lambda: NOW).page(PlaceSettings(), "en"))

    assert "2026: 4 exchanges; in 2 a reply was mended, in 0 one was held back; 2 times somebody" in told


async def test_everybody_may_ask_for_it_where_they_are() -> None:
    async with open_house(scripted(reply_of("One."))) as opened:
        await opened.house.scenes.places.change("test:server:1", profile="minors")
        english = await opened.host.command("/safety", caller("/safety", language="en"))
        korean = await opened.host.command("/safety", caller("/safety", language="ko"))

    assert english.title == "How you are kept safe here"
    assert "Here stricter rules hold" in str(english.rows)
    assert "109" in str(korean.rows)
