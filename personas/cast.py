"""A persona made ready to speak: every line its author wrote, and every fixed word of ours, cleared by the guard."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from moderation.filters.character.claims import SLOTS
from moderation.filters.crisis import crisis_words, load_resources
from moderation.filters.privacy import lore
from moderation.guard import GUARD, Guard
from moderation.holdback import Terms
from moderation.language import language_of
from moderation.records import Beyond, Brief, Candidate, Decision, Known, Stage, Verdict
from moderation.shingles import exactly, letter_runs, shingles
from moderation.words import DEFAULT_LANGUAGE, LANGUAGES, catalogue
from personas.errors import PersonaFileError
from personas.extras import POST_HISTORY
from personas.manners import Manner
from personas.messages import Passage, PassageKind
from personas.persona import Demonstration, Persona
from personas.prompting import MINORS, policy_layers
from personas.sentences import SentenceSplitter

FIXED_WORDS = (
    "safe", "failed", "withheld", "held", "not_shown", "wordless", "empty_message", "too_long_message",
)  # fmt: skip
"""Keys of `words/runtime.toml` that a reply may show."""
CRISIS = "crisis"
_PATIENCE = 5
"""How often a line is judged again when a filter was late."""
_SINGLE: Final = frozenset({"name", "tagline", "disclosure"})
"""Keys of a file that have one line."""
_FAILED: Final = frozenset(f"{GUARD}.{how}" for how in ("raised", "late", "full", "silent"))
"""What the guard says of a filter that gave no judgement."""


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
    wordless: tuple[Passage, ...]
    words: Mapping[str, Passage]
    """Fixed words of ours by key, in the persona's language."""
    tongues: Mapping[str, Mapping[str, Passage]]
    """The same by language, for what somebody reads in theirs, whatever the persona speaks."""
    manner: Manner = Manner()  # noqa: RUF009 - frozen
    """How whoever is answered is spoken to."""

    def towards(self, manner: Manner) -> "Cast":
        """The same where listeners are spoken to in that manner: the guard then wants the speech level it means."""
        if manner == Manner():
            return self
        level = manner.level(self.persona)
        meant = level and (manner.audience or manner.register == level)
        brief = replace(self.brief, registers=(level,)) if meant else self.brief
        return replace(self, manner=manner, brief=brief)

    def at(self, moment: date | None) -> "Cast":
        """The same at an earlier moment, where one is given: persona and guard know what was known by then."""
        persona = self.persona if moment is None else self.persona.at(moment)
        if persona is self.persona:
            return self
        then = brief_of(persona)
        brief = replace(self.brief, moment=then.moment, told=then.told, facts=then.facts, beyond=then.beyond)
        return replace(self, persona=persona, brief=brief)

    def plain(self, key: str, said: str) -> Passage:
        """Fixed words of ours in the language of whoever wrote `said`; in the persona's where that is none of ours."""
        spoken = language_of(said, unknown=self.persona.language)
        return self.tongues.get(spoken, self.words)[key]

    def help_for(self, said: str) -> Passage:
        """Where to find help, as `plain`."""
        return self.plain(CRISIS, said)

    def help_language(self, said: str) -> str:
        """The language of that: en, ko."""
        spoken = (language_of(said, unknown=self.persona.language), self.persona.language)
        return next((language for language in spoken if language in LANGUAGES), DEFAULT_LANGUAGE)

    def brief_for(self, people: tuple[str, ...], *, profile: str = "", community: str = "") -> Brief:
        """What filters may know, with the people who take part right now, how careful to be with them, and whose own
        words hold."""
        return replace(self.brief, people=people, profile=profile, community=community)


