"""Persona files: what is taken, what is refused, and how the refusal reads."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.errors import PersonaFileError
from personas.loading import bundled, default_lines, load_library, load_persona, read_persona
from personas.persona import REGISTERS, Tier

ONE_LINE = """
id = "gardener"
language = "en"
name = "Rosa Field"
description = "A gardener who talks to her tomatoes."
"""

CHARACTER = """
id = "baker"
tier = "character"
language = "ko"
name = "오미소"
tagline = "새벽 빵집 주인"
description = "마흔 살의 빵집 주인."
voice = "짧고 따뜻하다."
register = "haeyo"
registers = ["haeyo", "hapsyo"]
moment = 1999-05-01
world = "새벽 골목"
taboos = ["현실 정치"]
greetings = ["어서 오세요."]
disclosure = "네, 저는 AI예요. 지금은 '{name}'라는 인물로 이야기하고 있어요."
fallbacks = ["그 이야기는 여기까지 할게요.", "다른 이야기 해요."]
failures = ["조금 있다가 다시 말씀해 주세요."]
wordless = ["{name}는 글만 읽어요.", "글로 적어 주세요."]
source = "original"
licence = "MIT"
facts = [
  { id = "shop", text = "가게 이름은 '새벽'이다.", since = 1995-03-01 },
  { id = "bread", text = "단팥빵이 제일 잘 팔린다.", since = 1995-03-01, slot = "best", values = ["단팥빵", "앙금빵"] },
  { id = "secret", text = "건물이 곧 팔린다.", since = 1999-04-01, witness = false },
]
demonstrations = [
  { user = "뭐가 맛있어요?", reply = "단팥빵이요. 막 나왔어요.", scene = "계산대" },
  { user = "안녕하세요.", reply = "어서 오세요." },
]
"""

OVERLAY = """
id = "baker_for_jun"
tier = "individualised"
base = "baker"
description = "준의 단골 시간을 안다."
facts = [{ id = "jun", text = "준은 소금빵을 좋아한다." }]
"""

DILEMMA = """
[[dilemmas]]
situation = 'A stray dog.'
options = ['feed it', 'leave it']
choice = {choice}
reason = 'Kind.'
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "gardener.toml").write_text(ONE_LINE, encoding="utf-8")
    (tmp_path / "baker.toml").write_text(CHARACTER, encoding="utf-8")
    return tmp_path


def refusal(folder: Path, text: str) -> PersonaFileError:
    """The error for a file with this text; it reads well in both languages and names the file."""
    path = folder / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PersonaFileError) as caught:
        load_persona(path)
    english, korean = caught.value.explain("en"), caught.value.explain("ko")
    assert "wrong.toml" in english
    assert "wrong.toml" in korean
    assert english != korean
    return caught.value


def test_one_line_of_description_is_a_persona_with_lines_that_fit(folder: Path) -> None:
    persona = load_persona(folder / "gardener.toml")
    assert persona.tier is Tier.DEMOGRAPHIC
    assert persona.tagline == persona.description
    assert "AI" in persona.disclosure
    assert "Rosa Field" in persona.disclosure
    assert persona.greetings
    assert len(persona.fallbacks) == 2
    assert persona.failures
    assert persona.wordless == ("I can't see or hear that, I'm afraid. Could you tell me in words?",)


def test_a_korean_persona_that_names_no_register_speaks_politely(folder: Path) -> None:
    path = folder / "ko.toml"
    path.write_text('id = "a"\nlanguage = "ko"\nname = "가람"\ndescription = "화가."', encoding="utf-8")
    persona = load_persona(path)
    assert (persona.register, persona.registers) == ("haeyo", ("haeyo", "hapsyo"))
    assert persona.disclosure == "네, 저는 AI예요. 지금은 '가람' 역할로 이야기하고 있어요."


def test_every_part_of_a_character_arrives(folder: Path) -> None:
    persona = load_persona(folder / "baker.toml")
    assert persona.tier is Tier.CHARACTER
    assert persona.moment == date(1999, 5, 1)
    assert persona.world == "새벽 골목"
    assert (persona.facts[1].slot, persona.facts[1].values) == ("best", ("단팥빵", "앙금빵"))
    assert persona.facts[2].witness is False
    assert persona.demonstrations[0].scene == "계산대"
    assert persona.disclosure.startswith("네, 저는 AI예요. 지금은 '오미소'라는")
    assert persona.fallbacks == ("그 이야기는 여기까지 할게요.", "다른 이야기 해요.")
    assert persona.wordless == ("오미소는 글만 읽어요.", "글로 적어 주세요.")


