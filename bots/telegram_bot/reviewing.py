"""The review desk on Telegram, in a group and in the chat of moderators to which the cards of groups come.

Wherever somebody presses, types or answers, it is asked anew what they may do in the group whose case it is.
"""

from dataclasses import replace
from typing import Final

from bots.pressing import Presser, line_of
from bots.telegram_bot import keyboards
from bots.telegram_bot.delivering import Secrecy
from bots.telegram_bot.keyboards import Press
from bots.telegram_bot.pressing import TelegramAsker
from bots.telegram_bot.prompts import Prompt
from bots.telegram_bot.translate import place_in

QUESTIONS: Final = frozenset({"note", "overturn", "withdraw"})
"""What a note is asked for."""


class Reviewing:
    """Acts on what moderators want. Used from one event loop."""

    def __init__(self, presser: Presser) -> None:
        self._presser = presser

    async def pressed(self, asker: TelegramAsker, press: Press) -> None:
        """A button under a case, which may be kept of another chat than the one where its card stands."""
        exchange, chat = keyboards.case_of(press)
        among_members = not chat or chat == asker.spot.chat
        if not among_members:
            asker = await asker.at(place_in(chat, private=False))
        if press.verb == "next":
            shown = replace(asker, secrecy=Secrecy.SECRET) if among_members else asker
            await self._presser.typed(shown, line_of("review", "next", exchange))
        elif press.verb == "reveal":
            await self._presser.desk(replace(asker, secrecy=Secrecy.SECRET), "reveal", exchange)
        else:
            await self._presser.desk(asker, press.verb, exchange)

    async def answered(self, asker: TelegramAsker, prompt: Prompt, text: str) -> None:
        """A note to a decision came."""
        there = await asker.at(place_in(prompt.chat, private=False)) if prompt.chat else asker
        there = await replace(there, card_at=prompt.card).as_seen_there()
        note = "" if text == "-" and prompt.verb != "note" else text
        await self._presser.noted(there, prompt.verb, prompt.about, note)

    async def typed(self, asker: TelegramAsker, rest: str) -> None:
        """`/review`."""
        await self._presser.typed(replace(asker, secrecy=Secrecy.SECRET), f"/review {rest}".rstrip())
