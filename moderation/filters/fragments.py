"""Slots for phrase books: a pattern may name a fragment, so that rules are written as compositions.

    [define]
    machine = 'bot|program'

    [[rule]]
    en = ['\\\\bare you an? (?:%machine%)\\\\b']

`%name%` stands for the fragment as one group. Fragments may name fragments.
"""

import re
from dataclasses import replace
from typing import Any, Final

from moderation.filters.phrases import Source

_NAMED: Final = re.compile("%([a-z_]+)%")
_DEPTH: Final = 4
"""How deep fragments may name fragments: a cycle ends as an unknown name."""


def composed(source: Source) -> Source:
    """`source` with every fragment written out and without its table `define`; `raw` stays, and with it the version.

    Raises FilterUnavailable where a fragment is not a string or a pattern names one that is not defined.
    """
    table = dict(source.table)
    defined = table.pop("define", {})
    if not isinstance(defined, dict):
        raise source.wrong("define", "tables")
    fragments = {name: source.string(defined, name, "define.") for name in defined}
    return replace(source, table={key: _written_out(source, value, key, fragments) for key, value in table.items()})


def _written_out(source: Source, value: Any, where: str, fragments: dict[str, str]) -> Any:
    """`value` with the patterns in it written out, whatever lists and tables they lie in."""
    if isinstance(value, str):
        return _pattern(source, value, where, fragments)
    if isinstance(value, list):
        return [_written_out(source, item, f"{where}[{index}]", fragments) for index, item in enumerate(value)]
    if isinstance(value, dict):
        return {key: _written_out(source, item, f"{where}.{key}", fragments) for key, item in value.items()}
    return value


def _pattern(source: Source, pattern: str, where: str, fragments: dict[str, str]) -> str:
    for _ in range(_DEPTH):
        pattern = _NAMED.sub(lambda match: f"(?:{fragments.get(match[1], match[0])})", pattern)
    if _NAMED.search(pattern):
        raise source.wrong(where, "one_of", known=", ".join(sorted(fragments)))
    return pattern
