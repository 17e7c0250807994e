"""What the exports page says of other programs is true: each of its lines runs, and reads what was exported."""

import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from lc_core.exports.chosen import Chosen
from lc_core.exports.recipes import recipes
from lc_core.exports.wanted import Format, Wanted
from lc_core.insight import cells
from tests.test_exports_files import AS_OF, rows, written

TITLES = ["=1+1", "'=2", "'quoted'", 'with "quotes", commas', "＝3", "007", "1e5", "NA", "true", "2026-01-01"]  # noqa: RUF001
"""What programs like to take for something else than the text it is."""
COLUMNS = ("contract_title", "person", "enrolled_at", "enrolled_at_local")


def a_file(folder: Path, kind: Format, *, excel: bool = False) -> tuple[Chosen, str]:
    """What was chosen, and what its file is called."""
    wanted = Wanted("enrollments", kind, COLUMNS, excel=excel)
    path = written(folder, wanted, rows(TITLES).select(COLUMNS))
    return Chosen("enrollments", kind, COLUMNS, excel=excel), path.name


def read(lines: str, language: str) -> pl.DataFrame:
    """What the lines come to."""
    if language == "sql":
        with duckdb.connect() as connection:
            return connection.sql(lines).pl()
    found: dict[str, Any] = {}
    exec(compile(lines, "recipe", "exec"), found)
    told = found["rows"]
    if isinstance(told, pl.DataFrame):
        return told
    names = told.column_names if hasattr(told, "column_names") else list(told.columns)
    return pl.DataFrame({name: [str(one) for one in told[name]] for name in names})


@pytest.mark.parametrize(
    ("kind", "program"),
    [
        (kind, recipe.program)
        for kind in Format
        for recipe in recipes(Chosen("enrollments", kind), "")
        if recipe.language != "sh"
    ],
)
def test_the_lines_for_a_program_read_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Format, program: str
) -> None:
    if program == "pandas":
        pytest.importorskip("pandas")
    chosen, name = a_file(tmp_path, kind)
    monkeypatch.chdir(tmp_path)
    (recipe,) = [one for one in recipes(chosen, name) if one.program == program]

    told = read(recipe.lines, recipe.language)

    titles = [str(one) for one in told["contract_title"]]
    if program == "DuckDB" and kind is Format.CSV:  # its line leaves the apostrophe where it is
        titles = [cells.unmarked(one) for one in titles]
    assert titles == TITLES
    assert [heading.split(" ")[0] for heading in told.columns] == list(COLUMNS)
    assert {str(one)[:10] for one in told[:, 2]} == {str(AS_OF)[:10]}


def test_every_format_is_read_by_several_programs_and_a_file_for_excel_by_a_spreadsheet() -> None:
    told = {kind: {one.program for one in recipes(Chosen("contracts", kind), "x")} for kind in Format}
    excel = recipes(Chosen("contracts", excel=True), "x.csv")

    assert all({"polars", "pandas"} <= programs for programs in told.values())
    assert [one.program for one in excel] == ["LibreOffice"]


@pytest.mark.soak
@pytest.mark.parametrize(("kind", "excel"), [(Format.CSV, False), (Format.CSV, True), (Format.XLSX, False)])
def test_libreoffice_opens_it_as_it_is_told(tmp_path: Path, kind: Format, *, excel: bool) -> None:
    chosen, name = a_file(tmp_path, kind, excel=excel)
    (recipe,) = [one for one in recipes(chosen, name) if one.program == "LibreOffice"]
    command = [word for word in shlex.split(recipe.lines) if word != "--calc"]
    office = shutil.which(command[0])
    assert office, "install libreoffice-calc"
    home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"

    quiet = [office, home, "--headless", "--convert-to", "fods", *command[1:]]
    subprocess.run(quiet, check=True, capture_output=True, timeout=180, cwd=tmp_path)

    told = (tmp_path / "made.fods").read_text(encoding="utf-8")
    assert "table:formula" not in told
    assert "=1+1<" in told
    assert ">007<" in told
