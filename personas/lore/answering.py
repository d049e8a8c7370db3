"""Where a source admits that nothing is known of what is asked, and lore answers it, the admission is left out."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from moderation.models.encoder import Encoder
from personas.knowledge.shelf import ADMISSION
from personas.lore.source import Lore
from personas.messages import Aside
from personas.occasion import Occasion
from personas.ranking import Ranking
from personas.recall import Source

_ANSWERS: Final[Mapping[str, float]] = {"en": 0.32, "ko": 0.25}
"""By language, the score from which on a text is taken to answer a question. Of eight questions each that four texts do
and do not answer, those found so are 8 and 3 in English, 7 and 2 in Korean."""


class Unless:
    """A `Source`: what another one says, without its admission where lore answers."""

    def __init__(self, inner: Source, lore: Lore, encoder: Encoder | None) -> None:
        self.name = inner.name
        self._inner = inner
        self._lore = lore
        self._encoder = encoder

    async def recall(self, occasion: Occasion) -> Sequence[Aside]:
        """See `personas.recall.Source`. Lore says the same however often it is asked in one turn."""
        asides = await self._inner.recall(occasion)
        if all(aside.origin != ADMISSION for aside in asides):
            return asides
        texts = [aside.text for aside in await self._lore.recall(occasion)]
        if not texts or not await asyncio.to_thread(self._answers, texts, occasion):
            return asides
        return [aside for aside in asides if aside.origin != ADMISSION]

    def _answers(self, texts: Sequence[str], occasion: Occasion) -> bool:
        best = Ranking(texts, self._encoder).find(occasion.part.said, most=1)
        return bool(best) and best[0].score >= _ANSWERS[occasion.cast.persona.language]
