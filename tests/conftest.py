"""What every test runs under: no blocking call of ours on the event loop, no clock in properties, no network."""

import gc
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest
from blockbuster import BlockBuster, blockbuster_ctx
from hypothesis import settings

from moderation.filters import registry
from moderation.words import catalogue
from tests.support.judges import filters

STARTING = (
    ("bots/config.py", "load"),  # makes paths absolute
    ("personas/generators/openai_chat.py", "__init__"),  # reads certificates
    ("personas/generators/scripts.py", "load_script"),  # reads a file
    ("personas/generators/scripts.py", "bundled_scripts"),  # reads files
    ("moderation/stores/sqlite.py", "at"),  # opens the database; says in its docstring that it blocks
    ("moderation/stores/keys.py", "at"),  # reads or makes a file, as it says
)
"""What is called while the program starts, in threads there (`bots.app`), and on the loop of a test here."""

# As the program has it: what is of no use any more is looked for less often, and never among what all tests share.
gc.set_threshold(20_000, *gc.get_threshold()[1:])

settings.register_profile("talchum", deadline=None)
settings.load_profile("talchum")


def pytest_configure(config: pytest.Config) -> None:
    """Nobody here speaks to anybody whom a hundred authorities vouch for: one is read in no time, by each client."""
    (first,) = re.findall(r"-----BEGIN.*?END CERTIFICATE-----\n", certifi.contents(), re.DOTALL)[:1]
    with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as file:
        file.write(first)
    os.environ["SSL_CERT_FILE"] = file.name
    config.add_cleanup(lambda: Path(file.name).unlink())


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _nothing_of_ours_blocks_the_event_loop() -> Iterator[BlockBuster]:
    """A blocking call below our packages, made on the event loop, fails the test."""
    for package in ("bots", "personas", "moderation"):
        catalogue(package)  # read once at the start of the program too: a constant of the distribution
    with blockbuster_ctx(scanned_modules=["bots", "personas", "moderation"]) as blockbuster:
        for function in blockbuster.functions.values():
            for file, name in STARTING:
                function.can_block_in(file, {name})
        yield blockbuster


@pytest.fixture
def filters_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every guard has the filters that ship without loading them anew."""
    monkeypatch.setattr(registry, "load_filters", filters)
