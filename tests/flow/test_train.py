"""`talchum train --with-decisions` as people type it: what is missing is told before anything is trained."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import cast

import click
import pytest
from click.testing import CliRunner

from bots.__main__ import build
from bots.config import DATA_VARIABLE
from bots.parts import new_id, utc_now
from bots.privacy import PrivacyCommands
from bots.state.sqlite import SqliteState
from moderation.bench.functional import FOLDER
from moderation.stores.sqlite import SqliteStore
from moderation.words import LANGUAGES, Explained
from tests.support.decided import fill, scored
from tests.support.keys import keys_beside

Typed = Callable[..., Explained]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """What is refused."""
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def start(*words: str) -> Explained:
        command = cast(click.Command, build("en"))
        done = CliRunner().invoke(command, ["train", "--data", ".", "--out", "out", "--with-decisions", *words])
        assert isinstance(done.exception, Explained), done.output
        return done.exception

    return start


def keep(folder: Path, *, agreed: bool) -> None:
    async def work() -> None:
        file, keys = folder / "talchum.db", keys_beside(folder / "talchum.db")
        store = await asyncio.to_thread(SqliteStore.at, file, keys=keys, clock=utc_now, ids=new_id)
        state = await asyncio.to_thread(SqliteState.at, folder / "state.db", keys=keys, clock=utc_now)
        await fill(store, [(scored("toxicity.insult", 0.9, version="v1"), False)] * 3, person="mina")
        if agreed:
            await PrivacyCommands(store, state, clock=utc_now).run(
                ["consent", "training", "yes"], person="mina", platform="console"
            )
        await store.aclose()
        await state.aclose()

    asyncio.run(work())


def test_the_suite_of_the_repository_is_the_one_that_heads_are_held_to() -> None:
    assert Path(__file__).parents[1] / "moderation" / "functional" == FOLDER


def test_without_a_suite_nothing_is_trained(typed: Typed, tmp_path: Path) -> None:
    keep(tmp_path / "data", agreed=True)

    refused = typed("--suite", "nowhere")
    for language in LANGUAGES:
        assert "nowhere" in refused.explain(language)


def test_where_nobody_agreed_there_is_nothing_to_learn_from_and_how_much_that_is_is_told(
    typed: Typed, tmp_path: Path
) -> None:
    keep(tmp_path / "data", agreed=False)

    assert "3 are of people who did not" in typed().explain("en")
    assert "3건" in typed().explain("ko")


def test_with_texts_of_people_who_agreed_it_begins_to_train(typed: Typed, tmp_path: Path) -> None:
    keep(tmp_path / "data", agreed=True)

    refused = typed()
    assert refused.key in {"models.no_data", "models.no_trainer"}
    assert not (tmp_path / "out").exists()


def test_the_weights_of_the_bias_filter_learn_nothing_from_decisions(typed: Typed) -> None:
    assert typed("--only", "bias").key == "learning.not_for_bias"
