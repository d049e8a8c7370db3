"""A persona made ready to speak: every line its author wrote, and every fixed word of ours, cleared by the guard."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from moderation.filters.crisis import crisis_words, load_resources
from moderation.guard import Guard
from moderation.holdback import Terms
from moderation.records import Brief, Candidate, Decision, Stage
from moderation.shingles import shingles
from moderation.words import LANGUAGES, catalogue
from personas.errors import PersonaFileError
from personas.messages import Passage, PassageKind
from personas.persona import Persona
from personas.prompting import policy_layer

FIXED_WORDS = (
    "safe",
    "failed",
    "withheld",
    "deflect_injection",
    "empty_message",
    "too_long_message",
    "withdrawn",
)
"""Keys of `words/runtime.toml` that a reply may show."""
CRISIS = "crisis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A persona with all it may say without a model. Immutable; shared by every conversation with the persona."""

    persona: Persona
    brief: Brief
    terms: Terms
    """What must not appear, not even in mid-sentence."""
    canary: str
    greetings: tuple[Passage, ...]
    disclosure: Passage
    fallbacks: tuple[Passage, ...]
    failures: tuple[Passage, ...]
    words: Mapping[str, Passage]
    """Fixed words of ours by key, in the persona's language."""

    def brief_for(self, people: tuple[str, ...]) -> Brief:
        """What filters may know, with the people who take part right now."""
        return replace(self.brief, people=people)


async def prepare(persona: Persona, guard: Guard, *, canary: str, secrets: Iterable[str] = ()) -> Cast:
    """Clear everything `persona` may say without a model.

    `canary` is a random token that goes into the prompt and must never come out; `secrets` are further texts of which
    no part may. Raises PersonaFileError where the guard blocks a line: file, key, and the rule it broke.
    """
    hidden = (policy_layer(persona, canary), *secrets)
    brief = Brief(
        persona=persona.id,
        name=persona.name,
        language=persona.language,
        registers=persona.registers,
        moment=persona.moment,
        taboos=persona.taboos,
        secrets=frozenset().union(*map(shingles, hidden)),
    )
    desk = _Clearing(guard, persona, brief)
    return Cast(
        persona=persona,
        brief=brief,
        terms=Terms.of_texts(hidden, exact=[canary]),
        canary=canary,
        greetings=await desk.lines("greetings", persona.greetings, PassageKind.GREETING),
        disclosure=(await desk.lines("disclosure", (persona.disclosure,), PassageKind.DISCLOSURE, disclosed=True))[0],
        fallbacks=await desk.lines("fallbacks", persona.fallbacks, PassageKind.FALLBACK),
        failures=await desk.lines("failures", persona.failures, PassageKind.FALLBACK),
        words=await desk.words(),
    )


class _Clearing:
    def __init__(self, guard: Guard, persona: Persona, brief: Brief) -> None:
        self._guard = guard
        self._persona = persona
        self._brief = brief

    async def lines(
        self, key: str, texts: tuple[str, ...], kind: PassageKind, *, disclosed: bool = False
    ) -> tuple[Passage, ...]:
        """Lines of the author, judged as the persona's own replies."""
        passages = []
        for number, text in enumerate(texts):
            candidate = Candidate(stage=Stage.WHOLE, text=text, brief=self._brief, disclosed=disclosed)
            passages.append(await self._cleared(f"{key}.{number}", candidate, kind))
        return tuple(passages)

    async def words(self) -> dict[str, Passage]:
        """Our own words: plain, in no register of the persona's, and honest about what speaks."""
        language = self._persona.language if self._persona.language in LANGUAGES else LANGUAGES[0]
        texts = {key: catalogue("personas").say(f"runtime.{key}", language) for key in FIXED_WORDS}
        texts[CRISIS] = crisis_words(language, load_resources())
        plain = Brief(language=language)
        return {
            key: await self._cleared(
                f"words.{key}",
                Candidate(stage=Stage.WHOLE, text=text, brief=plain, disclosed=True),
                PassageKind.SAFE,
            )
            for key, text in texts.items()
        }

    async def _cleared(self, key: str, candidate: Candidate, kind: PassageKind) -> Passage:
        verdict = await self._guard.judge(candidate)
        if verdict.decision is Decision.BLOCK:
            rules = ", ".join(sorted({finding.rule for finding in verdict.objections}))
            raise PersonaFileError("cast.blocked_line", file=self._persona.id, key=key, rules=rules)
        return Passage.cleared(candidate, verdict, kind=kind)


def clean(text: str) -> str:
    """`text` as it goes to a model and to the guard: no lone surrogates, no controls but line breaks and tabs.

    Format characters (joiners, marks of direction) stay: languages need them, and the guard folds them by itself.
    """
    kept = (
        "\ufffd" if "\ud800" <= char <= "\udfff" else char
        for char in text.replace("\r\n", "\n").replace("\r", "\n")
        if char in "\n\t" or unicodedata.category(char) != "Cc"
    )
    return "".join(kept)
