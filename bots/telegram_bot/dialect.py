"""What is Telegram's own in showing replies and cards: chats, topics, links, and what bots cannot look up."""

from collections import OrderedDict
from datetime import timedelta
from typing import Final

import telegram
from telegram.error import TelegramError

from bots.cards import Card
from bots.dialects import Board
from bots.harmless import calling_nobody
from bots.places import Place
from bots.platform import Mask, Role, Router
from bots.records import Record
from bots.streaming import Gone, Showing, Sleep, Writer
from bots.telegram_bot.delivering import Spot, deliver, rewrite
from bots.telegram_bot.draft import Drafting, Drafts
from bots.telegram_bot.faults import told
from bots.telegram_bot.moving import number_now
from bots.telegram_bot.outlet import Known, Looks, Moved, Outlet
from bots.telegram_bot.roles import Roles
from bots.telegram_bot.translate import PLATFORM, address_of, id_in, link_to, place_in, shown_id, written
from moderation.words import catalogue

BROKEN: Final = (TelegramError, OSError)
_HEARD: Final = 500
"""Messages whose text is known: bots cannot read what stands in a chat."""
_LONGEST: Final = 80
"""Characters of a name."""


class TelegramDialect:
    """Meets `bots.dialects.Dialect`."""

    def __init__(
        self,
        bot: telegram.Bot,
        router: Router,
        roles: Roles,
        *,
        language: str,
        named: bool,
        interval: timedelta,
        moved: Moved,
        sleep: Sleep,
    ) -> None:
        """`language` is the one of our own words where a place has none; `named`: a persona's name stands above its
        words; `interval` is that of drafts."""
        self._bot = bot
        self._router = router
        self._roles = roles
        self._language = language
        self._named = named
        self._interval = interval
        self._moved = moved
        self._sleep = sleep
        self._known = Known()
        self._heard: OrderedDict[str, str] = OrderedDict()

    @property
    def name(self) -> str:
        """See `Dialect.name`."""
        return PLATFORM

    @property
    def broken(self) -> tuple[type[Exception], ...]:
        """See `Dialect.broken`."""
        return BROKEN

    async def board(self, record: Record, *, quoted: object = None, pictured: bool = False) -> Outlet:
        """See `Dialect.board`. A reply in a group quotes the message of its record."""
        if isinstance(quoted, telegram.Message):
            self.remind(record.message, written(quoted))
        place = await self.place(record)
        settings = await self._router.settings(place)
        language = settings.language or self._language
        worded = catalogue("bots").say("telegram_core.worded", language) if record.author else ""
        mask = self._router.mask(record.persona, place.community)
        named = self._named or bool(settings.scene)  # several speak there: without a name nobody would know who
        head, *others = headings(mask, language, mark=settings.mark, named=named)
        chat, topic = address_of(record.channel)
        drafts = Drafts(self._bot, chat, topic, reply=record.id, head=head, interval=self._interval, sleep=self._sleep)
        return Outlet(
            self._bot,
            self._router.replies,
            record,
            looks=Looks(
                head=head,
                others=tuple(others),
                worded=worded,
                picture=await self._picture(record.persona, mask, place) if pictured else "",
                language=language,
            ),
            drafts=drafts if place.private else None,
            known=self._known,
            moved=self._moved,
            sleep=self._sleep,
        )

    async def _picture(self, persona: str, mask: Mask, place: Place) -> str | bytes:
        """What Telegram can show of a persona: the address of a picture, or the one it came with."""
        return mask.picture or await self._router.picture(persona, place.community)

    async def place(self, record: Record) -> Place:
        """See `Dialect.place`."""
        try:
            chat, topic = address_of(record.channel)
        except ValueError:
            raise Gone from None
        return place_in(chat, topic, private=not record.server)

    async def said_in(self, record: Record) -> str:
        """See `Dialect.said_in`."""
        return self._heard.get(record.message, "")

    def hear(self, message: str, text: str) -> None:
        """Keep in mind what somebody wrote in a message, for `said_in`; not beyond this process."""
        self._heard.pop(message, None)
        self._heard[message] = text
        while len(self._heard) > _HEARD:
            self._heard.popitem(last=False)

    def see(self, message: telegram.Message) -> None:
        """Keep in mind what a message of ours reads that Telegram brings along with what somebody did."""
        self._known.see(shown_id(message.chat.id, message.message_id), written(message))

    def remind(self, message: str, text: str) -> None:
        """The same, where nothing better is known."""
        if message not in self._heard:
            self.hear(message, text)

    def link(self, record: Record) -> str:
        """See `Dialect.link`."""
        return link_to(record)

    async def post(self, channel: str, card: Card, place: Place, *, language: str) -> str:
        """See `Dialect.post`. A chat is one of theirs where it is the group itself, or an administrator of the group is
        one there too."""
        spot = await self._desk(channel, place)
        names = await self._roles.names(int(id_in(place.server)))
        with told(spot.chat):
            sent = await deliver(self._bot, spot, card, language, server=place.server, names=names)
        return shown_id(sent[-1].chat.id, sent[-1].message_id)

    async def repost(self, channel: str, message: str, card: Card, place: Place, *, language: str) -> bool:
        """See `Dialect.repost`."""
        await self._desk(channel, place)
        names = await self._roles.names(int(id_in(place.server)))
        return await rewrite(self._bot, message, card, language, server=place.server, names=names)

    async def _desk(self, channel: str, place: Place) -> Spot:
        """Where the cards of a group go."""
        try:
            chat, topic = address_of(id_in(channel))
        except ValueError:
            raise Gone from None
        chat = await number_now(self._router, chat)
        home = int(id_in(place.server))
        if chat != home and not await self._shared(chat, home):
            raise Gone
        return Spot(chat=chat, topic=topic)

    async def _shared(self, chat: int, home: int) -> bool:
        """Whether somebody sets what holds in both groups."""
        here, there = [
            {person for person, role in (await self._roles.all(number)).items() if role >= Role.ADMIN}
            for number in (chat, home)
        ]
        return bool(here & there)


def headings(mask: Mask, language: str, *, mark: bool, named: bool) -> tuple[str, ...]:
    """The line above a persona's words, or "": its name, with the sign that it is an AI where `mark` wants it. Where
    the name is left out, the sign stays. After it come the lines that were there under other settings."""
    say = catalogue("bots").say
    name = calling_nobody((" ".join(mask.name.split()) or say("telegram_core.nobody", language))[:_LONGEST])
    marked, alone = name + say("telegram_core.mark", language), say("telegram_core.mark_alone", language)
    head = (marked if mark else name) if named else (alone if mark else "")
    return (head, *(other for other in (marked, name, alone) if other != head))


def showing(board: Board, writer: Writer) -> Showing:
    """Drafts, where somebody is alone with the bot; in groups nothing until all is there."""
    drafts = board.drafts if isinstance(board, Outlet) else None
    return Drafting(writer, drafts) if drafts else writer
