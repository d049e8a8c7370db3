"""What the documents say of the bots is what there is, in both languages."""

import re
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands

from bots.addresses import HEALTH
from bots.discord_bot.faults import NEEDED
from bots.discord_bot.slash import Translator, plant
from bots.place_commands import LIMITS
from bots.places import FIELDS
from bots.platform_settings import TelegramSection
from bots.streaming import Phase
from bots.telegram_bot import offered
from bots.telegram_bot.keyboards import controls
from moderation.words import LANGUAGES, catalogue

ROOT = Path(__file__).parents[2]
READMES = {"en": ("README.md", "## On Discord in ten minutes"), "ko": ("README.ko.md", "## 10분 만에 디스코드에서")}
ON_TELEGRAM = {"en": "## On Telegram in ten minutes", "ko": "## 10분 만에 텔레그램에서"}
TEMPLATES = ("privacy-policy", "terms")
FIELD = re.compile(r"\[[A-Z][A-Z ]*\]")


def about_discord(language: str) -> str:
    """The part of a README that is about Discord."""
    file, heading = READMES[language]
    return part(file, heading)


def about_telegram(language: str) -> str:
    """The part of a README that is about Telegram."""
    return part(READMES[language][0], ON_TELEGRAM[language])


def part(file: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its kind."""
    found = (ROOT / file).read_text(encoding="utf-8").partition(f"{heading}\n")[2]
    return re.split(r"^## ", found, maxsplit=1, flags=re.MULTILINE)[0]


def tables(language: str) -> str:
    """The rows of the tables about Discord, those within a step apart."""
    return rows(about_discord(language))


def rows(text: str) -> str:
    """The rows of the tables in it, those within a step apart."""
    return "\n".join(line for line in text.splitlines() if line.startswith("|"))


def template(name: str, language: str) -> str:
    """A document for owners to fill in."""
    ending = "md" if language == "en" else f"{language}.md"
    return (ROOT / "deploy" / f"{name}.{ending}").read_text(encoding="utf-8")


class Nobody:
    """Carries no command out."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


def planted() -> app_commands.CommandTree[Any]:
    tree: app_commands.CommandTree[Any] = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))
    plant(tree, Nobody())
    return tree


async def korean(command: Any, tree: app_commands.CommandTree[Any]) -> str:
    """The name of a command, its group's before it, as Korean clients show it."""
    payload = await command.get_translated_payload(tree, Translator())
    name = payload["name_localizations"].get("ko", "") or command.name
    return f"{await korean(command.parent, tree)} {name}" if getattr(command, "parent", None) else name


async def commands(language: str) -> list[str]:
    """Every command and menu as it is typed or read there; in Korean its English name as well."""
    tree = planted()
    typed = [command for command in tree.walk_commands() if not isinstance(command, app_commands.Group)]
    menus = tree.get_commands(type=discord.AppCommandType.message)
    english = [f"/{command.qualified_name}" for command in typed] + [menu.name for menu in menus]
    if language == "en":
        return english
    return [
        *english,
        *[f"/{await korean(command, tree)}" for command in typed],
        *[await korean(menu, tree) for menu in menus],
    ]


