"""The one path from a message to cleared passages, for every platform."""

from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace

from personas.cast import Cast
from personas.conversation import Conversation
from personas.errors import GenerationError
from personas.messages import Event, Message, Passage, Turn
from personas.prompting import compile_prompt
from personas.reply import Reply, Stagehands


class PersonaRuntime:
    """Answers messages. Used from one event loop, for any number of conversations at once.

    Replies within one conversation must be made one after another: the caller's inbox sees to that.
    """

    def __init__(self, hands: Stagehands) -> None:
        self._hands = hands

    def greet(self, cast: Cast, conversation: Conversation) -> Passage | None:
        """How the persona opens a conversation; None where its author wrote no greeting."""
        if not cast.greetings:
            return None
        greeting = self._hands.choose(cast.greetings)
        conversation.opened(greeting.text)
        return greeting

    async def warm(self, cast: Cast, conversation: Conversation) -> None:
        """Have the model read what every prompt of this conversation begins with: the first reply then comes at once.

        For models in this process that keep what they read; a service would charge for it. What goes wrong here is left
        for the first reply to tell.
        """
        turns = (*conversation.turns, Turn(role="user", text="."))
        prompt = compile_prompt(cast.persona, turns, limits=self._hands.settings.limits, canary=cast.canary)
        with suppress(GenerationError):
            async with self._hands.generator.generate(replace(prompt, max_tokens=1)) as generation:
                async for _ in generation:
                    pass

    def respond(self, message: Message, cast: Cast, conversation: Conversation) -> AsyncGenerator[Event, None]:
        """The reply to `message`: cleared passages as they come, `Finished` at the end.

        The iterator must be iterated to its end or closed (`contextlib.aclosing`): closing cancels the model call and
        records what was shown. Raises nothing for what a model, a filter or the store does wrong.
        """
        return Reply(self._hands, message, cast, conversation).events()
