"""The console script `talchum`.

Everything heavy is imported inside functions: the interpreter begins `main` at once, which then ends quietly at Ctrl-C.
"""

import errno
import gc
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Callable
from contextvars import copy_context
from importlib import import_module
from types import MappingProxyType
from typing import Final, TextIO

_WRONG = 2
"""Exit code for input, settings or files that are wrong: everything a person can put right."""
_ABORTED = 1
"""Exit code where somebody took back what they were asked to confirm."""
_BROKEN = 70
"""Exit code for a defect of ours."""
_PRIVATE = 0o077
"""Nobody but their owner reads files that are made: logs that begin anew, exports, settings, too."""
_INTERRUPTED = 130
"""Exit code after Ctrl-C: 128 and the number of the signal, as shells have it."""
_UNWRITABLE = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF, errno.EPIPE))
"""Errors of a stream without a name: standard output is full, or gone."""
_FILES: Final = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP}
    | {errno.ENOSPC, errno.EDQUOT}
)
"""Errors of a file with a name that whoever runs this can put right."""

_YOUNG: Final = 20_000
"""Objects that are made before what nobody needs any more is looked for. Word lists and rules are a million that stay:
to go through them again and again took a tenth of the start."""
_COMMANDS: Final = MappingProxyType(
    {
        "chat": "chat",
        "run": "serve",
        "status": "status",
        "init": "init",
        "doctor": "doctor",
        "review": "desk",
        "judge": "desk",
        "safety": "safety",
        "train": "files",
    }
)
"""By what is typed: the file of `bots.cli` with the function of that name."""
_GROUPS: Final = MappingProxyType(
    {
        "persona": "personas",
        "model": "models",
        "policy": "policies",
        "bench": "bench",
        "audit": "audit",
        "report": "report",
        "privacy": "privacy",
        "store": "store",
        "prompt": "prompts",
        "lore": "lore",
    }
)
"""By what is typed before a verb: the file with all there is under that."""
_ELSEWHERE: Final = frozenset({"run", "bench", "audit", "report"})
"""Commands whose words are read elsewhere, too: in chats, in reports. There, how this was started says nothing."""


def build(language: str, *, only: str = "") -> Callable[..., object]:
    """The command line, its help in `language`. Calling it runs what was typed and exits.

    `only`: a command that is typed, so that nobody waits for the others; where there is none of that name, all are
    there, for whoever reads what there is."""
    import typer

    from bots.cli.wording import put_into_words

    app = typer.Typer(
        name="talchum", help="talchum", add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False
    )
    app.callback()(_talchum)  # or a command that is alone would be the whole of it
    wanted = (only,) if only in {*_COMMANDS, *_GROUPS} else (*_COMMANDS, *_GROUPS)
    for name in wanted:
        module = import_module(f"bots.cli.{_COMMANDS.get(name) or _GROUPS[name]}")
        if name in _COMMANDS:
            app.command()(getattr(module, name))
        else:
            app.add_typer(getattr(module, f"{name}_app"), name=name)
    return put_into_words(typer.main.get_command(app), language)


def _talchum() -> None:
    """talchum"""


def main() -> None:
    """Run what was typed, and say what is wrong in one sentence instead of a traceback."""
    _not_hung_up()
    os.umask(_PRIVATE)
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
    try:
        code = _run()
    except KeyboardInterrupt:
        code = _INTERRUPTED
    sys.exit(code)


def _not_hung_up() -> None:
    """Told to read its settings anew before it can listen to that, what serves without a terminal does not end: all is
    read in a moment anyway."""
    if sys.argv[1:2] != ["run"] or not hasattr(signal, "SIGHUP") or (sys.stdin is not None and sys.stdin.isatty()):
        return
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _run() -> int:
    """The exit code of what was typed."""
    import logging

    from bots.cli.common import TOLD_IN
    from bots.config import language_from
    from bots.logs import place_of
    from moderation.file_faults import reason_of
    from moderation.words import PROGRAM, Explained, catalogue

    logging.basicConfig(level=logging.CRITICAL, format="%(levelname)s %(name)s %(message)s")
    context = copy_context()
    language = language_from(os.environ)
    program = _program()
    try:
        return context.run(_typed, language, program)
    except Explained as error:
        context.run(PROGRAM.set, program)
        _complain(context.run(error.explain, context.get(TOLD_IN, language)))
        return _WRONG
    except Exception as error:  # noqa: BLE001
        words = catalogue("bots")
        language = context.get(TOLD_IN, language)
        if isinstance(error, OSError) and error.filename is None and error.errno in _UNWRITABLE:
            _let_go(sys.stdout)
            if error.errno != errno.EPIPE:
                _complain(words.say("cli.unwritable", language, reason=reason_of(error).explain(language)))
            return _WRONG
        if isinstance(error, OSError) and isinstance(error.filename, str) and error.errno in _FILES:
            reason = reason_of(error).explain(language)
            _complain(words.say("cli.unusable_file", language, file=error.filename, reason=reason))
            return _WRONG
        # The root: a defect of ours. Its message may quote what people said, so its kind and place must do.
        kind, _, where = place_of(error).partition(" at ")
        _complain(words.say("cli.defect", language, kind=kind, where=where))
        return _BROKEN


def _program() -> str:
    """What whoever started this types to start it again: its name, where a shell finds that, else as it was typed."""
    if shutil.which("talchum"):
        return "talchum"
    if sys.argv[0].endswith("__main__.py"):
        return f"{shlex.quote(sys.orig_argv[0])} -m bots"
    return shlex.quote(sys.argv[0])


def _typed(language: str, program: str) -> int:
    """Run the command to its end, all it wrote included: at the interpreter's end nobody could tell of an error."""
    import typer

    from bots.cli.wording import complaint
    from bots.errors import RefuseToStart
    from moderation.words import PROGRAM, catalogue

    if not _ELSEWHERE & set(sys.argv[1:2]):
        PROGRAM.set(program)
    if sys.stdout is None:
        raise RefuseToStart("cli.closed_output")
    try:
        code = build(language, only="".join(sys.argv[1:2]))(prog_name=program, standalone_mode=False)
    except SystemExit as end:
        code = end.code
    except typer.TyperException as error:
        code = error.exit_code
        if told := complaint(error, language):
            _complain(told)
    except typer.Abort:
        code = _ABORTED
        _complain(catalogue("bots").say("cli.aborted", language))
    sys.stdout.flush()
    return code if isinstance(code, int) else 0


def _let_go(stream: TextIO) -> None:
    """What could not be written goes nowhere, or the interpreter would try again at its end, and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _complain(text: str) -> None:
    from rich.console import Console

    try:
        Console(stderr=True, highlight=False, soft_wrap=True).print(text, markup=False, style="yellow")
    except OSError:
        _let_go(sys.stderr)


if __name__ == "__main__":
    main()
