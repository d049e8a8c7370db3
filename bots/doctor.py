"""What may be wrong before anything is started: settings, folders, policy, personas, databases, models.

Every trouble is a finding, with what to do about it; nothing is raised.
"""

import asyncio
import difflib
import enum
import os
import shlex
import stat
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from bots.cards import Card, Row, Tone
from bots.casting import Casting
from bots.config import Settings
from bots.errors import BotError, SettingsError, Unknown
from bots.fitting import check_places
from bots.models import limits_of, open_generator
from bots.parts import keys_of, open_guard, open_state, open_store
from bots.places import Places, PlaceSettings
from moderation.errors import FilterUnavailable, ModerationError
from moderation.file_faults import reason_of
from moderation.filters.crisis import load_resources
from moderation.filters.meaning import Meaning
from moderation.guard import Guard
from moderation.models.encoder import PACKAGE
from moderation.words import DEFAULT_LANGUAGE, Explained, catalogue
from personas.errors import GenerationError, PersonaError
from personas.generators.openai_chat import OpenAIChat, OpenAIChatSettings
from personas.generators.scripts import load_script
from personas.loading import load_library
from personas.model_files import find, known_models, mebibytes

_PATIENCE: Final = timedelta(seconds=10)
"""How long an endpoint may take to list its models."""
_NO_LIST: Final = frozenset({"generators.not_found", "generators.malformed"})
"""The endpoint answers, but not with models: many have no list of them."""
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_NAMED: Final = 5


class Grade(enum.StrEnum):
    """How bad it is: the sign before a finding."""

    GOOD = "✓"
    DOUBTFUL = "!"
    """It works, perhaps not as somebody wants it."""
    BAD = "✗"


class Told(BotError):
    """What a finding says: a value, never raised."""


