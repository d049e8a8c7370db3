"""What holds where somebody is: the place's settings, who is spoken to, what was said, in which language we answer."""

from dataclasses import dataclass
from datetime import date

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
    stage: tuple[Cast, ...] = ()
    """Those who are on the stage together, or ()."""

    @property
    def allowed(self) -> bool:
        """Whether the persona may speak to everybody here."""
        return may_speak(self.cast, self.settings, adult=self.adult)

    @property
    def names(self) -> str:
        """Who is talked with: everybody on the stage."""
        return ", ".join(cast.persona.name for cast in self.stage or (self.cast,))


def may_speak(cast: Cast, settings: PlaceSettings, *, adult: bool) -> bool:
    """Whether a persona may speak to everybody in a place: not where it is for adults and minors may listen; `adult`:
    the platform lets only adults in."""
    return not cast.persona.mature or (adult and settings.profile != "minors")


def then(cast: Cast, settings: PlaceSettings) -> Cast:
    """A persona that lives at a moment, at the one set in a place where that is earlier. Who lives in no time stays."""
    return cast.at(date.fromisoformat(settings.moment)) if settings.moment and cast.persona.moment else cast


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
        if self._words:
            await self._words.ready(place.server)
        # From here on nothing is waited for: whoever holds on to the runtime at once has what goes with this cast.
        cast = then(self.speaker(caller.message.persona, place, settings), settings).towards(manner)
        stage = self.stage(place, settings)
        conversation = self._conversation(place, cast, stage)
        conversation.profile = settings.profile
        conversation.community = place.server
        conversation.scopes = place.scopes
        # A persona that speaks Korean is in a conversation in Korean, whatever the program speaks elsewhere.
        spoken = cast.persona.language if cast.persona.language in LANGUAGES else self._default_language
        language = caller.language or settings.language or spoken
        return Scene(
            settings=settings, cast=cast, conversation=conversation, language=language, adult=place.adult, stage=stage
        )

    def stage(self, place: Place, settings: PlaceSettings) -> tuple[Cast, ...]:
        """Those who are on the stage together there, or () where no two are; without whoever was there once and is no
        more, and whoever may not speak there."""
        known = {cast.persona.id: cast for cast in self.hall.casts(place.community)} if settings.scene else {}
        casts = [then(known[name], settings) for name in settings.scene if name in known]
        there = tuple(cast for cast in casts if may_speak(cast, settings, adult=place.adult))
        return there if len(there) > 1 else ()

    async def end(self, caller: Caller) -> None:
        """Nobody is on a stage any more where somebody is, also where one was set further out. Raises StoreBusy,
        StoreFailed."""
        place = caller.place
        person = caller.message.person if place.private else ""
        await self.places.change(place.conversation, person, scene=None)
        if (await self.places.of(place)).scene:
            await self.places.change(place.conversation, person, scene=())

    def _conversation(self, place: Place, cast: Cast, stage: tuple[Cast, ...]) -> Conversation:
        """The conversation with a persona, which on a stage the others there overhear."""
        own = self.hall.conversation(place.conversation, cast.persona.id)
        me = cast.persona.id
        others = [other for other in stage if other.persona.id != me] if me in _ids(stage) else []
        company = [(one.persona.name, self.hall.conversation(place.conversation, one.persona.id)) for one in others]
        own.among(cast.persona.name, company)
        return own

    def speaker(self, named: str, place: Place, settings: PlaceSettings) -> Cast:
        """Who is spoken to: the one named, or the one of the place, on a stage one of those there; whoever was there
        once and is no more, is not."""
        there = _ids(self.stage(place, settings))
        own = settings.persona if settings.persona in there or not there else there[0]
        for name in (named, own):
            if name:
                try:
                    return self.hall.cast(name, place.community)
                except Unknown:
                    continue
        return self.hall.default


def _ids(casts: tuple[Cast, ...]) -> list[str]:
    return [cast.persona.id for cast in casts]
