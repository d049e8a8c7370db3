"""Pure: what a model thinks aloud, taken out of the text it is part of.

Services that know their model send its thoughts apart from its words. Others send them among the words, between two
tags (vLLM without a reasoning parser, many servers of DeepSeek-R1, MiniMax and Seed-OSS): nobody is to read them, nor
are they part of the conversation.
"""

from typing import Final

from personas.generators.seams import StopCutter

_NAMES: Final = ("think", "thinking", "mm:think", "seed:think")
_CLOSING: Final = {f"<{name}>": f"</{name}>" for name in _NAMES}
_TAGS: Final = (*_CLOSING, *_CLOSING.values())


class Thoughts:
    """One stream without its thoughts, the same for every way it was cut into pieces. What stands in a thought that
    does not end is never given."""

    def __init__(self) -> None:
        self.thinking = False
        """Whether the text so far ends within a thought."""
        self.unopened = False
        """Whether a thought ended that did not begin: all before that was one, and some of it was given."""
        self._cutter = StopCutter(_TAGS)
        self._given = False
        self._apart = False
        """Whether what comes next is the first text, behind a thought: white space between the two is of neither."""

    def feed(self, text: str) -> str:
        """What of the text so far is no thought; perhaps nothing yet."""
        given = ""
        while text and not self.unopened:
            words = self._cutter.feed(text)
            if not self.thinking:
                given += self._joined(words)
            if not self._cutter.cut:
                break
            text = self._cutter.rest
            self._turn(self._cutter.met)
        return given

    def flush(self) -> str:
        """The rest; the stream has ended."""
        rest = self._cutter.flush()
        return "" if self.thinking or self.unopened else self._joined(rest)

    def _turn(self, tag: str) -> None:
        """`tag` begins a thought, or ends one."""
        if self.thinking:
            self.thinking, self._cutter = False, StopCutter(_TAGS)
            self._apart = not self._given
        elif tag in _CLOSING:
            self.thinking, self._cutter = True, StopCutter((_CLOSING[tag],))
        else:
            self.unopened = True

    def _joined(self, text: str) -> str:
        if self._apart:
            text = text.lstrip()
            self._apart = not text
        self._given = self._given or bool(text.strip())
        return text
