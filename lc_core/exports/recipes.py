"""How other programs read what was exported: a few lines to copy for each, which the tests run."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from lc_core import language
from lc_core.exports.chosen import Chosen
from lc_core.exports.datasets import DATASETS
from lc_core.exports.wanted import Format
from lc_core.insight.cells import LIVE

UNMARK = f"^'('*[{LIVE}])"
"""Finds the apostrophe before a text of a CSV that would run, and what stands behind it."""
_POLARS_CSV = """import polars as pl

texts = {texts}
rows = pl.read_csv("{file}", schema_overrides=dict.fromkeys(texts, pl.String), try_parse_dates=True)
rows = rows.with_columns(pl.col(texts).str.replace(r"{unmark}", "$1"))  # without the guard against formulas"""
_PANDAS_CSV = """import pandas as pd

texts = {texts}
rows = pd.read_csv("{file}", dtype=dict.fromkeys(texts, "str"), keep_default_na=False, na_values={{"": ""}})
for name in texts:
    rows[name] = rows[name].str.replace(r"{unmark}", r"\\1", regex=True)  # without the guard against formulas"""
_DUCKDB_CSV = "from read_csv('{file}', types = {{{texts}}});"
_POLARS_XLSX = """import polars as pl

rows = pl.read_excel("{file}", engine="openpyxl", sheet_name="{sheet}")"""
_PANDAS_XLSX = """import pandas as pd

rows = pd.read_excel("{file}", sheet_name="{sheet}", keep_default_na=False, na_values={{"": ""}})"""
_DUCKDB_ARROW = """import duckdb
from pyarrow import ipc

rows = ipc.open_file("{file}").read_all()
duckdb.sql("select count(*) from rows").show()"""


@dataclass(frozen=True)
class Recipe:
    """`language`: what the lines are written in."""

    program: str
    language: str
    lines: str


def recipes(chosen: Chosen, file: str) -> list[Recipe]:
    """For a file of this name that holds what is chosen. A CSV for Excel is for spreadsheets only."""
    found = BY_FORMAT[chosen.format](chosen, file)
    return [one for one in found if not chosen.excel or one.language == "sh"]


def _parquet(_chosen: Chosen, file: str) -> list[Recipe]:
    return [
        Recipe("polars", "python", f'import polars as pl\n\nrows = pl.read_parquet("{file}")'),
        Recipe("pandas", "python", f'import pandas as pd\n\nrows = pd.read_parquet("{file}")'),
        Recipe("DuckDB", "sql", f"from '{file}';"),
    ]


def _csv(chosen: Chosen, file: str) -> list[Recipe]:
    of = DATASETS[chosen.dataset].by_name
    names = [name for name in chosen.columns or of if of[name].dtype == pl.String]
    texts, types = json.dumps(names), ", ".join(f"'{name}': 'varchar'" for name in names)
    semicolon = chosen.excel and language.decimal_mark() == ","
    office = f"CSV:{ord(';' if semicolon else ',')},34,76,1,,0,true,true"
    return [
        Recipe("polars", "python", _POLARS_CSV.format(file=file, texts=texts, unmark=UNMARK)),
        Recipe("pandas", "python", _PANDAS_CSV.format(file=file, texts=texts, unmark=UNMARK)),
        Recipe("DuckDB", "sql", _DUCKDB_CSV.format(file=file, texts=types)),
        Recipe("LibreOffice", "sh", f'soffice --calc --infilter="{office}" {file}'),
    ]


def _xlsx(chosen: Chosen, file: str) -> list[Recipe]:
    return [
        Recipe("polars", "python", _POLARS_XLSX.format(file=file, sheet=chosen.dataset)),
        Recipe("pandas", "python", _PANDAS_XLSX.format(file=file, sheet=chosen.dataset)),
        Recipe("LibreOffice", "sh", f"soffice --calc {file}"),
    ]


def _arrow(_chosen: Chosen, file: str) -> list[Recipe]:
    return [
        Recipe("polars", "python", f'import polars as pl\n\nrows = pl.read_ipc("{file}")'),
        Recipe("pandas", "python", f'import pandas as pd\n\nrows = pd.read_feather("{file}")'),
        Recipe("DuckDB", "python", _DUCKDB_ARROW.format(file=file)),
    ]


BY_FORMAT: dict[Format, Callable[[Chosen, str], list[Recipe]]] = {
    Format.CSV: _csv,
    Format.PARQUET: _parquet,
    Format.XLSX: _xlsx,
    Format.ARROW: _arrow,
}
