"""Who is speaking where: casts by id, and one session for every conversation, as many as are remembered."""

from collections import OrderedDict
from collections.abc import Iterable

from bots.errors import Unknown
from personas.cast import Cast
from personas.conversation import Conversation


class Session:
    """One conversation: its persona and its window. Changed by one task at a time."""

    def __init__(self, cast: Cast, *, window: int) -> None:
        self._window = window
        self.cast = cast
        self.conversation = Conversation(window=window)

    def reset(self, cast: Cast | None = None) -> None:
        """Begin anew, with another persona where one is given."""
        self.cast = cast or self.cast
        self.conversation = Conversation(window=self._window)


class Hall:
    """All casts and sessions. Used from one event loop."""

    def __init__(self, casts: Iterable[Cast], *, default: str, language: str, window: int, sessions: int) -> None:
        """`default` is an id; "" means the first cast in `language`, or the first of all.

        Raises Unknown for a default that is not among the casts, or for no casts at all.
        """
        self._casts = {cast.persona.id: cast for cast in casts}
        if not default:
            fitting = [name for name, cast in self._casts.items() if cast.persona.language == language]
            default = next(iter(fitting or self._casts), "")
        self._default = self.cast(default)
        self._window = window
        self._limit = sessions
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    @property
    def casts(self) -> tuple[Cast, ...]:
        """Every cast, in order."""
        return tuple(self._casts.values())

    def cast(self, name: str) -> Cast:
        """The cast of a persona. Raises Unknown."""
        if name not in self._casts:
            raise Unknown("settings.unknown_persona", name=name, known=", ".join(self._casts))
        return self._casts[name]

    def session(self, conversation: str) -> Session:
        """The session of a conversation, begun where there is none; the one silent longest makes room."""
        session = self._sessions.pop(conversation, None) or Session(self._default, window=self._window)
        self._sessions[conversation] = session
        while len(self._sessions) > self._limit:
            self._sessions.popitem(last=False)
        return session
