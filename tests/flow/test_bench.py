"""The benchmark runs: its cheapest sections with tiny counts, so that it cannot rot unnoticed."""

import json
from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench.measuring import ratio_interval
from tests.bench.sizes import Sizes
from tests.bench.tables import Row, Section, Table


def test_sections_are_shown_as_tables_and_written_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "figures.json"
    code = bench.main(["rules", "streams", "--texts", "3", "--count", "12", "--json", str(file)])
    shown = capsys.readouterr().out
    figures = json.loads(file.read_text(encoding="utf-8"))

    assert code == 0
    assert "lexicon" in shown
    assert "characters shown that no check cleared" in shown
    assert list(figures["sections"]) == ["rules", "streams"]
    assert figures["machine"]["cores"] >= 1
    rows = {row["name"]: row for table in figures["sections"]["streams"]["tables"] for row in table["rows"]}
    assert rows["replies"]["values"] == [12]
    assert rows["exchanges with objections that were lost"]["goal"]["met"]


def test_the_store_under_load_is_asked_for_what_is_there(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"

    assert bench.main(["load", "--kept", "400", "--json", str(file)]) == 0

    (table,) = json.loads(file.read_text(encoding="utf-8"))["sections"]["load"]["tables"]
    units = {row["values"][1] for row in table["rows"]}
    assert units == {"ms", "1/s", "bytes a row"}
    assert len([row for row in table["rows"] if row["name"].startswith("search") and row["goal"]]) == 7


def test_the_time_that_lore_takes_is_measured(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    assert bench.main(["lore", "--lore", "60", "--texts", "3", "--json", str(file)]) == 0

    [table] = json.loads(file.read_text(encoding="utf-8"))["sections"]["lore"]["tables"]
    assert [row["name"] for row in table["rows"]].count("Korean: two entries named") == 1
    assert len(table["rows"]) == 8


def test_cards_of_five_megabytes_are_imported_and_exported(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"

    assert bench.main(["cards", "--imports", "1", "--json", str(file)]) == 0

    (table,) = json.loads(file.read_text(encoding="utf-8"))["sections"]["cards"]["tables"]
    sizes = {row["name"]: row["values"][0] for row in table["rows"]}
    assert {"import of a.json", "import of a.png", "import of a.charx", "export as png"} < set(sizes)
    assert all(4.9 < size < 5.2 for name, size in sizes.items() if name.startswith("import"))


def test_only_what_no_slow_machine_excuses_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(title="t", columns=("count",), rows=(Row(name="lost", values=(1,)),))

    def section(sound: bool) -> int:
        monkeypatch.setattr(bench, "SECTIONS", {"one": lambda _: Section(tables=(table,), sound=sound)})
        return bench.main([])

    assert (section(sound=True), section(sound=False)) == (0, 1)


@pytest.mark.parametrize("typed", [["nothing"], ["rules", "--texts", "0"], ["--count", "many"]])
def test_what_it_does_not_know_it_refuses(typed: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        bench.main(typed)

    assert left.value.code == 2


def test_a_ratio_lies_within_its_interval_and_equal_times_have_none() -> None:
    slow, quick = [2.0, 2.2, 2.4, 2.6] * 5, [1.0, 1.1, 1.2, 1.3] * 5
    ratio, low, high = ratio_interval(slow, quick, 0.5)

    assert low <= ratio <= high
    assert ratio == pytest.approx(2.0)
    assert ratio_interval(quick, quick, 0.95) == (1.0, 1.0, 1.0)


def test_every_section_is_known_by_the_name_of_its_function() -> None:
    assert {"guard", "first", "start"} < set(bench.SECTIONS)
    assert all(name == measure.__name__ for name, measure in bench.SECTIONS.items())
    assert Sizes().count == 10_000
