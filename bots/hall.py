"""Who may speak where: casts by id, those of one community apart, and one conversation for each place and persona, as
many as are remembered."""

from collections import OrderedDict
from collections.abc import Iterable

from bots.errors import Unknown
from personas.cast import Cast
from personas.conversation import Conversation


class Hall:
    """All casts and conversations. Used from one event loop."""

    def __init__(self, casts: Iterable[Cast], *, default: str, language: str, window: int, sessions: int) -> None:
        """`casts` may speak everywhere. `default` is an id; "" means the first cast in `language`, or the first of all.

        Raises Unknown for a default that is not among the casts, or for no casts at all.
        """
        self._casts: dict[str, dict[str, Cast]] = {"": {cast.persona.id: cast for cast in casts}}
        if not default:
            everywhere = self._casts[""]
            fitting = [name for name, cast in everywhere.items() if cast.persona.language == language]
            default = next(iter(fitting or everywhere), "")
        self.default = self.cast(default)
        """Who speaks where nobody else was chosen."""
        self.window = window
        """Turns that a conversation begun from now on remembers."""
        self._limit = sessions
        self._sessions: OrderedDict[tuple[str, str], Conversation] = OrderedDict()

    def casts(self, server: str = "") -> tuple[Cast, ...]:
        """Every cast that may speak in a community, those of everybody first."""
        own = self._casts.get(server, {}) if server else {}
        return (*self._casts[""].values(), *own.values())

    def own(self) -> dict[tuple[str, str], Cast]:
        """The personas of single communities, by community and id."""
        return {(server, name): cast for server, casts in self._casts.items() if server for name, cast in casts.items()}

    def adopt(self, other: "Hall") -> None:
        """Let those of `other` speak, and nobody else; conversations go on, and begin as they do there."""
        self._casts = {"": {cast.persona.id: cast for cast in other.casts()}}
        for (server, _), cast in other.own().items():
            self.add(cast, server)
        self.default, self.window = other.default, other.window

    def cast(self, name: str, server: str = "") -> Cast:
        """The cast of a persona. Raises Unknown."""
        known = {cast.persona.id: cast for cast in self.casts(server)}
        if name not in known:
            raise Unknown("settings.unknown_persona", name=name, known=", ".join(known))
        return known[name]

    def add(self, cast: Cast, server: str) -> None:
        """Let `cast` speak in one community, in place of its own of that id."""
        self._casts.setdefault(server, {})[cast.persona.id] = cast

    def remove(self, name: str, server: str) -> bool:
        """Let one of a community's own personas speak no more; whether there was one. Those of everybody stay."""
        return bool(server) and self._casts.get(server, {}).pop(name, None) is not None

    def conversation(self, place: str, persona: str) -> Conversation:
        """The conversation with a persona in a place, begun where there is none; the one silent longest makes room."""
        key = (place, persona)
        conversation = self._sessions.pop(key, None) or Conversation(window=self.window)
        self._sessions[key] = conversation
        while len(self._sessions) > self._limit:
            self._sessions.popitem(last=False)
        return conversation

    def move(self, old: str, new: str) -> None:
        """A community has another key now: its own personas, and what was said in it as a place, follow. Who is there
        already stays."""
        theirs = self._casts.setdefault(new, {})
        for name, cast in self._casts.pop(old, {}).items():
            theirs.setdefault(name, cast)
        for place, persona in [key for key in self._sessions if key[0] == old]:
            conversation = self._sessions.pop((place, persona))
            self._sessions.setdefault((new, persona), conversation)

    def reset(self, place: str, persona: str) -> None:
        """Forget the conversation with a persona in a place."""
        self._sessions.pop((place, persona), None)
