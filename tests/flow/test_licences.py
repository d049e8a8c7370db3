"""The list of licences is in step with what is installed, and nothing stands on one that the project cannot have."""

import pytest

from tests.support.licences import HEAD, READ, TABLE, Licence, allowed, base, installed, pinned, rows, spelt, stated


def test_every_pinned_package_has_its_row_with_its_version() -> None:
    found = {row.name: row.version for row in rows()}

    assert {"pydantic", "torch", "python-telegram-bot"} < set(found)
    assert found == pinned()
    assert TABLE.read_text(encoding="utf-8").startswith(HEAD)


def test_the_rows_say_what_the_packages_say() -> None:
    there, written = installed(), {row.name: row for row in rows()}
    same = {name: stated(there[name]) for name in written if name in there and there[name].version == pinned()[name]}

    assert len(same) > 50
    assert {name: written[name].text for name in same} == same


def test_what_is_installed_without_an_extra_is_marked_and_pinned() -> None:
    basic, known = base(), pinned()

    assert {"pydantic", "discord-py", "cryptography"} < basic
    assert basic < set(known)
    assert {row.name for row in rows() if row.base} == basic


def test_nothing_stands_on_a_licence_that_is_not_on_the_list() -> None:
    assert [row for row in rows() if not allowed(row)] == []


def test_what_is_not_permissive_is_said_plainly() -> None:
    special = {row.name for row in rows() if "GPL" in row.text}

    assert special == {"python-telegram-bot", "forbiddenfruit"}
    assert all(name in HEAD for name in special)
    assert not any(row.base for row in rows() if row.name in READ)


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("MIT", True),
        ("GPL-3.0-or-later OR MIT", True),
        ("GPL-3.0-or-later AND MIT", False),
        ("AGPL-3.0-only", False),
        ("GPL-3.0-only", False),
        ("?", False),
        ("", False),
    ],
)
def test_a_choice_needs_one_licence_that_is_allowed_and_a_whole_all_of_them(text: str, *, fine: bool) -> None:
    assert allowed(Licence(name="x", version="1", text=text, base=True)) == fine


def test_one_licence_has_one_name() -> None:
    written = ["Apache 2.0", "Apache License, Version 2.0", "Apache Software License", "Apache-2.0"]
    assert {spelt(text) for text in written} == {"Apache-2.0"}
    assert spelt("MIT License") == "MIT"
    assert spelt("GNU Affero General Public License v3") != "MIT"
