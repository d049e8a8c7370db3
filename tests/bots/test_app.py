"""The composition root: what settings become."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from bots.app import open_host
from bots.cards import Card
from bots.casting import Casting
from bots.config import Settings
from bots.errors import SettingsError, Unknown
from bots.host import Host
from bots.inbox import Busy
from bots.models import limits_of, open_generator
from bots.parts import open_guard, open_review, open_state, open_store
from bots.platform import Role
from bots.state import Entry
from moderation.errors import FilterUnavailable
from moderation.policy import Policy
from moderation.records import Candidate, Decision, Stage
from personas.errors import RefuseToStart
from personas.generators.scripted_server import ScriptedServer
from personas.generators.scripts import load_script
from personas.loading import load_library
from personas.messages import Event, Finished, Passage
from personas.model_files import known_models
from personas.prompting import Limits
from tests.support.exchanges import by, closing, objection, opening
from tests.support.house import ALONE, SERVER, caller, open_house
from tests.support.stage import reply_of, rules, scripted

pytestmark = pytest.mark.usefixtures("filters_at_hand")


def settings_of(tmp_path: Path, document: str, **environ: str) -> Settings:
    return Settings.load(document.encode(), {"TALCHUM_DATA": str(tmp_path), **environ})


def read(events: Sequence[Event | Card]) -> tuple[str, Finished]:
    assert isinstance(events[-1], Finished)
    return "".join(event.text for event in events if isinstance(event, Passage)), events[-1]


async def test_an_endpoint_speaks_through_the_whole_program_and_a_fallback_takes_over(tmp_path: Path) -> None:
    async with ScriptedServer(load_script("slip_of_the_mask"), key="let-me-in") as server:
        document = f'[model]\nuse = "openai:any"\nbase_url = "{server.base_url}"\nattempts = 1\nprefix = "assistant"\n'
        document += 'fallbacks = ["scripted:evening_chat"]\n[personas]\ndefault = "lighthouse_keeper"\n'
        told: dict[str, tuple[str, Finished]] = {}
        for key in ("let-me-in", "wrong"):
            async with open_host(settings_of(tmp_path, document, OPENAI_API_KEY=key)) as host:
                told[key] = read([event async for event in host.reply(caller("How is the harbour?"))])

    assert "I have mended nets here" in told["let-me-in"][0]
    assert told["let-me-in"][1].repairs == 1
    assert "kettle" in told["wrong"][0]
    assert told["wrong"][1].exchange == ""


async def test_a_remote_endpoint_without_a_key_is_refused_and_a_local_one_is_not(tmp_path: Path) -> None:
    remote = settings_of(tmp_path, '[model]\nuse = "openai:any"')
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        async with open_generator(remote):
            pass
    local = settings_of(tmp_path, '[model]\nuse = "openai:any"\nbase_url = "http://127.0.0.1:9/v1"')
    async with open_generator(local) as generator:
        assert generator.id == "openai:any"


async def test_a_key_is_in_no_text_of_the_settings(tmp_path: Path) -> None:
    assert "sesame" not in repr(settings_of(tmp_path, "", OPENAI_API_KEY="sesame"))


async def test_an_unknown_persona_is_refused_before_anything_is_said(tmp_path: Path) -> None:
    document = '[model]\nuse = "scripted:evening_chat"\n[personas]\ndefault = "nobody"'
    with pytest.raises(Unknown, match="nobody"):
        async with open_host(settings_of(tmp_path, document)):
            pass


async def test_personas_of_the_owners_own_join_the_bundled_ones(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    text = 'id = "baker"\ntier = "demographic"\nname = "Jo"\nlanguage = "en"\ndescription = "You bake bread."\n'
    (folder / "baker.toml").write_text(text, encoding="utf-8")
    document = '[model]\nuse = "scripted:evening_chat"\n[personas]\ndefault = "baker"\nfolders = ["mine"]'
    settings = Settings.load(document.encode(), {"TALCHUM_DATA": str(tmp_path)}, file=tmp_path / "talchum.toml")
    async with open_host(settings) as host:
        assert (await host.meet(caller())).mask.name == "Jo"


@pytest.mark.parametrize(
    ("document", "budget"),
    [("", 1948), ("[model]\ncontext = 1000", 900), ('[model]\nuse = "openai:x"', 3000), ("[reply]\nbudget = 500", 500)],
)
def test_an_embedded_models_prompt_and_reply_fit_into_its_context(tmp_path: Path, document: str, budget: int) -> None:
    assert known_models()["smollm2-135m"].context == 2048
    limits: Any = limits_of(settings_of(tmp_path, document))

    assert limits.budget == budget
    assert (limits.count is None) == ("openai" in document)


@pytest.mark.parametrize(
    ("models", "budget", "longest"),
    [
        ('use = "openai:x"\nfallbacks = ["embedded:smollm2-135m"]', 1948, 100),
        ('use = "embedded:smollm2-135m"\nfallbacks = ["openai:x"]', 1948, 100),
        ('use = "openai:x"\nfallbacks = ["scripted:a", "embedded:mine.gguf"]\ncontext = 1200', 900, 300),
        ('use = "openai:x"\nfallbacks = ["embedded:mine.gguf", "embedded:smollm2-135m"]', 1948, 100),
    ],
)
def test_a_prompt_fits_into_whichever_model_is_asked(tmp_path: Path, models: str, budget: int, longest: int) -> None:
    limits = limits_of(settings_of(tmp_path, f"[model]\n{models}"))

    assert (limits.budget, limits.max_tokens) == (budget, longest)
    assert limits.count is not None
    assert limits.count("가" * 10) == 30


@pytest.mark.parametrize("persona", ["lighthouse_keeper", "cafe_owner"])
async def test_a_budget_in_which_no_reply_could_be_repaired_keeps_the_program_from_starting(
    tmp_path: Path, persona: str
) -> None:
    speaking = (await asyncio.to_thread(load_library, ()))[persona]
    async with open_guard(settings_of(tmp_path, "")) as guard:
        casting = await Casting.of(guard, limits_of(settings_of(tmp_path, "")))
        assert (await casting.cast(speaking)).persona is speaking
        with pytest.raises(RefuseToStart):
            await (await Casting.of(guard, Limits(budget=650, max_tokens=300))).cast(speaking)


@pytest.mark.parametrize("document", ["", '[model]\nuse = "openai:x"'])
async def test_every_bundled_persona_has_room_with_the_settings_as_they_come(tmp_path: Path, document: str) -> None:
    settings = settings_of(tmp_path, document)
    personas = await asyncio.to_thread(load_library, ())
    assert "cafe_owner" in personas
    async with open_guard(settings) as guard:
        casting = await Casting.of(guard, limits_of(settings))
        assert [(await casting.cast(persona)).persona for persona in personas.values()] == list(personas.values())


_SLIP = '[model]\nuse = "scripted:slip_of_the_mask"\n[personas]\ndefault = "lighthouse_keeper"\n'


async def test_what_was_kept_of_a_cancelled_reply_can_be_asked_for_even_when_the_conversation_began_anew(
    tmp_path: Path,
) -> None:
    async with open_host(settings_of(tmp_path, _SLIP)) as host:
        nothing = await host.command("/why", caller("/why"))
        async with aclosing(host.reply(caller("How is the harbour?"))) as events:
            _, before, _, after = [await anext(events) for _ in range(4)]
        assert isinstance(before, Passage)
        assert isinstance(after, Passage)
        assert "mended nets" in after.text

        kept = await host.command("/why", caller("/why"))
        assert kept.rows
        assert not nothing.rows

        await host.command("/reset", caller("/reset"))
        assert await host.command("/why", caller("/why")) == kept


async def test_replies_asked_for_at_once_in_one_conversation_come_one_after_another(tmp_path: Path) -> None:
    came: list[str] = []

    async def hear(host: Host, name: str) -> None:
        came.extend([name async for _ in host.reply(caller(f"How is the harbour, {name}?"))])

    async with open_host(settings_of(tmp_path, _SLIP)) as host:
        await asyncio.gather(hear(host, "first"), hear(host, "second"))

    assert came.count("first") > 1
    assert came.count("second") > 1
    assert came == sorted(came)


async def test_a_reply_for_which_there_is_no_room_is_refused(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, f"{_SLIP}[limits]\nrunning = 1\nwaiting = 0\n")
    async with open_host(settings) as host, aclosing(host.reply(caller("How is the harbour?"))) as events:
        await anext(events)
        with pytest.raises(Busy):
            await anext(host.reply(caller("And here?", place=ALONE)))


async def test_a_checkpoint_that_is_not_there_keeps_the_program_from_starting(tmp_path: Path) -> None:
    section = f'[detoxify]\ncheckpoint = "none.ckpt"\nsha256 = "{"0" * 64}"\nconfig = "none"\n'
    settings = settings_of(tmp_path, f'[model]\nuse = "scripted:evening_chat"\n{section}')
    with pytest.raises(FilterUnavailable):
        async with open_host(settings):
            pass


async def test_a_card_number_that_somebody_tells_is_in_no_file_afterwards(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, '[model]\nuse = "scripted:evening_chat"\n')
    number = "4539 1488 0343 6467"
    async with open_host(settings) as host:
        _, finished = read([event async for event in host.reply(caller(f"Take my card, {number}, please."))])

    assert [found.rule for found in finished.findings] == ["privacy.personal"]
    async with open_store(settings) as store:
        kept = await store.get(finished.exchange)
    assert kept.opening.said == kept.objections[0].text == "Take my card, [card number], please."
    written = await asyncio.to_thread(lambda: {path: path.read_bytes() for path in tmp_path.rglob("*.*")})
    assert settings.store in written
    assert [path.name for path, content in written.items() if b"0343" in content] == []


async def test_words_of_a_communitys_own_are_judged_too(tmp_path: Path) -> None:
    ours = """language = "en"
