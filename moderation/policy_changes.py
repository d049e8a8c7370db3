"""What two policies differ in, and a policy file with other thresholds in it, its comments kept."""

import json
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

import tomlkit

from moderation.policy import Policy
from moderation.records import Stage
from moderation.rules import languages_of, threshold_at
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

    Where a profile would be left milder than the general rule, its threshold follows. Where a persona or a profile that
    changes one threshold alone would be left with a flag above its block, its flag is its block there. Raises KeyError
    for a rule that is not in the file.
    """
    document = tomlkit.parse(text)
    sides: dict[tuple[str, str, str], None] = {}
    for threshold in thresholds:
        judge, _, category = threshold.rule.partition(".")
        side = _SIDES.get(threshold.stage, _SIDES[Stage.WHOLE])
        sides[judge, category, side] = None
        general = document["filters"][judge][category][side]
        named = {threshold.language, *_named(general, *_changes(document, judge, category, side))}
        _put(general, threshold, named)
        for change in _changes(document, judge, category, side, kinds=("profiles",)):
            if threshold.key in change and threshold_at(change[threshold.key], threshold.language) > threshold.value:
                _put(change, threshold, named)
    for judge, category, side in sides:
        for change in _changes(document, judge, category, side):
            _order(change, document["filters"][judge][category][side])
    return tomlkit.dumps(document)


def _changes(
    document: Mapping[str, Any],
    judge: str,
    category: str,
    side: str,
    *,
    kinds: Iterable[str] = ("personas", "profiles"),
) -> list[MutableMapping[str, Any]]:
    """What personas and profiles change of one side of a rule."""
    sections = [section for kind in kinds for section in document.get(kind, {}).values()]
    found = (each.get("filters", {}).get(judge, {}).get(category, {}).get(side) for each in sections)
    return [change for change in found if change]


def _named(*rules: Mapping[str, Any]) -> frozenset[str]:
    """The languages that any of them names, and those there always are."""
    named = [languages_of(rule.get(key)) for rule in rules for key in ("flag", "block", "act")]
    return frozenset(LANGUAGES).union(*named) - {""}


def _put(rule: MutableMapping[str, Any], threshold: Threshold, named: Iterable[str]) -> None:
    """For one language alone: what held for all, or for those that it does not name, is written out for the others."""
    standing = rule[threshold.key]
    values = {name: float(threshold_at(standing, name)) for name in named} | {threshold.language: threshold.value}
    if not isinstance(standing, MutableMapping):
        rule[threshold.key] = tomlkit.inline_table()
    written = rule[threshold.key]
    for name in sorted(values):
        if name == threshold.language or name not in written:
            written[name] = values[name]


def _order(change: MutableMapping[str, Any], general: Mapping[str, Any]) -> None:
    """Let the flag of a rule, which is `general` with what `change` says, nowhere be above its block."""
    if ("flag" in change) == ("block" in change):
        return
    flag, block = ({**general, **change}.get(key) for key in ("flag", "block"))
    named = sorted(_named(general, change))
    if all(threshold_at(flag, name) <= threshold_at(block, name) for name in named):
        return
    change["flag"] = tomlkit.inline_table()
    for name in named:
        change["flag"][name] = float(min(threshold_at(flag, name), threshold_at(block, name)))
