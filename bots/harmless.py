"""Pure: words of personas as platforms may show them.

A sign that nobody sees stands where a platform would make more of a text than it says. `cut` leaves room for it.
"""

import re
from typing import Final

_LINK: Final = "]("
_NO_LINK: Final = "]\u200b("
_CALL: Final = re.compile(r"(?<![A-Za-z0-9_])@(?![ \t\n\u2060])")
"""What may begin a mention, also where formatting or signs that a platform drops stand behind it; in an address of mail
it does not."""
_NO_CALL: Final = "@\u2060"


def plain_links(text: str) -> str:
    """`text` without links that show something else than where they lead: they stand there as they were typed."""
    return text.replace(_LINK, _NO_LINK)


def calling_nobody(text: str) -> str:
    """`text` without mentions: the names stand there, and nobody is told."""
    return _CALL.sub(_NO_CALL, text)


def signed(before: str, char: str) -> bool:
    """Whether there may be such a sign at `char`, which stands behind `before` ("": nothing)."""
    return before + char == _LINK or _CALL.fullmatch(before + char, len(before)) is not None


def as_said(text: str) -> str:
    """`text` without such signs."""
    return text.replace(_NO_LINK, _LINK).replace(_NO_CALL, "@")
