"""Settings: one TOML file and the environment, read here and nowhere else, checked before anything starts."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_type_hints

import platformdirs
from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    create_model,
    model_validator,
)

from bots.addresses import Address
from bots.errors import SettingsError
from bots.filter_settings import DetoxifySection, LexiconSection, PresidioSection, Section
from bots.memory_settings import MemorySection
from bots.monitor_settings import MonitorSection
from bots.places import PlaceSettings
from bots.platform_settings import DiscordSection, TelegramSection
from bots.privacy_settings import PrivacySection
from bots.reply_settings import LimitSection, ReplySection
from bots.review_settings import ReviewSection
from bots.tier_settings import GuardModelSection, JudgeModelSection, OmniSection, OnnxSection
from moderation.file_faults import reason_of
from moderation.validation import Expectation, Misfit, first_problem
from moderation.words import LANGUAGES

APP: Final = "talchum"
FILE_NAME: Final = "talchum.toml"
SETTINGS_VARIABLE: Final = "TALCHUM_SETTINGS"
DATA_VARIABLE: Final = "TALCHUM_DATA"
LANGUAGE_VARIABLE: Final = "TALCHUM_LANGUAGE"
DEFAULT_MODEL: Final = "embedded:smollm2-135m"


def _model(given: str) -> str:
    if not _names_a_model(given):
        raise Misfit(SettingsError("settings.expect_model", given=given))
    return given


_Model = Annotated[str, AfterValidator(_model)]


class ModelSettings(Section):
    """Where words come from."""

    use: _Model = DEFAULT_MODEL
    """KIND:NAME with KIND one of embedded (a model installed here), openai (a model of the endpoint), scripted."""
    fallbacks: tuple[_Model, ...] = Field(default=(), strict=False)
    """Tried in this order when the one before gives no words."""
    cheaper: Annotated[str, AfterValidator(lambda given: given and _model(given))] = ""
    """Asked first where tokens or money have come near a limit; "": `use` as ever."""
    base_url: Address = "https://api.openai.com/v1"
    key_variable: str = "OPENAI_API_KEY"
    """Name of the environment variable that holds the key: keys do not belong into files."""
    prefix: Literal["auto", "assistant", "continue_final_message", "prefix", "partial", "none"] = "auto"
    limit_field: Literal["auto", "max_tokens", "max_completion_tokens"] = "auto"
    """What the endpoint calls the limit of a reply; auto: the second at api.openai.com, the first elsewhere."""
    omit: tuple[Literal["stream_options", "temperature", "seed", "stop", "response_format"], ...] = Field(
        default=(), strict=False
    )
    """Parameters the endpoint refuses."""
    languages: tuple[str, ...] = Field(default=(), strict=False)
    """Languages the endpoint's model speaks well; empty: not known, nothing is said about it."""
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    patience: Annotated[float, Field(gt=0, le=600)] = 30.0
    """Seconds all attempts may take together."""
    idle: Annotated[float, Field(gt=0, le=600)] = 20.0
    """Seconds a stream may be silent."""
    context: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Tokens an embedded model has room for; 0: what suits the model."""
    threads: Annotated[int, Field(ge=1, le=256)] = 2
    tokenizer: Path | None = Field(default=None, strict=False)
    """The `tokenizer.json` of the models, relative to the settings file; none: tokens are estimated."""


class PersonaSection(Section):
    """Who speaks."""

    default: str = ""
    """Id; empty: the first in the language of the settings."""
    folders: tuple[Annotated[Path, Field(strict=False)], ...] = Field(default=(), strict=False)
    """Folders with persona files beside the bundled ones, relative to the settings file."""


class PolicySection(Section):
    """What is allowed."""

    file: Path | None = Field(default=None, strict=False)
    """A policy file, relative to the settings file; none: the one applied last, or the one that ships."""


class LogSection(Section):
    """What is written down of the program's own work: `talchum.log` in the data folder."""

    level: Literal["debug", "info", "warning", "critical"] = "info"
    """info: one line an exchange, never its text."""


class PriceSection(Section):
    """What a million tokens of the model cost, for limits in money."""

    per_million_in: Annotated[float, Field(ge=0)] = 0.0
    per_million_cached: Annotated[float, Field(ge=0)] = 0.0
    per_million_out: Annotated[float, Field(ge=0)] = 0.0
    currency: Annotated[str, Field(max_length=10)] = ""


_PLACE_FIELDS: Final[dict[str, Any]] = {
    field.name: (get_type_hints(PlaceSettings, include_extras=True)[field.name], field.default)
    for field in fields(PlaceSettings)
}
PlaceSection: Final = create_model("PlaceSection", __base__=Section, **_PLACE_FIELDS)
"""What holds in every place until somebody changes it there: `bots.places.PlaceSettings`."""


