"""Typer's own words in the language of the session: the headings of help, and what is wrong with what was typed.

Typer has a catalogue for few of its words. What was typed wrong it raises as errors with fields, of which it is said
anew here; where an error has none, its English sentence is taken apart.
"""

import re
from collections.abc import Callable
from functools import partial, partialmethod
from importlib import import_module
from typing import Any, Final, TypeVar

import typer
from rich.markup import escape

from bots.cli.common import Unabridged
from moderation.words import catalogue

T = TypeVar("T")

_PANELS: Final = {"argument": "cli.panel_arguments", "option": "cli.panel_options"}
"""Headings, by what Typer calls the kind of a parameter."""
_SENTENCES: Final = (
    (re.compile(r"No such command '(?P<name>.*?)'\.(?: Did you mean (?P<near>.*)\?)?"), "cli.no_command"),
    (re.compile(r"Missing command\."), "cli.missing_command"),
    (re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((?P<name>.*)\)", re.DOTALL), "cli.extra_arguments"),
    (re.compile(r"Option '(?P<name>.*)' requires .*"), "cli.needs_value"),
    (re.compile(r"Option '(?P<name>.*)' does not take a value\."), "cli.takes_no_value"),
)
_WANTED: Final = {
    "int_parsing": ("cli.want_whole", ""),
    "float_parsing": ("cli.want_number", ""),
    "greater_than_equal": ("cli.want_least", "ge"),
    "less_than_equal": ("cli.want_most", "le"),
}
"""What each complaint about a value wants: our words, and where the limit stands in it."""
_NOT_ONE_OF: Final = re.compile(r"(?:Value error, )?'.*' is not one of (?P<expected>.*)\.", re.DOTALL)


def put_into_words(worded: T, language: str) -> T:
    """The command, every help key of it and of those below it replaced by its text. Typer makes commands of classes it
    does not publish, hence `Any`."""
    command: Any = worded
    say, words = catalogue("bots").say, catalogue("bots")
    formatter: Any = typer.Context.formatter_class
    usage = partialmethod(formatter.write_usage, prefix=f"{say('cli.usage', language)}: ")
    own = type("Formatter", (formatter,), {"write_usage": usage})
    command.context_class = type("Context", (typer.Context,), {"formatter_class": own})
    command.format_help = partial(_help, command.format_help, language)
    shown = command.get_help_option(command.context_class(command))
    shown.help = "help_option"
    for part in (command, *command.params, shown):
        key = f"cli.{getattr(part, 'help', None)}"
        if key in words:
            part.help = escape(say(key, language))
        part.rich_help_panel = say(_PANELS.get(getattr(part, "param_type_name", ""), "cli.panel_commands"), language)
    for child in getattr(command, "commands", {}).values():
        put_into_words(child, language)
    return worded


def _help(shown: Callable[..., None], language: str, *given: object) -> None:
    """A page of help: nothing of it cut off, and the remarks that Typer puts behind a text in our words."""
    say = catalogue("bots").say
    typers: Any = import_module("typer.rich_utils")  # only here: it takes half as long to load as a command to begin
    typers.Console = Unabridged
    typers.DEFAULT_STRING = f"[{say('cli.default', language, value='{}')}]"
    typers.REQUIRED_LONG_STRING = f"[{say('cli.required', language)}]"
    shown(*given)


def complaint(error: typer.TyperException, language: str) -> str:
    """What is wrong with what was typed, how the command goes, and where more is said; "" where that was shown."""
    context = getattr(error, "ctx", None)
    if not error.message and not hasattr(error, "param"):  # nothing was typed, and help was shown
        return ""
    lines = [_said(error, language)]
    if context is not None:
        lines.append(context.get_usage())
        lines.append(catalogue("bots").say("cli.try_help", language, command=context.command_path))
    return "\n".join(lines)


def _said(error: Any, language: str) -> str:
    say = catalogue("bots").say
    if hasattr(error, "possibilities"):
        near = ", ".join(error.possibilities or ())
        return say("cli.no_option_near" if near else "cli.no_option", language, name=error.option_name, near=near)
    if getattr(error, "param", None) is not None:
        name = error.param.get_error_hint()
        if hasattr(error, "param_type"):
            return say("cli.missing_parameter", language, name=name)
        return say("cli.bad_value", language, name=name, reason=_wanted(error, language))
    for sentence, key in _SENTENCES:
        if found := sentence.fullmatch(error.message):
            fields = found.groupdict()
            return say(f"{key}_near" if fields.get("near") else key, language, **fields)
    return str(error.format_message())


def _wanted(error: typer.BadParameter, language: str) -> str:
    """What is expected of a value; Typer's sentence where its cause has nothing of ours."""
    say = catalogue("bots").say
    if found := _NOT_ONE_OF.fullmatch(error.message):
        return say("cli.want_one_of", language, **found.groupdict())
    for details in getattr(error.__cause__, "errors", list)()[:1]:
        if details["type"] in _WANTED:
            key, limit = _WANTED[details["type"]]
            return say(key, language, expected=details.get("ctx", {}).get(limit, ""))
    return error.message
