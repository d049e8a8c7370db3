"""Reading what a guard model answered in a chat: its last words only, whole, and how sure it was of them.

What is not as it should be is `BadAnswer`, never a judgement: cut off, refused, empty, or something else entirely.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from moderation.errors import BadAnswer

UNSAFE: Final = 0.95
CONTROVERSIAL: Final = 0.6
"""Scores of a plain label. They leave room: a label says nothing of how sure a model is."""
SURE: Final[Mapping[str, float]] = MappingProxyType({"high": UNSAFE, "medium": 0.8, "low": 0.6})
"""Scores of a label by how sure a model says it is."""

_FENCES: Final = ("```json", "```")

_FINAL: Final = "<|channel|>final<|message|>"
"""Where the answer begins in the words of gpt-oss, if the service does not take its channels apart."""
_END: Final = re.compile(r"<\|(?:return|end)\|>\s*\Z")
_THOUGHT_ENDS: Final = "</think>"
_CONTROL: Final = re.compile(r"<(?=\||/?think>|(?:BEGIN|END) )|(?<=\|)>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The last words of a model, without what it thought before them."""

    text: str
    likely: tuple[tuple[int, Mapping[str, float]], ...]
    """Where each token of `text` begins, and the likely tokens there with their probabilities; empty: not told."""

    def chances(self, at: int, labels: Sequence[str]) -> Mapping[str, float]:
        """How likely each label was to stand at `at`, out of all of them; empty where that is not told.

        A token counts for the label that it begins; no two labels begin alike.
        """
        place = next((likely for start, likely in reversed(self.likely) if start <= at), {})
        found = dict.fromkeys(labels, 0.0)
        for token, chance in place.items():
            begun = next((label for label in labels if token.strip() and label.startswith(token.strip())), None)
            if begun is not None:
                found[begun] += chance
        total = sum(found.values())
        return {label: chance / total for label, chance in found.items()} if total > 0 else {}


def read(body: Any, *, host: str) -> Answer:
    """The answer in the body of a chat completion. Raises BadAnswer."""
    try:
        (choice,) = body["choices"]
        text, finish = choice["message"]["content"], choice["finish_reason"]
    except (LookupError, TypeError, ValueError):
        raise BadAnswer("endpoint.malformed", host=host) from None
    if finish != "stop" or not isinstance(text, str):
        raise BadAnswer("endpoint.no_verdict", host=host)
    start = 0
    for marker in (_THOUGHT_ENDS, _FINAL):
        found = text.rfind(marker, start)
        start = found + len(marker) if found >= 0 else start
    return Answer(text=_END.sub("", text[start:]), likely=_likely(choice, text, start))


def _likely(choice: Mapping[str, Any], text: str, start: int) -> tuple[tuple[int, Mapping[str, float]], ...]:
    """Nothing where it is not told, or belongs to other words than `text`."""
    try:
        tokens = choice["logprobs"]["content"]
        places: list[tuple[int, Mapping[str, float]]] = []
        at = 0
        for token in tokens:
            likely = {other["token"]: math.exp(min(0.0, other["logprob"])) for other in token["top_logprobs"]}
            places.append((at - start, likely))
            at += len(token["token"])
        said = "".join(token["token"] for token in tokens)
    except (LookupError, TypeError, ValueError, AttributeError):
        return ()
    return tuple(place for place in places if place[0] >= 0) if said.startswith(text) else ()


def harmless(text: str) -> str:
    """`text` without what steers a model or ends a section of its prompt: `<|end|>` becomes `‹|end|›`."""
    return _CONTROL.sub(lambda match: "‹" if match.group() == "<" else "›", text)


def only_json(answer: str) -> Any:
    """The JSON that an answer consists of, fenced or not. Raises ValueError for anything beside it and for a name given
    twice in one object (which of the two would hold?), RecursionError for what is too deep."""
    bare = answer.strip()
    if bare.startswith(_FENCES[0]) and bare.endswith(_FENCES[1]):
        bare = bare.removeprefix(_FENCES[0]).removesuffix(_FENCES[1])
    return json.loads(bare, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    given = dict(pairs)
    if len(given) != len(pairs):
        raise ValueError(len(pairs))
    return given
