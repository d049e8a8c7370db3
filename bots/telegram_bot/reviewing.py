"""The review desk on Telegram, in a group and in the chat of moderators to which the cards of groups come.

Wherever somebody presses, types or answers, it is asked anew what they may do in the group whose case it is.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from telegram.error import TelegramError

from bots.cards import Card, Tone
from bots.lines import line_of
from bots.mutes import Silent
from bots.platform import Role, Router
from bots.pressing import ASKS_NOTE, Presser
from bots.review_mutes import CASE
from bots.telegram_bot import choosing, keyboards
from bots.telegram_bot.delivering import Secrecy
from bots.telegram_bot.keyboards import Press
from bots.telegram_bot.pressing import TelegramAsker
from bots.telegram_bot.prompts import Prompt
from bots.telegram_bot.translate import PLATFORM, id_in, place_in

WORDING: Final = "wording"
"""What a question about other words for what was kept back has for a verb."""
QUESTIONS: Final = ASKS_NOTE | {WORDING}
"""What a note is asked for."""
_NEEDED: Final = frozenset({"note", "answer", "edit"})
"""Where there must be one."""
_STEPS: Final = ("claim", "renew", "release", "escalate", "uphold", "reopen", "merge", "approve", "reject", "edit")
_ABOUT: Final = frozenset({"next", "show", "brief", "draft", *_STEPS}) | QUESTIONS
"""What may be about one case, which is then named behind it."""
_MUTES: Final = frozenset({"mute", "unmute"})
"""What names a person by one of their cases, or a persona and perhaps a case."""

WAITING: Final = frozenset({"pending", "approve", "reject", "history"})
"""Verbs of `/persona` about what waits to be let in."""
_DECIDES: Final = frozenset({"approve", "reject"})
_PENDING: Final = "/persona pending"


class Reviewing:
    """Acts on what moderators want. Used from one event loop."""

    def __init__(self, router: Router, presser: Presser) -> None:
        self._router = router
        self._presser = presser

    async def pressed(self, asker: TelegramAsker, press: Press) -> None:
        """A button under a case, which may be kept of another chat than the one where its card stands."""
        exchange, chat = keyboards.case_of(press)
        among_members = not chat or chat == asker.spot.chat
        asker = await self._there(asker, chat)
        if press.verb == "next":
            shown = replace(asker, secrecy=Secrecy.SECRET) if among_members else asker
            await self._presser.typed(shown, line_of("review", "next", exchange))
        elif press.verb == "reveal":
            await self._presser.desk(replace(asker, secrecy=Secrecy.SECRET), "reveal", exchange)
        else:
            await self._presser.desk(asker, press.verb, exchange)

    async def imported(self, asker: TelegramAsker, press: Press) -> None:
        """A button under a persona that waits to be let in, perhaps into another chat."""
        number, chat = keyboards.case_of(press)
        await self._presser.imported(await self._there(asker, chat), press.verb, number)

    async def waiting(self, asker: TelegramAsker, rest: str) -> None:
        """`/persona` about what waits to be let into the group where it is typed, or into those whose cards come
        there: lists of each by its name, a decision without a number only where one alone waits. What one says of which
        nobody has approved is not shown among members."""
        line, asker = f"/persona {rest}", await asker.at(asker.base.place, anew=True)
        homes = [await asker.at(place_in(int(id_in(home)), private=False)) for home in await self._homes(asker)]
        always = any(home is asker for home in homes)
        theres = [asker, *(home for home in homes if home is not asker)]
        verb, *named = rest.split()
        if not named and len(theres) > 1:
            waits = [there for there in theres if (await self._router.command(_PENDING, there.caller())).rows]
            if verb not in _DECIDES or len(waits) > 1:
                await self._all(_PENDING if verb in _DECIDES else line, theres, always=always)
                return
            theres = waits or theres
        there, card = await self._first(line, theres)
        secret = bool(card.pending) and not any(there is home for home in homes)
        await replace(there, secrecy=Secrecy.SECRET if secret else Secrecy.QUIET).card(card)

    async def _first(self, line: str, theres: Sequence[TelegramAsker]) -> tuple[TelegramAsker, Card]:
        """What a line comes to in the first group where it comes to something, else in the first."""
        cards = []
        for there in theres:
            card = await self._router.command(line, there.caller(line))
            if card.tone is not Tone.BAD:
                return there, card
            cards.append((there, card))
        return cards[0]

    @staticmethod
    async def _there(asker: TelegramAsker, chat: int) -> TelegramAsker:
        """The same person in the chat of that number (0: where they are), with what they may do there now."""
        among_members = not chat or chat == asker.spot.chat
        return await asker.at(asker.base.place if among_members else place_in(chat, private=False), anew=True)

    async def answered(self, asker: TelegramAsker, prompt: Prompt, text: str) -> None:
        """A note to a decision came."""
        home = place_in(prompt.chat, private=False) if prompt.chat else asker.base.place
        there = await asker.at(home, anew=True)
        there = await replace(there, card_at=prompt.card).as_seen_there()
        verb = "edit" if prompt.verb == WORDING else prompt.verb
        note = "" if text == "-" and verb not in _NEEDED else text
        await self._presser.noted(there, verb, prompt.about, note)

    async def typed(self, asker: TelegramAsker, rest: str) -> None:
        """`/review`: about the group where it is typed, and about those whose cards come there, each by its name. What
        changes something is done in one of them, which is named, or in all where that is said."""
        asker = await asker.at(asker.base.place, anew=True)
        homes = await self._homes(asker)
        theirs = [await asker.at(place_in(int(id_in(home)), private=False)) for home in homes]
        desks = [there for there in theirs if there is not asker and there.base.role >= Role.MODERATOR]
        if not desks or rest.split()[:1] == ["new"]:  # of the last reply where it is typed, not of every group
            await self._presser.typed(replace(asker, secrecy=Secrecy.SECRET), f"/review {rest}".rstrip())
            return
        if "reveal" in rest.split():
            desks = [replace(there, secrecy=Secrecy.SECRET) for there in desks]
        own = replace(asker, secrecy=Secrecy.SECRET)
        moderates, always = asker.base.role >= Role.MODERATOR, asker.base.place.server in homes
        here = {_number(there): there for there in (*([own] if moderates else []), *desks)}
        rest, where = choosing.named(rest, here)
        line = f"/review {rest}".rstrip()
        if case := _case_in(rest):
            found = [there for there in desks if await self._keeps(there, case)]
            await self._presser.typed(found[0] if found else own, line)
        elif where in here:
            await self._all(line, [here[where]], always=True)
        elif choosing.acts(rest):
            meant = [there for there in here.values() if there is not own or always]
            await (self._all(line, meant, always=True) if len(meant) == 1 or where else self._ask(rest, meant, own))
        else:
            await self._all(line, list(here.values()), always=always)

    async def _ask(self, rest: str, meant: list[TelegramAsker], own: TelegramAsker) -> None:
        """Nothing is done before it is said where."""
        groups = [(_number(there), await _name(there)) for there in meant]
        await own.card(choosing.question(rest, groups, own.language))

    async def _homes(self, asker: TelegramAsker) -> tuple[str, ...]:
        """The groups whose cards come to this chat, or to this topic of it."""
        channels = dict.fromkeys((str(asker.spot.chat), asker.channel))
        found = [await self._router.sending_to(PLATFORM, channel) for channel in channels]
        return tuple(dict.fromkeys(home for homes in found for home in homes))

    async def _keeps(self, there: TelegramAsker, case: str) -> bool:
        """Whether a case is one of that group."""
        card = await self._router.command(line_of("review", "brief", case), there.caller())
        return card.tone is not Tone.BAD

    async def _all(self, line: str, desks: list[TelegramAsker], *, always: bool) -> None:
        """What a line comes to in each group. The first is the chat itself; it is left out where nothing is kept of it,
        unless `always`, as its own cards come here."""
        cards = [(there, await self._router.command(line, there.caller(line))) for there in desks]
        own = desks[0].base.place.server == f"{PLATFORM}:server:{desks[0].spot.chat}"
        if own and not always and not (cards[0][1].rows or cards[0][1].exchange):
            del cards[0]
        done = [(there, card) for there, card in cards if card.tone is not Tone.BAD]
        if not done:  # it goes otherwise, everywhere
            await cards[0][0].card(cards[0][1])
        for there, card in done:
            name = await _name(there)
            await there.card(replace(card, title=f"{name}: {card.title}" if len(cards) > 1 else card.title))


def _case_in(rest: str) -> str:
    """The case that is named, or ""."""
    verb, named, *more = rest.split() + [""] * 3
    if verb in _MUTES:
        whom = more[0] if named == Silent.PERSON and ":" not in more[0] else ""
        return whom or next((word.removeprefix(CASE) for word in more if word.startswith(CASE)), "")
    return named if verb in _ABOUT else ""


def _number(there: TelegramAsker) -> str:
    return id_in(there.base.place.server)


async def _name(there: TelegramAsker) -> str:
    """What a group is called, or its number."""
    number = _number(there)
    try:
        return (await there.bot.get_chat(int(number))).title or number
    except TelegramError:
        return number
