"""What two policies differ in, and a policy file with other thresholds in it, its comments kept."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

import tomlkit

from moderation.policy import Policy
from moderation.records import Stage
from moderation.words import LANGUAGES

_SIDES: Final = {Stage.INPUT: "input", Stage.WHOLE: "output"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One key whose value is another."""

    key: str
    """Dotted, as in the file."""
    before: str
    """As JSON; "" where it is not there."""
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A threshold to be written."""

    rule: str
    stage: Stage
    """INPUT, or any other for replies."""
    language: str
    key: str
    """ "flag" or "block"."""
    value: float


def differences(old: Policy, new: Policy) -> tuple[Difference, ...]:
    """Every key that is not the same in both, sorted."""
    before, after = (dict(_flat(policy.document)) for policy in (old, new))
    return tuple(
        Difference(key=key, before=before.get(key, ""), after=after.get(key, ""))
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    )


def _flat(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _flat(inner, f"{key}.{name}" if key else str(name))
    else:
        yield key, json.dumps(value, ensure_ascii=False)


def rewritten(text: str, thresholds: Iterable[Threshold]) -> str:
    """The policy file `text` with `thresholds` in place of those of these rules and languages, which it has already.

    Where a profile would be left milder than the general rule, its threshold follows. Raises KeyError for a rule that
    is not in the file.
    """
    document = tomlkit.parse(text)
    for threshold in thresholds:
        judge, _, category = threshold.rule.partition(".")
        side = _SIDES.get(threshold.stage, _SIDES[Stage.WHOLE])
        _put(document["filters"][judge][category][side], threshold)
        for profile in document.get("profiles", {}).values():
            change = profile.get("filters", {}).get(judge, {}).get(category, {}).get(side, {})
            if threshold.key in change and _now(change, threshold) > threshold.value:
                _put(change, threshold)
    return tomlkit.dumps(document)


def _put(rule: MutableMapping[str, Any], threshold: Threshold) -> None:
    """For one language alone: what held for all is written out for the others."""
    standing = rule[threshold.key]
    if isinstance(standing, MutableMapping):
        standing[threshold.language] = threshold.value
        return
    by_language = tomlkit.inline_table()
    for language in sorted({*LANGUAGES, threshold.language}):
        by_language[language] = threshold.value if language == threshold.language else standing
    rule[threshold.key] = by_language


def _now(rule: Mapping[str, Any], threshold: Threshold) -> float:
    standing = rule[threshold.key]
    if not isinstance(standing, Mapping):
        return float(standing)
    return float(standing.get(threshold.language, min(standing.values(), default=math.inf)))