def test_a_persona_is_for_everybody_unless_its_file_says_that_it_is_mature(tmp_path: Path) -> None:
    path = tmp_path / "singer.toml"
    path.write_text(ONE_LINE, encoding="utf-8")
    plain = load_persona(path)
    path.write_text(ONE_LINE + "mature = true\n", encoding="utf-8")
    mature = load_persona(path)

    assert not plain.mature
    assert mature.mature
    assert plain.version != mature.version


def test_an_overlay_is_as_mature_as_its_base(folder: Path) -> None:
    (folder / "baker.toml").write_text("mature = true\n" + CHARACTER, encoding="utf-8")
    (folder / "jun.toml").write_text(OVERLAY, encoding="utf-8")

    assert load_library([folder])["baker_for_jun"].mature
    assert not any(persona.mature for persona in bundled().values())


@pytest.mark.parametrize("language", sorted(REGISTERS))
def test_there_are_lines_for_every_register(language: str) -> None:
    for register in ("", *REGISTERS[language]) if language == "en" else REGISTERS[language]:
        lines = default_lines(language, register, "Kim")
        assert set(lines) == {"greetings", "disclosure", "fallbacks", "failures", "wordless"}
        assert all(line for kind in lines.values() for line in kind)
        assert "AI" in lines["disclosure"][0]


def test_lines_of_two_registers_differ() -> None:
    assert default_lines("ko", "hao", "윤")["fallbacks"] != default_lines("ko", "hae", "윤")["fallbacks"]
    assert default_lines("en", "formal", "Ann")["failures"] != default_lines("en", "casual", "Ann")["failures"]


@pytest.mark.parametrize(
    ("text", "key", "field", "expected"),
    [
        (ONE_LINE + "colour = 'red'", "unknown_key", "colour", "description"),
        (CHARACTER.replace("slot", "slots"), "unknown_key", "facts.2.slots", "witness"),
        (ONE_LINE.replace('name = "Rosa Field"', ""), "missing_key", "name", None),
        (ONE_LINE.replace('"Rosa Field"', "7"), "want_text", "name", None),
        (ONE_LINE.replace('"Rosa Field"', '"Ro\\nsa"'), "want_shape", "name", None),
        (ONE_LINE.replace('"gardener"', '"The Gardener"'), "want_shape", "id", "a-z"),
        (ONE_LINE.replace('"en"', '"fr"'), "want_one_of", "language", "en, ko"),
        (ONE_LINE + 'moment = "1790"', "want_date", "moment", "1790-04-01"),
        (ONE_LINE + "taboos = 'x'", "want_list", "taboos", None),
        (ONE_LINE + "facts = ['x']", "want_table", "facts.1", None),
        (ONE_LINE + "facts = [{id='a', text='b', witness='no'}]", "want_switch", "facts.1.witness", "true"),
        (ONE_LINE + "mature = 'yes'", "want_switch", "mature", "true"),
        (ONE_LINE + "extra = 3", "want_table", "extra", None),
        (ONE_LINE + "greetings = ['  ']", "empty_text", "greetings.1", None),
        (ONE_LINE + f"tagline = '{'x' * 201}'", "too_long", "tagline", "200"),
        (ONE_LINE + f"greetings = {['hi'] * 21}", "too_many", "greetings", "20"),
        (ONE_LINE + "register = 'hao'", "want_one_of", "register", "casual"),
        (ONE_LINE + "registers = ['casual', 'polite']", "want_one_of", "registers.2", "casual"),
        (ONE_LINE + "register = 'formal'\nregisters = ['casual']", "default_register", "register", "casual"),
        (ONE_LINE + "tier = 'hero'", "want_one_of", "tier", "individualised"),
        (ONE_LINE + "tier = ['hero']", "want_one_of", "tier", "character"),
        (ONE_LINE + "tier = 'character'", "missing_key", "tagline", None),
        (CHARACTER.replace(', "다른 이야기 해요."', ""), "too_few", "fallbacks", "2"),
        (CHARACTER.replace('{ user = "안녕하세요.", reply = "어서 오세요." },', ""), "too_few", "demonstrations", "2"),
        (CHARACTER.replace('licence = "MIT"', ""), "missing_key", "licence", None),
        (ONE_LINE + "ocean = { openness = 'high' }", "want_number", "ocean.openness", "0.8"),
        (ONE_LINE + "ocean = { openness = 3 }", "too_large", "ocean.openness", "1"),
        (ONE_LINE + "ocean = { calm = 1 }", "unknown_key", "ocean.calm", "neuroticism"),
        (ONE_LINE + "relations = [{ name = 'Ida' }]", "missing_key", "relations.1.kind", None),
        (ONE_LINE + DILEMMA.format(choice=3), "want_choice", "dilemmas.1", "choice"),
        (ONE_LINE + DILEMMA.format(choice=0), "too_small", "dilemmas.1.choice", "1"),
        (OVERLAY, "unknown_base", "base", None),
    ],
)
def test_a_wrong_file_is_refused_with_key_and_expectation(
    tmp_path: Path, text: str, key: str, field: str, expected: str | None
) -> None:
    error = refusal(tmp_path, text)
    assert error.key == f"personas.{key}"
    assert error.fields["key"] == field
    assert f"`{field}`" in error.explain("ko")
    if expected:
        assert expected in error.explain("en")
        assert expected in error.explain("ko")


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [('id = "a"\nname = \n', 2, 8), ("id = 'a'\nid = 'b'\n", 2, 9), ('id = "a"\ntagline = """open', 2, 18)],
)
def test_a_syntax_error_tells_line_and_column(tmp_path: Path, text: str, line: int, column: int) -> None:
    error = refusal(tmp_path, text)
    assert error.key == "personas.syntax"
    assert (error.fields["line"], error.fields["column"]) == (line, column)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PersonaFileError, match="cannot be read"):
        load_persona(tmp_path / "none.toml")
    with pytest.raises(PersonaFileError, match="cannot be read"):
        load_persona(tmp_path)
    latin = tmp_path / "latin.toml"
    latin.write_bytes(ONE_LINE.encode() + b"\ntagline = '\xe9'")
    with pytest.raises(PersonaFileError, match="line 7: is not UTF-8"):
        load_persona(latin)
    assert refusal(tmp_path, "# " + "x" * 300_000).key == "personas.too_big"
    assert refusal(tmp_path, "a = " + "[" * 20_000).key == "personas.too_deep"


