"""Does a person's turn speak of suicide or self-harm, their own or that of somebody they worry for?

Tuned to miss little: what follows a hit is a few plain words and where to find help. Rules, excuses and resources are
data in `moderation/data/crisis`. What is said to the person is here as well, so that one reader can check all of it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources.abc import Traversable
from typing import Any, Final, Self

from moderation.filters.phrases import Source, data_folder
from moderation.filters.turns import TurnFilter
from moderation.words import LANGUAGES, catalogue

CATEGORY: Final = "self_harm"
MOST_AGE: Final = timedelta(days=180)
"""How long checked numbers are trusted; a test compares with today."""

_COUNTRIES: Final = {"ko": ("KR",), "en": ("US", "GB", "IE")}
"""Where somebody probably is whose language is all we know."""
ANYWHERE: Final = "*"
"""The locale of what is there for everybody."""


class Crisis(TurnFilter):
    """Filter "crisis", category "self_harm". Immutable."""

    __slots__ = ()
    category = CATEGORY

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read `phrases.toml` from `folder` (default: the one that ships). Raises FilterUnavailable."""
        return cls.read("crisis", folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A place to turn to. Numbers are as one dials them there."""

    locale: str
    """ISO 3166 country, "*" for anywhere."""
    name: dict[str, str]
    """By language."""
    number: str = ""
    """Empty where the name says it all."""
    hours: dict[str, str]

    @property
    def id(self) -> str:
        """What it is counted under: "KR 109", "*"."""
        return f"{self.locale} {self.number}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Every resource, and when somebody last checked them."""

    checked: date
    entries: tuple[Resource, ...]

    def for_locale(self, tag: str) -> tuple[Resource, ...]:
        """Those for a language tag ("ko", "en-GB") or a country ("KR"), most local first; never empty.

        A country decides where there is one; otherwise the countries where the language is mostly spoken.
        """
        parts = tag.replace("_", "-").split("-")
        country = next((part for part in parts if len(part) == 2 and part.isupper()), "")
        known = {entry.locale for entry in self.entries}
        wanted = (country,) if country in known else _COUNTRIES.get(parts[0].lower(), ()) if not country else ()
        local = [entry for place in wanted for entry in self.entries if entry.locale == place]
        return (*local, *(entry for entry in self.entries if entry.locale == ANYWHERE))

    def stale(self, today: date) -> bool:
        """Whether the check is too long ago to be relied on."""
        return today - self.checked > MOST_AGE

    @property
    def numbers(self) -> frozenset[str]:
        """Every number, digits only: public, hence nobody's private data."""
        return frozenset("".join(filter(str.isdigit, entry.number)) for entry in self.entries if entry.number)


def load_resources(folder: Traversable | None = None) -> Resources:
    """Read `resources.toml` from `folder` (default: the one that ships). Raises FilterUnavailable."""
    source = Source.read(folder or data_folder("crisis"), "resources.toml")
    source.only(source.table, frozenset({"checked", "resource"}))
    checked = source.table.get("checked")
    if type(checked) is not date:
        raise source.wrong("checked", "date")
    entries = tuple(_resource(source, table, f"resource[{n}].") for n, table in enumerate(source.tables("resource")))
    if not any(entry.locale == ANYWHERE for entry in entries):
        raise source.wrong("resource", "anywhere")
    return Resources(checked=checked, entries=entries)


def _resource(source: Source, table: dict[str, Any], where: str) -> Resource:
    source.only(table, frozenset({"locale", "name", "number", "hours"}), where)
    number = source.string(table, "number", where) if "number" in table else ""
    return Resource(
        locale=source.string(table, "locale", where),
        name=_languages(source, table, "name", where),
        number=number,
        hours=_languages(source, table, "hours", where) if number else {},
    )


def _languages(source: Source, table: dict[str, Any], key: str, where: str) -> dict[str, str]:
    texts = table.get(key)
    if not isinstance(texts, dict):
        raise source.wrong(f"{where}{key}", "languages")
    return {language: source.string(texts, language, f"{where}{key}.") for language in LANGUAGES}


def crisis_words(language: str, resources: Resources) -> str:
    """What the person reads, in the language of the tag `language` ("ko", "en-KR"): fixed words, no model.

    It says that a program speaks, names people to talk to, and nothing about methods.
    """
    spoken = language.replace("_", "-").split("-")[0].lower()
    spoken = spoken if spoken in LANGUAGES else LANGUAGES[0]
    say = catalogue("moderation").say
    lines = [
        say(
            "crisis.resource" if entry.number else "crisis.elsewhere",
            spoken,
            name=entry.name[spoken],
            number=entry.number,
            hours=entry.hours.get(spoken, ""),
        )
        for entry in resources.for_locale(language)
    ]
    return "\n".join((say("crisis.opening", spoken), *lines, say("crisis.closing", spoken)))