provenance = "Ours."
[[group]]
category = "profanity"
severity = 1.0
terms = ["frobnicator"]
"""
    (tmp_path / "ours.toml").write_text(ours, encoding="utf-8")
    document = b'[lexicon]\nlists = ["ours.toml"]'
    settings = Settings.load(document, {"TALCHUM_DATA": str(tmp_path)}, file=tmp_path / "talchum.toml")
    async with open_guard(settings) as guard:
        verdict = await guard.judge(Candidate(stage=Stage.WHOLE, text="You old f.r.o.b.n.i.c.a.t.o.r!"))

    assert verdict.decision is Decision.BLOCK


async def test_outside_too_a_community_mutes_whoever_may_speak_there_and_nobody_else(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "")
    async with open_state(settings) as state:
        await state.put(Entry(kind="persona", key="s1 own", value={}, group="s1"))
    async with open_review(settings, typed="talchum review", personas=True) as commands:
        for name in ("own", "lighthouse_keeper"):
            await commands.run(["mute", "persona", name], by=by(), server="s1")
        for server, known in (("s1", True), ("s2", False)):
            with pytest.raises(Unknown) as refused:
                await commands.run(["mute", "persona", "nobody"], by=by(), server=server)
            assert "lighthouse_keeper" in str(refused.value)
            assert (", own" in str(refused.value)) is known


async def test_a_step_that_is_taken_stands_in_the_trail_with_the_policy_in_force(tmp_path: Path) -> None:
    settings, shipped = settings_of(tmp_path, ""), await asyncio.to_thread(Policy.load)
    async with open_review(settings, typed="talchum review") as commands, open_store(settings) as store:
        kept = await store.open(opening(), objection())
        await store.close(kept, closing())
        await commands.run(["uphold", kept], by=by())
        typed = (await store.get(kept)).case.by_people
    async with open_house(scripted(reply_of("One."))) as opened:
        kept = await opened.store.open(opening(server=SERVER.server), objection())
        await opened.store.close(kept, closing())
        await opened.host.command(f"/review uphold {kept}", caller(role=Role.MODERATOR))
        pressed = (await opened.store.get(kept)).case.by_people

    assert {step.policy for step in typed} == {shipped.hash}
    assert {step.policy for step in pressed} == {rules().hash}