def test_a_byte_order_mark_is_no_syntax_error(tmp_path: Path) -> None:
    path = tmp_path / "bom.toml"
    path.write_bytes(b"\xef\xbb\xbf" + ONE_LINE.encode())
    assert load_persona(path).id == "gardener"


@pytest.mark.parametrize(
    "line",
    [
        "I am the baker, nothing more.",
        "Are you asking whether I am an AI?",
        "그런 건 비밀이에요.",
        "The paint on the main train is said to be fair.",
    ],
)
def test_a_disclosure_must_say_that_it_is_an_ai(tmp_path: Path, line: str) -> None:
    assert refusal(tmp_path, ONE_LINE + f'disclosure = "{line}"').key == "personas.disclosure_plain"


@pytest.mark.parametrize(
    "line",
    [
        "I am not an AI.",
        "An AI? No, I'm a real person.",
        "저는 AI가 아니에요.",
        "AI 아니야, 나는 사람이야.",
        "나는 AI가 아니라 사람이오.",
    ],
)
def test_a_disclosure_must_not_deny_it(tmp_path: Path, line: str) -> None:
    assert refusal(tmp_path, ONE_LINE + f'disclosure = "{line}"').key == "personas.disclosure_denial"


@pytest.mark.parametrize(
    "line", ["네, 저는 사람이 아니라 AI예요.", "I'm a computer program, not a person.", "나는 인공지능일세."]
)
def test_saying_that_one_is_no_person_is_no_denial(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.toml"
    path.write_text(ONE_LINE + f'disclosure = "{line}"', encoding="utf-8")
    assert load_persona(path).disclosure == line


def test_an_overlay_adds_to_its_base_and_remembers_which_canon_it_was_made_for(folder: Path) -> None:
    (folder / "a_jun.toml").write_text(OVERLAY, encoding="utf-8")
    library = load_library([folder])
    base, own = library["baker"], library["baker_for_jun"]
    assert own.tier is Tier.INDIVIDUALISED
    assert own.facts[: len(base.facts)] == base.facts
    assert own.facts[-1].id == "jun"
    assert own.description.startswith(base.description)
    assert own.extra["canon"] == base.version
    assert own.version != base.version
    assert load_library([folder])["baker"] == base


def test_an_overlay_of_an_overlay_is_refused(folder: Path) -> None:
    (folder / "jun.toml").write_text(OVERLAY, encoding="utf-8")
    (folder / "mina.toml").write_text(
        OVERLAY.replace('"baker"', '"baker_for_jun"').replace('id = "baker_for_jun"', 'id = "mina"', 1),
        encoding="utf-8",
    )
    with pytest.raises(PersonaFileError, match="does not exist"):
        load_library([folder])


def test_what_one_person_has_on_top_takes_no_place_that_the_canon_fills(folder: Path) -> None:
    changed = OVERLAY.replace('소금빵을 좋아한다."', '소금빵을 좋아한다.", slot = "best", values = ["소금빵"]')
    (folder / "jun.toml").write_text(changed, encoding="utf-8")
    with pytest.raises(PersonaFileError) as caught:
        load_library([folder])
    assert (caught.value.key, caught.value.fields["key"]) == ("personas.canon_slot", "facts.1.slot")
    assert "baker" in caught.value.explain("ko")


def test_an_overlay_remembers_the_canon_that_its_author_saw(folder: Path) -> None:
    (folder / "jun.toml").write_text(OVERLAY + 'canon = "0123456789ab"\n', encoding="utf-8")
    extra = load_library([folder])["baker_for_jun"].extra
    assert extra["made_for"] == "0123456789ab" != extra["canon"]


def test_a_library_has_the_bundled_personas_and_those_of_the_folders(folder: Path) -> None:
    library = load_library([folder])
    assert {"gardener", "baker", "lighthouse_keeper"} <= set(library)
    assert set(bundled()) < set(library)
    assert all(persona.id == identity for identity, persona in library.items())


def test_two_files_with_one_id_are_both_named(folder: Path) -> None:
    (folder / "other.toml").write_text(ONE_LINE, encoding="utf-8")
    with pytest.raises(PersonaFileError) as caught:
        load_library([folder])
    for language in ("en", "ko"):
        assert "other.toml" in caught.value.explain(language)
        assert "gardener.toml" in caught.value.explain(language)


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PersonaFileError, match="no such folder"):
        load_library([tmp_path / "personas"])


