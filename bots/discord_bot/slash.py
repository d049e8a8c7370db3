"""The slash commands: they make the line that a person would type, and hand it over. Their texts are in the catalogue,
in every language Discord is told."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final, Literal

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bots.appeals import LONGEST
from bots.discord_bot.carrying import Commands, Complete, Interaction, completing
from bots.discord_bot.slash_imports import imports
from bots.discord_bot.slash_lore import lore_group
from bots.discord_bot.slash_memory import memory_group
from bots.discord_bot.slash_replies import replying
from bots.discord_bot.slash_scene import scene_group
from bots.discord_bot.slash_steps import steps
from bots.discord_bot.texts import text
from bots.discord_bot.translate import named_in, person_key
from bots.lines import line_of
from bots.place_commands import LIMITS, STAFF
from bots.places import FIELDS
from bots.troupe import FORMS
from moderation.words import catalogue

_KEY: Final = "key"

Scope = Literal["here", "channel", "category", "server"]
Listed = Literal["open", "mine", "queued", "claimed", "escalated", "appealed", "closed", "upheld", "overturned", "all"]


class Translator(app_commands.Translator):
    """Texts of commands in the languages of the catalogue."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, _context: app_commands.TranslationContextTypes
    ) -> str | None:
        """The Korean of a text that has a key; None: as it is."""
        key = string.extras.get(_KEY)
        return catalogue("bots").say(f"slash.{key}", "ko") if key and locale is discord.Locale.korean else None


async def digest(tree: app_commands.CommandTree[Any]) -> str:
    """What the commands of a tree look like to Discord: they are sent anew only where this changes."""
    payloads = [
        await command.get_translated_payload(tree, tree.translator) if tree.translator else command.to_dict(tree)
        for command in sorted(tree.get_commands(), key=lambda one: (one.name, str(type(one))))
    ]
    return hashlib.sha256(json.dumps(payloads, sort_keys=True).encode()).hexdigest()


def plant(tree: app_commands.CommandTree[Any], commands: Commands) -> None:
    """Put every command into `tree`."""
    everyday(tree, commands)
    replying(tree, commands)
    _safety(tree, commands)
    _appeal(tree, commands)
    complete = completing(commands)
    tree.add_command(persona_group(commands, complete))
    tree.add_command(scene_group(commands, complete))
    tree.add_command(lore_group(commands))
    tree.add_command(privacy_group(commands))
    tree.add_command(memory_group(commands))
    tree.add_command(admin_group(commands))
    tree.add_command(review_group(commands))
    _report_menu(tree, commands)


def everyday(tree: app_commands.CommandTree[Any], commands: Commands) -> None:
    """What everybody has."""

    @tree.command(name=text("help_name"), description=text("help"))
    async def help_(interaction: Interaction) -> None:
        await commands.typed(interaction, "/help")

    @tree.command(name=text("reset_name"), description=text("reset"))
    async def reset(interaction: Interaction) -> None:
        await commands.typed(interaction, "/reset")

    @tree.command(name=text("note_name"), description=text("note"))
    @app_commands.describe(note=text("note_text"))
    async def note(interaction: Interaction, note: app_commands.Range[str, 1, 1_000] = "") -> None:
        await commands.typed(interaction, line_of("note", note))

    @tree.command(name=text("why_name"), description=text("why"))
    @app_commands.describe(number=text("number"))
    async def why(interaction: Interaction, number: str = "") -> None:
        await commands.typed(interaction, line_of("why", number))

    @tree.command(name=text("report_name"), description=text("report"))
    async def report(interaction: Interaction) -> None:
        await commands.report(interaction, None)


def _safety(tree: app_commands.CommandTree[Any], commands: Commands) -> None:
    @tree.command(name=text("safety_name"), description=text("safety"))
    async def safety(interaction: Interaction) -> None:
        await commands.typed(interaction, "/safety")


