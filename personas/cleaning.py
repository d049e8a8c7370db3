"""Pure: texts as they go to a model and to the guard."""

import re
from typing import Final

_RETURN: Final = re.compile(r"\r\n?")
_LONE: Final = re.compile("[\ud800-\udfff]")
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Unicode's Cc, without line breaks and tabs."""


def clean(text: str) -> str:
    """`text` as it goes to a model and to the guard: no lone surrogates, no controls but line breaks and tabs.

    Format characters (joiners, marks of direction) stay: languages need them, and the guard folds them by itself.
    """
    return _CONTROL.sub("", _LONE.sub("\ufffd", _RETURN.sub("\n", text)))


def unnamed(text: str, name: str) -> str:
    """The beginning of a reply without the name of whoever says it, which some models put in front as in a script."""
    label = rf"\A(\s*)[*_]*[\[(<]?{re.escape(name)}[\])>]?[*_]*\s*[:：][*_]*\s*"
    return re.sub(label, r"\1", text, count=1, flags=re.IGNORECASE)
