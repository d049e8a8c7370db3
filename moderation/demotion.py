"""A policy file in which rules only flag what they blocked: shown and kept, for people to decide."""

from collections.abc import Iterable, MutableMapping
from typing import Any

import tomlkit


def demoted(text: str, rules: Iterable[str]) -> str:
    """The policy file `text` with `rules` (`filter.category`) blocking no reply any more, its comments kept.

    What they blocked they flag. Profiles, and personas with thresholds of their own, stay as strict as they are. Raises
    KeyError for a rule that is not in the file.
    """
    document = tomlkit.parse(text)
    for rule in rules:
        judge, _, category = rule.partition(".")
        output: MutableMapping[str, Any] = document["filters"][judge][category]["output"]
        block, action = output.pop("block", None), output.pop("action", None)
        if block is not None and "flag" not in output:
            output["flag"] = block
        for own in (*document.get("profiles", {}).values(), *document.get("personas", {}).values()):
            change = own.get("filters", {}).get(judge, {}).get(category, {}).get("output", {})
            if "block" in change and action is not None:
                change.setdefault("action", action)
    return tomlkit.dumps(document)
