"""The program as people start it, in a process of its own."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.judging import judge_says
from tests.flow.conftest import ROOT, SLIP, Run
from tests.support.judging_server import JudgingServer, Said


def test_a_slip_is_repaired_kept_explained_and_overturned(started: Run, run: Run) -> None:
    done = started(
        "chat", "--model", f"scripted:{SLIP}", "--persona", "lighthouse_keeper", typed="How is the harbour?\n/why\n"
    )
    told = done.stdout

    assert done.returncode == 0, done.stderr
    assert "I have mended nets here since I was a child." in told
    assert "language model" not in told
    assert "repaired" in told

    found = re.search(r"/why (\w+)", told)
    assert found
    case = found[1]
    listed = run("review", "list").stdout
    assert case in listed
    assert "character.disclosure" in listed
    assert "language model" not in run("review", "show", case).stdout
    assert "language model" in run("review", "show", case, "reveal").stdout
    assert "overturned" in run("review", "overturn", case, "it was a joke").stdout
    again = run("review", "overturn", case)
    assert again.returncode == 2
    assert "overturned already" in again.stderr
    assert "it was a joke" in run("review", "show", case).stdout


def test_the_same_in_korean(run: Run) -> None:
    typed = "오늘 뭐 마실까요?\n/why\n/review\n/persona use nobody\n/reset\n/help\n/nonsense\n/quit\n"
    done = run("chat", "--model", "scripted:tea_house", "--persona", "cafe_owner", typed=typed, LANG="ko_KR.UTF-8")
    told = done.stdout

    assert done.returncode == 0, done.stderr
    assert "고침" in told
    assert "register.speech_level" in told
    assert "페르소나는 없어요" in told
    assert "명령은 없어요" in told
    assert "안녕히 가세요" in told


@contextmanager
def listening(
    script: dict[str, object], environment: dict[str, str], folder: Path, *, until: bytes
) -> Iterator[tuple[subprocess.Popen[bytes], bytes]]:
    """A chat in the middle of a slow reply, `until` having been shown, and what was told until then."""
    file = folder / "slow.json"
    file.write_text(json.dumps({"script": "slow", "tps": 20, **script}), encoding="utf-8")
    command = [sys.executable, "-m", "bots", "chat", "--model", f"scripted:{file}", "--persona", "lighthouse_keeper"]
    variables = {**environment, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=variables) as chat:
        assert chat.stdin
        assert chat.stdout
        chat.stdin.write(b"Tell me of the sea\n")
        chat.stdin.flush()
        told = b""
        while until not in told:
            told += os.read(chat.stdout.fileno(), 4096)
        yield chat, told


WAVES = [{"t": f"And wave number {number} came in."} for number in range(200)]


def test_what_is_flagged_survives_a_kill_in_mid_stream(run: Run, environment: dict[str, str], tmp_path: Path) -> None:
    slip = {"t": "As an AI language model, I have no memories."}
    script: dict[str, object] = {
        "sentences": [{"t": "Ah, the harbour!"}, slip, *WAVES],
        "repair": {"p_ok": 1.0, "ok": "I mend nets.", "bad": "x"},
    }
    with listening(script, environment, tmp_path, until=b"wave number 1") as (chat, _):
        chat.send_signal(signal.SIGKILL)

    listed = run("review", "list").stdout
    assert "interrupted" in listed
    assert "character.disclosure" in listed


LINES: list[dict[str, object]] = [
    {"id": "a", "text": "You are a worthless idiot."},
    {"id": 2, "text": "Good evening, friend."},
    {"id": "c", "text": "시1발 꺼져"},
    {"id": "d", "text": "나 죽고 싶어", "stage": "input"},
    {"id": "e", "text": "오늘 날씨 좋다. 밥은 먹었어?", "persona": "cafe_owner"},
    {"id": "f", "text": "a\ud800b", "lang": "en"},
    {"id": "g", "text": ""},
    {"id": "h", "text": "good day " * 12_000},
]


def test_judge_answers_every_line_in_order_and_goes_on_after_bad_ones(run: Run) -> None:
    good = [json.dumps(line) for line in LINES]
    bad = ["nonsense", '{"id": 1}', '{"id": 1, "text": 5}', '{"id": 1, "text": "x", "persona": "nobody"}', "[" * 90_000]
    typed = "\n".join([*good, *bad, "", good[1]]).encode() + b'\n{"id": "\xff"}\n'
    done = run("judge", typed=typed)
    answers = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 1
    assert [answer.get("id") for answer in answers[: len(good)]] == [line["id"] for line in LINES]
    decisions = [answer["decision"] for answer in answers[: len(good)]]
    assert decisions == ["block", "allow", "block", "block", "block", "allow", "allow", "block"]
    assert [answer["line"] for answer in answers if "error" in answer] == [9, 10, 11, 12, 13, 16]
    assert answers[-2]["id"] == 2
    assert answers[2]["findings"][0]["spans"][0][0] == 0
    assert {"filter", "category", "decision", "score", "spans", "version", "detail"} == set(answers[0]["findings"][0])
    tiers = {finding["detail"] for finding in answers[0]["findings"] if finding["filter"] == "toxicity"}
    assert tiers == {"n-grams+encoder"}


def test_judge_tells_every_score_on_request_and_only_of_the_filters_asked_for(run: Run) -> None:
    typed = json.dumps({"id": 1, "text": "Good evening, friend."})
    every = json.loads(run("judge", "--scores", "all", typed=typed).stdout)
    some = json.loads(run("judge", "--scores", "all", "--filters", "lexicon,toxicity", typed=typed).stdout)

    assert {finding["filter"] for finding in every["findings"]} > {"lexicon", "toxicity", "bias", "character"}
    assert {finding["filter"] for finding in some["findings"]} == {"lexicon", "toxicity"}
    assert all(finding["decision"] == "allow" for finding in every["findings"])


def test_judge_asks_the_services_of_the_settings_about_many_lines_at_once(run: Run, tmp_path: Path) -> None:
    together = threading.Barrier(16)

    def says(path: str, body: Mapping[str, Any]) -> Said:
        together.wait(60)  # nobody is answered before sixteen have asked
        return judge_says(path, body)

    policy = (ROOT / "moderation" / "data" / "policy.toml").read_text().replace("deadline = 2.0", "deadline = 60.0")
    (tmp_path / "policy.toml").write_text(policy)
    with JudgingServer(says) as server:
        document = f'[judge_model]\nmodel = "m"\nbase_url = "{server.base_url}"\ntimeout = 50.0\n'
        (tmp_path / "talchum.toml").write_text(document + '[policy]\nfile = "policy.toml"\n')
        lines = [json.dumps({"id": number, "text": f"You fool number {number}."}) for number in range(32)]
        done = run("judge", "--filters", "judge,lexicon", typed="\n".join(lines))

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == list(range(32)), done.stderr
    found = {(found["filter"], found["category"], found["detail"]) for each in answers for found in each["findings"]}
    assert ("judge", "veiled_insult", "m") in found
    assert {name for name, _, _ in found} <= {"judge", "lexicon"}


def no_traceback(done: subprocess.CompletedProcess[str]) -> str:
    told = done.stderr
    assert "Traceback" not in told + done.stdout
    return told


def test_a_line_that_is_not_utf8_is_left_out_and_said(started: Run) -> None:
    done = started(
        "chat", "--model", "scripted:evening_chat", typed=b"\xff\xfe\nhello\n\n" + b"x" * 100_000 + b"\n\x00\n"
    )

    assert "1" in no_traceback(done)
    assert done.returncode == 1
    assert "kettle" in done.stdout


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("modle = 1", ["modle", "nothing"]),
        ("[model]\nuse = 7", ["model.use", "text"]),
        ("[model]\nuse = 'magic'", ["KIND:NAME"]),
        ("[limits]\nrunning = 0", ["limits.running", "1"]),
        ("[personas]\nfolders = 'x'", ["personas.folders", "list"]),
        ("= 1", ["TOML"]),
    ],
)
def test_wrong_settings_are_refused_with_file_and_key(
    run: Run, tmp_path: Path, settings: str, words: list[str]
) -> None:
    (tmp_path / "talchum.toml").write_text(settings, encoding="utf-8")
    for language in ("en", "ko"):
        done = run("persona", "list", TALCHUM_LANGUAGE=language)
        told = no_traceback(done)

        assert done.returncode == 2
        assert "talchum.toml" in told
        assert language == "ko" or all(word in told for word in words)
        assert language == "en" or re.search("[가-힣]", told)


@pytest.mark.slow
def test_what_cannot_start_says_why_and_leaves_with_a_code(run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (tmp_path / "file").write_text("x", encoding="utf-8")
        broken = tmp_path / "persona.toml"
        broken.write_text('id = "x"\nname = 5\n', encoding="utf-8")
        policy = "version = 1\nname = 'x'\n[guard]\noutput = ['lexicon']\ninput = ['identity']\n[filters]\n"
        (tmp_path / "policy.toml").write_text(policy, encoding="utf-8")
        (tmp_path / "script.json").write_text('{"script": "x"}', encoding="utf-8")
        attempts = [
            (run("chat", "--settings", "nowhere.toml"), "nowhere.toml"),
            (run("chat", "--model", "embedded:smollm2-135m"), "talchum model install"),
            (run("chat", "--model", "embedded:nothing"), "nothing"),
            (run("chat", "--model", "openai:some-model"), "OPENAI_API_KEY"),
            (run("chat", "--model", "scripted:nothing"), "nothing"),
            (run("chat", "--model", "scripted:script.json"), "sentences"),
            (run("chat", "--model", "scripted:evening_chat", "--persona", "nobody"), "nobody"),
            (run("chat", "--model", "scripted:evening_chat", TALCHUM_DATA=str(tmp_path / "file")), "file"),
            (run("persona", "check", "persona.toml"), "persona.toml"),
            (run("persona", "show", "nobody"), "nobody"),
            (run("policy", "check", "policy.toml"), "truthfully"),
            (run("judge", "--filters", "nothing"), "nothing"),
            (run("model", "serve-script", "evening_chat", "--port", str(port)), str(port)),
            (run("model", "install", "nothing"), "nothing"),
            (run("model", "install", "--gguf", "file"), "GGUF"),
            (run("model", "remove", "nothing"), "nothing"),
        ]

    for done, word in attempts:
        assert word in no_traceback(done), done.args
        assert done.returncode == 2, done.args
        assert not done.stdout, done.args


def test_an_endpoint_that_is_down_costs_a_reply_not_the_session(run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    (tmp_path / "talchum.toml").write_text(
        f'[model]\nuse = "openai:m"\nbase_url = "http://127.0.0.1:{port}/v1"\nattempts = 1\n', encoding="utf-8"
    )
    done = run("chat", "--persona", "lighthouse_keeper", typed="hello\nhello again\n")
    no_traceback(done)

    assert done.returncode == 1
    assert done.stdout.count("the model gave no words") == 2
    assert done.stdout.count("base_url") == 2
    log = tmp_path / "data" / "talchum.log"
    assert log.read_text(encoding="utf-8").count(" exchange platform=console ") == 2
    assert "hello" not in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o077 == 0


def test_interrupting_ends_the_reply_not_the_program(environment: dict[str, str], tmp_path: Path) -> None:
    with listening({"sentences": WAVES}, environment, tmp_path, until=b"number 2") as (chat, beginning):
        assert chat.stdin
        assert chat.stdout
        chat.send_signal(signal.SIGINT)
        time.sleep(0.2)
        chat.stdin.write(b"/reset\n")
        chat.stdin.close()
        told = beginning + chat.stdout.read()

    assert "cancelled" in told.decode()
    assert "begins anew" in told.decode()
    assert chat.returncode == 0


def command_of(*words: str) -> list[str]:
    return [sys.executable, "-m", "bots", *words]


@pytest.mark.parametrize(
    ("words", "streams", "expected"),
    [
        ("chat --model scripted:evening_chat", "<&-", "Standard input is closed"),
        ("judge", "<&-", "표준 입력이 닫혀"),
        ("chat --model scripted:evening_chat", ">&-", "Standard output is closed"),
        ("chat --model scripted:evening_chat", "</dev/null >/dev/full", "표준 출력에 쓸 수 없어요"),
        ("review list", ">/dev/full", "Standard output cannot be written"),
        ("--help", ">/dev/full", "Standard output cannot be written"),
        ("--help", "| true; exit ${PIPESTATUS[0]}", ""),
    ],
)
def test_streams_that_are_closed_or_full_end_the_program_with_one_sentence(
    environment: dict[str, str], tmp_path: Path, words: str, streams: str, expected: str
) -> None:
    language = "ko" if re.search("[가-힣]", expected) else "en"
    done = subprocess.run(
        ["bash", "-c", f"{shlex.join(command_of(*words.split()))} {streams}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**environment, "PYTHONPATH": str(ROOT), "TALCHUM_LANGUAGE": language},
        cwd=tmp_path,
        timeout=120,
        check=False,
    )
    told = no_traceback(done)

    assert expected in told
    assert told.count("\n") == bool(expected)
    assert done.returncode == 2 or (not expected and done.returncode in {0, 1})


def heed_interrupts() -> None:
    """Whoever started the tests in the background had interrupts ignored, and programs inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("words", ["chat --model scripted:evening_chat", "judge"])
