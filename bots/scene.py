"""What holds where somebody is: the place's settings, who is spoken to, what was said, in which language we answer."""

from dataclasses import dataclass

from bots.errors import Unknown
from bots.hall import Hall
from bots.manners import Manners
from bots.own_words import OwnWords
from bots.places import Place, Places, PlaceSettings
from bots.platform import Caller
from moderation.words import LANGUAGES
from personas.cast import Cast
from personas.conversation import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One caller's surroundings."""

    settings: PlaceSettings
    cast: Cast
    conversation: Conversation
    language: str
    """Of Talchum's own words here."""
    adult: bool
    """Only adults are let in."""

    @property
    def allowed(self) -> bool:
        """Whether the persona may speak to everybody here: not where it is for adults and minors may listen."""
        return not self.cast.persona.mature or (self.adult and self.settings.profile != "minors")


class Scenes:
    """Scenes of one hall. Used from one event loop."""

    def __init__(
        self, hall: Hall, places: Places, manners: Manners, *, language: str, words: OwnWords | None = None
    ) -> None:
        """`language` is spoken where neither a person nor a place has one; `words` are those of communities."""
        self.manners = manners
        self._words = words
        self.hall = hall
        self.places = places
        self._default_language = language

    async def of(self, caller: Caller) -> Scene:
        """The scene of a caller."""
        place = caller.place
        settings = await self.places.of(place)
        manner = await self.manners.towards(caller.message.person, settings)
        cast = self.speaker(caller.message.persona, place, settings).towards(manner)
        conversation = self.hall.conversation(place.conversation, cast.persona.id)
        conversation.profile = settings.profile
        conversation.community = place.server
        conversation.scopes = place.scopes
        if self._words:
            await self._words.ready(place.server)
        # A persona that speaks Korean is in a conversation in Korean, whatever the program speaks elsewhere.
        spoken = cast.persona.language if cast.persona.language in LANGUAGES else self._default_language
        language = caller.language or settings.language or spoken
        return Scene(settings=settings, cast=cast, conversation=conversation, language=language, adult=place.adult)

    def speaker(self, named: str, place: Place, settings: PlaceSettings) -> Cast:
        """Who is spoken to: the one named, or the one of the place; whoever was there once and is no more, is not."""
        for name in (named, settings.persona):
            if name:
                try:
                    return self.hall.cast(name, place.community)
                except Unknown:
                    continue
        return self.hall.default
