"""Who else is on the stage: told to the model where several personas speak in one place."""

from collections.abc import Sequence

from moderation.words import catalogue
from personas.messages import Aside
from personas.occasion import Occasion
from personas.prompting import speaker

_WEIGHT = 1_000.0
"""A model that does not know who else speaks answers for them: all else goes first."""


class Company:
    """See `Source`. Knows names, and nothing else of anybody."""

    name = "company"

    async def recall(self, occasion: Occasion) -> Sequence[Aside]:
        """That the others are there, where there are any."""
        persona = occasion.cast.persona
        names = [speaker(name, persona) for name in occasion.conversation.company]
        if not names:
            return ()
        said = catalogue("personas").say("stage.company", persona.language, name=persona.name, names=", ".join(names))
        return (Aside(text=said, origin="company", weight=_WEIGHT),)