def _appeal(tree: app_commands.CommandTree[Any], commands: Commands) -> None:
    @tree.command(name=text("appeal_name"), description=text("appeal"))
    @app_commands.describe(number=text("number"), words=text("appeal_words"))
    async def appeal(
        interaction: Interaction, number: str = "", words: app_commands.Range[str, 1, LONGEST] = ""
    ) -> None:
        await commands.appeal(interaction, number, words)


def _report_menu(tree: app_commands.CommandTree[Any], commands: Commands) -> None:
    @tree.context_menu(name=text("report_menu"))
    async def report_this(interaction: Interaction, message: discord.Message) -> None:
        await commands.report(interaction, message)


def persona_group(commands: Commands, complete: Complete) -> app_commands.Group:
    """`/persona`."""
    group = app_commands.Group(name=text("persona_name"), description=text("persona"))

    @group.command(name=text("persona_list_name"), description=text("persona_list"))
    async def list_(interaction: Interaction) -> None:
        await commands.typed(interaction, "/persona list")

    @group.command(name=text("persona_use_name"), description=text("persona_use"))
    @app_commands.describe(persona=text("persona_option"))
    @app_commands.autocomplete(persona=complete)
    async def use(interaction: Interaction, persona: str) -> None:
        await commands.typed(interaction, line_of("persona", "use", persona))

    @group.command(name=text("persona_info_name"), description=text("persona_info"))
    @app_commands.describe(persona=text("persona_option"))
    @app_commands.autocomplete(persona=complete)
    async def info(interaction: Interaction, persona: str = "") -> None:
        await commands.typed(interaction, line_of("persona", "info", persona))

    @group.command(name=text("persona_preview_name"), description=text("persona_preview"))
    @app_commands.describe(persona=text("persona_option"))
    @app_commands.autocomplete(persona=complete)
    async def preview(interaction: Interaction, persona: str = "") -> None:
        await commands.typed(interaction, line_of("persona", "preview", persona))

    _own_personas(group, commands, complete)
    imports(group, commands, complete)
    return group


def _own_personas(group: app_commands.Group, commands: Commands, complete: Complete) -> None:
    """What admins do with the personas of a server's own."""

    @group.command(name=text("persona_create_name"), description=text("persona_create"))
    @app_commands.describe(
        name=text("persona_create_as"),
        description=text("persona_create_text"),
        language=text("persona_create_language"),
        picture=text("persona_create_picture"),
    )
    async def create(
        interaction: Interaction,
        name: app_commands.Range[str, 1, 60],
        description: app_commands.Range[str, 1, 4_000],
        language: Literal["en", "ko"] | None = None,
        picture: str = "",
    ) -> None:
        await commands.typed(interaction, line_of("persona", "create", name, description, language or "", picture))

    @group.command(name=text("persona_export_name"), description=text("persona_export"))
    @app_commands.describe(persona=text("persona_option"), form=text("persona_export_form"))
    @app_commands.choices(form=[app_commands.Choice(name=form, value=form) for form in FORMS])
    @app_commands.autocomplete(persona=complete)
    async def export(interaction: Interaction, persona: str, form: str = "png") -> None:
        await commands.typed(interaction, line_of("persona", "export", persona, form))

    @group.command(name=text("persona_remove_name"), description=text("persona_remove"))
    @app_commands.describe(persona=text("persona_option"))
    @app_commands.autocomplete(persona=complete)
    async def remove(interaction: Interaction, persona: str) -> None:
        await commands.typed(interaction, line_of("persona", "remove", persona))


