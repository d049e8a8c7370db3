"""`talchum init`: a few questions, the settings file that the answers come to, and what to click after that."""

import json
import os
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bots.cards import Card, Row, Tone
from bots.cli.common import TOLD_IN, interactive, out, settings_of
from bots.cli.new_file import exists, is_there, save
from bots.config import (
    DEFAULT_MODEL,
    FILE_NAME,
    SETTINGS_VARIABLE,
    ModelSettings,
    Settings,
)
from bots.console_bot.screen import Screen
from bots.errors import RefuseToStart, SettingsError
from bots.platform_settings import DiscordSection, TelegramSection
from moderation.validation import Misfit
from moderation.words import LANGUAGES, PROGRAM, catalogue

PORTAL: Final = "https://discord.com/developers/applications"
_BOTFATHER: Final = "https://t.me/BotFather"
_PLATFORMS: Final = ("discord", "telegram", "both")
_ENDPOINT: Final = "openai:"
_MESSAGES: Final = 200
"""Of one person in a day: nobody who talks with a persona by hand reaches that, a script does."""
_TOKENS: Final = 500_000
"""What so many messages come to, repairs included."""
_ID: Final = re.compile(r"[0-9]{1,20}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What somebody wants. Each is the text or number that goes into the file."""

    language: str
    model: str = DEFAULT_MODEL
    base_url: str = ModelSettings().base_url
    speaks: tuple[str, ...] = ()
    """Languages of the endpoint's model; none: not known."""
    platform: str = "discord"
    """discord, telegram or both."""
    application: str = ""
    """Id of the Discord application, or "": not known yet."""
    message_content: bool = False
    minors: bool = False
    messages: int = _MESSAGES
    """Of one person in a day; 0: no limit."""
    tokens: int = 0
    """As `messages`."""

    @property
    def endpoint(self) -> bool:
        """Whether the model is one of an endpoint."""
        return self.model.startswith(_ENDPOINT)

    @property
    def discord(self) -> bool:
        """Whether Discord is served."""
        return self.platform != "telegram"

    @property
    def telegram(self) -> bool:
        """Whether Telegram is served."""
        return self.platform != "discord"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Asks for one answer."""

    field: str
    """Of `Answers`, and the second half of the keys of its words."""
    option: str
    """What answers it on the command line."""
    read: Callable[[str], object] = str
    """From what was typed. Raises Misfit."""
    default: Callable[[Answers], str]
    """What no answer means, as one would type it."""
    endpoint: bool = False
    """Asked only where the model is one of an endpoint."""
    discord: bool = False
    """Asked only where Discord is served."""

    def useless(self, answers: Answers) -> str:
        """Why it is not asked after those answers: a key; "" where it is."""
        if self.endpoint and not answers.endpoint:
            return "init.of_an_endpoint"
        return "init.of_discord" if self.discord and not answers.discord else ""

    def taken(self, text: str, answers: Answers) -> Answers:
        """`answers` with this one. Raises SettingsError where the settings would not take it."""
        try:
            change: dict[str, Any] = {self.field: self.read(text)}
            taken = replace(answers, **change)
            Settings.load(document(taken), {})
        except Misfit as misfit:
            expected: object = misfit.expectation
        except SettingsError as error:
            expected = error.fields.get("expected", error)
        else:
            return taken
        raise SettingsError("init.wrong", option=self.option, expected=expected)


Ask = Callable[[Question, Answers], Answers]
"""Has a person answer."""


_Text = str | None
_Language = Annotated[_Text, typer.Option("--language", help="init_language", metavar="en|ko")]
_Model = Annotated[_Text, typer.Option("--model", help="model_option", metavar="KIND:NAME")]
_BaseUrl = Annotated[_Text, typer.Option("--base-url", help="init_base_url", metavar="URL")]
_Speaks = Annotated[_Text, typer.Option("--speaks", help="init_speaks", metavar="en,ko")]
_Platform = Annotated[_Text, typer.Option("--platform", help="init_platform", metavar="discord|telegram|both")]
_Application = Annotated[_Text, typer.Option("--application", help="init_application", metavar="ID")]
_Content = Annotated[bool | None, typer.Option("--message-content/--no-message-content", help="init_content")]
_Minors = Annotated[bool | None, typer.Option("--minors/--no-minors", help="init_minors")]
_Messages = Annotated[int | None, typer.Option("--messages", help="init_messages")]
_Tokens = Annotated[int | None, typer.Option("--tokens", help="init_tokens")]
_Yes = Annotated[bool, typer.Option("--yes", help="init_yes")]
_Force = Annotated[bool, typer.Option("--force", help="init_force")]
_NewFile = Annotated[
    Path | None,
    typer.Option("--settings", help="init_file", metavar="FILE", envvar=SETTINGS_VARIABLE, show_envvar=False),
]


def init(
    *,
    language: _Language = None,
    model: _Model = None,
    base_url: _BaseUrl = None,
    speaks: _Speaks = None,
    platform: _Platform = None,
    application: _Application = None,
    message_content: _Content = None,
    minors: _Minors = None,
    messages: _Messages = None,
    tokens: _Tokens = None,
    yes: _Yes = False,
    force: _Force = False,
    file: _NewFile = None,
) -> None:
    """init"""
    target = file or Path(FILE_NAME)
    spoken = settings_of(Path(os.devnull)).language
    if is_there(target) and not force:
        raise exists(target)
    given = {"language": language, "model": model, "base_url": base_url, "speaks": speaks, "platform": platform}
    given |= {"application": application, "message_content": _typed(message_content), "minors": _typed(minors)}
    given |= {"messages": _typed(messages), "tokens": _typed(tokens)}
    typed = {name: text for name, text in given.items() if text is not None}
    ask = partial(asked, prompt=_prompt()) if interactive() and not yes else None
    answers = interview(typed, Answers(language=spoken), ask, yes=yes)
    kept = save(target, document(answers), force=force)
    Screen(out(), language=answers.language).card(_next_steps(answers, target, kept=kept, named=file is not None))


def _prompt() -> Callable[..., str]:
    """What asks at a terminal."""
    from prompt_toolkit import PromptSession

    return PromptSession[str]().prompt


def interview(typed: Mapping[str, str], start: Answers, ask: Ask | None, *, yes: bool) -> Answers:
    """`start` with every answer: what was `typed` by its field, else what a person says, or the default with `yes`.

    Raises SettingsError for one that is wrong, that is of no use, and where one is missing and nobody can be asked.
    """
    answers, missing = start, []
    for question in QUESTIONS:
        text = typed.get(question.field)
        useless = question.useless(answers)
        if useless:
            if text is not None:
                raise SettingsError(useless, option=question.option)
        elif text is not None:
            answers = question.taken(text, answers)
        elif yes:
            answers = question.taken(question.default(answers), answers)
        elif ask is not None:
            answers = ask(question, answers)
        else:
            missing.append(question.option)
        TOLD_IN.set(answers.language)
    if missing:
        raise SettingsError("init.missing", options=", ".join(missing))
    return answers


def asked(question: Question, answers: Answers, *, prompt: Callable[[str], str]) -> Answers:
    """Ask until there is an answer that the settings take. Raises RefuseToStart where the person ends it."""
    say = partial(_say, language=answers.language)
    screen = Screen(out(), language=answers.language)
    about = say(f"init.about_{question.field}", portal=PORTAL, model=DEFAULT_MODEL)
    screen.card(Card(title=say(f"init.ask_{question.field}"), hint=about))
    default = question.default(answers)
    while True:
        try:
            text = prompt(f"[{default}] > " if default else "> ").strip()
        except EOFError:
            raise RefuseToStart("init.abandoned") from None
        try:
            return question.taken(text or default, answers)
        except SettingsError as error:
            screen.card(Card(title=error.explain(answers.language), tone=Tone.BAD))


def document(answers: Answers) -> bytes:
    """The settings file, with comments in the language of the answers."""
    comment = partial(_comment, answers.language)
    lines = [comment("head"), "", comment("language"), f"language = {_toml(answers.language)}", "", "[model]"]
    lines += [comment("model"), f"use = {_toml(answers.model)}"]
    if answers.endpoint:
        lines += [comment("base_url"), f"base_url = {_toml(answers.base_url)}"]
        lines += [comment("key"), f"key_variable = {_toml(ModelSettings().key_variable)}"]
        lines += [comment("speaks"), f"languages = {_toml(answers.speaks)}"]
    lines += ["", "[places]", comment("limits"), f"person_messages = {answers.messages}"]
    lines += [f"person_tokens = {answers.tokens}"]
    lines += [comment("minors"), f"profile = {_toml('minors' if answers.minors else '')}"]
    if answers.discord:
        lines += ["", "[discord]"]
        if answers.application:
            lines += [comment("invite"), f"# {_invite(answers.application)}"]
        lines += [comment("token"), f"token_variable = {_toml(DiscordSection().token_variable)}"]
        lines += [comment("content"), f"message_content = {_toml(answers.message_content)}"]
    if answers.telegram:
        lines += ["", "[telegram]"]
        lines += [comment("token"), f"token_variable = {_toml(TelegramSection().token_variable)}"]
    # Lone surrogates are what arguments that are not UTF-8 come as: refused where the settings are read.
    return "\n".join([*lines, ""]).encode("utf-8", "surrogatepass")


def _comment(language: str, name: str) -> str:
    return "\n".join(f"# {line}" for line in _say(f"init.file_{name}", language).splitlines())


def _toml(value: object) -> str:
    """A value as TOML writes it: as JSON does, but for one control character that JSON leaves as it is."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _next_steps(answers: Answers, target: Path, *, kept: str, named: bool) -> Card:
    """What to click and type now, in order."""
    say = partial(_say, language=answers.language)
    settings = f" --settings {shlex.quote(str(target))}" if named else ""
    steps = _at_discord(answers, settings) if answers.discord else []
    if answers.telegram:
        steps += [say("init.step_botfather", link=_BOTFATHER), say("init.step_privacy")]
    kind, _, name = answers.model.partition(":")
    if kind == "embedded":
        steps.append(f"{PROGRAM.get()} model install {shlex.quote(name)} --if-missing{settings}")
    if answers.endpoint:
        steps.append(say("init.step_key", variable=ModelSettings().key_variable))
    if answers.discord:
        steps.append(f"export {DiscordSection().token_variable}=…")
    if answers.telegram:
        steps.append(f"export {TelegramSection().token_variable}=…")
    steps += [f"{PROGRAM.get()} {verb}{settings}" for verb in ("doctor", "run")]
    return Card(
        title=" ".join(
            (say("init.written", file=target), *([say("init.kept", copy=kept)] if kept else ()), say("init.now"))
        ),
        rows=tuple(Row(label=f"{number}.", text=text) for number, text in enumerate(steps, start=1)),
        hint=_model_hint(answers),
        tone=Tone.GOOD,
    )


def _at_discord(answers: Answers, settings: str) -> list[str]:
    """What to click there; `settings` is the option that names the file, or ""."""
    say = partial(_say, language=answers.language)
    steps = [say("init.step_application", portal=PORTAL), say("init.step_token")]
    if answers.message_content:
        steps.append(say("init.step_content"))
    steps.append(say("init.step_installation"))
    if answers.application:
        return [*steps, say("init.step_invite", link=_invite(answers.application))]
    return [*steps, say("init.step_invite_later", doctor=f"{PROGRAM.get()} doctor{settings}")]


def _model_hint(answers: Answers) -> str:
    """Says where an embedded model does not speak the language of the answers."""
    from personas.model_files import known_models

    known = known_models().get(answers.model.removeprefix("embedded:"))
    if known is None or answers.language in known.languages:
        return ""
    return _say("init.speaks_not", answers.language, model=known.name, languages=", ".join(sorted(known.languages)))


def _invite(application: str) -> str:
    from bots.discord_bot.invite import invite

    return invite(application)


def _say(key: str, language: str, **fields: object) -> str:
    return catalogue("bots").say(key, language, **fields)


def _typed(value: bool | int | None) -> str | None:
    """What was given as an option, as one would type it."""
    if value is None:
        return None
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def _truth(text: str) -> bool:
    """From yes or no, in either language."""
    for key, value in (("init.yes", True), ("init.no", False)):
        if any(text.casefold() in _say(key, language).split() for language in LANGUAGES):
            return value
    raise Misfit(SettingsError("init.expect_truth"))


def _no(answers: Answers) -> str:
    return _say("init.no", answers.language).split()[0]


def _number(text: str) -> int:
    digits = text.replace(",", "").replace("_", "")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 18:
        raise Misfit(SettingsError("init.expect_number"))
    return int(digits)


def _platform(text: str) -> str:
    """From its name, in either language."""
    for name in _PLATFORMS:
        if any(text.casefold() in _say(f"init.{name}", language).split() for language in LANGUAGES):
            return name
    raise Misfit(SettingsError("init.expect_platform"))


def _application(text: str) -> str:
    if text and not _ID.fullmatch(text):
        raise Misfit(SettingsError("init.expect_application"))
    return text


def _languages(text: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(text.replace(",", " ").split()))
    if not all(_LANGUAGE.fullmatch(code) for code in codes):
        raise Misfit(SettingsError("init.expect_languages"))
    return codes


QUESTIONS: Final = (
    Question(field="language", option="--language", default=lambda answers: answers.language),
    Question(field="model", option="--model", default=lambda answers: answers.model),
    Question(field="base_url", option="--base-url", default=lambda answers: answers.base_url, endpoint=True),
    Question(field="speaks", option="--speaks", read=_languages, default=lambda _: "", endpoint=True),
    Question(field="platform", option="--platform", read=_platform, default=lambda answers: answers.platform),
    Question(field="application", option="--application", read=_application, default=lambda _: "", discord=True),
    Question(field="message_content", option="--message-content", read=_truth, default=_no, discord=True),
    Question(field="minors", option="--minors", read=_truth, default=_no),
    Question(field="messages", option="--messages", read=_number, default=lambda _: str(_MESSAGES)),
    Question(field="tokens", option="--tokens", read=_number, default=lambda _: str(_TOKENS), endpoint=True),
)
"""In the order in which they are asked."""