def test_both_readmes_have_a_part_about_discord_with_the_same_headings_tables_and_steps() -> None:
    english, korean_ = (about_discord(language) for language in LANGUAGES)

    assert "discord.com/developers/applications" in english
    for sign in (r"^### ", r"^ *\|", r"^\d+\. ", r"^ *- ", r"^ *```sh$", r"`[a-z]+_[a-z]+`"):
        found = [len(re.findall(sign, text, re.MULTILINE)) for text in (english, korean_)]
        assert found[0] == found[1] > 0, sign


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_command_is_in_the_readme_under_the_names_people_see(language: str) -> None:
    known = await commands(language)
    text = tables(language)

    assert {"/persona create", "/review withdraw", "Report this reply"} < set(known)
    assert language == "en" or {"/페르소나 만들기", "/review 거두기", "이 답 신고하기"} < set(known)
    assert [name for name in known if f"`{name}`" not in text and f"{name}**" not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_of_a_place_and_every_limit_is_in_the_readme(language: str) -> None:
    text = tables(language)

    assert {"log_channel", "wake", "person_tokens"} < set(FIELDS)
    assert {"person_tokens", "server_money"} < set(LIMITS) < set(FIELDS)
    assert [name for name in FIELDS if f"`{name}`" not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_permission_the_invitation_asks_for_is_in_the_readme(language: str) -> None:
    names = [catalogue("bots").say(f"doctor.permission_{name}", language) for name in NEEDED]
    rows = [line for line in about_discord(language).splitlines() if line.startswith("   | ")]
    told = ", ".join(row.split("|")[1].strip() for row in rows)

    assert "manage_webhooks" in NEEDED
    assert set(names) < set(told.split(", "))


def test_both_readmes_have_a_part_about_telegram_with_the_same_headings_tables_and_steps() -> None:
    english, korean_ = (about_telegram(language) for language in LANGUAGES)

    assert "/newbot" in english
    signs = (r"^### ", r"^\|", r"^\d+\. ", r"^- ", r"^ *```sh$", r"^ *```toml$", r"`[a-z]+_[a-z]+`", r"`/[a-z]+[` ]")
    for sign in signs:
        found = [len(re.findall(sign, text, re.MULTILINE)) for text in (english, korean_)]
        assert found[0] == found[1] > 0, sign
    assert max(len(line) for text in (english, korean_) for line in text.splitlines()) <= 120


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_has_the_commands_that_telegram_is_told_and_no_others(language: str) -> None:
    known = {*offered.PRIVATE, *offered.GROUP, *offered.STAFF}
    listed = re.findall(r"`/([a-z]+)`", rows(about_telegram(language)))
    botfathers = {"newbot", "mybots", "setprivacy", "health"}

    assert {"start", "persona", "review", "talchum"} < known
    assert set(listed) == known
    assert set(re.findall(r"`(?:GET )?/([a-z]+)[` ]", about_telegram(language))) <= known | botfathers


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_has_every_button_under_a_reply_on_telegram(language: str) -> None:
    keyboard = controls(Phase.DONE, "x3f9kq")
    signs = {button.text for row in (keyboard.inline_keyboard if keyboard else ()) for button in row}
    table = [line.split("|")[1] for line in rows(about_telegram(language)).splitlines()]
    listed = {sign for cell in table for sign in cell.split()}

    assert {"🔄", "🚩"} < signs <= listed
    assert "⏹" not in listed, "replies are posted when they are whole: there is nothing that it could stand under"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_readme_says_of_a_webhook_is_what_the_settings_have(language: str) -> None:
    text = about_telegram(language)
    found = re.findall(r"^ *```toml\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    sections = [tomllib.loads(textwrap.dedent(block))["telegram"] for block in found]
    defaults = TelegramSection()

    assert [TelegramSection(**section).webhook_url for section in sections] == ["", "https://bot.example/telegram"]
    assert (sections[1]["listen"], sections[1]["port"]) == (defaults.listen, defaults.port)
    assert f"`GET {HEALTH}`" in text
    assert f"`{defaults.secret_variable}`" in text
    assert f"export {defaults.token_variable}=…" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_says_how_the_name_above_the_words_is_left_out(language: str) -> None:
    (said,) = re.findall(r"`(name_line = \w+)`", about_telegram(language))

    assert TelegramSection(**tomllib.loads(said)) != TelegramSection()


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_templates_for_owners_have_the_same_sections_fields_and_commands_in_both_languages(name: str) -> None:
    english, korean_ = (template(name, language) for language in LANGUAGES)

    assert {"[NAME]", "[CONTACT]", "[DATE]"} < set(FIELD.findall(english))
    assert set(FIELD.findall(english)) == set(FIELD.findall(korean_))
    assert set(re.findall(r"`/[a-z ]+`", english)) == set(re.findall(r"`/[a-z ]+`", korean_)) != set()
    for sign in (r"^## \d+\. ", r"^- ", r"^\|"):
        assert len(re.findall(sign, english, re.MULTILINE)) == len(re.findall(sign, korean_, re.MULTILINE)), sign
    assert len(re.findall(r"^## ", english, re.MULTILINE)) >= 10


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TEMPLATES)
async def test_a_template_says_what_it_is_and_names_only_commands_there_are(name: str, language: str) -> None:
    text = template(name, language)
    known = {*await commands("en"), *[f"/{command}" for command in offered.PRIVATE]}

    assert {"en": "a template, not legal advice", "ko": "틀이고 법률 자문이 아니에요"}[language] in text
    assert "/privacy show" in known
    assert set(re.findall(r"`(/[a-z ]+)`", text)) <= known
    # A field with a bracket behind it would be a link.
    assert not re.search(rf"{FIELD.pattern}\(", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_speaks_of_both_platforms_wherever_it_speaks_of_one(name: str, language: str) -> None:
    both = {"en": ("Discord", "Telegram"), "ko": ("디스코드", "텔레그램")}[language]
    # What there is on one of them alone is said with the way in which the other has it, or that it has none.
    parts = re.split(r"^## ", template(name, language), flags=re.MULTILINE)
    named = [tuple(platform in part for platform in both) for part in parts]

    assert named.count((True, True)) >= 3
    assert named[0] == (True, True)
    assert not [
        part.partition("\n")[0]
        for part, (discord_, telegram_) in zip(parts, named, strict=True)
        if discord_ != telegram_ and "🚩" not in part
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_leads_to_the_templates_from_both_platforms(language: str) -> None:
    ending = "md" if language == "en" else f"{language}.md"

    for text in (about_discord(language), about_telegram(language)):
        assert all(f"(deploy/{name}.{ending})" in text for name in TEMPLATES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_that_is_named_where_something_is_added_is_there(language: str) -> None:
    text = (ROOT / READMES[language][0]).read_text(encoding="utf-8")
    heading = {"en": "## Where do I add …?", "ko": "## …은 어디에 더하나요?"}[language]
    table = text.partition(f"{heading}\n")[2].partition("\n## ")[0]
    named = re.findall(r"`((?:bots|personas|moderation|tests|deploy)/[a-z_./]+)`", table)

    assert {"bots/discord_bot/slash.py", "bots/telegram_bot/commands.py", "bots/telegram_bot/offered.py"} < set(named)
    assert [name for name in named if not (ROOT / name).exists()] == []
