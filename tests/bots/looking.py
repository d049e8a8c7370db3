"""What tests of the look at Discord have in common."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bots.discord_bot.invite import PERMISSIONS
from bots.doctor import Finding, Grade
from bots.fakes.discord_server import Permission
from tests.support.discord_running import DiscordServer

WHOLE = Permission(PERMISSIONS.value)


def now() -> datetime:
    return datetime.now(UTC)


def host(server: DiscordServer, *, allowed: Permission = WHOLE) -> None:
    """The guild that is there gives the bot, and nobody else, these permissions."""
    server.guild.everyone = Permission(0)
    server.world.join(server.guild, server.world.bot, allowed)


def keys(found: Sequence[Finding], grade: Grade | None = None) -> list[str]:
    return [finding.told.key for finding in found if grade in (None, finding.grade)]


def told(found: Sequence[Finding], key: str, language: str = "en") -> str:
    """The one text of that key."""
    (text,) = [finding.told.explain(language) for finding in found if finding.told.key == key]
    return text
