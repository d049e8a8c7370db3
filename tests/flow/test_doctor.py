"""`talchum doctor`: what is looked at on this machine, and how it is told. Discord is in
tests/bots/test_checkup.py, Telegram in tests/bots/telegram/test_checkup.py."""

import asyncio
import re
import socket
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from bots.cards import Tone
from bots.config import Settings
from bots.doctor import (
    Finding,
    Grade,
    Several,
    _folder,
    _keys,
    _numbers,
    _personas,
    _state,
    _store,
    bad,
    card_of,
    doubtful,
    good,
    look_at_house,
    look_at_models,
    look_at_settings,
    summary,
)
from bots.parts import open_guard
from moderation.filters.crisis import MOST_AGE, load_resources
from moderation.words import LANGUAGES, catalogue
from personas.generators.scripted_server import ScriptedServer
from personas.generators.scripts import load_script
from personas.model_files import known
from tests.flow.conftest import Run
from tests.support.policies import WITHOUT_PROFILES

pytestmark = pytest.mark.usefixtures("filters_at_hand")

BAKER = 'id = "baker"\ntier = "demographic"\nname = "Jo"\nlanguage = "en"\ndescription = "You bake bread."\n'


@pytest.fixture
def checked() -> date:
    return load_resources().checked


def settings_of(tmp_path: Path, document: str = "", **environ: str) -> Settings:
    environment = {"TALCHUM_DATA": str(tmp_path / "data"), **environ}
    return Settings.load(document.encode(), environment, file=tmp_path / "talchum.toml")


def by_subject(found: Sequence[Finding]) -> dict[str, Finding]:
    return {finding.about.removeprefix("doctor.about_"): finding for finding in found}


def told(found: Sequence[Finding], grade: Grade) -> str:
    return "\n".join(finding.told.explain("en") for finding in found if finding.grade is grade)


async def test_a_house_in_order_is_all_good_and_ready_afterwards(tmp_path: Path, checked: date) -> None:
    settings = settings_of(tmp_path)
    found = await look_at_house(settings, today=checked)

    assert {finding.grade for finding in found} == {Grade.GOOD}
    assert list(by_subject(found)) == ["folder", "keys", "store", "state", "policy", "personas", "numbers"]
    assert settings.data.stat().st_mode & 0o077 == 0
    assert (settings.store.is_file(), settings.state.is_file()) == (True, True)


async def test_numbers_that_nobody_checked_for_long_are_doubtful(checked: date) -> None:
    on_time = await asyncio.to_thread(_numbers, checked + MOST_AGE)
    late = await asyncio.to_thread(_numbers, checked + MOST_AGE + timedelta(days=1))

    assert on_time.grade is Grade.GOOD
    assert late.grade is Grade.DOUBTFUL
    assert str(checked) in late.told.explain("en")


def test_a_data_folder_that_others_can_read_is_told_with_what_to_type(tmp_path: Path) -> None:
    folder = tmp_path / "my data"
    folder.mkdir()
    folder.chmod(0o755)
    found = _folder(folder)

    assert found.grade is Grade.DOUBTFUL
    assert f"chmod 700 '{folder}'" in found.told.explain("en")


