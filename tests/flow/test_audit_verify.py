"""`talchum audit verify`: whether the trail of decisions is as it was written, as people ask for it."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bots.cards import Tone
from bots.config import Settings
from bots.parts import open_store
from bots.trail_card import trail_card
from moderation.cases import ReviewStep
from moderation.review import ReviewDesk
from moderation.stores import Audit
from moderation.words import LANGUAGES
from tests.flow.conftest import Run
from tests.support.exchanges import NOON, by, closing, objection, opening


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    return data


@pytest.fixture
def run(run: Run) -> Run:
    return lambda *words: run("audit", "verify", *words, TALCHUM_LANGUAGE="en")


async def decided(folder: Path) -> tuple[str, str]:
    """A store with some steps in it: the digest of the last one, and the case."""
    async with open_store(Settings.load(b"", {"TALCHUM_DATA": str(folder)})) as store:
        kept = await store.open(opening(), objection())
        await store.close(kept, closing())
        await ReviewDesk(store, clock=lambda: NOON).take(kept, ReviewStep.UPHOLD, by=by(), note="as told")
        return (await store.verify()).head, kept


def tampered(folder: Path, *statements: str) -> None:
    """What somebody can do who writes the file."""
    with sqlite3.connect(folder / "talchum.db") as connection:
        connection.execute("DROP TRIGGER review_is_never_changed")
        connection.execute("DROP TRIGGER review_is_never_deleted")
        for statement in statements:
            connection.execute(statement)


def test_a_sound_trail_is_said_to_be_so_with_the_digest_to_write_down(run: Run, folder: Path) -> None:
    head, _ = asyncio.run(decided(folder))

    done, again = run(), run("--head", head.upper())

    assert (done.returncode, again.returncode) == (0, 0), done.stderr
    assert head in done.stdout
    assert "as it was written" in done.stdout
    assert "is in the trail" in again.stdout


def test_a_changed_step_is_found_and_ends_with_1(run: Run, folder: Path) -> None:
    _, kept = asyncio.run(decided(folder))
    tampered(folder, "UPDATE review SET actor = 'somebody else' WHERE step = 'uphold'")

    done = run()

    assert done.returncode == 1
    assert "not as it was written" in done.stdout
    assert f"case {kept}" in done.stdout


def test_steps_taken_from_the_end_show_by_the_case_and_by_the_digest(run: Run, folder: Path) -> None:
    head, _ = asyncio.run(decided(folder))
    tampered(folder, "DELETE FROM review WHERE step = 'close'")

    done = run("--head", head)

    assert done.returncode == 1
    assert "is not in the trail" in done.stdout
    assert "another state" in done.stdout


def test_what_is_no_digest_is_refused_before_anything_is_read(run: Run, folder: Path) -> None:
    done = run("--head", "abc")

    assert done.returncode == 2
    assert "64" in done.stderr
    assert not list(folder.iterdir())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_trouble_has_its_row_in_every_language(language: str) -> None:
    sound = Audit(steps=3, unchained=0, head="f" * 64)
    unsound = Audit(
        steps=3, unchained=1, broken="a1", differing=tuple(f"b{n}" for n in range(25)), head="f" * 64, lost=True
    )

    good, bad = (trail_card(audit, language, earlier="e" * 64) for audit in (sound, unsound))

    assert (good.tone, bad.tone) == (Tone.GOOD, Tone.BAD)
    assert len(bad.rows) == len(good.rows) + 3
    assert "f" * 64 in good.hint
    assert bad.hint == ""
    told = " ".join(row.text for row in bad.rows)
    assert "a1" in told
    assert "b19 + 5" in told
