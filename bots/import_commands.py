"""What people do with personas that wait to be let in: bring one, look, approve, reject."""

from collections.abc import Awaitable, Callable, Mapping

from bots.cards import Card, Tone
from bots.errors import UsageError
from bots.import_cards import ended_card, history_card, list_card, pending_card, whole_card
from bots.platform import Caller, Role
from bots.quarantine import Pending, Quarantine
from bots.scene import Scene
from moderation.words import catalogue

Handler = Callable[[list[str], Caller, Scene], Awaitable[Card]]


class ImportCommands:
    """Commands over one quarantine."""

    def __init__(self, quarantine: Quarantine) -> None:
        self._quarantine = quarantine
        self.known: Mapping[str, tuple[Role, Handler]] = {
            "import": (Role.MODERATOR, self._import),
            "pending": (Role.MODERATOR, self._pending),
            "approve": (Role.SENIOR, self._approve),
            "reject": (Role.SENIOR, self._reject),
            "history": (Role.SENIOR, self._history),
        }
        """By verb of `/persona`: who may, and who does it."""

    async def _import(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        """Have a file wait: before the moderators, where they have a channel, otherwise before whoever sent it."""
        if not caller.file:
            raise UsageError("commands.persona_no_file")
        if len(words) > 1:
            raise UsageError("commands.usage", usage=catalogue("bots").say("commands.persona_usage", scene.language))
        pending, _ = await self._quarantine.bring(
            caller.file,
            file=caller.file_name,
            server=caller.place.community,
            by=caller.actor,
            name=words[0] if words else "",
        )
        if not (scene.settings.log_channel and caller.place.server):
            return pending_card(pending, await self._quarantine.lore(pending), scene.language)
        title = _say("sent", scene, name=pending.persona.name, id=pending.id)
        return Card(title=title, hint=_say("sent_hint", scene, id=pending.id), tone=Tone.GOOD, brought=pending.id)

    async def _pending(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        if not words:
            return list_card(await self._quarantine.waiting(caller.place.community), scene.language)
        found = await self._quarantine.find(words[0], _community(caller))
        if not isinstance(found, Pending):
            return ended_card(found, scene.language)
        shown = whole_card if words[1:] == ["all"] else pending_card
        return shown(found, await self._quarantine.lore(found), scene.language)

    async def _approve(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        number = await self._meant(words, caller, scene)
        pending = await self._quarantine.approve(number, _community(caller), by=caller.actor)
        persona = pending.persona
        title = catalogue("bots").say("commands.persona_arrived", scene.language, name=persona.name, id=persona.id)
        return Card(title=title, hint=f"/persona use {persona.id}", tone=Tone.GOOD)

    async def _reject(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        number = await self._meant(words, caller, scene)
        pending = await self._quarantine.reject(number, _community(caller), by=caller.actor)
        return Card(title=_say("rejected", scene, name=pending.persona.name, id=pending.persona.id), tone=Tone.GOOD)

    async def _meant(self, words: list[str], caller: Caller, scene: Scene) -> str:
        """The id that is named, or that of the only one that waits here. Raises UsageError."""
        waiting = [] if words else await self._quarantine.waiting(caller.place.community)
        if len(words) + len(waiting) != 1:
            raise UsageError("commands.usage", usage=catalogue("bots").say("commands.persona_usage", scene.language))
        return words[0] if words else waiting[0].id

    async def _history(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        if words:
            raise UsageError("commands.usage", usage=catalogue("bots").say("commands.persona_usage", scene.language))
        return history_card(await self._quarantine.history(_community(caller)), scene.language)


def _community(caller: Caller) -> str | None:
    """Whose imports a caller may see; None: everybody's."""
    return None if caller.role is Role.OWNER else caller.place.community


def _say(key: str, scene: Scene, **fields: object) -> str:
    return catalogue("bots").say(f"imports.{key}", scene.language, **fields)
