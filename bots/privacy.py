"""What is kept of a person, for that person: to see, to take away, to have erased, to allow more with.

Everything here is about whoever asks, and that it is them, the platform vouches for; or an operator asks for them.
"""

import importlib.metadata
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from bots import worded
from bots.answers import NO, YES
from bots.cards import Card, Row, Tone
from bots.consent import MEMORY, WORDINGS, Choice, Consents, asked
from bots.errors import UsageError
from bots.memory_store import exported, forget, is_memory, of_person
from bots.reprints import wanted
from bots.state import Entry, State
from moderation.cases import GUARD, CaseState, ReviewStep
from moderation.reasons import EDIT
from moderation.records import Decision, Exchange, Objection, Stage
from moderation.stores import Store
from moderation.words import DEFAULT_LANGUAGE, catalogue

_FORMAT: Final = 2


def _name_and_version() -> str:
    try:
        return f"talchum {importlib.metadata.version('talchum')}"
    except importlib.metadata.PackageNotFoundError:  # started from a folder of sources
        return "talchum"


_GENERATOR: Final = _name_and_version()
"""What wrote the words of personas that are kept."""


def erases(words: list[str]) -> bool:
    """Whether what is typed behind `/privacy` has everything of a person erased."""
    return words[:-1] == ["erase"] and words[-1].lower() in YES


