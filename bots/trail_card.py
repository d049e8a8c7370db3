"""What came of looking through the audit trail, as a card."""

from typing import Final

from bots.cards import Card, Row, Tone
from moderation.stores import Audit
from moderation.words import catalogue

_NAMED: Final = 20
"""Cases that are named; more are counted."""


def trail_card(audit: Audit, language: str, *, earlier: str = "") -> Card:
    """How many steps there are, what is wrong with them, and the digest to write down. `earlier` is the one that was
    looked for."""

    def say(key: str, **fields: object) -> str:
        return catalogue("bots").say(f"desk.{key}", language, **fields)

    rows = [Row(label=say("trail_steps"), text=str(audit.steps))]
    if audit.unchained:
        rows.append(Row(label=say("trail_unchained"), text=say("trail_unchained_text", count=audit.unchained)))
    if audit.broken:
        rows.append(Row(label=say("trail_broken"), text=say("trail_broken_text", id=audit.broken)))
    if audit.differing:
        named, more = audit.differing[:_NAMED], len(audit.differing) - _NAMED
        ids = ", ".join(named) + (f" + {more}" if more > 0 else "")
        rows.append(Row(label=say("trail_differing"), text=say("trail_differing_text", ids=ids)))
    if earlier:
        rows.append(Row(label=say("trail_earlier"), text=say("trail_lost" if audit.lost else "trail_found")))
    rows.append(Row(label=say("trail_head"), text=audit.head or "-"))
    return Card(
        title=say("trail_sound" if audit.sound else "trail_unsound"),
        rows=tuple(rows),
        hint=say("trail_hint", head=audit.head) if audit.sound and audit.head else "",
        tone=Tone.GOOD if audit.sound else Tone.BAD,
    )