class _File(Section):
    language: Literal["en", "ko"] | None = None
    data: Path | None = Field(default=None, strict=False)
    model: ModelSettings = ModelSettings()
    reply: ReplySection = ReplySection()
    limits: LimitSection = LimitSection()
    personas: PersonaSection = PersonaSection()
    policy: PolicySection = PolicySection()
    lexicon: LexiconSection = LexiconSection()
    privacy: PrivacySection = PrivacySection()
    memory: MemorySection = MemorySection()
    log: LogSection = LogSection()
    review: ReviewSection = ReviewSection()
    monitor: MonitorSection | None = None
    detoxify: DetoxifySection | None = None
    presidio: PresidioSection | None = None
    onnx: OnnxSection | None = None
    omni: OmniSection | None = None
    guard_model: GuardModelSection | None = None
    judge_model: JudgeModelSection | None = None
    places: PlaceSection = PlaceSection()  # type: ignore[valid-type]
    prices: PriceSection = PriceSection()
    discord: DiscordSection | None = None
    telegram: TelegramSection | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "_File":
        if self.detoxify and self.onnx:
            raise Misfit(SettingsError("settings.expect_one_detoxify"))
        return self


_AS_WRITTEN: Final = ("reply", "limits", "memory", "log", "review", "monitor", "prices", "discord", "telegram")
"""Sections that nothing is made of but themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. Immutable."""

    file: str
    """The settings file, as errors name it."""
    language: str
    """Of Talchum's own words: en or ko."""
    data: Path
    """Folder of the store and of installed models."""
    model: ModelSettings
    reply: ReplySection
    limits: LimitSection
    personas: PersonaSection
    policy: PolicySection
    lexicon: LexiconSection
    privacy: PrivacySection
    """With the folder of keys in it."""
    memory: MemorySection
    master_key: SecretStr
    """Empty where the variable is not set: then it is in a file."""
    log: LogSection
    review: ReviewSection
    monitor: MonitorSection | None
    """None: nothing is listened on for it."""
    detoxify: DetoxifySection | None
    presidio: PresidioSection | None
    onnx: OnnxSection | None
    omni: OmniSection | None
    guard_model: GuardModelSection | None
    judge_model: JudgeModelSection | None
    """None, all six: only what ships with the package judges."""
    omni_key: SecretStr
    guard_model_key: SecretStr
    judge_model_key: SecretStr
    """Empty where the variable is not set, all three."""
    key: SecretStr
    """Key of the endpoint; empty where the variable is not set."""
    places: PlaceSettings
    """What holds in every place until somebody changes it there."""
    prices: PriceSection
    discord: DiscordSection | None
    """None: Discord is not served."""
    discord_token: SecretStr
    """Empty where the variable is not set."""
    telegram: TelegramSection | None
    """None: Telegram is not served."""
    telegram_token: SecretStr
    telegram_secret: SecretStr
    """Empty where the variable is not set, both."""

    @property
    def store(self) -> Path:
        """The database."""
        return self.data / "talchum.db"

    @property
    def state(self) -> Path:
        """The state of platforms."""
        return self.data / "state.db"

    @property
    def policies(self) -> Path:
        """Folder of the policies that were applied."""
        return self.data / "policies"

    @property
    def keys(self) -> Path:
        """Folder of the keys."""
        return self.privacy.keys or self.data.with_name(f"{self.data.name}-keys")

    @property
    def log_file(self) -> Path:
        """The log."""
        return self.data / "talchum.log"

    @property
    def status_file(self) -> Path:
        """How the program that runs with these settings is, as it last said itself."""
        return self.data / "status.json"

    @property
    def run_lock(self) -> Path:
        """What the program that serves holds, so that there is one."""
        return self.data / "run.lock"

    @property
    def models(self) -> Path:
        """Folder of installed models."""
        return self.data / "models"

    def using(self, model: str) -> "Settings":
        """The same with another model, and no fallbacks. Raises SettingsError where `model` is not KIND:NAME."""
        if not _names_a_model(model):
            raise SettingsError(
                "settings.wrong", file="--model", key="-", expected=SettingsError("settings.expect_model", given=model)
            )
        return replace(self, model=self.model.model_copy(update={"use": model, "fallbacks": (), "cheaper": ""}))

    def speaking(self, persona: str, *, file: Path | None = None) -> "Settings":
        """The same with another persona to begin with, which may be in a `file` of its own."""
        folders = (*self.personas.folders, *((file,) if file else ()))
        return replace(self, personas=self.personas.model_copy(update={"default": persona, "folders": folders}))

    def alone(self) -> "Settings":
        """The same without services that judge: nobody is asked."""
        return replace(self, omni=None, guard_model=None, judge_model=None)

    @classmethod
    def load(cls, document: bytes, environ: Mapping[str, str], *, file: Path | None = None) -> "Settings":
        """Check a settings document (b"" for all defaults) against the environment.

        `file` is named in errors, and relative paths in the document start from its folder. Raises SettingsError: file,
        key, what was expected, and the language that the document asks for.
        """
        name = str(file or FILE_NAME)
        try:
            written = tomllib.loads(document.decode("utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError("settings.syntax", file=name, reason=reason_of(error)) from None
        try:
            return cls._of(written, environ, name, (file.parent if file else Path()).absolute())
        except SettingsError as error:
            asked = (environ.get(LANGUAGE_VARIABLE), written.get("language"))
            error.language = next((language for language in asked if language in LANGUAGES), "")
            raise

    @classmethod
    def _of(cls, written: Mapping[str, Any], environ: Mapping[str, str], name: str, base: Path) -> "Settings":
        """What a document says, in which paths start from `base`. Raises SettingsError."""
        try:
            parsed = _File.model_validate(written)
        except ValidationError as error:
            key, expected = first_problem(error)
            raise SettingsError("settings.wrong", file=name, key=key, expected=expected) from None
        folders = tuple(base / folder for folder in parsed.personas.folders)
        model = parsed.model
        return cls(
            file=name,
            language=_language(parsed.language, environ, name),
            data=_data(parsed.data, environ, base, name),
            personas=parsed.personas.model_copy(update={"folders": folders}),
            model=model.model_copy(update={"tokenizer": model.tokenizer and base / model.tokenizer}),
            policy=parsed.policy.model_copy(update={"file": parsed.policy.file and base / parsed.policy.file}),
            privacy=parsed.privacy.based(base),
            master_key=_key(parsed.privacy.key_variable, environ, name),
            lexicon=LexiconSection(lists=tuple(base / file for file in parsed.lexicon.lists)),
            **{section: getattr(parsed, section) for section in _AS_WRITTEN},
            **_judges(parsed, environ, base, name),
            key=_key(parsed.model.key_variable, environ, name),
            places=PlaceSettings(**dict(parsed.places)),
            discord_token=_key(parsed.discord.token_variable, environ, name) if parsed.discord else SecretStr(""),
            telegram_token=_key(parsed.telegram.token_variable, environ, name) if parsed.telegram else SecretStr(""),
            telegram_secret=_key(parsed.telegram.secret_variable, environ, name) if parsed.telegram else SecretStr(""),
        )

    @classmethod
    def find(cls, file: Path | None, environ: Mapping[str, str]) -> "Settings":
        """Read `file`, or the one the environment names, or `talchum.toml` in this folder, or none at all."""
        named = file or (Path(environ[SETTINGS_VARIABLE]) if environ.get(SETTINGS_VARIABLE) else None)
        chosen = named or Path(FILE_NAME)
        if named is None and not chosen.is_file():
            return cls.load(b"", environ)
        try:
            document = chosen.read_bytes()
        except OSError as error:
            raise SettingsError("settings.unreadable", file=chosen, reason=reason_of(error)) from None
        return cls.load(document, environ, file=chosen)


def _judges(parsed: _File, environ: Mapping[str, str], base: Path, file: str) -> dict[str, Any]:
    """The sections of filters beside what ships, with the keys of services."""
    model, judge = parsed.guard_model, parsed.judge_model
    return {
        "detoxify": parsed.detoxify and parsed.detoxify.based(base),
        "presidio": parsed.presidio,
        "onnx": parsed.onnx and parsed.onnx.based(base),
        "omni": parsed.omni,
        "guard_model": model and model.based(base),
        "judge_model": judge and judge.based(base),
        "omni_key": _key(parsed.omni.key_variable, environ, file) if parsed.omni else SecretStr(""),
        "guard_model_key": _key(model.key_variable, environ, file) if model else SecretStr(""),
        "judge_model_key": _key(judge.key_variable, environ, file) if judge else SecretStr(""),
    }


def _data(wanted: Path | None, environ: Mapping[str, str], base: Path, file: str) -> Path:
    """A path in the environment starts where the program does, one in the file from the file's folder, `base`."""
    given = environ.get(DATA_VARIABLE)
    folder = Path(given or wanted or platformdirs.user_data_dir(APP, appauthor=False))
    try:
        folder = folder.expanduser()
    except RuntimeError:
        expected = SettingsError("settings.expect_path", given=folder)
        raise SettingsError(
            "settings.wrong", file=file, key=DATA_VARIABLE if given else "data", expected=expected
        ) from None
    return folder.absolute() if given else base / folder


def _key(variable: str, environ: Mapping[str, str], file: str) -> SecretStr:
    """It becomes a part of an HTTP header, which carries nothing else. The error does not quote it."""
    key = environ.get(variable, "")
    if not all("!" <= char <= "~" for char in key):
        raise SettingsError("settings.wrong", file=file, key=variable, expected=SettingsError("settings.expect_key"))
    return SecretStr(key)


def _names_a_model(use: str) -> bool:
    kind, _, name = use.partition(":")
    return kind in {"embedded", "openai", "scripted"} and bool(name)


def language_from(environ: Mapping[str, str]) -> str:
    """The language of Talchum's own words as far as the environment tells: ko for a Korean locale, otherwise en."""
    found = filter(None, map(environ.get, (LANGUAGE_VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG")))
    return "ko" if next(found, "").lower().startswith("ko") else "en"


def _language(wanted: str | None, environ: Mapping[str, str], file: str) -> str:
    forced = environ.get(LANGUAGE_VARIABLE, "")
    if forced and forced not in {"en", "ko"}:
        expected = Expectation("validation.one_of", names="en, ko")
        raise SettingsError("settings.wrong", file=file, key=LANGUAGE_VARIABLE, expected=expected)
    return forced or wanted or language_from(environ)
