"""When the others on a stage have had their turns, whatever the platform makes of them."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from bots.amending import Asking
from bots.rounds import react
from bots.streaming import Shown
from moderation.records import Outcome
from personas.messages import Cue, Finished
from tests.support.house import caller


def shown(*, finished: bool = True, gone: bool = False) -> Shown:
    end = Finished(outcome=Outcome.CLEAN) if finished else None
    return Shown(messages=(), text="Aye.", finished=end, withdrawn=False, gone=gone, stopped=False)


@dataclass
class Stage:
    """Router and performer in one: somebody always wants to react."""

    ends: list[Shown | None]
    spoke: list[tuple[str, Cue, Any]] = field(default_factory=list)

    async def reacts(self, _: object) -> str:
        return "pedlar" if len(self.spoke) % 2 == 0 else "keeper"

    async def answer(self, by: Any, _channel: str, _tell: object, *, persona: str, cue: Cue) -> Shown | None:
        assert by.message.persona == persona
        self.spoke.append((persona, cue, by.message.id))
        return self.ends.pop(0)


@pytest.mark.parametrize("last", [None, shown(finished=False), shown(gone=True)])
async def test_nobody_reacts_after_a_turn_that_did_not_come_to_its_end(last: Shown | None) -> None:
    stage: Any = Stage([shown(), last, shown()])
    await react(stage, stage, Asking(caller=caller("hello"), channel="c", tell=stage.answer, quoted=None))

    assert stage.spoke == [("pedlar", Cue.REACT, "m1"), ("keeper", Cue.REACT, "m1")]
