"""The console script `talchum`."""

import logging
import os
import sys
from collections.abc import Callable
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

from bots.cli.chat import chat
from bots.cli.desk import judge, review
from bots.cli.files import persona_app, policy_app, train
from bots.cli.models import model_app
from bots.config import language_from
from moderation.words import Explained, catalogue

_WRONG = 2
"""Exit code for input, settings or files that are wrong: everything a person can put right."""
_BROKEN = 70
"""Exit code for a defect of ours."""


def build(language: str) -> Callable[[], None]:
    """The command line, its help in `language`. Calling it runs what was typed and exits."""
    app = typer.Typer(
        name="talchum", help="talchum", add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False
    )
    for function in (chat, review, judge, train):
        app.command()(function)
    app.add_typer(persona_app, name="persona")
    app.add_typer(model_app, name="model")
    app.add_typer(policy_app, name="policy")
    command = typer.main.get_command(app)
    _put_into_words(command, language)
    return command


def _put_into_words(command: Any, language: str) -> None:
    """Replace every help key by its text. Typer makes commands of classes it does not publish, hence `Any`."""
    words = catalogue("bots")
    for part in (command, *command.params):
        key = f"cli.{getattr(part, 'help', None)}"
        if key in words:
            part.help = escape(words.say(key, language))
    for child in getattr(command, "commands", {}).values():
        _put_into_words(child, language)


def main() -> None:
    """Run what was typed, and say what is wrong in one sentence instead of a traceback."""
    language = language_from(os.environ)
    logging.basicConfig(level=logging.CRITICAL, format="%(levelname)s %(name)s %(message)s")
    try:
        build(language)()
    except Explained as error:
        _complain(error.explain(language))
        sys.exit(_WRONG)
    except Exception as error:  # noqa: BLE001
        # The root: a defect of ours. Its message may quote what people said, so its kind and place must do.
        place = error.__traceback__
        while place and place.tb_next:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
        _complain(catalogue("bots").say("cli.defect", language, kind=type(error).__name__, where=where))
        sys.exit(_BROKEN)


def _complain(text: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(text, markup=False, style="yellow")


if __name__ == "__main__":
    main()
