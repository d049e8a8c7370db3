"""Whether a text that somebody else wrote may stand in a prompt: what was looked up, and what people call themselves.

Whoever writes a lore book, a document, the name of a file or their own display name does not give orders to the model.
"""

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from moderation.filters.injection import CATEGORY
from moderation.guard import GUARD, Guard
from moderation.records import Brief, Candidate, Decision, Finding, Stage
from personas.messages import Aside

_log = logging.getLogger(__name__)

JUDGED: Final = ("lore:", "document:", "memory:")
"""Beginnings of the origins of asides that are judged: the rest is the persona's own file, or was judged before."""
_REMEMBERED: Final = 2_048
"""Texts whose judgement is kept."""


class Admission:
    """Judges each text once. Used from one event loop, by many replies at once."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, bool] = OrderedDict()

    async def admits(self, text: str, guard: Guard, brief: Brief) -> bool:
        """Whether nothing in `text` tells a model what to do; not where that could not be judged."""
        if not text.strip():
            return True
        key = hashlib.blake2b(f"{guard.policy.hash} {brief.persona} {text}".encode(errors="replace")).digest()
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        verdict = await guard.judge(Candidate(stage=Stage.INPUT, text=text, brief=brief))
        against = {found.category if found.filter != GUARD else GUARD for found in verdict.findings if _blocks(found)}
        admitted = not against & {CATEGORY, GUARD}
        if GUARD not in against:  # what was late may be judged the next time
            self._known[key] = admitted
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return admitted

    async def admitted(self, asides: Sequence[Aside], guard: Guard, brief: Brief) -> tuple[Aside, ...]:
        """Those of `asides` that may stand in a prompt."""

        async def admits(aside: Aside) -> bool:
            return not aside.origin.startswith(JUDGED) or await self.admits(aside.text, guard, brief)

        verdicts = await asyncio.gather(*map(admits, asides))
        for aside, admitted in zip(asides, verdicts, strict=True):
            if not admitted:
                _log.warning("gives orders, left out of the prompt: persona=%s origin=%s", brief.persona, aside.origin)
        return tuple(aside for aside, admitted in zip(asides, verdicts, strict=True) if admitted)


def _blocks(found: Finding) -> bool:
    return found.decision is Decision.BLOCK
