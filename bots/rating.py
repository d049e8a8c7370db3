"""Thumbs for a reply that stands on a platform, by whoever pressed or typed one."""

from dataclasses import replace
from typing import TYPE_CHECKING

from bots.cards import Card, Tone
from bots.lines import line_of
from bots.platform import Router
from bots.records import Record

if TYPE_CHECKING:
    from bots.pressing import Asker


async def rate(router: Router, asker: "Asker", record: Record, thumb: str, why: str = "") -> Card:
    """The card for a thumb ("good", "bad"); `why` is as behind `/bad`."""
    await asker.wait()
    caller = asker.caller(persona=record.persona)
    caller = replace(caller, message=replace(caller.message, reply=record.id))
    return await router.command(line_of(thumb, *why.split()), caller)


async def wish(router: Router, asker: "Asker", record: Record, why: str) -> bool:
    """Whether the next try heeds what somebody has against the last; where not, they are shown why."""
    card = await rate(router, asker, record, "bad", why)
    if card.tone is not Tone.GOOD:
        await asker.card(card)
    return card.tone is Tone.GOOD