class PrivacyCommands:
    """`/privacy` over the two places where something is kept of people. As concurrent as they are.

    All methods raise StoreBusy and StoreFailed. `language` is the one of a card; "": the usual one.
    """

    def __init__(
        self,
        store: Store,
        state: State,
        *,
        clock: Callable[[], datetime],
        lasting: State | None = None,
        language: str = DEFAULT_LANGUAGE,
        theirs: bool = False,
    ) -> None:
        """`clock` gives aware times in UTC. `lasting` is where memories and consents are, where that is not `state`.
        `theirs` is whether an operator reads the cards, not the person."""
        self._store = store
        self._states = (state,) if lasting is None or lasting is state else (state, lasting)
        self._lasting = self._states[-1]
        self._consents = Consents(self._lasting, clock)
        self._clock = clock
        self._language = language
        self._theirs = theirs

    async def run(self, words: list[str], *, person: str, platform: str, language: str = "") -> Card:
        """show | export | erase [yes] | consent [KIND yes|no | no]: nothing is erased before the yes. Raises
        UsageError."""
        match words or ["show"]:
            case ["show"]:
                return await self.show(person, platform, language=language)
            case ["export"]:
                file = await self.export(person, platform, language=language)
                return Card(title=self._say("export_done", language), file=file, file_name="talchum.json")
            case ["erase"]:
                return Card(title=self._say("erase_sure", language), hint=self._say("erase_yes", language))
            case _ if erases(words):
                return await self.erase(person, platform, language=language)
            case ["consent"]:
                return await self.consents(person, platform, language=language)
            case ["consent", no] if no.lower() in NO:
                standing = await self._consents.standing(platform, person)
                kinds = [kind for kind in WORDINGS if kind in standing and standing[kind].granted]
                return await self.decide(person, platform, kinds, granted=False, language=language)
            case ["consent", kind, choice] if kind in WORDINGS and choice.lower() in YES | NO:
                return await self.decide(person, platform, [kind], granted=choice.lower() in YES, language=language)
            case _:
                raise UsageError("commands.usage", usage=self._say("usage", language))

    async def show(self, person: str, platform: str, *, language: str = "") -> Card:
        """How much is kept, why, what it is used for, and what can be done about it. No text of anybody's."""
        exchanges = await self._store.of_person(person, platform=platform)
        waiting = sum(exchange.case.state is not CaseState.CLOSED for exchange in exchanges)
        entries = len(await self._entries(person)) + len(await self._counts(person))
        memories = len(await of_person(self._lasting, person))
        standing = await self._consents.standing(platform, person)
        texts = (
            ("exchanges", self._say("exchanges_text", language, count=len(exchanges), open=waiting)),
            ("memories", self._say("memories_text", language, count=memories)),
            ("entries", self._say("entries_text", language, count=entries)),
            ("consent", " · ".join(self._stands(kind, standing, language) for kind in WORDINGS)),
            ("why", self._say("why_text", language)),
        )
        return Card(
            title=self._say("title", language),
            rows=tuple(Row(label=self._say(label, language), text=text) for label, text in texts),
            hint=self._say("hint", language),
        )

    async def export(self, person: str, platform: str, *, language: str = "") -> bytes:
        """Everything kept of a person as one JSON object in UTF-8:

        - `format` 2, `at` (when), `platform`, `person`
        - `ai_generated` true and `generator`: drafts and what was shown are a machine's; `notice` says so to people
        - `exchanges`, oldest first: `id`, `at`, `server`, `conversation`, `message`, `persona`, `persona_version`,
          `model`, `policy`, `language`, `said`, `state`, `ruling` (null: none), `outcome` and `shown` (null while
          under way), `objections`, `reviews`
        - `objections`: `at`, `stage`, `rules` (each with its `decision`), `text`, and `comment` where it is the
          person's own report. `text` is null where it was never shown to anybody: what the guard blocked is the
          machine's, not theirs, and does not become showable by being asked for.
        - `reviews`: `at` and `step` (`not_there`: nothing was taken down). Who took it and notes are the moderators'.
        - `memories` of personas, the newest first: `id`, `where`, `persona`, `kind`, `text`, `slot`, `value`, `at`,
          `source` (the message that says it), `asked` (for it to be remembered), `ended` (when something newer took its
          place; null: it holds), `used` (when it was told last), `until`
        - `entries` of the state: `kind`, `key`, `value` (`bots.worded.told`), `until` (null: kept)
        - `counters` of the state by key
        - `consents`, oldest first: `consent` (which), `granted`, `at`, `wording` (version of the words), `asked` (the
          words as they are now)

        Times are ISO 8601.
        """
        exchanges = await self._store.of_person(person, platform=platform)
        entries = await self._entries(person)
        everything = {
            "format": _FORMAT,
            "at": self._clock().isoformat(),
            "platform": platform,
            "person": person,
            "ai_generated": True,
            "generator": _GENERATOR,
            "notice": self._say("export_notice", language),
            "exchanges": [_exchange(exchange, person) for exchange in exchanges],
            "memories": [exported(memory) for memory in await of_person(self._lasting, person)],
            "entries": [_entry(entry) for entry in entries],
            "counters": await self._counts(person),
            "consents": [_consent(choice, language) for choice in await self._consents.history(platform, person)],
        }
        # A lone surrogate, which UTF-8 cannot hold, becomes its escape in JSON.
        return json.dumps(everything, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")

    async def erase(self, person: str, platform: str, *, language: str = "") -> Card:
        """Erase everything kept of a person, their consent too. Where it fails halfway it can be asked for again.
        The cards of moderators on which something of it stands are written anew by whoever reaches them."""
        touched = await self._store.of_person(person, platform=platform)
        await wanted(self._states[0], touched, self._clock())  # before, too: afterwards nobody knows which they were
        exchanges = await self._store.erase(person, platform=platform)
        await wanted(self._states[0], touched, self._clock())
        memories = await forget(self._lasting, person)
        entries = memories + sum([await state.erase(person) for state in self._states])
        if not exchanges and not entries:
            nothing = self._say("erase_nothing", language, person=person)
            return Card(title=nothing, hint=self._say("erase_hint", language))
        title = self._say("erase_done", language, exchanges=exchanges, entries=entries)
        return Card(title=title, hint=self._say("erase_hint", language), tone=Tone.GOOD)

    async def consents(self, person: str, platform: str, *, language: str = "") -> Card:
        """What the person is asked to allow, and how that stands."""
        standing = await self._consents.standing(platform, person)
        spoken = language or self._language
        rows = tuple(Row(label=self._stands(kind, standing, language), text=asked(kind, spoken)) for kind in WORDINGS)
        say = catalogue("bots").say
        return Card(title=say("consent.title", spoken), rows=rows, hint=say("consent.hint", spoken))

    async def decide(
        self, person: str, platform: str, kinds: Sequence[str], *, granted: bool, language: str = ""
    ) -> Card:
        """Write down a yes or no to each of `kinds`."""
        spoken = language or self._language
        for kind in kinds:
            await self._consents.decide(platform, person, kind, granted=granted, language=spoken)
        if MEMORY in kinds and not granted:  # what was kept with that yes goes with it
            await forget(self._lasting, person)
        card = await self.consents(person, platform, language=language)
        title = catalogue("bots").say("consent.granted" if granted else "consent.revoked", spoken)
        return replace(card, title=title, tone=Tone.GOOD)

    async def _entries(self, person: str) -> Sequence[Entry]:
        """What the states have of a person, memories apart."""
        found = [entry for state in self._states for entry in await state.of_person(person)]
        return [entry for entry in found if not is_memory(entry)]

    async def _counts(self, person: str) -> Mapping[str, int]:
        """Every counter of a person."""
        return {key: count for state in self._states for key, count in (await state.counts_of(person)).items()}

    def _stands(self, kind: str, standing: Mapping[str, Choice], language: str) -> str:
        choice = standing.get(kind)
        key = "no" if choice is None or not choice.granted else "yes" if choice.holds else "outdated"
        day = choice.at.date().isoformat() if choice else ""
        return f"{self._word(f'consent.name_{kind}', language)}: {self._word(f'consent.{key}', language, day=day)}"

    def _say(self, key: str, language: str, **fields: object) -> str:
        return self._word(f"privacy.{key}", language, **fields)

    def _word(self, key: str, language: str, **fields: object) -> str:
        """What is said to the person; to an operator, where that says "you", what is said of them."""
        words = catalogue("bots")
        of_them = f"{key}_theirs"
        return words.say(of_them if self._theirs and of_them in words else key, language or self._language, **fields)


def _consent(choice: Choice, language: str) -> dict[str, object]:
    return {
        "consent": choice.consent,
        "granted": choice.granted,
        "at": choice.at.isoformat(),
        "wording": choice.wording,
        "asked": asked(choice.consent, language or DEFAULT_LANGUAGE) if choice.consent in WORDINGS else "",
    }


def _entry(entry: Entry) -> dict[str, object]:
    until = entry.until.isoformat() if entry.until else None
    return {"kind": entry.kind, "key": entry.key, "value": worded.told(entry), "until": until}


def _exchange(exchange: Exchange, person: str) -> dict[str, object]:
    opening, closing = exchange.opening, exchange.closing
    return {
        "id": exchange.id,
        "at": opening.at.isoformat(),
        "server": opening.origin.server,
        "conversation": opening.origin.conversation,
        "message": opening.origin.message,
        "persona": opening.persona,
        "persona_version": opening.persona_version,
        "model": opening.model,
        "policy": opening.policy,
        "language": opening.language,
        "said": opening.said,
        "state": exchange.case.state.value,
        "ruling": exchange.case.ruling and exchange.case.ruling.value,
        "outcome": closing.outcome.value if closing else None,
        "shown": closing.shown if closing else None,
        "objections": [_objection(objection, person) for objection in exchange.objections],
        "reviews": [
            {"at": review.at.isoformat(), "step": review.step.value}
            for review in exchange.case.reviews
            if review.actor != GUARD.name or review.step is ReviewStep.NOT_THERE
        ],
    }


def _objection(objection: Objection, person: str) -> dict[str, object]:
    hidden = any(found.filter == EDIT for found in objection.findings)  # a moderator's words
    blocked = any(finding.decision is Decision.BLOCK for finding in objection.findings)
    told: dict[str, object] = {
        "at": objection.at.isoformat(),
        "stage": objection.stage.value,
        "rules": [{"rule": found.rule, "decision": found.decision.name} for found in objection.findings],
        "text": None if hidden or (blocked and objection.stage is not Stage.INPUT) else objection.text,
    }
    if objection.by == person:
        told["comment"] = " ".join(worded.unmarked(found.detail) for found in objection.findings)
    return told
