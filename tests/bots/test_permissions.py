"""Who may do what: one table of every command and verb there is, asked of every role, by the line itself.

What a platform shows or hides plays no part: somebody may send any line, and press any button, by hand.
"""

from bots.cards import Tone
from bots.platform import Role
from bots.review_asking import RANKS
from bots.review_commands import ReviewCommands
from bots.scene_commands import SceneCommands
from tests.support.house import caller, open_house
from tests.support.stage import reply_of, scripted

LEAST: dict[str, Role] = {
    **dict.fromkeys(
        ["help", "note", "memory", "manner", "good", "bad", "why", "appeal", "report", "privacy", "safety"],
        Role.MEMBER,
    ),
    "quit": Role.MEMBER,
    "reset": Role.MODERATOR,  # where others talk too; also for whoever was answered last
    "prompt": Role.SENIOR,
    **dict.fromkeys(["persona list", "persona info", "persona show", "persona preview x y"], Role.MEMBER),
    "scene show": Role.MEMBER,
    **dict.fromkeys(["scene start x y", "scene add x", "scene remove x", "scene end"], Role.MODERATOR),
    **dict.fromkeys(["lore list", "lore show x", "lore test x"], Role.MODERATOR),
    **dict.fromkeys(["lore add", "lore remove x"], Role.ADMIN),
    **dict.fromkeys(["persona use x", "persona export x", "persona import", "persona pending"], Role.MODERATOR),
    **dict.fromkeys(["persona approve x", "persona reject x", "persona history"], Role.SENIOR),
    **dict.fromkeys(["persona create x y", "persona remove x"], Role.ADMIN),
    **dict.fromkeys(
        [
            *("review help", "review list", "review next", "review show x", "review brief x", "review claim x"),
            *("review renew x", "review release x", "review escalate x", "review uphold x", "review overturn x"),
            *("review reopen x", "review approve x", "review reject x", "review edit x y", "review draft x"),
            *("review note x y", "review answer x y", "review withdraw x", "review merge x y", "review search x"),
            *("review stats", "review mute x", "review unmute x", "review mutes", "review new", "review blur"),
        ],
        Role.MODERATOR,
    ),
    **dict.fromkeys(["review bulk x", "review undo x", "review export"], Role.SENIOR),
    "review lexicon": Role.ADMIN,
    **dict.fromkeys(
        ["talchum settings", "talchum limits", "talchum pause", "talchum resume", "talchum moderators"], Role.ADMIN
    ),
    "talchum seniors": Role.ADMIN,
}
"""The lowest role that each line is for."""


async def test_the_table_has_every_command_and_every_verb_there_is() -> None:
    async with open_house(scripted(reply_of("One."))) as opened:
        commands = opened.house.commands
        offices = commands._offices
        review = ReviewCommands(offices.desk, language="en", tools=offices.tools)
        scenes = SceneCommands(offices.scenes)
        verbs = {
            "persona": set(offices.personas._known),
            "talchum": set(offices.places._known),
            "review": set(review._known),
            "lore": set(offices.lore._known),
            "scene": set(scenes._known),
        }
        whole = set(commands._known)

    assert {"mute", "bulk", "undo", "lexicon"} < verbs["review"]
    assert verbs["review"] == set(RANKS)
    found = {f"{name} {verb}" for name, those in verbs.items() for verb in those} | (whole - set(verbs))
    assert {" ".join(line.split()[:2]) if line.split()[0] in verbs else line for line in LEAST} == found


async def test_every_line_is_refused_to_every_role_below_its_own() -> None:
    async with open_house(scripted(reply_of("One."))) as opened:
        wrong = []
        for line, least in LEAST.items():
            for role in Role:
                card = await opened.host.command(f"/{line}", caller(f"/{line}", role=role))
                refused = card.title.startswith("That is for:")
                if refused != (role < least) or (refused and card.tone is not Tone.BAD):
                    wrong.append((line, role.name, card.title))

    assert wrong == []


async def test_a_button_made_by_hand_is_refused_as_its_line_is() -> None:
    """Behind a button stands a verb with the turn of a case: that turn says nothing about who may."""
    async with open_house(scripted(reply_of("One."))) as opened:
        for verb in RANKS:
            card = await opened.host.command(f"/review {verb} x#1", caller("", role=Role.MEMBER))
            assert card.title.startswith("That is for:"), verb
