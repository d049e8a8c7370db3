"""Routes below /guilds, and the list of them: what a bot can find out about where it is without a gateway.

Not emulated: counts of members, searching and changing members, roles and channels.
"""

from typing import Final

from bots.fakes.discord_server import payloads, refusals
from bots.fakes.discord_server.calls import Call, Route
from bots.fakes.discord_server.world import Guild, Json, Permission

_MOST: Final = 200


def mine(call: Call) -> list[Json]:
    """Those the bot is in, by id, in part."""
    world = call.service.world
    own = sorted((guild for guild in world.guilds.values() if world.bot.id in guild.members), key=lambda one: one.id)
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", _MOST))
    return [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": guild.owner is world.bot,
            "permissions": str(int(guild.everyone | guild.members[world.bot.id].permissions)),
            "features": [],
        }
        for guild in own
        if guild.id > after
    ][:limit]


def get(call: Call) -> Json:
    whole = payloads.guild(call.service.world, _entered(call), everybody=False)
    of_the_gateway = ("members", "channels", "threads", "joined_at", "large", "member_count")
    return {name: value for name, value in whole.items() if name not in of_the_gateway}


def channels(call: Call) -> list[Json]:
    """All but threads, those that the bot cannot see too."""
    guild = _entered(call)
    here = call.service.world.channels.values()
    return [payloads.channel(channel) for channel in here if channel.guild is guild and not channel.thread]


def member(call: Call) -> Json:
    found = _entered(call).members.get(call.id(1))
    if found is None:
        raise refusals.Refusal(404, 10007, "Unknown Member")
    return payloads.member(found)


def webhooks(call: Call) -> list[Json]:
    world, guild = call.service.world, _entered(call)
    if not (guild.everyone | guild.members[world.bot.id].permissions) & Permission.MANAGE_WEBHOOKS:
        raise refusals.missing_permissions()
    there = [webhook for webhook in world.webhooks.values() if webhook.channel.guild is guild]
    return [payloads.webhook(webhook, seen_by=world.bot.id) for webhook in there]


def _entered(call: Call) -> Guild:
    """The guild of the path, with the bot in it. Raises Refusal."""
    found = call.service.world.guilds.get(call.id(0))
    if found is None:
        raise refusals.unknown("Guild")
    if call.service.world.bot.id not in found.members:
        raise refusals.missing_access()
    return found


ROUTES: Final = (
    Route(method="GET", pattern="/users/@me/guilds", handler=mine),
    Route(method="GET", pattern="/guilds/*", handler=get),
    Route(method="GET", pattern="/guilds/*/channels", handler=channels),
    Route(method="GET", pattern="/guilds/*/members/*", handler=member),
    Route(method="GET", pattern="/guilds/*/webhooks", handler=webhooks),
)
