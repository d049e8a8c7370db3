"""`talchum init`: what is asked, what is written, and what is said."""

import itertools
import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.app import platforms_of
from bots.cli.init import QUESTIONS, Answers, asked, document, init, interview
from bots.config import DEFAULT_MODEL, Settings
from bots.discord_bot.invite import invite
from bots.errors import RefuseToStart, SettingsError
from moderation.words import LANGUAGES, catalogue
from tests.flow.conftest import Run

HANGUL = re.compile("[가-힣]")


@pytest.fixture
def run(run: Run) -> Run:
    return lambda *words, **more: run("init", *words, **more)


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """What was said of something that is to be put right."""
    told = done.stderr
    assert done.returncode == 2, told
    assert told.count("\n") == 1
    assert not done.stdout
    return told


def steps(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The numbered lines, in order."""
    assert done.returncode == 0, done.stderr
    found = re.findall(r"^\s*(\d+)\.\s+(.*)$", done.stdout, re.MULTILINE)
    assert [int(number) for number, _ in found] == list(range(1, len(found) + 1))
    return [text for _, text in found]


EVERY = itertools.product(
    LANGUAGES,
    [{"model": DEFAULT_MODEL}, {"model": "scripted:tea_house"}]
    + [
        {"model": "openai:a/b:1", "base_url": url, "speaks": speaks, "tokens": tokens}
        for url in ("http://127.0.0.1:8000/v1", "https://모델.example/v1")
        for speaks in ("", "ko, en")
        for tokens in ("0", "500000")
    ],
    ["", "123456789012345678"],
    ["yes", "no"],
    ["yes", "no"],
    ["0", "1_000"],
)


def test_what_is_answered_is_what_the_settings_say() -> None:
    count = 0
    for language, model, application, content, minors, messages in EVERY:
        typed = {
            "language": language,
            **model,
            "platform": "discord",
            "application": application,
            "message_content": content,
            "minors": minors,
            "messages": messages,
        }
        answers = interview(typed, Answers(language="en"), None, yes=False)
        written = document(answers)
        settings = Settings.load(written, {"DISCORD_TOKEN": "t"})
        count += 1

        assert settings.language == language
        assert settings.model.use == model["model"]
        assert settings.places.profile == ("minors" if minors == "yes" else "")
        assert settings.places.person_messages == int(messages)
        assert settings.places.person_tokens == int(model.get("tokens", "0"))
        assert settings.discord is not None
        assert settings.discord.message_content == (content == "yes")
        assert settings.discord_token.get_secret_value() == "t"
        assert (f"# {invite(application)}\n" in written.decode()) == bool(application)
        if answers.endpoint:
            assert settings.model.base_url == model["base_url"]
            assert settings.model.languages == (("ko", "en") if model["speaks"] else ())
    assert count == 2 * 10 * 2 * 2 * 2 * 2


def test_what_is_not_answered_is_as_it_would_be_without_a_file_but_for_the_daily_limit() -> None:
    answers = interview({}, Answers(language="en"), None, yes=True)
    settings, bare = Settings.load(document(answers), {}), Settings.load(b"[discord]", {"TALCHUM_LANGUAGE": "en"})

    assert settings.places.person_messages > 0
    assert bare.places.person_messages == 0
    changed = {"places", "language"}
    for name in Settings.__dataclass_fields__:
        assert name in changed or getattr(settings, name) == getattr(bare, name), name


@given(name=st.text(min_size=1), url=st.text())
def test_whatever_is_taken_comes_back_as_it_was_and_anything_else_is_refused(name: str, url: str) -> None:
    typed = {"model": f"openai:{name}", "base_url": f"http://host/{url}"}
    try:
        answers = interview(typed, Answers(language="en"), None, yes=True)
    except SettingsError:
        return
    settings = Settings.load(document(answers), {})

    assert settings.model.use == typed["model"]
    assert settings.model.base_url == typed["base_url"]


def test_what_toml_must_escape_is_escaped() -> None:
    model = 'openai:a\x7f"\\\n\x00#\u2028한'
    answers = interview({"model": model}, Answers(language="en"), None, yes=True)

    assert Settings.load(document(answers), {}).model.use == model


def test_the_comments_are_in_the_language_that_was_chosen() -> None:
    typed = {"model": "openai:m", "application": "1"}
    for language in LANGUAGES:
        written = document(interview({**typed, "language": language}, Answers(language="en"), None, yes=True)).decode()
        comments = [line for line in written.splitlines() if line.startswith("#") and "https://" not in line]

        assert len(comments) > 10
        assert all(bool(HANGUL.search(line)) == (language == "ko") for line in comments), language


def prompted(*lines: str) -> Callable[[str], str]:
    """A person who types these lines."""
    coming = iter(lines)

    def prompt(_: str) -> str:
        line = next(coming)
        if line == "^D":
            raise EOFError
        return line

    return prompt


def interviewed(*lines: str) -> Answers:
    prompt = prompted(*lines)
    return interview({}, Answers(language="en"), lambda *given: asked(*given, prompt=prompt), yes=False)


def test_a_person_is_asked_one_thing_after_another_in_their_language(capsys: pytest.CaptureFixture[str]) -> None:
    answers = interviewed("ko", "openai:m", "http://127.0.0.1:1/v1", "ko", "디스코드", "42", "예", "아니요", "7", "")
    told = capsys.readouterr().out

    assert answers == Answers(
        language="ko",
        model="openai:m",
        base_url="http://127.0.0.1:1/v1",
        speaks=("ko",),
        application="42",
        message_content=True,
        messages=7,
        tokens=500_000,
    )
    say = catalogue("bots").say
    places = [told.index(say("init.ask_language", "en"))]
    places += [told.index(say(f"init.ask_{question.field}", "ko")) for question in QUESTIONS[1:]]
    assert places == sorted(places)


def test_enter_is_the_default_and_an_endpoint_is_asked_about_only_where_there_is_one() -> None:
    assert interviewed("", "", "", "", "", "", "") == interview({}, Answers(language="en"), None, yes=True)


def test_an_answer_that_cannot_be_is_asked_for_again(capsys: pytest.CaptureFixture[str]) -> None:
    answers = interviewed("fr", "en", "magic", "", "irc", "", "12a", "", "perhaps", "YES", "N", "many", "-1", "1,000")

    assert (answers.message_content, answers.minors, answers.messages) == (True, False, 1000)
    told = capsys.readouterr().out
    options = ("--language", "--model", "--platform", "--application", "--message-content", "--messages", "--messages")
    assert re.findall(r"^(--[a-z-]+): expected", told, re.MULTILINE) == list(options)


def test_leaving_in_the_middle_is_no_answer() -> None:
    with pytest.raises(RefuseToStart) as left:
        interviewed("ko", "^D")
    assert left.value.key == "init.abandoned"


def test_every_question_has_its_words_and_takes_its_default() -> None:
    for question in QUESTIONS:
        answers = Answers(language="en", model="openai:m")
        default = question.default(answers)
        assert question.taken(default, answers) is not None
        for language in LANGUAGES:
            assert catalogue("bots").say(f"init.about_{question.field}", language, portal="p", model="m")


FULL = ["--language", "ko", "--model", "openai:x", "--base-url", "http://127.0.0.1:8000/v1", "--speaks", "ko"]
FULL += [
    "--platform",
    "discord",
    "--application",
    "123",
    "--message-content",
    "--minors",
    "--messages",
    "50",
    "--tokens",
    "0",
]


def test_options_alone_write_the_file_and_say_what_to_click_in_order(run: Run, tmp_path: Path) -> None:
    done = run(*FULL, DISCORD_TOKEN="MTA.secret", OPENAI_API_KEY="sk-secret")
    clicks = steps(done)
    written = (tmp_path / "talchum.toml").read_text(encoding="utf-8")

    parts = ["New Application", "Reset Token", "Message Content Intent", "Installation", invite(123)]
    parts += ["export OPENAI_API_KEY=", "export DISCORD_TOKEN=", "talchum doctor", "talchum run"]
    assert len(clicks) == len(parts)
    assert all(part in click for part, click in zip(parts, clicks, strict=True)), clicks
    assert HANGUL.search(clicks[0])
    assert tomllib.loads(written)["discord"] == {"token_variable": "DISCORD_TOKEN", "message_content": True}
    assert "secret" not in written + done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["talchum.toml"]


@pytest.mark.parametrize(("platform", "served"), [("telegram", ["telegram"]), ("both", ["discord", "telegram"])])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_and_the_steps_are_for_the_platforms_that_were_chosen(
    run: Run, tmp_path: Path, language: str, platform: str, served: list[str]
) -> None:
    clicks = steps(run("--yes", "--platform", platform, "--language", language))
    written = (tmp_path / "talchum.toml").read_text(encoding="utf-8")
    settings = Settings.load(written.encode(), {"TELEGRAM_TOKEN": "1:x", "DISCORD_TOKEN": "y"})
    exports = [click for click in clicks if click.startswith("export")]

    assert [name for name in ("discord", "telegram") if getattr(settings, name)] == served
    assert [one.name for one in platforms_of(settings)] == served
    assert exports == [f"export {name.upper()}_TOKEN=…" for name in served]
    assert ["BotFather" in click and "/newbot" in click for click in clicks].count(True) == 1
    assert any("/setprivacy" in click for click in clicks)
    assert any("New Application" in click for click in clicks) == ("discord" in served)


@pytest.mark.parametrize(("typed", "platform"), [("텔레그램", "telegram"), ("Both", "both"), ("둘다", "both")])
def test_where_personas_talk_is_asked_before_what_only_discord_needs(
    typed: str, platform: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rest = ("",) * (4 if platform == "both" else 2)
    answers = interviewed("", "", typed, *rest)

    assert answers == Answers(language="en", platform=platform)
    asked_for = catalogue("bots").say("init.ask_application", "en") in capsys.readouterr().out
    assert asked_for == (platform == "both")


def test_what_is_not_needed_is_not_clicked(run: Run, tmp_path: Path) -> None:
    done = run("--yes", "--no-message-content", "--settings", "my settings.toml", LANG="ko_KR.UTF-8")
    clicks = steps(done)

    assert not any("Message Content Intent" in click for click in clicks)
    assert "talchum model install smollm2-135m --if-missing --settings 'my settings.toml'" in clicks
    assert clicks[-1] == "talchum run --settings 'my settings.toml'"
    assert not any("oauth2" in click for click in clicks)
    assert "smollm2-135m 모델이 하는 언어는 en뿐" in done.stdout
    assert Settings.load((tmp_path / "my settings.toml").read_bytes(), {}).language == "ko"


def test_the_file_that_the_environment_names_is_the_one_that_is_written(run: Run, tmp_path: Path) -> None:
    steps(run("--yes", TALCHUM_SETTINGS=str(tmp_path / "named.toml")))

    assert [path.name for path in tmp_path.iterdir()] == ["named.toml"]


def test_where_nobody_can_be_asked_it_says_what_is_missing(run: Run, tmp_path: Path) -> None:
    told = complaint(run("--model", "openai:x", "--minors"))

    missing = ["--language", "--base-url", "--speaks", "--platform", "--application", "--message-content"]
    missing += ["--messages", "--tokens"]
    assert re.findall(r"--[a-z-]+", told)[:-1] == missing
    assert "--yes" in told
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_never_written_over(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "talchum.toml"
    file.write_text("language = 'ko'", encoding="utf-8")
    assert "--force" in complaint(run("--yes"))
    with pytest.raises(SettingsError, match="--force"):  # before anything is asked
        init()
    assert file.read_text(encoding="utf-8") == "language = 'ko'"

    done = run("--yes", "--force")
    assert "talchum.toml.before" in done.stdout
    steps(done)
    init(yes=True, force=True, language="ko")

    contents = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert set(contents) == {"talchum.toml", "talchum.toml.before", "talchum.toml.before.2"}
    assert contents["talchum.toml.before"] == "language = 'ko'"
    assert 'language = "en"' in contents["talchum.toml.before.2"]
    assert 'language = "ko"' in contents["talchum.toml"]


def test_a_link_stays_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "real.toml").write_text("", encoding="utf-8")
    (tmp_path / "talchum.toml").symlink_to("real.toml")
    with pytest.raises(SettingsError):
        init(yes=True)
    init(yes=True, force=True)

    assert (tmp_path / "talchum.toml").is_symlink()
    assert "[model]" in (tmp_path / "real.toml").read_text(encoding="utf-8")
    assert (tmp_path / "real.toml.before").read_text(encoding="utf-8") == ""


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"application": "12a"}, "--application"),
        ({"application": "１２"}, "--application"),
        ({"language": "fr"}, "--language"),
        ({"platform": "irc"}, "--platform"),
        ({"platform": "telegram", "application": "1"}, "--platform discord"),
        ({"platform": "telegram", "message_content": True}, "--message-content"),
        ({"model": "magic"}, "KIND:NAME"),
        ({"model": "openai:x", "base_url": "x"}, "--base-url"),
        ({"model": "openai:x", "speaks": "English"}, "--speaks"),
        ({"base_url": "http://x"}, "openai:NAME"),
        ({"messages": -1}, "--messages"),
        ({"messages": 10**16}, "--messages"),
        ({"file": Path("nowhere/talchum.toml")}, "nowhere"),
        ({"file": Path("loop.toml"), "force": True}, "loop.toml"),
        ({"file": Path("folder"), "force": True}, "folder"),
        ({"file": Path("loop.toml/talchum.toml")}, "loop.toml"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    (tmp_path / "folder").mkdir()
    with pytest.raises(SettingsError) as refused:
        init(yes=True, **options)

    assert expected in str(refused.value)
    assert {path.name for path in tmp_path.iterdir()} == {"loop.toml", "folder"}
    assert not any((tmp_path / "folder").iterdir())


def test_an_error_is_told_in_the_language_that_was_chosen(run: Run) -> None:
    assert HANGUL.search(complaint(run("--language", "ko", "--application", "x", "--yes")))


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    typed: dict[str, Any] = {"model": "openai:\udcff"}
    with pytest.raises(SettingsError):
        interview(typed, Answers(language="en"), None, yes=True)
