"""What stands in the terminal. The only file that writes there while people chat: cleared passages and cards."""

import re
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.control import Control
from rich.markup import escape
from rich.segment import ControlType
from rich.text import Text

from bots.cards import Card, Tone
from moderation.records import Outcome
from moderation.words import catalogue
from personas.messages import Finished, Passage, PassageKind

_STYLES: Final = {Tone.PLAIN: "", Tone.GOOD: "green", Tone.BAD: "yellow"}
_SIGNS: Final = {
    Outcome.FLAGGED: "⚑",
    Outcome.REPAIRED: "✎",
    Outcome.WITHHELD: "⊘",
    Outcome.HELD: "⊘",
    Outcome.WITHDRAWN: "⊘",
    Outcome.SUSPENDED: "✚",
    Outcome.FAILED: "…",
    Outcome.CANCELLED: "■",
}
"""The quiet sign under a reply that did not go as it would have without a guard."""
_EMPTY_LINE: Final = Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2))


class Screen:
    """Writes to one console. Used by one task."""

    def __init__(self, console: Console, *, language: str) -> None:
        self._console = console
        self.language = language
        """Of our own words."""
        self._begun = False
        """Whether the cursor stands in a line that was begun."""
        self._column = 0
        """Cells that are written in it."""
        self._worded = False
        """Whether that line has words of a reply in it, not only the speaker's name."""
        self._speaker = ""
        """Who is to be named before the next words of a reply."""

    def speaker(self, name: str) -> None:
        """The beginning of a reply. Whoever waits at a terminal sees the name at once; where no words follow, there is
        none."""
        self._break()
        self._speaker = _printable(name)
        if self._erases:
            self._name()

    def passage(self, passage: Passage) -> None:
        """Show a cleared passage."""
        if self._speaker and not self._begun:
            self._name()
        self._speaker = ""
        if passage.kind is not PassageKind.GENERATED and self._worded:
            self._break()
        self._write(_printable(passage.text), style="italic" if passage.kind is PassageKind.SAFE else "")
        self._begun = self._worded = True

    def withdrawn(self) -> None:
        """What stands there of this reply is taken back. A terminal cannot unprint: it is said."""
        self._close()
        self._console.print(Text(self._say("console.withdrawn"), style="dim"))

    def finished(self, finished: Finished) -> None:
        """The end of a reply, with its quiet sign."""
        self._close()
        if sign := _SIGNS.get(finished.outcome):
            words = self._say(f"console.sign_{finished.outcome}")
            more = self._say("console.sign_why", id=finished.exchange) if finished.exchange else ""
            self._console.print(Text(f"  {sign} {words}{more}", style="dim"))
        if finished.failure:
            self._console.print(Text(f"  {_printable(finished.failure.explain(self.language))}", style="dim"))
        self._console.print()

    def end(self) -> None:
        """The end of something said outside of a reply."""
        self._close()
        self._console.print()

    def card(self, card: Card) -> None:
        """Show the answer to a command."""
        self._break()
        self._console.print(Text(_printable(card.title), style=f"bold {_STYLES[card.tone]}".strip()))
        for row in card.rows:
            label = Text(f"  {row.label}  " if row.label else "  ", style="cyan")
            style = "dim" if row.secret else ""
            self._console.print(label.append(Text(_printable(row.text), style=style)))
        if card.hint:
            self._console.print(Text(f"  {_printable(card.hint)}", style="dim"))
        self._console.print()

    def notice(self, key: str, **fields: object) -> None:
        """Words of our own from the catalogue."""
        self._break()
        self._console.print(f"[dim]{escape(self._say(key, **fields))}[/dim]")

    @property
    def _erases(self) -> bool:
        return self._console.is_terminal and not self._console.is_dumb_terminal

    def _name(self) -> None:
        self._write(f"{self._speaker}  ", style="bold cyan")
        self._begun = True

    def _close(self) -> None:
        """Whoever was to speak has nothing (more) to say."""
        self._speaker = ""
        self._break()

    def _break(self) -> None:
        if self._begun and not self._worded and self._erases:
            self._console.control(_EMPTY_LINE)
        elif self._begun:
            self._console.print()
        self._begun = self._worded = False
        self._column = 0

    def _write(self, text: str, *, style: str) -> None:
        """Go on in the line; in a terminal a word that does not fit begins the next one. (Rich wraps what it is given
        at once, but a reply comes in pieces.)"""
        room = self._console.width if self._console.is_terminal else 0
        for part in re.findall(r"\s+|\S+", text):
            full = room and self._column and self._column + cell_len(part) > room
            if full:
                self._console.print()
                self._column = 0
            written = part.lstrip(" ") if full else part
            self._console.print(Text(written, style=style), end="", soft_wrap=True)
            self._column = cell_len(written.rpartition("\n")[2]) + (0 if "\n" in written else self._column)

    def _say(self, key: str, **fields: object) -> str:
        return catalogue("bots").say(key, self.language, **fields)


def _printable(text: str) -> str:
    """Lone surrogates cannot be written to a terminal, and control characters would move its cursor."""
    return "".join(
        "\ufffd" if "\ud800" <= char <= "\udfff" or (ord(char) < 32 and char not in "\n\t") else char for char in text
    )
