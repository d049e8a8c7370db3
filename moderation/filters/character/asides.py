"""Which parts of a text are not the speaker's own words of the moment: quotes, *actions*, code, links."""

import re
from typing import Final

_ASIDES: Final = re.compile(
    r"(?P<code>```[\s\S]*?(?:```|\Z)|`[^`\n]{1,200}`)"
    r'|(?P<quote>"[^"\n]{1,400}"|“[^”\n]{1,400}”|‘[^’\n]{1,400}’|«[^»\n]{1,400}»|「[^」\n]{1,400}」|『[^』\n]{1,400}』'
    r"|(?:(?<=\s)|^)'[^'\n]{2,400}'(?![A-Za-z]))"
    r"|(?P<action>\*{1,3}[^*\n]{1,600}\*{1,3}|~~[^~\n]{1,400}~~|\([^()\n]{1,200}\)|<[^<>\n]{1,80}>)"
    r"|(?P<link>https?://\S{1,400})",
    re.MULTILINE,
)


def asides(text: str) -> list[tuple[str, int, int]]:
    """Kind ("code", "quote", "action", "link"), start and end of each part set apart, in order.

    Every alternative is bounded, so the work is linear in the text.
    """
    if not any(mark in text for mark in "`\"“‘«「『'*~(<:"):
        return []
    return [(match.lastgroup or "", match.start(), match.end()) for match in _ASIDES.finditer(text)]


def without(text: str, kinds: frozenset[str]) -> str:
    """`text` with the parts of these kinds turned into spaces: every offset stays what it was."""
    parts: list[str] = []
    last = 0
    for kind, start, end in asides(text):
        if kind in kinds:
            parts += (text[last:start], " " * (end - start))
            last = end
    parts.append(text[last:])
    return "".join(parts)
