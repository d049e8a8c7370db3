"""Groups that became supergroups: by their old number, which stands in old buttons, questions and settings."""

from bots.platform import Router


async def note_move(router: Router, old: int, new: int) -> None:
    """Keep in mind which number a chat has now."""
    await router.remember(_name(old), str(new))


async def number_now(router: Router, chat: int) -> int:
    """The number of a chat, by the one that it has or had."""
    return int(await router.recall(_name(chat)) or chat)


def _name(chat: int) -> str:
    return f"telegram moved {chat}"