def test_where_the_keys_are_is_told_and_that_nobody_else_may_read_them(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    safe = _keys(settings)
    (settings.keys / "master.key").chmod(0o644)
    found = _keys(settings)

    assert (safe.grade, found.grade) == (Grade.GOOD, Grade.BAD)
    assert str(settings.keys) in safe.told.explain("ko")
    assert "chmod -R go=" in found.told.explain("en")


async def test_a_data_folder_that_cannot_be_is_told_and_the_rest_is_looked_at(tmp_path: Path, checked: date) -> None:
    (tmp_path / "data").write_text("in the way", encoding="utf-8")
    subjects = by_subject(await look_at_house(settings_of(tmp_path), today=checked))

    wrong = {name for name, finding in subjects.items() if finding.grade is Grade.BAD}
    assert wrong == {"folder", "store", "state"}
    assert subjects["personas"].grade is Grade.GOOD


async def test_files_that_are_no_databases_are_told(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    settings.data.mkdir(mode=0o700)
    for file in (settings.store, settings.state):
        file.write_bytes(b"not a database at all " * 100)
    found = [await _store(settings), await _state(settings)]

    assert told(found, Grade.BAD).count("not a database, or a damaged one") == 2


async def test_a_policy_that_does_not_fit_is_told(tmp_path: Path, checked: date) -> None:
    policy = "version = 1\nname = 'x'\n[guard]\noutput = ['lexicon']\ninput = ['identity']\n[filters]\n"
    (tmp_path / "policy.toml").write_text(policy, encoding="utf-8")
    subjects = by_subject(await look_at_house(settings_of(tmp_path, '[policy]\nfile = "policy.toml"'), today=checked))

    assert subjects["policy"].grade is Grade.BAD
    assert "personas" not in subjects


PERSONAS = [
    (f'{BAKER}greetings = ["You are a worthless idiot."]', "", ["baker", "greetings.1"]),
    ('id = "x"\nname = 5', "", ["baker.toml", "language"]),
    (BAKER, 'default = "nobody"', ["nobody"]),
    (BAKER, "[reply]\nbudget = 256", ["baker"]),
]


async def test_a_persona_that_cannot_speak_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    async with open_guard(settings_of(tmp_path)) as guard:
        for text, document, words in PERSONAS:
            (tmp_path / "mine" / "baker.toml").write_text(text, encoding="utf-8")
            settings = settings_of(tmp_path, f'[personas]\nfolders = ["mine"]\n{document}')
            found = await _personas(settings, guard)

            assert found
            assert {finding.grade for finding in found} == {Grade.BAD}
            assert all(word in told(found, Grade.BAD) for word in words), told(found, Grade.BAD)


def test_settings_that_are_nowhere_are_doubtful(tmp_path: Path) -> None:
    file = tmp_path / "talchum.toml"
    assert look_at_settings(file).grade is Grade.DOUBTFUL
    assert "talchum init" in look_at_settings(file).told.explain("ko")
    file.write_text("", encoding="utf-8")
    assert look_at_settings(file).grade is Grade.GOOD


async def test_an_embedded_model_is_there_whole_or_it_is_said_what_to_type(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    missing = await look_at_models(settings, offline=True)
    assert "talchum model install smollm2-135m" in told(missing, Grade.BAD)

    settings.models.mkdir(parents=True)
    model = settings.models / known("smollm2-135m").file
    model.write_bytes(b"GGUF")
    assert "does not have the size" in told(await look_at_models(settings, offline=True), Grade.BAD)

    with model.open("r+b") as file:
        file.truncate(known("smollm2-135m").size)
    found = await look_at_models(settings, offline=True)
    assert told(found, Grade.BAD) == ""
    assert by_subject(found)["model"].grade is Grade.GOOD

    own = await look_at_models(settings_of(tmp_path, '[model]\nuse = "embedded:mine.gguf"'), offline=True)
    assert "mine.gguf" in told(own, Grade.BAD)


async def test_personas_that_speak_what_the_model_does_not_are_named(tmp_path: Path) -> None:
    english = await look_at_models(settings_of(tmp_path), offline=True)
    assert "cafe_owner" in by_subject(english)["languages"].told.explain("en")
    assert "lighthouse_keeper" not in by_subject(english)["languages"].told.explain("en")

    address = '[model]\nuse = "openai:m"\nbase_url = "http://127.0.0.1:9/v1"\n'
    both = await look_at_models(settings_of(tmp_path, address + 'languages = ["en", "ko"]'), offline=True)
    assert "languages" not in by_subject(both)
    unknown = await look_at_models(settings_of(tmp_path, address), offline=True)
    assert "languages" not in by_subject(unknown)
    korean = await look_at_models(settings_of(tmp_path, address + 'languages = ["ko"]'), offline=True)
    assert "lighthouse_keeper" in by_subject(korean)["languages"].told.explain("en")
    assert "`languages`" in by_subject(korean)["languages"].told.explain("en")


async def test_a_script_that_stands_in_for_a_model_is_doubtful(tmp_path: Path) -> None:
    tea = await look_at_models(settings_of(tmp_path, '[model]\nuse = "scripted:tea_house"'), offline=True)
    assert by_subject(tea)["model"].grade is Grade.DOUBTFUL
    none = await look_at_models(settings_of(tmp_path, '[model]\nuse = "scripted:nothing"'), offline=True)
    assert "nothing" in told(none, Grade.BAD)


def of_endpoint(tmp_path: Path, url: str, name: str = "tea_house", **environ: str) -> Settings:
    return settings_of(tmp_path, f'[model]\nuse = "openai:{name}"\nbase_url = "{url}"', **environ)


async def test_an_endpoint_is_asked_for_its_models(tmp_path: Path) -> None:
    async with ScriptedServer(load_script("tea_house"), key="let-me-in") as server:
        url = server.base_url
        key = {"OPENAI_API_KEY": "let-me-in"}
        there = await look_at_models(of_endpoint(tmp_path, url, **key), offline=False)
        misspelt = await look_at_models(of_endpoint(tmp_path, url, "tea-house", **key), offline=False)
        locked = await look_at_models(of_endpoint(tmp_path, url, OPENAI_API_KEY="wrong"), offline=False)
        nowhere = await look_at_models(of_endpoint(tmp_path, url.removesuffix("/v1"), **key), offline=False)
        unasked = await look_at_models(of_endpoint(tmp_path, url, OPENAI_API_KEY="wrong"), offline=True)

    assert by_subject(there)["model"].grade is Grade.GOOD
    assert "it has: tea_house" in told(misspelt, Grade.DOUBTFUL)
    assert "401" in told(locked, Grade.BAD)
    assert "/v1" in told(nowhere, Grade.DOUBTFUL)
    assert by_subject(unasked)["model"].grade is Grade.GOOD
    assert "--offline" in told(unasked, Grade.GOOD)


@asynccontextmanager
async def answering(body: str) -> AsyncIterator[str]:
    """A server that answers everything with this JSON, by its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()


@pytest.mark.parametrize(
    ("body", "grade", "word"),
    [
        ('{"data": [{"id": "tea_house:latest"}]}', Grade.GOOD, "tea_house"),
        ('{"data": [{"id": "models/tea_house"}]}', Grade.GOOD, "tea_house"),
        ('{"data": [{"id": "a"}, {"id": "b"}]}', Grade.DOUBTFUL, "a, b"),
        ('{"data": []}', Grade.DOUBTFUL, "does not list"),
        ('{"data": 7}', Grade.DOUBTFUL, "base_url"),
        ("[]", Grade.DOUBTFUL, "base_url"),
        ("<html>", Grade.DOUBTFUL, "base_url"),
    ],
)
async def test_whatever_an_endpoint_answers_is_a_finding(tmp_path: Path, body: str, grade: Grade, word: str) -> None:
    async with answering(body) as url:
        found = await look_at_models(of_endpoint(tmp_path, url), offline=False)

    assert by_subject(found)["model"].grade is grade
    assert word in told(found, grade)


async def test_an_endpoint_that_is_down_or_wants_a_key_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    down = await look_at_models(of_endpoint(tmp_path, f"http://127.0.0.1:{port}/v1"), offline=False)
    keyless = await look_at_models(settings_of(tmp_path, '[model]\nuse = "openai:m"'), offline=True)

    assert "base_url" in told(down, Grade.BAD)
    assert "OPENAI_API_KEY" in told(keyless, Grade.BAD)


async def test_every_model_is_looked_at_and_the_first_is_the_one_whose_languages_count(tmp_path: Path) -> None:
    document = '[model]\nuse = "scripted:tea_house"\nfallbacks = ["embedded:smollm2-135m", "scripted:nothing"]'
    found = await look_at_models(settings_of(tmp_path, document), offline=True)

    assert [finding.grade for finding in found[:3]] == [Grade.DOUBTFUL, Grade.BAD, Grade.BAD]
    assert "ko" in by_subject(found)["languages"].told.explain("en")


def test_a_card_has_a_row_for_each_finding_in_every_language() -> None:
    found = [
        good("doctor.about_clock", "doctor.clock_good"),
        doubtful("doctor.about_server", "doctor.channels_left", server="Tea House", count=3),
        bad("doctor.about_server", "doctor.slow", seconds=Several("doctor.about_clock", "doctor.about_token")),
    ]
    for language in LANGUAGES:
        card = card_of("doctor.title_discord", found, language)
        say = catalogue("bots").say
        assert [row.label for row in card.rows] == [
            f"✓ {say('doctor.about_clock', language)}",
            f"! {say('doctor.about_server', language)}",
            f"✗ {say('doctor.about_server', language)}",
        ]
        both = ", ".join(say(key, language) for key in ("doctor.about_clock", "doctor.about_token"))
        assert both in card.rows[2].text
        assert card.tone is Tone.BAD
        assert card_of("doctor.title_discord", found[:2], language).tone is Tone.GOOD


def test_the_sum_says_how_much_is_to_be_put_right() -> None:
    well = good("doctor.about_clock", "doctor.clock_good")
    odd, wrong = doubtful("doctor.about_clock", "doctor.slow"), bad("doctor.about_clock", "doctor.slow")

    assert "All is well" in summary([well], "en").title
    assert "1" in summary([well, odd], "en").title
    assert re.findall(r"\d", summary([well, odd, wrong, wrong], "en").title) == ["2", "1"]


@pytest.fixture
def run(run: Run) -> Run:
    def start(*words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        done = run("doctor", *words, **more)
        assert not done.stderr, done.stderr
        return done

    return start


def test_the_exit_code_says_whether_anything_is_wrong_and_offline_asks_nobody(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "talchum.toml"
    file.write_text('language = "ko"\n[model]\nuse = "scripted:tea_house"\n[discord]\n', encoding="utf-8")
    fine = run("--offline", DISCORD_TOKEN="x")
    report = fine.stdout

    assert fine.returncode == 0, report
    assert "✗" not in report
    assert report.count("✓") >= 8
    assert "! 모델" in report
    assert "talchum.toml 파일을 읽었고 올바라요" in report
    assert "DISCORD_TOKEN에 토큰이 있어요" in report

    wrong = run("--offline")
    assert wrong.returncode == 1
    assert "✗ 토큰" in wrong.stdout
    assert "고쳐야 할 것: 1개" in wrong.stdout


@pytest.mark.parametrize(
    ("sections", "cards", "tokens"),
    [
        ("", ["Discord"], 0),
        ("[discord]", ["Discord"], 1),
        ("[telegram]", ["Telegram"], 1),
        ("[discord]\n[telegram]", ["Discord", "Telegram"], 2),
    ],
)
def test_each_platform_has_a_card_where_it_is_served_and_without_any_that_is_said_once(
    run: Run, tmp_path: Path, sections: str, cards: list[str], tokens: int
) -> None:
    document = f'[model]\nuse = "scripted:tea_house"\n{sections}\n'
    (tmp_path / "talchum.toml").write_text(document, encoding="utf-8")
    done = run("--offline", DISCORD_TOKEN="x", TELEGRAM_TOKEN="1:x")
    report = done.stdout

    assert done.returncode == 0, report
    assert [line.strip() for line in report.splitlines() if line.strip() in {"Discord", "Telegram"}] == cards
    assert report.count("was not asked (--offline)") == tokens
    assert report.count("neither a section [discord] nor [telegram]") == (not sections)


def test_a_token_for_telegram_that_is_missing_is_to_be_put_right(run: Run, tmp_path: Path) -> None:
    document = 'language = "ko"\n[model]\nuse = "scripted:tea_house"\n[telegram]\n'
    (tmp_path / "talchum.toml").write_text(document, encoding="utf-8")
    done = run("--offline")

    assert done.returncode == 1
    assert "✗ 토큰" in done.stdout
    assert "TELEGRAM_TOKEN" in done.stdout


def test_settings_that_are_wrong_are_the_finding(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("modle = 1", encoding="utf-8")
    named = run("--offline", "--settings", "mine.toml")
    by_environment = run("--offline", TALCHUM_SETTINGS="nowhere.toml", TALCHUM_LANGUAGE="ko")

    assert (named.returncode, by_environment.returncode) == (1, 1)
    assert "✗ Settings  mine.toml: modle" in named.stdout
    assert "✗ 설정" in by_environment.stdout
    assert "nowhere.toml" in by_environment.stdout


async def test_places_that_name_nobody_or_whom_the_policy_does_not_cover_are_told(
    tmp_path: Path, checked: date
) -> None:
    nobody = settings_of(tmp_path, '[places]\nscene = ["halmi", "nobody"]\n')
    personas = by_subject(await look_at_house(nobody, today=checked))["personas"]
    await asyncio.to_thread((tmp_path / "bare.toml").write_text, WITHOUT_PROFILES, encoding="utf-8")
    uncovered = settings_of(tmp_path, '[policy]\nfile = "bare.toml"\n[places]\nprofile = "minors"\n')
    policy = by_subject(await look_at_house(uncovered, today=checked))["policy"]

    assert (personas.grade, policy.grade) == (Grade.BAD, Grade.BAD)
    assert "places.scene" in personas.told.explain("en")
    assert "places.profile" in policy.told.explain("ko")
