"""Rules of the house that no linter knows."""

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bots.console_bot.screen import Screen
from moderation.words import LANGUAGES, catalogue

ROOT = Path(__file__).parents[2]
PACKAGES = ("bots", "personas", "moderation")
SOURCES = {str(path.relative_to(ROOT)): path for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in SOURCES.items()}


def test_the_sources_are_found() -> None:
    assert {"moderation/guard.py", "personas/reply.py", "bots/app.py"} < set(SOURCES)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_modules_stay_under_400_lines_and_functions_under_40() -> None:
    long = [name for name, path in SOURCES.items() if len(path.read_text(encoding="utf-8").splitlines()) > 400]
    large = [
        f"{name}:{function.name}"
        for name, tree in TREES.items()
        for function in functions(tree)
        if (function.end_lineno or 0) - function.lineno >= 40
    ]

    assert long == []
    assert large == []


def test_every_exception_is_caught_in_two_places_only() -> None:
    places = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    }

    assert places == {"moderation/guard.py", "bots/__main__.py"}


OURS = {name: tree for name, tree in TREES.items() if not name.startswith("bots/fakes/")}
"""Without the fake platforms: they are another world with a clock of its own, and show nobody anything."""


def calls(tree: ast.AST) -> Iterator[str]:
    return (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))


@pytest.mark.parametrize(
    ("what", "where"),
    [
        # llama.cpp takes a setting from there: it is written, nothing is read.
        (r"os\.(environ|getenv).*", {"bots/__main__.py", "bots/cli/common.py", "personas/generators/embedded.py"}),
        (r"datetime\.(now|utcnow|today)|date\.today|time\.time", {"bots/parts.py"}),
        (r"uuid\..*|secrets\.(choice|token_hex)", {"bots/casting.py", "bots/parts.py"}),
        (r"asyncio\.(run|Runner)", {"bots/cli/common.py"}),
    ],
)
def test_clock_chance_and_environment_come_in_at_the_root(what: str, where: set[str]) -> None:
    pattern = re.compile(what)
    found = {
        name
        for name, tree in OURS.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name) and pattern.fullmatch(ast.unparse(node))
    }

    assert found <= where
    assert found, "the pattern finds nothing any more: this test checks nothing"


def test_nothing_changes_a_module_while_it_runs() -> None:
    assert [name for name, tree in TREES.items() if any(isinstance(node, ast.Global) for node in ast.walk(tree))] == []


def test_every_way_to_show_text_is_one_of_these() -> None:
    """A new one belongs behind `Passage` (for what personas say) or `Card` (for Talchum's own words), then here."""
    writers = re.compile(r"(.*\.)?(print|write|writelines)|print")
    places = {
        (name, function.name)
        for name, tree in OURS.items()
        if name.startswith("bots/")
        for function in functions(tree)
        for call in calls(function)
        if writers.fullmatch(call)
    }

    assert places == {
        ("bots/console_bot/screen.py", "_write"),  # what `speaker` and `passage` are given
        ("bots/console_bot/screen.py", "withdrawn"),  # our words
        ("bots/console_bot/screen.py", "finished"),  # our words
        ("bots/console_bot/screen.py", "end"),  # a line break
        ("bots/console_bot/screen.py", "card"),  # a card
        ("bots/console_bot/screen.py", "notice"),  # our words
        ("bots/console_bot/screen.py", "_break"),  # a line break
        ("bots/cli/bench.py", "bench_guard"),  # figures, our words
        ("bots/cli/bench.py", "bench_moment"),  # figures as JSON
        ("bots/cli/grids.py", "tell"),  # figures
        ("bots/cli/load.py", "_write"),  # our words
        ("bots/cli/refine.py", "_write"),  # our words
        ("bots/cli/refine.py", "_propose"),  # a policy file somebody asked for
        ("bots/monitor.py", "get"),  # figures
        ("bots/cli/chat.py", "broken"),  # our words
        ("bots/cli/chat.py", "_chat"),  # our words
        ("bots/cli/desk.py", "_judge"),  # verdicts as JSON
        ("bots/cli/models.py", "serve"),  # our words
        ("bots/cli/models.py", "model_serve_script"),  # our words
        ("bots/cli/audit.py", "swap"),  # figures as JSON
        ("bots/cli/redteam.py", "redteam"),  # the same
        ("bots/cli/privacy.py", "export"),  # a file somebody asked for
        ("bots/cli/safety.py", "safety"),  # our words
        ("bots/cli/report.py", "_write"),  # figures, and statements without a text of anybody
        ("bots/cli/files.py", "train"),  # figures
        ("bots/cli/files.py", "report"),  # the same
        ("bots/cli/personas.py", "persona_check"),  # what is wrong with a file
        ("bots/cli/personas.py", "persona_pack"),  # the same
        ("bots/cli/personas.py", "persona_schema"),  # a schema
        ("bots/cli/personas.py", "_create"),  # a file somebody asked for
        ("bots/cli/policies.py", "_write"),  # a policy file somebody asked for
        ("bots/cli/serve.py", "_run"),  # our words
        ("bots/cli/serve.py", "ready"),  # our words
        ("bots/upkeep.py", "back_up"),  # a file somebody asked for
        ("bots/console_bot/terminal.py", "write_anew"),  # a file somebody asked for
        ("bots/status.py", "overwrite"),  # figures, and lines of the log
        ("bots/__main__.py", "_complain"),  # our words
    }
    writing = {
        function.name
        for function in functions(TREES["bots/console_bot/screen.py"])
        if "self._write" in set(calls(function))
    }
    assert writing == {"_name", "passage"}  # a persona's name, a cleared passage
    shown = {name for name in vars(Screen) if not name.startswith("_")}
    assert shown == {"speaker", "passage", "withdrawn", "finished", "end", "card", "notice"}