class Several(BotError):
    """Words after one another, for a field of what a finding says; never raised."""

    def __init__(self, *keys: str) -> None:
        """At least one."""
        super().__init__(keys[0])
        self._keys = keys

    def explain(self, language: str = DEFAULT_LANGUAGE) -> str:
        """All of them, with commas between."""
        return ", ".join(catalogue(self.package).say(key, language) for key in self._keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    grade: Grade
    about: str
    """What was looked at: a key of words, or a name somebody gave."""
    told: Explained
    """How it is, and what to click or type where it is not good."""


def good(about: str, key: str, **fields: object) -> Finding:
    """All is well with it."""
    return Finding(grade=Grade.GOOD, about=about, told=Told(key, **fields))


def doubtful(about: str, told: str | Explained, **fields: object) -> Finding:
    """Somebody should look at it; `told` is a key, or an error that says it already."""
    return Finding(grade=Grade.DOUBTFUL, about=about, told=Told(told, **fields) if isinstance(told, str) else told)


def bad(about: str, told: str | Explained, **fields: object) -> Finding:
    """It keeps Talchum from working; `told` is a key, or an error that says it already."""
    return Finding(grade=Grade.BAD, about=about, told=Told(told, **fields) if isinstance(told, str) else told)


def card_of(title: str, findings: Iterable[Finding], language: str) -> Card:
    """A row for each finding; `title` is a key."""
    words = catalogue("bots")
    rows = []
    tone = Tone.GOOD
    for finding in findings:
        about = words.say(finding.about, language) if finding.about in words else finding.about
        rows.append(Row(label=f"{finding.grade} {about}", text=finding.told.explain(language)))
        tone = Tone.BAD if finding.grade is Grade.BAD else tone
    return Card(title=words.say(title, language), rows=tuple(rows), tone=tone)


def summary(findings: Iterable[Finding], language: str) -> Card:
    """What all of it comes to."""
    grades = [finding.grade for finding in findings]
    wrong, odd = grades.count(Grade.BAD), grades.count(Grade.DOUBTFUL)
    key = "doctor.sum_bad" if wrong else "doctor.sum_doubtful" if odd else "doctor.sum_good"
    return Card(
        title=catalogue("bots").say(key, language, wrong=wrong, odd=odd), tone=Tone.BAD if wrong or odd else Tone.GOOD
    )


def look_at_settings(file: Path) -> Finding:
    """Whether there is a settings file; what is in it is fine already."""
    if file.is_file():
        return good("doctor.about_settings", "doctor.settings_good", file=file)
    return doubtful("doctor.about_settings", "doctor.settings_none", file=file)


async def look_at_house(settings: Settings, *, today: date, offline: bool = False) -> tuple[Finding, ...]:
    """What lies on this machine, models apart. Makes the data folder and the databases where there are none. Services
    that judge are asked about the lines of the personas, unless `offline`."""
    return (
        await asyncio.to_thread(_folder, settings.data),
        *await asyncio.to_thread(_log, settings.log_file),
        await asyncio.to_thread(_keys, settings),
        await _store(settings),
        await _state(settings),
        *await _guarded(settings.alone() if offline else settings),
        await asyncio.to_thread(_numbers, today),
    )


def _folder(folder: Path) -> Finding:
    about = "doctor.about_folder"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # as the databases would
        with tempfile.TemporaryFile(dir=folder):
            mode = folder.stat().st_mode
    except OSError as error:
        return bad(about, "doctor.folder_unwritable", folder=folder, reason=reason_of(error))
    if os.name == "posix" and mode & _OTHERS:
        return doubtful(about, "doctor.folder_open", folder=folder, quoted=shlex.quote(str(folder)))
    return good(about, "doctor.folder_good", folder=folder)


def _log(file: Path) -> list[Finding]:
    """Something only where there is one that cannot be gone on with."""
    try:
        with file.open("r+b"):
            return []
    except (FileNotFoundError, NotADirectoryError):
        return []  # told of with the folder
    except OSError as error:
        return [bad("doctor.about_log", "doctor.log_unwritable", file=file, reason=reason_of(error))]


def _keys(settings: Settings) -> Finding:
    """Where they are, and that nobody else can read them."""
    about = "doctor.about_keys"
    try:
        keys = keys_of(settings)
    except ModerationError as error:
        return bad(about, error)
    there = [path.stat().st_mode for path in (keys.folder, *keys.folder.glob("*")) if path.exists()]
    if os.name == "posix" and any(mode & _OTHERS for mode in there):
        return bad(about, "doctor.keys_open", folder=keys.folder, quoted=shlex.quote(str(keys.folder)))
    return good(about, "doctor.keys_good", source=keys.source, folder=keys.folder)


async def _store(settings: Settings) -> Finding:
    try:
        async with open_store(settings):
            return good("doctor.about_store", "doctor.opens", file=settings.store)
    except ModerationError as error:
        return bad("doctor.about_store", error)


async def _state(settings: Settings) -> Finding:
    try:
        async with open_state(settings):
            return good("doctor.about_state", "doctor.opens", file=settings.state)
    except ModerationError as error:
        return bad("doctor.about_state", error)


async def _guarded(settings: Settings) -> list[Finding]:
    """The policy, and the personas under it."""
    try:
        async with open_guard(settings) as guard:
            policy = guard.policy
            told = good("doctor.about_policy", "doctor.policy_good", name=policy.name, count=len(policy.rules()))
            return [told, *_encoder(guard), *await _personas(settings, guard)]
    except (ModerationError, SettingsError) as error:
        return [bad("doctor.about_policy", error)]


async def heard_whole(settings: Settings, platform: str, hears: Callable[[PlaceSettings], bool]) -> tuple[str, ...]:
    """Keys of the places of a platform where messages that do not call the bot are to be answered, as `hears` says of
    settings; only "" where that is the default. A state that cannot be opened is told of elsewhere."""
    if hears(settings.places):
        return ("",)
    try:
        async with open_state(settings) as state:
            return await Places(state, settings.places).where(platform, hears)
    except ModerationError:
        return ()


def _encoder(guard: Guard) -> list[Finding]:
    """Something only where the guard must do without its sentence encoder."""
    reads = all(judge.reads for judge in guard.filters if isinstance(judge, Meaning))
    return [] if reads else [doubtful("doctor.about_encoder", FilterUnavailable("models.no_encoder", package=PACKAGE))]


async def _personas(settings: Settings, guard: Guard) -> list[Finding]:
    """Everybody made ready to speak, as when the program starts."""
    about = "doctor.about_personas"
    try:
        personas = await asyncio.to_thread(load_library, settings.personas.folders)
        casting = await Casting.of(guard, await asyncio.to_thread(limits_of, settings))
    except Explained as error:
        return [bad(about, error)]
    found = []
    for persona in personas.values():
        try:
            await casting.cast(persona)
        except Explained as error:
            found.append(bad(about, error))
    default = settings.personas.default
    if default and default not in personas:
        found.append(bad(about, Unknown("settings.unknown_persona", name=default, known=", ".join(personas))))
    try:
        check_places(settings, personas)
    except SettingsError as error:
        found.append(bad(about, error))
    return found or [good(about, "doctor.personas_good", count=len(personas))]


def _numbers(today: date) -> Finding:
    about = "doctor.about_numbers"
    try:
        resources = load_resources()
    except ModerationError as error:
        return bad(about, error)
    key = "cli.numbers_old" if resources.stale(today) else "doctor.numbers_good"
    return (doubtful if resources.stale(today) else good)(about, key, checked=resources.checked)


async def look_at_models(settings: Settings, *, offline: bool) -> tuple[Finding, ...]:
    """The models of the settings, in their order, and whether the first speaks what the personas speak."""
    found = []
    for use in (settings.model.use, *settings.model.fallbacks):
        kind, _, name = use.partition(":")
        if kind == "embedded":
            found.append(await asyncio.to_thread(_embedded, name, settings))
        elif kind == "scripted":
            found.append(await asyncio.to_thread(_scripted, name))
        else:
            found.append(await _endpoint(name, settings, offline=offline))
    return (*found, *await asyncio.to_thread(_languages, settings))


def _embedded(name: str, settings: Settings) -> Finding:
    about = "doctor.about_model"
    try:
        model = find(name, settings.models)
    except PersonaError as error:
        if error.key == "model_files.missing" and name in known_models():
            return bad(about, "doctor.model_missing", name=name)
        return bad(about, error)
    return good(about, "doctor.model_good", name=name, file=model.path, size=mebibytes(model.size))


def _scripted(name: str) -> Finding:
    about = "doctor.about_model"
    try:
        load_script(name)
    except PersonaError as error:
        return bad(about, error)
    return doubtful(about, "doctor.model_scripted", name=name)


async def _endpoint(name: str, settings: Settings, *, offline: bool) -> Finding:
    """A model of the endpoint: its key is there, the endpoint answers, and lists it."""
    about, url = "doctor.about_model", settings.model.base_url
    try:
        async with open_generator(settings.using(f"openai:{name}")):
            pass
    except BotError as error:
        return bad(about, error)
    if offline:
        return good(about, "doctor.endpoint_unasked", name=name, url=url)
    key = settings.key.get_secret_value() or "none"
    asked = OpenAIChatSettings(model=name, base_url=url, api_key=key, first_token=_PATIENCE)
    chat = await asyncio.to_thread(OpenAIChat, asked)
    try:
        names = await chat.models()
    except GenerationError as error:
        return (
            doubtful(about, "doctor.endpoint_mute", name=name, url=url) if error.key in _NO_LIST else bad(about, error)
        )
    finally:
        await chat.aclose()
    if any(listed in {name, f"{name}:latest"} or listed.endswith(f"/{name}") for listed in names):
        return good(about, "doctor.endpoint_good", name=name, url=url)
    near = difflib.get_close_matches(name, names, n=_NAMED) or sorted(names)[:_NAMED]
    return doubtful(about, "doctor.endpoint_other", name=name, url=url, names=", ".join(near) or "-")


def _languages(settings: Settings) -> list[Finding]:
    """Nothing where what the model speaks is not known, or something is wrong that was told already."""
    try:
        spoken, personas = _spoken(settings), load_library(settings.personas.folders)
    except PersonaError:
        return []
    lost = [name for name, persona in personas.items() if spoken and persona.language not in spoken]
    if not lost:
        return []
    key = "doctor.endpoint_speaks_not" if settings.model.use.startswith("openai:") else "doctor.speaks_not"
    languages = ", ".join(sorted(spoken))
    return [doubtful("doctor.about_languages", key, languages=languages, personas=", ".join(lost))]


def _spoken(settings: Settings) -> frozenset[str]:
    """What the first model speaks; empty where that is not known. Raises PersonaError."""
    kind, _, name = settings.model.use.partition(":")
    if kind == "scripted":
        return load_script(name).languages
    known = known_models().get(name) if kind == "embedded" else None
    return known.languages if known else frozenset(settings.model.languages)
