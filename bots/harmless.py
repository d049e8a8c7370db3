"""Pure: words of personas as platforms may show them.

A sign that nobody sees stands where a platform would make more of a text than it says. `cut` leaves room for it.
"""

from typing import Final

_LINK: Final = "]("
_NO_LINK: Final = "]\u200b("


def plain_links(text: str) -> str:
    """`text` without links that show something else than where they lead: they stand there as they were typed."""
    return text.replace(_LINK, _NO_LINK)


def signed(before: str, char: str) -> bool:
    """Whether there may be such a sign at `char`, which stands behind `before` ("": nothing)."""
    return before + char == _LINK


def as_said(text: str) -> str:
    """`text` without such signs."""
    return text.replace(_NO_LINK, _LINK)