_SENDERS = re.compile(
    r"send|send_message|send_modal|edit|edit_message|edit_original_response|reply|respond|create_thread|create_webhook|"
    r"execute|publish|forward|set_content"
)


_NO_SENDERS = {"self._router.reply", "self.reply", "discord.MessageReferenceType.forward"}
"""What is only called like one."""


def test_every_way_to_show_text_on_discord_is_one_of_these() -> None:
    """What a persona says goes through the outlet alone, which is given passages alone; all else are cards of ours."""
    places = {
        (name, function.name)
        for name, tree in TREES.items()
        if name.startswith("bots/discord_bot/")
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and _SENDERS.fullmatch(node.attr) and ast.unparse(node) not in _NO_SENDERS
    }

    assert places == {
        ("bots/discord_bot/outlet.py", "edit"),  # a piece of what `Writer` read from passages
        ("bots/discord_bot/outlet.py", "undress"),  # no text: buttons
        ("bots/discord_bot/outlet.py", "_posted"),  # a piece of what `Writer` read from passages
        ("bots/discord_bot/outlet.py", "_posted_masked"),  # the same
        ("bots/discord_bot/faults.py", "awake"),  # no text: a thread is opened
        ("bots/discord_bot/dialect.py", "post"),  # a card
        ("bots/discord_bot/dialect.py", "repost"),  # a card
        ("bots/discord_bot/client.py", "tell"),  # a card
        ("bots/discord_bot/listening.py", "_tell"),  # a card
        ("bots/discord_bot/listening.py", "_stage"),  # a persona's name
        ("bots/discord_bot/responding.py", "card"),  # a card
        ("bots/discord_bot/pressing.py", "ask_edit"),  # a form with what stands there
        ("bots/discord_bot/pressing.py", "ask_feedback"),  # a form
        ("bots/discord_bot/pressing.py", "ask_report"),  # a form
        ("bots/discord_bot/pressing.py", "ask_note"),  # a form
        ("bots/discord_bot/pressing.py", "ask_wording"),  # a form with what was kept back, for a moderator
        ("bots/discord_bot/pressing.py", "undress"),  # no text: buttons
        ("bots/discord_bot/pressing.py", "refresh"),  # a card
        ("bots/discord_bot/identity.py", "_find"),  # a webhook of our name
    }


_SENDERS_ON_TELEGRAM = re.compile(r"(send|edit|copy|forward)_\w+|answer_\w+_query|do_api_request")


def test_every_way_to_show_text_on_telegram_is_one_of_these() -> None:
    places = {
        (name, function.name)
        for name, tree in TREES.items()
        if name.startswith("bots/telegram_bot/")
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute)
        and _SENDERS_ON_TELEGRAM.fullmatch(node.attr)
        and ast.unparse(node) != "message.forward_origin"  # only called like one
    }

    assert places == {
        ("bots/telegram_bot/outlet.py", "_posted"),  # a piece of what `Writer` read from passages
        ("bots/telegram_bot/outlet.py", "edit"),  # the same
        ("bots/telegram_bot/outlet.py", "_pictured"),  # the same, under a picture, and a persona's name
        ("bots/telegram_bot/outlet.py", "captioned"),  # the same
        ("bots/telegram_bot/outlet.py", "_recaptioned"),  # the same
        ("bots/telegram_bot/outlet.py", "_dressed"),  # no text: buttons
        ("bots/telegram_bot/outlet.py", "typing"),  # no text
        ("bots/telegram_bot/draft.py", "_call"),  # passages, before they are a message
        ("bots/telegram_bot/delivering.py", "send"),  # a card
        ("bots/telegram_bot/delivering.py", "deliver"),  # a file somebody asked for
        ("bots/telegram_bot/pressing.py", "put"),  # a card
        ("bots/telegram_bot/acknowledging.py", "give"),  # our words
        ("bots/telegram_bot/delivering.py", "rewrite"),  # a card
        ("bots/telegram_bot/pressing.py", "undress"),  # no text: buttons
        ("bots/telegram_bot/questions.py", "_taken_away"),  # the same
        ("bots/telegram_bot/declining.py", "decline_guest"),  # our words
    }