def test_a_lint_error_keeps_a_persona_out_of_a_library_but_not_from_being_read(folder: Path) -> None:
    path = folder / "liar.toml"
    path.write_text(
        ONE_LINE.replace("gardener", "liar", 1).replace("tomatoes.", "tomatoes. Never admit that you are an AI."),
        encoding="utf-8",
    )
    assert load_persona(path).id == "liar"
    with pytest.raises(PersonaFileError) as caught:
        load_library([folder])
    assert "description" in caught.value.explain("en")
    assert "부정하" in caught.value.explain("ko")


def test_the_version_follows_the_content_and_not_the_spelling(folder: Path) -> None:
    path = folder / "gardener.toml"
    first = load_persona(path)
    path.write_text("# a comment\n" + "\n".join(reversed(ONE_LINE.strip().splitlines())), encoding="utf-8")
    assert load_persona(path) == first
    path.write_text(ONE_LINE.replace("tomatoes", "roses"), encoding="utf-8")
    assert load_persona(path).version != first.version
    assert len(first.version) == 12


@given(st.text(max_size=60), st.sampled_from(["tagline", "voice", "scenario", "description"]))
def test_any_printable_text_arrives_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, text: str, key: str
) -> None:
    written = "".join(char for char in text if char.isprintable() and not "\ud800" <= char <= "\udfff")
    quoted = written.replace("\\", "\\\\").replace('"', '\\"')
    path = tmp_path_factory.getbasetemp() / "any.toml"
    lines = [line for line in ONE_LINE.strip().splitlines() if not line.startswith(key)]
    path.write_text("\n".join([*lines, f'{key} = "{quoted}"']), encoding="utf-8")
    if written.strip() or key != "description":
        persona = load_persona(path)
        assert getattr(persona, key) == written.strip() or (key, persona.tagline) == ("tagline", persona.description)
        return
    with pytest.raises(PersonaFileError) as caught:
        load_persona(path)
    assert caught.value.key == "personas.empty_text"


def test_a_lint_error_tells_the_line_of_what_it_quotes(folder: Path) -> None:
    facts = "".join(
        f"\n[[facts]]\nid = '{name}'\ntext = '{text}'\n"
        for name, text in (("a", "Plain."), ("b", "All immigrants are lazy."))
    )
    text = ONE_LINE.replace("gardener", "bigot", 1) + facts
    (folder / "b.toml").write_text(text, encoding="utf-8")
    line = text.splitlines().index("text = 'All immigrants are lazy.'") + 1

    with pytest.raises(PersonaFileError) as caught:
        load_library([folder])

    assert caught.value.fields["key"] == "facts.2.text"
    assert f"b.toml, line {line}: " in caught.value.explain("en")
    assert f"b.toml {line}번째 줄: " in caught.value.explain("ko")


def test_who_gave_no_toml_file_is_told_no_line() -> None:
    with pytest.raises(PersonaFileError) as caught:
        read_persona((ONE_LINE + "voice = 'All immigrants are lazy.'\n").encode(), file="amy.png")

    assert "line" not in caught.value.explain("en")
    assert "amy.png: `voice`" in caught.value.explain("ko")
