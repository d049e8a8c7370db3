"""Whether the services that judge (`bots.tiers`) answer, and who is shown what people write. For `talchum doctor`."""

import asyncio
import time
from typing import Final

from bots.config import Settings
from bots.doctor import Finding, bad, doubtful, good
from bots.errors import BotError
from bots.tiers import load_remote
from moderation.errors import FilterFailed, ModerationError
from moderation.filters.remote import Remote
from moderation.records import Candidate, Stage

_HARMLESS: Final = Candidate(stage=Stage.WHOLE, text="Good morning. The sea is calm today.", said="Good morning!")
"""What is sent: nobody's words."""
_FAR: Final = 0.5
"""A score that nothing harmless should have."""


async def look_at_tiers(settings: Settings, *, offline: bool) -> tuple[Finding, ...]:
    """One finding for each service that judges; it is asked about a sentence of ours."""
    try:
        remote = await asyncio.to_thread(load_remote, settings)
    except (BotError, ModerationError) as error:
        # It keeps the guard from being made, which is told of the policy where services are asked.
        return (bad("doctor.about_policy", error),) if offline else ()
    try:
        return tuple([await _look(judge, offline=offline) for judge in remote])
    finally:
        for judge in remote:
            judge.close()


async def _look(judge: Remote, *, offline: bool) -> Finding:
    host, model = judge.endpoint.host, judge.endpoint.model
    if offline:
        return good(judge.id, "doctor.tier_unasked", host=host, model=model)
    start = time.monotonic()
    try:
        scores = await asyncio.to_thread(judge.judge, _HARMLESS)
    except FilterFailed as error:
        key = "doctor.tier_down" if judge.terms.required else "doctor.tier_down_unneeded"
        return (bad if judge.terms.required else doubtful)(judge.id, key, reason=error)
    seconds = f"{time.monotonic() - start:.1f}"
    worst = max(scores, key=lambda name: scores[name])
    if scores[worst] >= _FAR:
        return doubtful(judge.id, "doctor.tier_strict", model=model, category=worst, score=f"{scores[worst]:.2f}")
    key = "doctor.tier_local" if judge.endpoint.local else "doctor.tier_good"
    return good(judge.id, key, host=host, model=model, seconds=seconds)
