"""The one path from a message to cleared passages, for every platform."""

from collections.abc import AsyncGenerator

from personas.cast import Cast
from personas.conversation import Conversation
from personas.messages import Event, Message, Passage
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

    def respond(self, message: Message, cast: Cast, conversation: Conversation) -> AsyncGenerator[Event, None]:
        """The reply to `message`: cleared passages as they come, `Finished` at the end.

        The iterator must be iterated to its end or closed (`contextlib.aclosing`): closing cancels the model call and
        records what was shown. Raises nothing for what a model, a filter or the store does wrong.
        """
        return Reply(self._hands, message, cast, conversation).events()
