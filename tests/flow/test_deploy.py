"""What is in deploy/ fits the program and itself: container, compose, unit, environment, dashboard, notes."""

import asyncio
import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from pydantic import BaseModel

from bots.__main__ import build
from bots.config import DATA_VARIABLE, LANGUAGE_VARIABLE, SETTINGS_VARIABLE, Settings, _File
from bots.inbox import Load
from bots.meter import Prices
from bots.metrics import Cases, Gauges, Metrics
from moderation.records import Decision, Finding, Outcome, Stage, Verdict
from personas.ledger import Performance
from personas.messages import Usage

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
UNIT = (DEPLOY / "talchum.service").read_text(encoding="utf-8")
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "dashboards" / "talchum.json").read_text(encoding="utf-8"))
NOTES = {"en": DEPLOY / "README.md", "ko": DEPLOY / "README.ko.md"}


def section_models() -> Iterator[type[BaseModel]]:
    for field in _File.model_fields.values():
        for kind in getattr(field.annotation, "__args__", (field.annotation,)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield kind


def exposed() -> dict[str, set[str]]:
    """Every series that the program can tell of, with its labels: all that can happen has happened once."""
    metrics = Metrics(Prices(currency="USD"))
    metrics.knowing(frozenset({"lexicon.slur"}))
    load = Load(running=1, waiting=1, oldest=timedelta(seconds=2), refused=1)
    gauges = Gauges(
        platforms={"discord": True}, load=load, cases=Cases(), sizes={"store": 1}, started=0.0, model="m", policy="p",
        version="1", tasks=1, threads=1,
    )  # fmt: skip
    metrics.serving(("discord",), lambda: gauges)
    usage = Usage(tokens_in=1, tokens_out=1)
    metrics.performed(
        Performance(platform="discord", outcome=Outcome.CLEAN, repairs=1, usage=usage, first=0.1, total=0.2)
    )
    blocked = Finding(filter="lexicon", version="1", category="slur", decision=Decision.BLOCK)
    metrics.judged(Stage.PIECE, Verdict(findings=(blocked,), digest="d", policy="p"), timedelta(seconds=1))
    metrics.kept("open", 0.1)
    metrics.unkept("open")
    series: dict[str, set[str]] = {}
    for line in asyncio.run(metrics.exposition()).decode().splitlines():
        if found := re.match(r"([a-z_]+)(?:\{(.*)\})? ", line):
            series.setdefault(found[1], set()).update(re.findall(r'(\w+)="', found[2] or ""))
    return series


def queries() -> list[str]:
    targets = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", [])]
    return targets + [note["expr"] for note in DASHBOARD["annotations"]["list"] if "expr" in note]


def test_every_series_of_the_dashboard_is_one_that_the_program_tells_of() -> None:
    there = exposed()
    named = {name for query in queries() for name in re.findall(r"\b(?:talchum|process)_[a-z_]+", query)}

    assert {"talchum_replies_total", "talchum_check_seconds_bucket", "talchum_cases"} < named
    assert named - set(there) == set()


def test_the_dashboard_groups_by_labels_that_its_series_have() -> None:
    there = exposed()

    for query in queries():
        labels = {label for names in re.findall(r"by \(([^)]*)\)", query) for label in names.split(", ")}
        labels |= set(re.findall(r"\{(\w+)=", query)) - {"job"}
        known = set().union(*(there[name] for name in re.findall(r"\b(?:talchum|process)_[a-z_]+", query)))
        assert labels <= known, query


def test_the_dashboard_shows_everything_that_is_counted() -> None:
    shown = " ".join(queries())
    counted = {re.sub(r"_(total|created|bucket|count|sum)$", "", name) for name in exposed() if "talchum_" in name}

    assert "talchum_money" in counted
    assert {name for name in counted if name not in shown} == {"talchum_info"}


def test_panels_do_not_lie_on_one_another_and_have_one_source() -> None:
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        own = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not own & cells, panel["title"]
        assert place["x"] + place["w"] <= 24
        cells |= own
    provisioned = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yaml").read_text())
    sources = {panel["datasource"]["uid"] for panel in DASHBOARD["panels"] if "datasource" in panel}
    assert sources == {source["uid"] for source in provisioned["datasources"]}
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"]) > 20


def test_what_fills_the_dashboard_reaches_the_port_that_the_notes_name() -> None:
    scraped = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
    ((target,),) = [group["targets"] for job in scraped for group in job["static_configs"]]
    given = Settings.load(b"[monitor]\n", {}).monitor

    assert given
    assert target == f"bot:{given.listen.rpartition(':')[2]}"
    assert f'"0.0.0.0:{given.listen.rpartition(":")[2]}"' in NOTES["en"].read_text(encoding="utf-8")
    assert [job["job_name"] for job in scraped] == ["talchum"]


def test_the_example_environment_has_every_variable_that_is_read_and_no_other() -> None:
    text = (DEPLOY / "talchum.env.example").read_text(encoding="utf-8")
    read = {
        field.default
        for model in section_models()
        for name, field in model.model_fields.items()
        if name.endswith("_variable")
    }

    assert {"DISCORD_TOKEN", "TELEGRAM_SECRET", "TALCHUM_MASTER_KEY"} < read
    listed = set(re.findall(r"^(?:# )?([A-Z_]+)=", text, re.MULTILINE))
    assert listed == read | {DATA_VARIABLE, LANGUAGE_VARIABLE, SETTINGS_VARIABLE}
    assert not re.search(r"^[A-Z_]+=.+", text, re.MULTILINE), "nothing is filled in"


def test_every_container_is_kept_small_in_what_it_may() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"] or name == "vllm", name
        assert service["pids_limit"], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert "privileged" not in service, name


def test_the_bot_starts_alone_and_everything_else_when_it_is_asked_for() -> None:
    profiles = {name: tuple(service.get("profiles", ())) for name, service in COMPOSE["services"].items()}

    assert profiles == {
        "bot": (),
        "llama": ("llama",),
        "vllm": ("vllm",),
        "prometheus": ("metrics",),
        "grafana": ("metrics",),
    }


def test_every_file_that_containers_are_given_is_there_or_is_made_in_the_notes() -> None:
    notes = NOTES["en"].read_text(encoding="utf-8")
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", []):
            source = volume["source"] if isinstance(volume, dict) else volume.partition(":")[0]
            name = source.removeprefix("./")
            assert source in COMPOSE["volumes"] or (DEPLOY / name).exists() or name in notes, source
    assert (DEPLOY / COMPOSE["services"]["bot"]["build"]["context"] / "pyproject.toml").is_file()


def test_the_image_keeps_everything_where_the_program_puts_it() -> None:
    variables = dict(re.findall(r"(TALCHUM_\w+)=(\S+)", DOCKERFILE))
    data = Path(variables[DATA_VARIABLE])
    settings = Settings.load(b"", variables)
    volumes = json.loads(re.findall(r"^VOLUME (.*)$", DOCKERFILE, re.MULTILINE)[0])
    mounted = {volume.split(":")[1] for volume in COMPOSE["services"]["bot"]["volumes"] if isinstance(volume, str)}
    given = [volume for volume in COMPOSE["services"]["bot"]["volumes"] if isinstance(volume, dict)]

    assert {*volumes} == mounted == {str(data), str(settings.keys), str(settings.models)}
    assert [volume["target"] for volume in given] == [variables[SETTINGS_VARIABLE]]
    assert all(f" {volume}" in DOCKERFILE.partition("install --directory")[2] for volume in volumes)


def test_the_image_is_made_of_what_the_package_is_made_of_and_runs_as_nobody_of_the_machine() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    copied = set(re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE))
    packages = {pattern.rstrip("*") for pattern in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    let_in = {
        line.removeprefix("!")
        for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
        if line.startswith("!")
    }

    files = {name for line in copied for name in line.split()}
    assert packages | {project["project"]["readme"], "LICENSE", "pyproject.toml", "constraints.txt"} == files == let_in
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    (check,) = re.findall(r"^HEALTHCHECK .* CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert json.loads(check) == ["talchum", "status"]


def test_the_unit_lets_what_is_under_way_end_and_does_not_start_wrong_settings_again_and_again() -> None:
    entries = dict(re.findall(r"^(\w+)=(.*)$", UNIT, re.MULTILINE))

    assert entries["ExecStart"] == "/opt/talchum/bin/talchum run"
    assert entries["RestartPreventExitStatus"] == "2"
    assert int(entries["TimeoutStopSec"]) >= 30
    assert COMPOSE["services"]["bot"]["stop_grace_period"] == "30s"
    for name in ("NoNewPrivileges", "PrivateDevices", "ProtectKernelTunables", "MemoryDenyWriteExecute"):
        assert entries[name] == "yes", name
    assert (entries["ProtectSystem"], entries["CapabilityBoundingSet"]) == ("strict", "")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_understands_the_unit_and_finds_little_exposed(tmp_path: Path) -> None:
    copied = tmp_path / "talchum.service"
    copied.write_text(UNIT.replace("/opt/talchum/bin/talchum", shutil.which("true") or ""), encoding="utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", copied], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")

    exposure = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=15", copied],
        capture_output=True,
        text=True,
        check=False,
    )
    assert exposure.returncode == 0, exposure.stdout


def fenced(text: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_both_notes_have_the_same_commands_settings_headings_and_tables() -> None:
    english, korean = (file.read_text(encoding="utf-8") for file in NOTES.values())

    assert fenced(english, "sh") == fenced(korean, "sh") != []
    assert fenced(english, "toml") == fenced(korean, "toml") != []
    for sign in (r"^## ", r"^\|", r"^\d\. ", r"^- "):
        found = [len(re.findall(sign, text, re.MULTILINE)) for text in (english, korean)]
        assert found[0] == found[1] > 0, sign


@pytest.mark.parametrize("language", NOTES)
def test_settings_and_links_in_the_notes_are_good(language: str) -> None:
    text = NOTES[language].read_text(encoding="utf-8")

    for block in fenced(text, "toml"):
        Settings.load(block.encode(), {})
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (DEPLOY / link).exists(), link


@pytest.mark.parametrize("language", NOTES)
def test_every_command_of_talchum_in_the_notes_is_one(language: str) -> None:
    text = NOTES[language].read_text(encoding="utf-8")
    typed = [shlex.split(line) for line in re.findall(r"`talchum ([^`]+)`", text)]
    pattern = r"(?:run --rm|exec) (?:--volume \S+ )?bot (?:talchum )?(.*)$"
    typed += [shlex.split(line) for line in re.findall(pattern, "\n".join(fenced(text, "sh")), re.MULTILINE)]
    names = {tuple(word for word in words if re.fullmatch("[a-z]+", word))[:2] for words in typed}

    assert {("store", "backup"), ("status",), ("doctor",)} <= names
    app: Any = build(language)
    for name in names:
        command = app
        for word in name:
            command = command.commands[word]
        assert isinstance(command, typer.core.TyperCommand), name


@pytest.mark.parametrize("language", NOTES)
def test_commands_under_systemd_run_as_the_units_user_with_all_that_the_unit_gives(language: str) -> None:
    file = re.findall(r"^EnvironmentFile=-(.*)$", UNIT, re.MULTILINE)[0]
    user = re.findall(r"^User=(.*)$", UNIT, re.MULTILINE)[0]
    given = re.findall(r"^Environment=(TALCHUM_.*)$", UNIT, re.MULTILINE)
    program = re.findall(r"^ExecStart=(\S+) run$", UNIT, re.MULTILINE)[0]
    blocks = [block for block in fenced(NOTES[language].read_text(encoding="utf-8"), "sh") if "runuser" in block]

    assert [re.findall(rf"{program} (\w+ ?\w*)", block) for block in blocks] == [["status"], ["store backup"]]
    for block in blocks:
        read, typed = block.strip("()\n ").split("\n")
        assert read == f"set -a; . {file}; set +a"
        assert typed.split()[: 5 + len(given)] == ["runuser", "-u", user, "--", "env", *given]


@pytest.mark.skipif(not shutil.which("runuser") or os.geteuid() != 0, reason="runuser is for root")
def test_what_runs_as_another_user_gets_the_environment_file_and_the_shell_keeps_nothing_of_it(tmp_path: Path) -> None:
    secrets = tmp_path / "talchum.env"
    secrets.write_text("# a note\nDISCORD_TOKEN=\nTALCHUM_MASTER_KEY=QUJD+/8=\n")
    secrets.chmod(0o600)
    (block, _) = (found for found in fenced(NOTES["en"].read_text(encoding="utf-8"), "sh") if "runuser" in found)
    script = block.replace("/etc/talchum/talchum.env", str(secrets)).replace("-u talchum", "-u nobody")
    script = script.replace("/opt/talchum/bin/talchum status", "sh -c 'echo \"$(id -un) $TALCHUM_MASTER_KEY\"'")

    told = subprocess.run(
        ["sh", "-c", f"{script}echo left: $TALCHUM_MASTER_KEY"], capture_output=True, text=True, cwd="/", check=True
    )

    assert told.stdout.splitlines() == ["nobody QUJD+/8=", "left:"]


def test_what_is_said_of_sigterm_is_what_the_readme_says() -> None:
    promised = "come to their end|brought to their end|끝까지 마치고"
    told = {file.name: file.read_text(encoding="utf-8") for file in (*NOTES.values(), DEPLOY / "compose.yaml")}

    for name, text in (*told.items(), ("talchum.service", UNIT)):
        assert not re.search(promised, text), name
        assert re.search(r"end where they\s+stand|그 자리에서 끝나", text), name
