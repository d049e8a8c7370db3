"""After a reply on a stage: the others may react, one after another, until nobody does or a person has the floor."""

from dataclasses import replace

from bots.amending import Asking
from bots.performing import Performer
from bots.platform import Router
from personas.messages import Cue


async def react(router: Router, performer: Performer, asking: Asking) -> None:
    """Show what the others say to the reply that `asking` got. Ends at once where a human speaks there. Errors as with
    `Performer.answer`, but of a conversation that is busy, where nobody misses it."""
    while persona := await router.reacts(asking.caller):
        caller = replace(asking.caller, message=replace(asking.caller.message, persona=persona))
        shown = await performer.answer(caller, asking.channel, asking.tell, persona=persona, cue=Cue.REACT)
        if shown is None or shown.gone or shown.finished is None:
            return
