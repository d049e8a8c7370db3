"""Texts of commands: in English for Discord, with the key under which the translator finds the others."""

from discord.app_commands import locale_str

from moderation.words import catalogue


def text(key: str) -> locale_str:
    """A text of the catalogue for Discord: its English, and the key under which the translator finds the others."""
    return locale_str(catalogue("bots").say(f"slash.{key}"), key=key)
