"""Memory in a whole house: who is remembered where, what they see of it, and what is left when they want it gone."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bots.cards import Card, Tone
from bots.consent import MEMORY, Consents
from bots.memory_store import ENTRY, StateKeeper
from bots.places import Place
from bots.platform import Caller, Role
from bots.state import Entry, State
from bots.state.memory import MemoryState
from bots.state.sqlite import SqliteState
from bots.state.statements import KIND
from moderation.words import LANGUAGES
from personas.memory import Kind, Memory, Whose
from personas.memory.shelf import pack
from tests.support import keys
from tests.support.encoders import BagEncoder
from tests.support.exchanges import numbered
from tests.support.house import ALONE, SERVER, Opened, caller, open_house
from tests.support.keys import everything, keys_beside, left
from tests.support.stage import NOW, reply_of, scripted

RULES = "[memory]\nencoder = false\n"
OTHER = Place(platform="test", scopes=("test:server:1", "test:channel:3"))
ELSEWHERE = Place(platform="test", scopes=("test:server:8", "test:channel:9"))


@asynccontextmanager
async def house(settings: str = RULES, state: State | None = None) -> AsyncGenerator[Opened, None]:
    """A house whose personas say yes to everything, and remember."""
    async with open_house(scripted(*[reply_of("Yes.")] * 20), settings=settings, state=state) as opened:
        task = asyncio.create_task(opened.host.recollect())
        try:
            yield opened
        finally:
            task.cancel()
            await asyncio.wait([task])


async def said(opened: Opened, text: str, *, place: Place = ALONE, person: str = "ann") -> str:
    """Somebody says something, and it is settled; what the model was told before it answered, the window apart."""
    async for _ in opened.host.reply(caller(text, place=place, person=person)):
        pass
    await opened.host.recollected(timedelta(seconds=5))
    generator = opened.house.runtime._hands.generator
    prompt = generator.journal[-1].prompt  # type: ignore[attr-defined]
    return "\n".join((prompt.system, *(turn.text for turn in prompt.turns if turn.role == "system")))


async def typed(opened: Opened, line: str, *, place: Place = ALONE, **options: object) -> Card:
    return await opened.host.command(line, caller(place=place, **options))  # type: ignore[arg-type]


def told(card: Card) -> str:
    return "\n".join((card.title, *(f"{row.label}: {row.text}" for row in card.rows), card.hint))


async def remembered(opened: Opened, person: str = "ann") -> list[str]:
    return [memory.text for memory in await opened.house.memories.of(person)]


async def test_nobody_is_remembered_who_did_not_turn_it_on() -> None:
    async with house() as opened:
        await said(opened, "I live in Busan")
        assert "Off. Nothing of you is remembered" in told(await typed(opened, "/memory"))

        card = await typed(opened, "/memory on")
        await said(opened, "I live in Bergen")

        assert "On. Remembered here: 0" in told(card)
        assert await remembered(opened) == ["I live in Bergen"]
        assert "On. Remembered here: 1" in told(await typed(opened, "/memory"))


async def test_what_was_said_a_moment_ago_is_shown_already() -> None:
    async with house() as opened:
        await typed(opened, "/memory on")
        async for _ in opened.host.reply(caller("I live in Bergen", place=ALONE, person="ann")):
            pass

        assert "I live in Bergen" in told(await typed(opened, "/memory show"))


async def test_in_a_server_its_admins_must_have_turned_it_on_too() -> None:
    async with house() as opened:
        assert "not here" in told(await typed(opened, "/memory on", place=SERVER))
        await said(opened, "I live in Busan", place=SERVER)
        assert await remembered(opened) == []

        await typed(opened, "/talchum settings server memory channel", place=SERVER, role=Role.ADMIN)
        await said(opened, "I live in Bergen", place=SERVER)

        assert await remembered(opened) == ["I live in Bergen"]


@pytest.mark.parametrize(("setting", "crosses"), [("channel", False), ("server", True)])
async def test_what_is_said_in_one_channel_is_told_in_another_only_where_the_server_says_so(
    setting: str, *, crosses: bool
) -> None:
    async with house() as opened:
        await typed(opened, "/memory on")
        for place in (SERVER, ELSEWHERE):
            await typed(opened, f"/talchum settings server memory {setting}", place=place, role=Role.ADMIN)
        await said(opened, "I live in Busan", place=SERVER)

        question = "Do you know in which town I live?"
        assert "I live in Busan" in await said(opened, question, place=SERVER)
        assert ("I live in Busan" in await said(opened, question, place=OTHER)) is crosses
        for place in (ELSEWHERE, ALONE):
            assert "I live in Busan" not in await said(opened, question, place=place)
        assert "I live in Busan" not in await said(opened, question, place=OTHER, person="ben")


async def test_what_is_said_in_private_is_shown_and_told_nowhere_else() -> None:
    async with house() as opened:
        await typed(opened, "/memory on")
        await typed(opened, "/talchum settings server memory server", place=SERVER, role=Role.ADMIN)
        await said(opened, "I live in Busan")

        assert "Busan" in told(await typed(opened, "/memory show"))
        assert "Busan" not in told(await typed(opened, "/memory show", place=SERVER))
        assert "Busan" not in await said(opened, "Where do I live, you think?", place=SERVER)
        assert "Busan" not in told(await typed(opened, "/memory show", person="ben"))


async def test_where_minors_may_be_nobody_is_remembered() -> None:
    async with house() as opened:
        await typed(opened, "/memory on")
        await typed(opened, "/talchum settings profile minors", role=Role.ADMIN)
        await said(opened, "I live in Busan")

        assert await remembered(opened) == []


async def test_whoever_runs_it_can_do_without() -> None:
    async with house("[memory]\non = false\n") as opened:
        card = await typed(opened, "/memory on")
        await said(opened, "I live in Busan")

        assert card.tone is Tone.BAD
        assert await remembered(opened) == []


async def test_a_memory_can_be_worded_otherwise_and_forgotten_by_whom_it_is_of() -> None:
    async with house() as opened:
        await typed(opened, "/memory on")
        await said(opened, "I live in Busan. I love hiking.")
        [first, second] = await opened.house.memories.of("ann")
        home, taste = sorted((first, second), key=lambda memory: memory.slot)

        assert (await typed(opened, f"/memory edit {home.id} I live in Oslo")).tone is Tone.GOOD
        assert (await typed(opened, f"/memory forget {taste.id}", person="ben")).tone is Tone.BAD
        assert (await typed(opened, f"/memory edit {home.id} SEVERE")).tone is Tone.BAD
        assert sorted(await remembered(opened)) == ["I live in Oslo", "I love hiking"]
        assert "I live in Oslo" in await said(opened, "In which town do I live?")
        assert (await typed(opened, f"/memory forget {taste.id}")).tone is Tone.GOOD
        assert await remembered(opened) == ["I live in Oslo"]
        await said(opened, "I live in Rome")
        assert "no longer true" in told(await typed(opened, "/memory show"))
        assert "2" in (await typed(opened, "/memory forget all")).title
        assert await remembered(opened) == []


@pytest.mark.parametrize("line", ["/memory off", "/privacy consent memory no", "/privacy consent no"])
async def test_whoever_takes_their_yes_back_is_forgotten(line: str) -> None:
    async with house() as opened:
        await typed(opened, "/memory on")
        await said(opened, "I live in Busan")
        await typed(opened, line)

        assert await remembered(opened) == []
        assert not any(entry.kind.startswith("memory") for entry in await opened.state.of_person("ann"))
        assert "Busan" not in await said(opened, "In which town do I live?")


async def test_the_parts_of_a_prompt_name_what_is_remembered_of_whoever_asks_without_its_words() -> None:
    async with house() as opened:
        await typed(opened, "/memory on")
        await said(opened, "I live in Busan")
        [memory] = await opened.house.memories.of("ann")

        shown = told(await typed(opened, "/prompt In which town do I live?", role=Role.SENIOR))
        assert f"memory {memory.id}" in shown
        assert "Busan" not in shown
        others = await typed(opened, "/prompt In which town do I live?", role=Role.SENIOR, person="ben")
        assert memory.id not in told(others)


async def test_to_begin_anew_forgets_the_account_and_not_the_facts() -> None:
    async with house(RULES + "[reply]\nwindow = 2\n") as opened:
        await typed(opened, "/memory on")
        whose = Whose(person="ann", scope=ALONE.conversation, persona="keeper")
        account = Memory(id="acc", whose=whose, kind=Kind.SUMMARY, text="We hid a compass.", at=NOW)
        await said(opened, "I live in Busan")
        await StateKeeper(opened.state, now=lambda: NOW, ids=numbered("v")).keep([account])
        assert "We hid a compass" in await said(opened, "Hm.")

        await typed(opened, "/reset")

        assert await remembered(opened) == ["I live in Busan"]
        assert "We hid a compass" not in await said(opened, "Hm.")


async def test_to_begin_anew_on_a_stage_forgets_the_accounts_of_all_who_are_there() -> None:
    async with house() as opened:
        await typed(opened, "/scene start keeper scholar")
        await typed(opened, "/memory on")
        keeper = StateKeeper(opened.state, now=lambda: NOW, ids=numbered("v"))
        for persona in ("keeper", "scholar"):
            whose = Whose(person="ann", scope=ALONE.conversation, persona=persona)
            await keeper.keep([Memory(id=persona, whose=whose, kind=Kind.SUMMARY, text="We hid a compass.", at=NOW)])

        await typed(opened, "/reset")

        assert await remembered(opened) == []


async def test_what_is_taken_away_is_remembered_no_more_and_nothing_else_goes() -> None:
    async with house() as opened:
        await typed(opened, "/memory on")
        for message, text in (("m1", "I live in Busan"), ("m2", "I love moss")):
            async for _ in opened.host.reply(caller(text, place=ALONE, message=message)):
                pass
        await opened.host.recollected(timedelta(seconds=5))

        await opened.host.unsay(caller(place=ALONE, message="m1"))

        assert await remembered(opened) == ["I love moss"]


@pytest.mark.parametrize(
    "line", ["/memory forget", "/memory edit x", "/memory show x", "/memory on now", "/memory show 0"]
)
async def test_what_cannot_be_read_is_answered_with_how_it_is_typed(line: str) -> None:
    async with house() as opened:
        assert "forget ID" in (await typed(opened, line)).title


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("line", ["show", "on", "off", "forget all", "forget x1", "edit x1 words"])
async def test_answers_are_in_the_persons_language(line: str, language: str) -> None:
    async with house() as opened:
        card = await typed(opened, f"/memory {line}", language=language)

        assert any("가" <= char <= "힣" for char in told(card)) == (language == "ko")


async def test_somebody_whom_the_platform_does_not_tell_apart_has_no_memory() -> None:
    async with house() as opened:
        assert (await typed(opened, "/memory on", person="")).tone is Tone.BAD
        await said(opened, "I live in Busan", person="")
        assert (await typed(opened, "/memory", person="")).tone is Tone.PLAIN


async def test_people_are_told_where_personas_remember() -> None:
    async with house() as opened:
        assert "Memory is on" not in told(await introduced(opened, caller(place=SERVER)))
        await typed(opened, "/talchum settings server memory channel", place=SERVER, role=Role.ADMIN)

        assert "Memory is on here" in told(await introduced(opened, caller(place=SERVER, person="ben")))
        assert "Memory is on" not in told(await introduced(opened, caller(place=ALONE)))
        await typed(opened, "/memory on")
        assert "Memory is on here" in told(await introduced(opened, caller(place=ALONE)))


async def introduced(opened: Opened, somebody: Caller) -> Card:
    card = await opened.host.introduce(somebody, asked=True)
    assert card
    return card


async def test_privacy_shows_counts_exports_words_and_erases_all_of_it() -> None:
    async with house() as opened:
        await typed(opened, "/memory on")
        await said(opened, "I live in Busan")

        assert "memories: 1:" in told(await typed(opened, "/privacy show"))
        export = json.loads((await typed(opened, "/privacy export")).file)
        [memory] = export["memories"]
        assert (memory["text"], memory["where"], memory["source"]) == ("I live in Busan", ALONE.conversation, "m1")
        assert "vector" not in memory
        assert not any(entry["kind"].startswith("memory") for entry in export["entries"])
        await typed(opened, "/privacy erase yes")
        assert await remembered(opened) == []
        assert "Busan" not in await said(opened, "In which town do I live?")
        assert not await opened.house.memories.wanted(caller(place=ALONE))


async def test_what_waited_when_somebody_was_erased_is_not_remembered_after_all() -> None:
    async with open_house(scripted(reply_of("Yes.")), settings=RULES) as opened:
        await typed(opened, "/memory on")
        async for _ in opened.host.reply(caller("I live in Busan", place=ALONE)):
            pass
        await typed(opened, "/privacy erase yes")
        task = asyncio.create_task(opened.host.recollect())
        await opened.host.recollected(timedelta(seconds=5))
        task.cancel()

        assert await remembered(opened) == []


async def test_a_place_that_has_another_key_keeps_what_was_said_in_it() -> None:
    async with house() as opened:
        await typed(opened, "/memory on")
        await typed(opened, "/talchum settings server memory channel", place=SERVER, role=Role.ADMIN)
        await said(opened, "I live in Busan", place=SERVER)
        new = Place(platform="test", scopes=("test:server:7", "test:channel:7"))
        await opened.host.moved(SERVER, new, channel="7")
        await typed(opened, "/talchum settings server memory channel", place=new, role=Role.ADMIN)

        assert "Busan" in await said(opened, "In which town do I live?", place=new)


async def test_not_a_byte_is_left_of_what_was_remembered_nor_did_a_word_of_it_ever_stand_in_a_file(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    file = folder / "state.db"
    state = await asyncio.to_thread(lambda: SqliteState.at(file, keys=keys_beside(file), clock=lambda: NOW))
    async with house(state=state) as opened:
        await typed(opened, "/memory on")
        for text in ("I live in Quetzaltenango", "I live in Ouagadougou", "나는 자두맛사탕을 좋아해"):
            await said(opened, text)
        whose = Whose(person="ann", scope=ALONE.conversation, persona="keeper")
        vector = pack(BagEncoder().encode(["Zanzibar"])[0])
        account = Memory(
            id="acc", whose=whose, kind=Kind.SUMMARY, text="We hid a xylophone.", at=NOW, encoder="bag-1", vector=vector
        )
        await StateKeeper(state, now=lambda: NOW, ids=numbered("v")).keep([account])
        words = [*(word.encode() for word in ("Quetzalt", "Ouagadou", "자두맛", "xylophone")), vector,
                 base64.b64encode(vector)]  # fmt: skip
        held = ["SELECT value FROM entry WHERE person IN (SELECT value FROM json_each(:owners))"]
        secrets = await asyncio.to_thread(keys.secrets_of, file, KIND, "", "ann", held)
        assert len(await asyncio.to_thread(left, file, secrets)) > 5
        assert len(await state.list(ENTRY)) == 4
        assert [word for word in words if word in await asyncio.to_thread(everything, file)] == []

        await typed(opened, "/privacy erase yes")

        assert await asyncio.to_thread(left, file, secrets) == []
        assert await state.list(ENTRY) == ()
    await state.aclose()
    assert await asyncio.to_thread(left, file, [*secrets, *words]) == []


class Hasty(MemoryState):
    """Somebody is erased just while the first memory of them is written."""

    async def put(self, entry: Entry) -> None:
        await super().put(entry)
        if entry.kind == ENTRY:
            await self.erase("ann")


async def test_whoever_is_erased_while_something_is_written_is_not_remembered_after_all() -> None:
    state = Hasty(clock=lambda: NOW)
    await Consents(state, lambda: NOW).decide("test", "ann", MEMORY, granted=True)
    whose = Whose(person="ann", scope="test:dm:9", persona="keeper")
    facts = [Memory(id=id_, whose=whose, kind=Kind.FACT, text="I live in Busan", at=NOW) for id_ in "abc"]

    await StateKeeper(state, now=lambda: NOW, ids=numbered("v")).keep(facts)

    assert await state.of_person("ann") == ()


async def test_a_keeper_gives_back_what_it_was_given_by_whoever_wants_that() -> None:
    state = MemoryState(clock=lambda: NOW)
    keeper = StateKeeper(state, now=lambda: NOW, ids=numbered("v"))
    whose = Whose(person="ann", scope="test:dm:9", persona="keeper")
    fact = Memory(id="a", whose=whose, kind=Kind.FACT, text="I live in Busan", at=NOW)
    await keeper.keep([fact])
    assert await keeper.of(whose) == ()
    assert await keeper.version(whose) == ""

    await Consents(state, lambda: NOW).decide("test", "ann", MEMORY, granted=True)
    await keeper.keep([replace(fact, ended=NOW, used=NOW, asked=True, vector=b"\x00\xff", encoder="bag-1")])

    assert await keeper.of(whose) == (
        replace(fact, ended=NOW, used=NOW, asked=True, vector=b"\x00\xff", encoder="bag-1"),
    )
    assert await keeper.version(whose) != ""
