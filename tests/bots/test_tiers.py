"""Filters that settings switch on: that they are there, what keeps the program from starting, what doctor says."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from bots.config import Settings
from bots.doctor import Finding, Grade, look_at_house
from bots.errors import SettingsError
from bots.parts import open_filters, open_guard
from bots.tier_checkup import look_at_tiers
from moderation.errors import FilterUnavailable
from moderation.filters.crisis import load_resources
from moderation.filters.registry import FILTERS
from moderation.filters.remote import Remote
from moderation.records import Candidate, Decision, Stage
from personas.cast import fixed_words
from personas.errors import PersonaFileError
from tests.contracts.judging import judge_says, omni_says, qwen_says, safeguard_says
from tests.support.judging_server import JudgingServer, Said, completion, refusal

pytestmark = pytest.mark.usefixtures("filters_at_hand")


@pytest.fixture
def server() -> Iterator[JudgingServer]:
    with JudgingServer(omni_says) as server:
        yield server


def settings_of(tmp_path: Path, document: str, **environ: str) -> Settings:
    environment = {"TALCHUM_DATA": str(tmp_path / "data"), **environ}
    return Settings.load(document.encode(), environment, file=tmp_path / "talchum.toml")


def omni(url: str, rest: str = "timeout = 1.9") -> str:
    return f'[omni]\nbase_url = "{url}"\n{rest}\n'


def guard_model(url: str, form: str, rest: str = "timeout = 1.9") -> str:
    return f'[guard_model]\nformat = "{form}"\nmodel = "any"\nbase_url = "{url}"\n{rest}\n'


def judge_model(url: str, rest: str = "timeout = 1.9") -> str:
    return f'[judge_model]\nmodel = "any"\nbase_url = "{url}"\n{rest}\n'


async def ids(settings: Settings) -> list[str]:
    async with open_filters(settings, 0) as filters:
        return [judge.id for judge in filters]


async def test_without_a_section_only_what_ships_judges(tmp_path: Path) -> None:
    assert await ids(settings_of(tmp_path, "")) == list(FILTERS)


@pytest.mark.parametrize(("form", "name"), [("gpt-oss-safeguard", "safeguard"), ("qwen3guard", "qwen3guard")])
async def test_a_section_switches_a_filter_on_and_nobody_is_asked_for_it(
    tmp_path: Path, server: JudgingServer, form: str, name: str
) -> None:
    document = omni(server.base_url) + guard_model(server.base_url, form) + judge_model(server.base_url)

    assert await ids(settings_of(tmp_path, document)) == [*FILTERS, "omni", name, "judge"]
    assert server.calls == []


@pytest.mark.parametrize("form", ["omni", "gpt-oss-safeguard", "qwen3guard", "judge"])
async def test_what_the_service_objects_to_is_blocked_and_all_else_is_not(
    tmp_path: Path, server: JudgingServer, form: str
) -> None:
    server.answering = {"omni": omni_says, "qwen3guard": qwen_says, "judge": judge_says}.get(form, safeguard_says)
    document = {"omni": omni, "judge": judge_model}.get(form, lambda url: guard_model(url, form))(server.base_url)
    async with open_guard(settings_of(tmp_path, document)) as guard:
        bad, fine = [
            await guard.judge(Candidate(stage=Stage.WHOLE, text=text, said="hello"))
            for text in ("The jester plays the fool.", "The sea is calm this evening.")
        ]

    assert (bad.decision, fine.decision) == (Decision.BLOCK, Decision.ALLOW)
    assert len(server.calls) == 2


@pytest.mark.parametrize("section", ["omni", "guard_model", "judge_model"])
async def test_a_service_elsewhere_without_a_key_keeps_the_program_from_starting(tmp_path: Path, section: str) -> None:
    url = "https://api.example.com/v1"
    document = {"omni": omni(url), "guard_model": guard_model(url, "qwen3guard"), "judge_model": judge_model(url)}[
        section
    ]
    variable = "OPENAI_API_KEY" if section == "omni" else f"{section.upper()}_KEY"
    with pytest.raises(SettingsError, match=variable):
        await ids(settings_of(tmp_path, document))
    assert len(await ids(settings_of(tmp_path, document, **{variable: "sesame"}))) == len(FILTERS) + 1


@pytest.mark.parametrize(("section", "document"), [("omni", omni), ("judge_model", judge_model)])
async def test_a_service_that_may_take_longer_than_the_guard_waits_is_refused(
    tmp_path: Path, section: str, document: Callable[..., str]
) -> None:
    settings = settings_of(tmp_path, document("http://127.0.0.1:1/v1", "timeout = 2.0"))
    with pytest.raises(
        SettingsError, match=rf"talchum\.toml: {section}\.timeout: expected less than the 2\.0 s"
    ) as caught:
        async with open_guard(settings):
            pass
    assert "deadline" in caught.value.explain("ko")


async def test_one_checkpoint_does_not_judge_twice(tmp_path: Path) -> None:
    both = f'[detoxify]\ncheckpoint = "a"\nsha256 = "{"0" * 64}"\nconfig = "b"\n[onnx]\nfolder = "c"\n'
    with pytest.raises(SettingsError, match=r"\[detoxify\] and \[onnx\]"):
        settings_of(tmp_path, both)


async def test_an_export_that_is_not_there_keeps_the_program_from_starting(tmp_path: Path) -> None:
    with pytest.raises(FilterUnavailable, match=str(tmp_path / "none")):
        await ids(settings_of(tmp_path, '[onnx]\nfolder = "none"\n'))


@pytest.mark.parametrize("wrong", ['languages = ["Korean"]', 'languages = ["ko", ""]', "required = 1", "timeout = 0"])
def test_a_section_that_is_wrong_is_told_by_its_key(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SettingsError, match=f"omni.{wrong.partition(' ')[0]}"):
        settings_of(tmp_path, omni("http://127.0.0.1:1/v1", wrong))


@pytest.mark.parametrize("section", ["guard_model", "judge_model"])
async def test_a_policy_of_ones_own_lies_beside_the_settings(
    tmp_path: Path, server: JudgingServer, section: str
) -> None:
    server.answering = safeguard_says if section == "guard_model" else judge_says
    url, rest = server.base_url, 'policy = "own.md"'
    document = guard_model(url, "gpt-oss-safeguard", rest) if section == "guard_model" else judge_model(url, rest)
    settings = settings_of(tmp_path, document)
    with pytest.raises(FilterUnavailable, match=r"own\.md"):
        await ids(settings)
    (tmp_path / "own.md").write_text("No weather: insult.", encoding="utf-8")
    async with open_filters(settings, 0) as filters:
        await asyncio.to_thread(filters[-1].examine, Candidate(stage=Stage.WHOLE, text="hello"))
    assert server.calls[0].body["messages"][0]["content"].startswith("No weather")


async def test_connections_are_closed_with_the_guard(tmp_path: Path, server: JudgingServer) -> None:
    async with open_guard(settings_of(tmp_path, omni(server.base_url))) as guard:
        judge = guard.filters[-1]
        await guard.judge(Candidate(stage=Stage.WHOLE, text="hello"))

    assert isinstance(judge, Remote)
    assert judge.endpoint._client.is_closed()


async def test_words_that_need_no_model_are_asked_about_side_by_side(tmp_path: Path, server: JudgingServer) -> None:
    two = threading.Barrier(2)

    def says(path: str, body: Mapping[str, Any]) -> Said:
        if len(server.calls) <= 2:
            two.wait(30)  # nobody is answered alone
        return omni_says(path, body)

    server.answering = says
    policy = (await asyncio.to_thread((files("moderation") / "data" / "policy.toml").read_text)).replace(
        "deadline = 2.0", "deadline = 60.0"
    )
    await asyncio.to_thread((tmp_path / "policy.toml").write_text, policy)
    settings = settings_of(tmp_path, omni(server.base_url, "timeout = 50.0") + '[policy]\nfile = "policy.toml"\n')
    async with open_guard(settings) as guard:
        words = await fixed_words(guard)

    assert len(server.calls) == sum(len(texts) for texts in words.values())


async def test_languages_of_the_settings_are_those_it_knows(tmp_path: Path, server: JudgingServer) -> None:
    async with open_filters(settings_of(tmp_path, omni(server.base_url, 'languages = ["ko"]')), 0) as filters:
        seen = await asyncio.to_thread(filters[-1].examine, Candidate(stage=Stage.WHOLE, text="hello"))
    assert {signal.score for signal in seen} == {None}


async def looked(tmp_path: Path, document: str, *, offline: bool = False) -> Finding:
    (finding,) = await look_at_tiers(settings_of(tmp_path, document), offline=offline)
    return finding


async def test_doctor_asks_a_service_about_a_sentence_of_ours_and_says_where_it_is(
    tmp_path: Path, server: JudgingServer
) -> None:
    finding = await looked(tmp_path, omni(server.base_url))

    assert (finding.grade, finding.about) == (Grade.GOOD, "omni")
    assert "on this machine" in finding.told.explain("en")
    assert len(server.calls) == 1


async def test_offline_doctor_asks_nobody(tmp_path: Path, server: JudgingServer) -> None:
    finding = await looked(tmp_path, omni(server.base_url), offline=True)

    assert finding.grade is Grade.GOOD
    assert server.calls == []


@pytest.mark.parametrize(("required", "grade"), [("true", Grade.BAD), ("false", Grade.DOUBTFUL)])
async def test_doctor_tells_an_outage_as_bad_as_it_is(
    tmp_path: Path, server: JudgingServer, required: str, grade: Grade
) -> None:
    server.answering = lambda path, body: refusal(401)
    finding = await looked(tmp_path, omni(server.base_url, f"required = {required}"))

    assert finding.grade is grade
    assert "refused to answer (401)" in finding.told.explain("en")
    assert "거절했어요(401)" in finding.told.explain("ko")


async def test_doctor_doubts_a_model_that_objects_to_a_harmless_sentence(tmp_path: Path, server: JudgingServer) -> None:
    server.answering = lambda path, body: completion("1")
    finding = await looked(tmp_path, guard_model(server.base_url, "gpt-oss-safeguard"))

    assert finding.grade is Grade.DOUBTFUL
    assert "`format`" in finding.told.explain("en")


async def test_doctor_finds_a_judge_that_has_nothing_to_name_about_a_harmless_sentence_good(
    tmp_path: Path, server: JudgingServer
) -> None:
    server.answering = judge_says
    finding = await looked(tmp_path, judge_model(server.base_url))

    assert (finding.grade, finding.about) == (Grade.GOOD, "judge")
    assert (await looked(tmp_path, judge_model(server.base_url), offline=True)).grade is Grade.GOOD
    assert len(server.calls) == 1


async def test_a_judge_of_whole_replies_is_not_asked_about_their_sentences(
    tmp_path: Path, server: JudgingServer
) -> None:
    server.answering = judge_says
    async with open_guard(settings_of(tmp_path, judge_model(server.base_url, "sentences = false"))) as guard:
        piece = await guard.judge(Candidate(stage=Stage.PIECE, text="You are a clever fool."))
        reply = await guard.judge(Candidate(stage=Stage.WHOLE, text="You are a clever fool."))
        turn = await guard.judge(Candidate(stage=Stage.INPUT, text="You are a clever fool."))

    asked = ["judge" in {found.filter for found in verdict.findings} for verdict in (piece, reply, turn)]
    assert asked == [False, True, False]
    assert len(server.calls) == 1


async def test_offline_doctor_asks_nobody_about_the_lines_of_personas_either(
    tmp_path: Path, server: JudgingServer
) -> None:
    settings = settings_of(tmp_path, omni(server.base_url))
    today = (await asyncio.to_thread(load_resources)).checked
    found = await look_at_house(settings, today=today, offline=True)

    assert {finding.grade for finding in found} == {Grade.GOOD}
    assert server.calls == []


async def test_offline_doctor_tells_a_missing_key_too(tmp_path: Path) -> None:
    finding = await looked(tmp_path, omni("https://api.example.com/v1"), offline=True)

    assert finding.grade is Grade.BAD
    assert "OPENAI_API_KEY" in finding.told.explain("en")


async def test_a_start_in_an_outage_says_that_it_is_not_the_line(tmp_path: Path, server: JudgingServer) -> None:
    server.answering = lambda path, body: refusal(503)
    async with open_guard(settings_of(tmp_path, omni(server.base_url))) as guard:
        with pytest.raises(PersonaFileError, match="a filter could not judge this line") as refused:
            await fixed_words(guard)
    assert "talchum doctor" in refused.value.explain("ko")


async def test_doctor_tells_a_missing_key_with_the_policy_that_cannot_be_used_then(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, omni("https://api.example.com/v1"))
    today = (await asyncio.to_thread(load_resources)).checked
    found = await look_at_house(settings, today=today)

    assert await look_at_tiers(settings, offline=False) == ()
    (wrong,) = [finding for finding in found if finding.grade is Grade.BAD]
    assert "OPENAI_API_KEY" in wrong.told.explain("en")