async def fixed_words(guard: Guard) -> dict[str, dict[str, Passage]]:
    """Our own words by language and key, cleared for every listener: plain, in no persona's register, honest about
    what speaks.

    Raises PersonaFileError where the guard blocks one: with a policy under which a crisis cannot be answered, nothing
    must start.
    """
    resources = await asyncio.to_thread(load_resources)
    words: dict[str, dict[str, Passage]] = {}
    for language in LANGUAGES:
        texts = {key: catalogue("personas").say(f"runtime.{key}", language) for key in FIXED_WORDS}
        texts[CRISIS] = crisis_words(language, resources)
        words[language] = {}
        brief = Brief(language=language, profile=_strictest(guard))
        candidates = [Candidate(stage=Stage.WHOLE, text=text, brief=brief, disclosed=True) for text in texts.values()]
        verdicts = await _patiently(guard, candidates)
        for key, candidate, verdict in zip(texts, candidates, verdicts, strict=True):
            if verdict.decision is Decision.BLOCK:
                raise _refused("runtime", key, _rules(verdict))
            words[language][key] = Passage.cleared(candidate, verdict, kind=PassageKind.SAFE)
    return words


async def prepare(
    persona: Persona,
    guard: Guard,
    words: Mapping[str, Mapping[str, Passage]],
    *,
    canary: str,
    secrets: Iterable[str] = (),
) -> Cast:
    """Clear everything the author of `persona` wrote to be said without a model: for minors too, unless it is for
    adults only.

    `words` are the `fixed_words`, `canary` is a random token that goes into the prompt and must never come out,
    `secrets` are further texts of which no part may. Raises PersonaFileError where the guard blocks a line: file, key,
    and the rule it broke.
    """
    hidden = (*policy_layers(persona, canary), *secrets)
    brief = replace(
        brief_of(persona), secrets=frozenset().union(*map(shingles, hidden), *map(letter_runs, hidden), exactly(canary))
    )
    lines, blocked = await _judged(persona, guard, brief)
    if blocked:
        key, rules = blocked[0]
        raise _refused(persona.file or persona.id, key, rules)
    return Cast(
        persona=persona,
        brief=brief,
        terms=Terms.of_texts(hidden, exact=[canary]),
        canary=canary,
        greetings=lines["greetings"],
        disclosure=lines["disclosure"][0],
        fallbacks=lines["fallbacks"],
        failures=lines["failures"],
        wordless=lines["wordless"],
        words=words.get(persona.language, words[DEFAULT_LANGUAGE]),
        tongues=words,
    )


async def blocked_lines(persona: Persona, guard: Guard) -> list[tuple[str, str]]:
    """The lines of the author that `guard` does not let through: key and broken rules."""
    _, blocked = await _judged(persona, guard, brief_of(persona))
    return blocked


async def blocked_examples(persona: Persona, guard: Guard) -> list[tuple[str, str]]:
    """The example replies of the author that `guard` would not let through as answers: key and broken rules. A model
    that is shown them learns to say what is withheld."""
    brief = brief_of(persona)
    shown = [(f"demonstrations.{number}.reply", each) for number, each in enumerate(persona.demonstrations, 1)]
    shown += [(f"held_out.{number}.reply", each) for number, each in enumerate(persona.held_out, 1)]
    judged = [(key, candidate) for key, each in shown for candidate in _as_said(each, brief)]
    verdicts = await _patiently(guard, [candidate for _, candidate in judged])
    blocked: dict[str, str] = {}
    for (key, _), verdict in zip(judged, verdicts, strict=True):
        if verdict.decision is Decision.BLOCK:
            blocked.setdefault(key, _rules(verdict))
    return list(blocked.items())


def _as_said(example: Demonstration, brief: Brief) -> Iterator[Candidate]:
    """An example as a reply is judged: as a whole, and sentence by sentence."""
    yield Candidate(stage=Stage.WHOLE, text=example.reply, said=example.user, brief=brief)
    splitter, shown = SentenceSplitter(), ""
    for piece in (*splitter.feed(example.reply), *splitter.finish()):
        if piece.strip():
            yield Candidate(stage=Stage.PIECE, text=piece, shown=shown, said=example.user, brief=brief)
        shown += piece


def brief_of(persona: Persona) -> Brief:
    """What filters may know of `persona`."""
    return Brief(
        persona=persona.id,
        name=persona.name,
        language=persona.language,
        registers=persona.registers,
        moment=persona.moment,
        world=persona.world,
        told=persona.told,
        facts=tuple(Known(slot=fact.slot, values=fact.values) for fact in persona.known if fact.slot and fact.values),
        beyond=tuple(_beyond(persona)),
        taboos=persona.taboos,
        lore=lore(_written(persona)),
    )


