"""What somebody has forgotten by its id, or words otherwise, is not told again by an account of the talk."""

from contextlib import AsyncExitStack

import pytest

from bots.memory_store import StateKeeper
from personas.memory import Kind, Memory, Whose
from tests.bots.test_memory_kept import house, said, typed
from tests.support.exchanges import numbered
from tests.support.house import ALONE, Opened
from tests.support.stage import NOW

TALK = ("Busan has a harbour where the old ships sleep all winter.", *["The mast is leaning badly again today."] * 11)


async def account(opened: Opened) -> str:
    found = await opened.house.memories.of("ann")
    return "\n".join(memory.text for memory in found if memory.kind is Kind.SUMMARY)


@pytest.mark.parametrize("line", ["/memory forget {id}", "/memory edit {id} I live in Oslo"])
async def test_an_account_of_talk_that_is_still_in_mind_does_not_say_it(line: str) -> None:
    async with AsyncExitStack() as stack:
        opened, untouched = [await stack.enter_async_context(house()) for _ in range(2)]
        for each in (opened, untouched):
            await typed(each, "/memory on")
            await said(each, "I live in Busan")
            await said(each, TALK[0])
        [home] = await opened.house.memories.of("ann")

        await typed(opened, line.format(id=home.id))
        for each in (opened, untouched):
            for text in TALK[1:]:
                await said(each, text)

        assert "mast" in await account(opened)
        assert "Busan" in await account(untouched)
        assert "Busan" not in await account(opened)


@pytest.mark.parametrize("line", ["/memory forget {id}", "/memory edit {id} I live in Oslo"])
@pytest.mark.parametrize(("text", "stays"), [("{{char}} praised Busan.", False), ("{{char}} hid a compass.", True)])
async def test_an_account_that_says_it_already_goes_with_it(line: str, text: str, stays: bool) -> None:
    async with house() as opened:
        await typed(opened, "/memory on")
        await said(opened, "I live in Busan")
        [home] = await opened.house.memories.of("ann")
        whose = Whose(person="ann", scope=ALONE.conversation, persona="keeper")
        made = Memory(id="acc", whose=whose, kind=Kind.SUMMARY, text=text, at=NOW)
        await StateKeeper(opened.state, now=lambda: NOW, ids=numbered("v")).keep([made])

        await typed(opened, line.format(id=home.id))

        assert bool(await account(opened)) is stays