def test_interrupting_a_program_that_waits_for_input_ends_it_at_once(
    environment: dict[str, str], tmp_path: Path, words: str
) -> None:
    first = b"\xff\n" if words == "judge" else b""
    variables = {**environment, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    command = command_of(*words.split())
    with subprocess.Popen(
        command,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        env=variables,
        cwd=tmp_path,
        preexec_fn=heed_interrupts,  # noqa: PLW1509 - one call of C, and no lock
    ) as waiting:
        assert waiting.stdin
        assert waiting.stdout
        assert waiting.stderr
        waiting.stdin.write(first * 40)
        waiting.stdin.flush()
        assert waiting.stdout.readline()
        waiting.send_signal(signal.SIGINT)
        told = waiting.stderr.read()  # ends with the program; nothing closes its standard input before

        assert waiting.wait(timeout=60) == 130
        assert not told


def test_interrupting_the_start_leaves_no_traceback(environment: dict[str, str], tmp_path: Path) -> None:
    """Interrupted where the first heavy module would be imported."""
    (tmp_path / "typer.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n", encoding="utf-8")
    variables = {**environment, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        command_of("chat"), capture_output=True, text=True, env=variables, cwd=tmp_path, timeout=120, check=False
    )

    assert not no_traceback(done)
    assert done.returncode == 130


def test_an_error_is_told_in_the_language_of_the_settings(run: Run, tmp_path: Path) -> None:
    (tmp_path / "talchum.toml").write_text('language = "ko"', encoding="utf-8")
    done = run("persona", "show", "nobody", LANG="en_US.UTF-8")

    assert "nobody(이)라는 페르소나는 없어요" in no_traceback(done)


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_what_is_wrong_with_settings_is_told_in_the_language_they_ask_for(
    run: Run, tmp_path: Path, command: str
) -> None:
    (tmp_path / "talchum.toml").write_text('language = "ko"\n[reply]\nbudget = -1\n', encoding="utf-8")
    done = run(command)
    told = done.stdout + done.stderr

    assert "reply.budget: 필요한 것" in told
    assert "expected" not in told


def test_a_long_korean_line_is_one_message_that_is_too_long(run: Run) -> None:
    typed = "a" + "가" * 500_000 + "\n" + "\udcff\n"
    done = run("chat", "--model", "scripted:evening_chat", typed=typed.encode(errors="surrogateescape"))

    assert "Line 2 is not valid UTF-8" in no_traceback(done)
    assert done.returncode == 1
    assert "too long" in done.stdout