def _beyond(persona: Persona) -> Iterator[Beyond]:
    """What the persona must not know, where it has a name."""
    for fact in persona.unknown:
        if names := tuple(dict.fromkeys((*fact.names, *(() if fact.slot in SLOTS else fact.values)))):
            yield Beyond(id=fact.id, names=names, since=fact.since if fact.witness else None)


def _written(persona: Persona) -> Iterator[str]:
    """All that its author tells of a persona's world."""
    yield from (persona.description, persona.voice, persona.scenario, *persona.lines)
    yield persona.extra.get(POST_HISTORY, "")
    yield from (fact.text for fact in persona.facts)
    yield from (part for person in persona.relations for part in (person.name, person.text))
    yield from (part for shown in persona.demonstrations for part in (shown.scene, shown.user, shown.reply))


async def _judged(
    persona: Persona, guard: Guard, brief: Brief
) -> tuple[dict[str, tuple[Passage, ...]], list[tuple[str, str]]]:
    """Every line of the author that may be said as it is: passages by key, and what is blocked with its rules."""
    brief = brief if persona.mature else replace(brief, profile=_strictest(guard))
    texts = {
        "name": ((persona.name,), PassageKind.GREETING),
        "tagline": ((persona.tagline,) if persona.tagline else (), PassageKind.GREETING),
        "greetings": (persona.greetings, PassageKind.GREETING),
        "disclosure": ((persona.disclosure,), PassageKind.DISCLOSURE),
        "fallbacks": (persona.fallbacks, PassageKind.FALLBACK),
        "failures": (persona.failures, PassageKind.FALLBACK),
        "wordless": (persona.wordless, PassageKind.FALLBACK),
    }
    passages: dict[str, tuple[Passage, ...]] = {}
    blocked = []
    for key, (lines, kind) in texts.items():
        passages[key] = ()
        # In the line that discloses, saying what one is is not out of character.
        honest = kind is PassageKind.DISCLOSURE
        candidates = [Candidate(stage=Stage.WHOLE, text=text, brief=brief, disclosed=honest) for text in lines]
        verdicts = await _patiently(guard, candidates)
        for number, (candidate, verdict) in enumerate(zip(candidates, verdicts, strict=True), start=1):
            if verdict.decision is Decision.BLOCK:
                blocked.append((_key(persona, key, number), _rules(verdict)))
            else:
                passages[key] += (Passage.cleared(candidate, verdict, kind=kind),)
    return passages, blocked


def _key(persona: Persona, key: str, number: int) -> str:
    """Where a line stands in the file: the first of the description is the tagline where there is no other."""
    if key == "tagline" and persona.description.startswith(persona.tagline):
        return "description"
    return key if key in _SINGLE else f"{key}.{number}"


def _strictest(guard: Guard) -> str:
    """The profile under which a line is judged that anybody may read: that for minors, where the policy has any."""
    return MINORS if guard.policy.covers(MINORS) else ""


async def _patiently(guard: Guard, candidates: Sequence[Candidate]) -> list[Verdict]:
    """The verdicts on lines that nobody waits for, all at once, since a filter may ask a service: on a busy machine one
    may be late, which is no judgement, and these are judged again one by one."""
    verdicts = await asyncio.gather(*map(guard.judge, candidates))
    for number, candidate in enumerate(candidates):
        for _ in range(_PATIENCE):
            if not any(finding.rule == f"{GUARD}.late" for finding in verdicts[number].findings):
                break
            verdicts[number] = await guard.judge(candidate)
    return verdicts


def _refused(file: str, key: str, rules: str) -> PersonaFileError:
    """What keeps a line from being said. Where it is a filter that failed, writing it differently is no help."""
    failed = set(rules.split(", ")) <= _FAILED
    return PersonaFileError("cast.unjudged_line" if failed else "cast.blocked_line", file=file, key=key, rules=rules)


def _rules(verdict: Verdict) -> str:
    return ", ".join(sorted({finding.rule for finding in verdict.objections}))