def privacy_group(commands: Commands) -> app_commands.Group:
    """`/privacy`."""
    group = app_commands.Group(name=text("privacy_name"), description=text("privacy"))

    @group.command(name=text("privacy_show_name"), description=text("privacy_show"))
    async def show(interaction: Interaction) -> None:
        await commands.typed(interaction, "/privacy show")

    @group.command(name=text("privacy_export_name"), description=text("privacy_export"))
    async def export(interaction: Interaction) -> None:
        await commands.typed(interaction, "/privacy export")

    @group.command(name=text("privacy_erase_name"), description=text("privacy_erase"))
    @app_commands.describe(sure=text("privacy_erase_sure"))
    async def erase(interaction: Interaction, sure: Literal["yes"] | None = None) -> None:
        await commands.typed(interaction, line_of("privacy", "erase", sure or ""))

    @group.command(name=text("privacy_consent_name"), description=text("privacy_consent"))
    @app_commands.describe(what=text("privacy_consent_what"), choice=text("privacy_consent_choice"))
    async def consent(
        interaction: Interaction,
        what: Literal["training", "samples", "memory"] | None = None,
        choice: Literal["yes", "no"] | None = None,
    ) -> None:
        # Without a choice there is nothing to write down: it is shown.
        words = (what or "", choice) if choice else ()
        await commands.typed(interaction, line_of("privacy", "consent", *words))

    return group


def admin_group(commands: Commands) -> app_commands.Group:
    """`/talchum`, for those who may manage the server."""
    group = app_commands.Group(
        name="talchum",
        description=text("talchum"),
        default_permissions=discord.Permissions(manage_guild=True),
        guild_only=True,
    )

    def among(names: Sequence[str]) -> Any:
        async def complete(_: Interaction, current: str) -> list[app_commands.Choice[str]]:
            fitting = [name for name in names if current.casefold() in name]
            return [app_commands.Choice(name=name, value=name) for name in fitting[:25]]

        return complete

    @group.command(name=text("settings_name"), description=text("settings"))
    @app_commands.describe(field=text("settings_field"), value=text("settings_value"), where=text("settings_where"))
    @app_commands.autocomplete(field=among([name for name in FIELDS if name not in LIMITS]))
    async def settings(interaction: Interaction, field: str = "", value: str = "", where: Scope = "here") -> None:
        given = value.strip("<#> ") if field == "log_channel" else value  # a channel, as Discord writes it
        given = named_in(value) if field in STAFF else given
        await commands.typed(interaction, line_of("talchum", "settings", *([where, field, given] if field else [])))

    @group.command(name=text("limits_name"), description=text("limits"))
    @app_commands.describe(field=text("limits_field"), value=text("limits_value"), where=text("settings_where"))
    @app_commands.autocomplete(field=among(LIMITS))
    async def limits(interaction: Interaction, field: str = "", value: str = "", where: Scope = "here") -> None:
        await commands.typed(interaction, line_of("talchum", "limits", *([where, field, value] if field else [])))

    _rest(group, commands)
    _staff(group, commands)
    return group


def _rest(group: app_commands.Group, commands: Commands) -> None:
    """Whether personas rest."""

    @group.command(name=text("pause_name"), description=text("pause"))
    @app_commands.describe(where=text("settings_where"))
    async def pause(interaction: Interaction, where: Scope = "here") -> None:
        await commands.typed(interaction, line_of("talchum", "pause", where))

    @group.command(name=text("resume_name"), description=text("resume"))
    @app_commands.describe(where=text("settings_where"))
    async def resume(interaction: Interaction, where: Scope = "here") -> None:
        await commands.typed(interaction, line_of("talchum", "resume", where))


def _staff(group: app_commands.Group, commands: Commands) -> None:
    """Who looks after the server besides those whom Discord lets."""

    @group.command(name=text("moderators_name"), description=text("moderators"))
    @app_commands.describe(who=text("staff_who"))
    async def moderators(interaction: Interaction, who: str = "") -> None:
        await commands.typed(interaction, line_of("talchum", "moderators", named_in(who)))

    @group.command(name=text("seniors_name"), description=text("seniors"))
    @app_commands.describe(who=text("staff_who"))
    async def seniors(interaction: Interaction, who: str = "") -> None:
        await commands.typed(interaction, line_of("talchum", "seniors", named_in(who)))