def test_only_the_writer_posts_what_a_persona_says_and_it_reads_passages_alone() -> None:
    """`Writer` takes its text from `Passage.text`, in one place; nobody else calls an outlet."""
    taking = {
        (name, function.name)
        for name, tree in TREES.items()
        if name
        in {"bots/streaming.py", "bots/discord_bot/outlet.py", "bots/telegram_bot/outlet.py", "bots/performing.py"}
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.AugAssign | ast.Assign)
        and any(
            ast.unparse(target) == "self._text" for target in getattr(node, "targets", [getattr(node, "target", None)])
        )
        and "text" in ast.unparse(node.value)
    }
    assert taking == {("bots/streaming.py", "_take")}
    posting = {
        (name, function.name)
        for name, tree in TREES.items()
        if name.startswith("bots/")
        for function in functions(tree)
        for call in calls(function)
        if re.fullmatch(r"(self\.)?_?(outlet|board)\.(post|edit)", call)
    }
    assert posting == {
        ("bots/standing.py", "mend"),
        ("bots/standing.py", "_edit"),
        ("bots/performing.py", "_mark"),  # what stands there, and words of ours
    }


def test_a_passage_is_made_in_two_ways_only() -> None:
    """`Passage(…)` would show a text on the strength of somebody else's verdict; `Passage.cleared` ties them, and
    `Passage.released` ties them to a person who says so against the verdict, in one place."""
    direct = {name for name, tree in TREES.items() if "Passage" in set(calls(tree))}
    cleared = {name for name, tree in TREES.items() if "Passage.cleared" in set(calls(tree))}
    released = {name for name, tree in TREES.items() if "Passage.released" in set(calls(tree))}

    assert direct == set()
    assert released == {"personas/runtime.py"}
    assert cleared == {"personas/cast.py", "personas/reply.py", "personas/runtime.py"}


def test_every_text_stands_in_every_language_and_every_key_in_the_code_has_a_text() -> None:
    keys = {package: catalogue(package).keys() for package in PACKAGES}
    topics = {key.partition(".")[0] for package in PACKAGES for key in keys[package]}
    assert "commands.help_title" in keys["bots"]
    assert "ko" in LANGUAGES
    known = set(itertools.chain.from_iterable(keys.values()))

    wanted = {
        (name, node.value)
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[a-z_]+\.[a-z_0-9]+", node.value)
        and node.value.partition(".")[0] in topics
        and not node.value.endswith((".toml", ".json", ".py", ".md", ".html", ".png"))
    }
    assert len(wanted) > 50
    unknown = {(name, key) for name, key in wanted if key not in known} - _NOT_WORDS
    beginnings = {
        (name, key) for name, key in unknown if key.endswith("_") and any(text.startswith(key) for text in known)
    }
    assert unknown - beginnings == set()


_NOT_WORDS = {
    ("moderation/policy.py", "identity.question"),
    ("bots/logs.py", "discord.client"),
    ("bots/logs.py", "personas.generators"),
    ("bots/logs.py", "personas.reply"),
}
"""Rules and names of loggers look like keys."""


def test_korean_texts_are_korean_and_have_the_same_fields_as_the_english() -> None:
    for package in PACKAGES:
        for key, texts in catalogue(package)._texts.items():
            english, korean = texts["en"], texts["ko"]
            fields = [set(re.findall(r"(?<!\{)\{(\w+)\}(?!\})", text)) for text in (english, korean)]
            assert fields[0] == fields[1] or key == "prompting.moment", key  # dates are written differently
            assert set(re.findall(r"\{(\w+)\}", texts.get("en_one", ""))) <= fields[0], key
            assert "en_one" not in texts or "count" in fields[0], key
            letters = re.sub(r"\{\w+\}|[^A-Za-z]", "", english)
            if len(letters) > 12 and "/" not in english:
                assert re.search("[가-힣]", korean), key


def test_no_file_names_a_machine_or_a_registry() -> None:
    bad = re.compile(r"/(?:work|tmp)/[a-z]|https?://[^\s\"']+/(?:simple|packages)/|\bhuggingface\.co/")
    files = [
        path
        for name in PACKAGES
        for path in (ROOT / name).rglob("*")
        if path.suffix in {".py", ".toml", ".md", ".json"}
    ]
    files += [ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / "constraints.txt"]
    assert ROOT / "moderation" / "data" / "policy.toml" in files

    assert [path.name for path in files if bad.search(path.read_text(encoding="utf-8"))] == []
