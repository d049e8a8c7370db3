"""The ledger of what people allow."""

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import datetime

import pytest

from bots import consent
from bots.consent import MEMORY, SAMPLES, TRAINING, WORDINGS, Consents, asked
from bots.state import Line
from bots.state.memory import MemoryState
from moderation.words import LANGUAGES
from tests.support.exchanges import NOON

ANN = ("discord", "discord:user:1")
BEN = ("discord", "discord:user:2")


@pytest.fixture
def state() -> MemoryState:
    return MemoryState(clock=lambda: NOON)


@pytest.fixture
def ledger(state: MemoryState) -> Consents:
    return Consents(state, lambda: NOON)


async def test_without_a_yes_it_is_no(ledger: Consents) -> None:
    assert [await ledger.consented(*ANN, kind) for kind in WORDINGS] == [False] * 3

    await ledger.decide(*ANN, TRAINING, granted=True)

    assert [await ledger.consented(*ANN, kind) for kind in (TRAINING, SAMPLES, MEMORY)] == [True, False, False]
    assert not await ledger.consented(*BEN, TRAINING)
    assert not await ledger.consented("telegram", ANN[1], TRAINING)
    assert not await ledger.consented("discord", "", TRAINING)
    assert not await ledger.consented(*ANN, "astrology")


async def test_the_last_word_counts_and_every_word_stays(ledger: Consents) -> None:
    for granted in (True, False, True, False):
        await ledger.decide(*ANN, MEMORY, granted=granted)

    assert not await ledger.consented(*ANN, MEMORY)
    assert [choice.granted for choice in await ledger.history(*ANN)] == [True, False, True, False]
    assert await ledger.counts() == Counter({(MEMORY, True): 2, (MEMORY, False): 2})


async def test_a_yes_to_other_words_is_none(ledger: Consents, state: MemoryState) -> None:
    await ledger.decide(*ANN, SAMPLES, granted=True)
    [line] = await state.lines("consent")
    for wording in (WORDINGS[SAMPLES] - 1, "1", None):
        await state.append(replace(line, value={**line.value, "wording": wording}))
        assert not await ledger.consented(*ANN, SAMPLES)


@pytest.mark.parametrize("granted", [None, "true", 1, "yes", {}])
async def test_only_a_yes_is_a_yes(ledger: Consents, state: MemoryState, granted: object) -> None:
    value = {"consent": MEMORY, "granted": granted, "wording": 1, "platform": "discord"}
    await state.append(Line(kind="consent", at=NOON, value=value, person=ANN[1]))

    assert not await ledger.consented(*ANN, MEMORY)


async def test_who_is_erased_allows_nothing_and_stays_counted(ledger: Consents, state: MemoryState) -> None:
    await ledger.decide(*ANN, MEMORY, granted=True)
    await ledger.decide(*BEN, MEMORY, granted=True)

    await state.erase(ANN[1])

    assert not await ledger.consented(*ANN, MEMORY)
    assert not await ledger.consented("discord", "", MEMORY), "nobody inherits what they allowed"
    assert await ledger.history(*ANN) == ()
    assert [choice.person for choice in await ledger.everybody()] == [BEN[1]]
    assert await ledger.counts() == Counter({(MEMORY, True): 2})
    assert ANN[1] not in str(await state.lines("consent"))
    assert [line.at for line in await state.lines("consent")] == [NOON.replace(day=1, hour=0), NOON]


async def test_everybody_is_listed_with_what_they_said_last(ledger: Consents) -> None:
    for granted in (True, False):
        await ledger.decide(*ANN, MEMORY, granted=granted)
    await ledger.decide(*ANN, TRAINING, granted=True)

    found = {(choice.person, choice.consent): choice.granted for choice in await ledger.everybody()}

    assert found == {(ANN[1], MEMORY): False, (ANN[1], TRAINING): True}


async def test_it_is_written_down_when_and_in_which_language(ledger: Consents, state: MemoryState) -> None:
    await ledger.decide(*ANN, TRAINING, granted=True, language="ko")

    [line] = await state.lines("consent", person=ANN[1])
    assert (line.at, line.value["language"], line.value["wording"]) == (NOON, "ko", WORDINGS[TRAINING])
    assert isinstance(line.at, datetime)


DIGESTS = {
    (TRAINING, 1): "e3265ee2747c",
    (SAMPLES, 1): "b65be59f8379",
    (MEMORY, 2): "dd0942605c8a",
}


@pytest.mark.parametrize("kind", WORDINGS)
def test_whoever_changes_what_people_are_asked_says_whether_it_means_something_else(kind: str) -> None:
    """Where it does, raise the version in WORDINGS and add its digest; where not, replace the digest."""
    words = "\n".join(asked(kind, language) for language in LANGUAGES)

    assert DIGESTS[kind, WORDINGS[kind]] == hashlib.sha256(words.encode()).hexdigest()[:12]
    assert set(WORDINGS) == {getattr(consent, name) for name in ("TRAINING", "SAMPLES", "MEMORY")}