def review_group(commands: Commands) -> app_commands.Group:
    """`/review`, for those who may manage messages."""
    group = app_commands.Group(
        name="review",
        description=text("review"),
        default_permissions=discord.Permissions(manage_messages=True),
        guild_only=True,
    )

    @group.command(name=text("review_next_name"), description=text("review_next"))
    @app_commands.describe(after=text("review_next_after"))
    async def next_(interaction: Interaction, after: str = "") -> None:
        await commands.typed(interaction, line_of("review", "next", after))

    @group.command(name=text("review_show_name"), description=text("review_show"))
    @app_commands.describe(number=text("number"), reveal=text("review_show_reveal"))
    async def show(interaction: Interaction, number: str, reveal: bool = False) -> None:  # noqa: FBT001, FBT002 - an option
        await commands.typed(interaction, line_of("review", "show", number, "reveal" if reveal else ""))

    @group.command(name=text("review_stats_name"), description=text("review_stats"))
    async def stats(interaction: Interaction) -> None:
        await commands.typed(interaction, "/review stats")

    _list(group, commands)
    _decisions(group, commands)
    steps(group, commands)
    return group


def _list(group: app_commands.Group, commands: Commands) -> None:
    """What was kept."""

    @group.command(name=text("review_list_name"), description=text("review_list"))
    @app_commands.describe(
        state=text("review_list_state"),
        persona=text("review_list_persona"),
        rule=text("review_list_rule"),
        person=text("review_list_person"),
    )
    async def list_(
        interaction: Interaction,
        state: Listed = "open",
        persona: str = "",
        rule: str = "",
        person: discord.User | None = None,
    ) -> None:
        given = (("persona", persona), ("rule", rule), ("person", person_key(person) if person else ""))
        narrowed = (f"{name}={value}" for name, value in given if value)
        await commands.typed(interaction, line_of("review", "list", state, *narrowed))


def _decisions(group: app_commands.Group, commands: Commands) -> None:
    """What moderators do with a case."""

    @group.command(name=text("review_uphold_name"), description=text("review_uphold"))
    @app_commands.describe(number=text("number"), note=text("review_note_text"))
    async def uphold(interaction: Interaction, number: str, note: str = "") -> None:
        await commands.typed(interaction, line_of("review", "uphold", number, note))

    @group.command(name=text("review_overturn_name"), description=text("review_overturn"))
    @app_commands.describe(number=text("number"), note=text("review_note_text"))
    async def overturn(interaction: Interaction, number: str, note: str = "") -> None:
        await commands.typed(interaction, line_of("review", "overturn", number, note))

    @group.command(name=text("review_approve_name"), description=text("review_approve"))
    @app_commands.describe(number=text("number"), note=text("review_note_text"))
    async def approve(interaction: Interaction, number: str, note: str = "") -> None:
        await commands.typed(interaction, line_of("review", "approve", number, note))

    @group.command(name=text("review_reject_name"), description=text("review_reject"))
    @app_commands.describe(number=text("number"), note=text("review_note_text"))
    async def reject(interaction: Interaction, number: str, note: str = "") -> None:
        await commands.typed(interaction, line_of("review", "reject", number, note))

    @group.command(name=text("review_edit_name"), description=text("review_edit"))
    @app_commands.describe(number=text("number"), wording=text("review_edit_text"))
    async def edit(interaction: Interaction, number: str, wording: app_commands.Range[str, 1, 3_800]) -> None:
        await commands.typed(interaction, line_of("review", "edit", number, wording))

    @group.command(name=text("review_withdraw_name"), description=text("review_withdraw"))
    @app_commands.describe(number=text("number"), note=text("review_note_text"))
    async def withdraw(interaction: Interaction, number: str, note: str = "") -> None:
        await commands.typed(interaction, line_of("review", "withdraw", number, note))

    @group.command(name=text("review_note_name"), description=text("review_note"))
    @app_commands.describe(number=text("number"), note=text("review_note_text"))
    async def note(interaction: Interaction, number: str, note: app_commands.Range[str, 1, 1_000]) -> None:
        await commands.typed(interaction, line_of("review", "note", number, note))
