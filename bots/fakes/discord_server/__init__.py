"""A small but strict Discord on this machine, for a real discord.py client to talk to over HTTP and websockets.

    async with DiscordServer() as server:  # a bot is pointed at server.url and server.gateway_url
        server.say(server.channel, server.person, "Is the lamp lit?", mention_bot=True)
        answer, = await server.until(lambda: server.answers(server.channel))

It is for what an in-process double cannot show: rate limits, resets, resumes, reconnects, retries that do things twice,
interactions that are too late, and how a whole program does under load. Nothing of discord.py is replaced but two
addresses (`bots.discord_bot.address`).

    world         who and what there is, and permissions          gateway       sessions, events, ways to end
    service       changes of the world, and who hears of them     rest          requests, faults, answers
    people        what people do                                  calls         one request, for its route
    journal       everything asked, and waiting for it            channels      routes of channels and of the bot
    faults        what goes wrong, and rate limits                webhooks      routes of webhooks
    bodies        what a message may consist of                   interactions  routes of interactions
    components    what may stand in what                          commands      registering and typing them
    payloads      the world on the wire                           refusals      Discord's errors
    guilds        routes of guilds, without a gateway
    server        `DiscordServer`, all of it together

Each module says what it does not emulate. Use of something outside of that is no silent success: it is refused, and
fails the test when the server is left (`DiscordServer.problems`).
"""

from bots.fakes.discord_server.components import text_of
from bots.fakes.discord_server.faults import Fault, Refused, TooMany
from bots.fakes.discord_server.gateway import PRIVILEGED, Intent, Op
from bots.fakes.discord_server.journal import Command, Request
from bots.fakes.discord_server.server import DiscordServer
from bots.fakes.discord_server.world import (
    Channel,
    File,
    Guild,
    Interaction,
    Message,
    MessageFlag,
    Permission,
    User,
    Webhook,
)
from bots.fakes.planning import Broken, Delay, Hold, Reset

__all__ = [
    "PRIVILEGED",
    "Broken",
    "Channel",
    "Command",
    "Delay",
    "DiscordServer",
    "Fault",
    "File",
    "Guild",
    "Hold",
    "Intent",
    "Interaction",
    "Message",
    "MessageFlag",
    "Op",
    "Permission",
    "Refused",
    "Request",
    "Reset",
    "TooMany",
    "User",
    "Webhook",
    "text_of",
]
