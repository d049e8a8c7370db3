"""The pictures in the READMEs: what the program shows in a terminal, recorded while somebody talks with it.

python -m tests.support.recording    # writes deploy/pictures/chat.en.svg and chat.ko.svg anew
"""

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

_WIDTH: Final = 100
_STARTS: Final = 20.0
_ANSWERS: Final = 5.0
"""Seconds without a word after which the program has said all."""
_FOLDER: Final = Path(__file__).parents[2] / "deploy" / "pictures"
_TALKS: Final = {
    "en": ("en_US.UTF-8", "lighthouse_keeper", "slip_of_the_mask", "Good evening. Is the lamp lit?", "/review next"),
    "ko": ("ko_KR.UTF-8", "cafe_owner", "tea_house", "안녕하세요! 오늘은 뭐가 맛있어요?", "/review next"),
}
_TITLES: Final = {"en": "talchum chat", "ko": "talchum chat (한국어)"}
_FONTS: Final = re.compile(r"@font-face \{.*?\}", re.DOTALL)


def recorded(locale: str, persona: str, script: str, lines: Sequence[str], *, home: Path) -> str:
    """What stands in the terminal after these lines, with its colours; the lines themselves in bold."""
    theirs, ours = pty.openpty()
    command = (sys.executable, "-m", "bots", "chat", "--model", f"scripted:{script}", "--persona", persona)
    where = {name: str(home) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    surroundings = os.environ | where | {"LANG": locale, "TERM": "xterm-256color", "COLUMNS": str(_WIDTH)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=ours, stderr=ours, env=surroundings) as program:
        os.close(ours)
        typed = program.stdin
        assert typed is not None
        seen = _until_quiet(theirs, _STARTS)
        for line in lines:
            _type(typed, line)
            seen += f"\x1b[1m› {line}\x1b[0m\r\n".encode() + _until_quiet(theirs, _ANSWERS)
        typed.close()
    return seen.decode("utf-8", "replace").replace("\r\n", "\n").rstrip()


def _type(program: IO[bytes], line: str) -> None:
    program.write(f"{line}\n".encode())
    program.flush()


def _until_quiet(terminal: int, patience: float) -> bytes:
    seen = b""
    while select.select([terminal], [], [], patience)[0]:
        try:
            seen += os.read(terminal, 65_536)
        except OSError:  # the program has ended
            break
    return seen


def picture(shown: str, title: str) -> str:
    """An SVG of a terminal. It asks nobody for a font."""
    console = Console(record=True, width=_WIDTH, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
    console.print(Text.from_ansi(shown))
    return _FONTS.sub("", console.export_svg(title=title, theme=MONOKAI, unique_id="talchum"))


def main() -> None:
    """Record both languages."""
    _FOLDER.mkdir(exist_ok=True)
    for language, (locale, persona, script, *lines) in _TALKS.items():
        with tempfile.TemporaryDirectory() as home:
            shown = recorded(locale, persona, script, lines, home=Path(home))
        (_FOLDER / f"chat.{language}.svg").write_text(picture(shown, _TITLES[language]), encoding="utf-8")


if __name__ == "__main__":
    main()
