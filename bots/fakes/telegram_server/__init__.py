"""A small but strict Telegram on this machine, for a real python-telegram-bot to talk to over HTTP.

    async with TelegramServer() as server:  # a bot is pointed at server.url
        server.say(server.private, server.person, "Is the lamp lit?")
        answer, = await server.until(lambda: server.answers(server.private))

It is for what nothing else shows: edits that are refused or take a keyboard away, quotes that have to be exact, topics,
what a bot hears in a group, migrations, drafts, floods, polls that collide, webhooks that are delivered again, requests
that had their effect although there was no answer. Nothing of python-telegram-bot is replaced but two addresses.

    world       who and what there is                         updates    what waits for the bot, and polls
    service     changes of the world, and who hears of them   webhooks   the webhook and its deliveries
    people      what people say and press                     api        requests, faults, answers
    membership  who is where, topics, migration               calls      one request, for its handler
    elsewhere   guests and business accounts                  sending    where a new message goes
    journal     everything asked, and waiting for it          messages   methods that write, edit, delete
    faults      what goes wrong                               media      files
    flood       limits                                        chats      methods about chats
    texts       texts, captions, quotes                       profile    commands, name, descriptions
    entities    entities, in UTF-16 units                     answers    buttons, guests, reactions
    html_mode, markdown_mode   markup                         payloads   the world on the wire
    keyboards   keyboards                                     refusals   Telegram's errors
    schema      the Bot API itself, from `schema.json`        server     `TelegramServer`, all of it together

What it is strict about, the module that is, and the tests of that, `test_telegram_server` and what stands here:

    an edit that changes nothing, keyboards that an edit takes away      messages              -
    parse errors, lengths, empty texts, entities in UTF-16               texts, html_mode      _texts, _refusals
    quotes and what is replied to                                        sending, texts        _refusals
    topics, threads of replies, privacy mode                             sending, service      _groups
    who may write where, blocked, put out, migration                     calls, membership     _refusals, _groups
    polls: waiting, offsets, kinds of updates, 409                       updates               _polling
    webhooks: secret, order within a chat, redelivery, ports             webhooks              _webhooks
    flood: chat, group with edits and typing, everything                 flood, api            _faults
    drafts: in private only, thirty seconds, ended by a message          messages              -, _refusals
    uploads, downloads up to 20 MB                                       media                 -, _refusals
    parameters and answers that the Bot API does not have                schema                _schema
    429, an HTML page, garbage, resets, latency, before and after        faults                _faults

Each module says what it does not emulate. Use of something outside of that is no silent success: it is refused, and
fails the test when the server is left (`TelegramServer.problems`).
"""

from bots.fakes.planning import Broken, Delay, Hold, Reset
from bots.fakes.telegram_server.faults import Fault, Garbage, Refused, TooMany
from bots.fakes.telegram_server.flood import Limit, Limits
from bots.fakes.telegram_server.journal import Delivery, Request
from bots.fakes.telegram_server.server import TelegramServer
from bots.fakes.telegram_server.world import (
    BusinessConnection,
    CallbackQuery,
    Chat,
    Draft,
    File,
    GuestQuery,
    Kind,
    Message,
    Status,
    Topic,
    User,
)

__all__ = [
    "Broken",
    "BusinessConnection",
    "CallbackQuery",
    "Chat",
    "Delay",
    "Delivery",
    "Draft",
    "Fault",
    "File",
    "Garbage",
    "GuestQuery",
    "Hold",
    "Kind",
    "Limit",
    "Limits",
    "Message",
    "Refused",
    "Request",
    "Reset",
    "Status",
    "TelegramServer",
    "TooMany",
    "Topic",
    "User",
]
