"""`talchum review` in a process of its own, as people type it."""

import os
import re

import pytest

from tests.flow.conftest import SLIP, Run


def slip(run: Run) -> str:
    """A reply in which something was repaired; its case."""
    shown = run("chat", "--model", f"scripted:{SLIP}", "--persona", "lighthouse_keeper", typed="How is the harbour?\n")
    found = re.search(r"/why (\w+)", shown.stdout)
    assert found, shown
    return found[1]


def test_a_reply_withdrawn_from_outside_is_noted_and_said_to_stand_where_it_stood(run: Run) -> None:
    case = slip(run)

    english, korean = (run("review", "withdraw", case, TALCHUM_LANGUAGE=language) for language in ("en", "ko"))

    assert (english.returncode, korean.returncode) == (0, 0), (english.stderr, korean.stderr)
    assert f"{case}: noted, but not taken down" in english.stdout
    assert f"{case}: 적어 두었지만 내리지 못했어요" in korean.stdout
    trail = run("review", "show", case).stdout
    assert trail.count("withdrew") == trail.count("not taken down") == 2


def test_an_appeal_in_the_terminal_comes_to_the_desk_and_is_answered_under_why(run: Run) -> None:
    words = ("chat", "--model", f"scripted:{SLIP}", "--persona", "lighthouse_keeper")
    case = slip(run)
    appealed = run(*words, typed=f"/appeal {case} I only asked about nets\n/appeal {case}\n/appeal zz9\n").stdout

    assert f"looks at {case}" in appealed
    assert f"{case} waits" in appealed, "the second time nothing is made"
    listed = run("review", "list", "appealed").stdout
    assert case in listed
    masked = run("review", "show", case).stdout
    assert "I only asked about nets" in masked, "their own words are for whoever decides"
    done = run("review", "overturn", case, "fair enough")
    assert done.returncode == 0, done.stderr
    assert run("review", "answer", case, "You were right, sorry.").returncode == 0

    told = run(*words, typed=f"/why {case}\n").stdout
    assert "You were right, sorry." in told
    assert "fair enough" not in told, "notes are for moderators"
    assert run("audit", "verify").returncode == 0
    assert case not in run("review", "list", "appealed").stdout


@pytest.mark.slow
def test_words_of_a_community_are_set_from_outside_where_it_is_named(run: Run) -> None:
    here = ("review", "--server", "discord:42", "lexicon")
    unnamed, misnamed = run("review", "lexicon"), run("review", "--server", "the tea house", "lexicon")
    assert (unnamed.returncode, "--server" in unnamed.stderr) == (2, True)
    assert (misnamed.returncode, "the tea house" in misnamed.stderr) == (2, True)

    tried = run(*here, "add", "flibber", "threat")
    assert tried.returncode == 0, tried.stderr
    assert "flibber" not in run(*here).stdout, "nothing is changed before yes"
    assert run(*here, "add", "flibber", "threat", "yes").returncode == 0

    assert "flibber · threat" in run(*here).stdout
    assert "flibber" not in run("review", "--server", "discord:43", "lexicon").stdout
    assert "talchum review --server discord:42 lexicon add flibber threat yes" in tried.stdout


@pytest.mark.slow
def test_what_is_hinted_at_outside_can_be_typed_there(run: Run) -> None:
    case = slip(run)

    shown, shown_korean = (run("review", "show", case, TALCHUM_LANGUAGE=language) for language in ("en", "ko"))
    misspelt = run("review", "--server", "discord:42", "shwo", case)
    wrong = run("review", "claim")

    for done in (shown, shown_korean):
        assert f"talchum review show {case} reveal" in done.stdout
    assert "talchum review --server discord:42 help" in misspelt.stderr
    assert "talchum review claim ID" in wrong.stderr
    assert "/review" not in shown.stdout + shown_korean.stdout + misspelt.stderr + wrong.stderr


def test_a_persona_that_there_is_not_is_not_muted_from_outside(run: Run) -> None:
    here = ("review", "--server", "discord:42")
    unknown = run(*here, "mute", "persona", "keepr", "2h")
    done = run(*here, "mute", "persona", "lighthouse_keeper", "2h")

    assert unknown.returncode == 2
    assert "keepr" in unknown.stderr
    assert "lighthouse_keeper" in unknown.stderr, "who there is"
    assert "keepr" not in run(*here, "mutes").stdout
    assert done.returncode == 0, done.stderr
    assert "talchum review --server discord:42 unmute persona lighthouse_keeper" in done.stdout


@pytest.mark.slow
def test_somebody_whom_the_system_has_no_name_for_talks_and_decides(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless(uid: int) -> str:
        raise KeyError(uid)

    monkeypatch.setattr("pwd.getpwuid", nameless)
    nobody = dict.fromkeys(("LOGNAME", "USER", "LNAME", "USERNAME"), "")
    person = f"uid-{os.getuid()}"
    talk = run(
        *("chat", "--model", f"scripted:{SLIP}", "--persona", "lighthouse_keeper"),
        typed="How is the harbour?\n",
        **nobody,
    )
    found = re.search(r"/why (\w+)", talk.stdout)
    assert found, talk
    decided = run("review", "uphold", found[1], **nobody)

    assert (talk.returncode, decided.returncode) == (0, 0), talk.stderr + decided.stderr
    assert found[1] in run("review", "list", "all", f"person={person}", **nobody).stdout
    assert f"{person} (terminal): upheld" in run("review", "show", found[1], **nobody).stdout
