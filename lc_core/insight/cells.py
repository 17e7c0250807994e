"""Cells that no spreadsheet runs: text that would be a formula is marked as text, and the mark can be taken off (R-EXP-2)."""

import io
import re

import polars as pl

LIVE = "=+\\-@\\t\\r\\n＝＋－＠"  # noqa: RUF001  (the full-width signs are formulas too where they are folded)
_MARKED = re.compile(f"'+[{LIVE}]")
WOULD_RUN = f"^'*[{LIVE}]"
"""What begins like a formula, or like the mark of one: marked again, so that taking off one mark gives the text back."""


def marked(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame, each text that would run behind an apostrophe."""
    texts = pl.col(pl.String)
    return frame.with_columns(pl.when(texts.str.contains(WOULD_RUN)).then("'" + texts).otherwise(texts).name.keep())


def unmarked(text: str) -> str:
    """What a cell held before it was marked."""
    return text[1:] if _MARKED.match(text) else text


def csv(frame: pl.DataFrame) -> bytes:
    """A file for spreadsheets: UTF-8 with its mark, every cell quoted (so that no other separator splits it), UTC times."""
    out = io.BytesIO()
    times = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime)]
    told = marked(frame).with_columns(pl.col(times).dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    told.write_csv(out, include_bom=True, quote_style="always", line_terminator="\r\n")
    return out.getvalue()
