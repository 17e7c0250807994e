"""What is to be known of a file: what its columns mean, what guards it against formulas, how other programs read it."""

import polars as pl
import streamlit as st

from lc_core.exports.chosen import Chosen
from lc_core.exports.datasets import DATASETS, Dataset
from lc_core.exports.recipes import recipes
from lc_core.exports.wanted import Format
from lc_core.insight import cells
from lc_core.language import N_, _
from pages import _frame

GUARDED = N_(
    "A text that a spreadsheet would take for a formula stands behind an apostrophe ('). To undo it take off that one "
    "apostrophe; the lines for polars and pandas below do."
)
NOTES = {
    Format.CSV: N_("Text for any program: UTF-8, times in ISO 8601."),
    Format.PARQUET: N_(
        "Small, and each column keeps its type: the best choice for analysis. Texts are as they were typed."
    ),
    Format.XLSX: N_(
        "A workbook, with a second sheet that says what each column means. Texts are as they were typed and marked as "
        "text, so that none becomes a formula."
    ),
    Format.ARROW: N_("Each column keeps its type, and is read in no time. Texts are as they were typed."),
}
EXCEL = N_(
    "For Excel in your language: with the mark that tells it the text is UTF-8, its separator, its numbers and times as it "
    "reads them. Other programs like the plain file better."
)

SAID_IN = {"ledger": "why"}
"""Which column holds the words by which a data set is limited, where it is not `status`."""


def about_format(chosen: Chosen) -> None:
    """What kind of file it is."""
    st.caption(_(EXCEL) if chosen.excel else _(NOTES[chosen.format]))
    if chosen.format is Format.CSV:
        st.caption(_(GUARDED))


def meanings(chosen: Chosen) -> None:
    """The dictionary of the data set, folded."""
    with st.expander(
        _("What the columns mean"), icon=":material/dictionary:", key="export-meanings", on_change="rerun"
    ) as fold:
        if fold.open:
            _table(DATASETS[chosen.dataset])


def _table(of: Dataset) -> None:
    rows = {
        _("Column"): [column.name for column in of.columns],
        _("Type"): [column.kind for column in of.columns],
        _("Meaning"): [_(column.meaning) for column in of.columns],
    }
    st.dataframe(
        rows,
        hide_index=True,
        height=38 + 35 * len(of.columns),
        column_config={
            _("Type"): st.column_config.TextColumn(width="small"),
            _("Meaning"): st.column_config.TextColumn(width="large"),
        },
        alt=_("The columns with their types and meanings."),
    )


def dictionary() -> None:
    """All data sets, with all that can stand in them."""
    _frame.file(_("Download the dictionary as CSV"), "data-dictionary.csv", as_file, key="dictionary")
    for of in DATASETS.values():
        st.subheader(_(of.words))
        st.markdown(f"{_(of.about)} {_(of.order)}")
        if of.statuses:
            words = ", ".join(f"`{word.value}` ({word.label})" for word in of.statuses)
            st.markdown(
                _("{column} is one of: {words}.").format(column=f"`{SAID_IN.get(of.name, 'status')}`", words=words)
            )
        _table(of)


def as_file() -> bytes:
    """The dictionary itself, for those who keep one."""
    rows = [(of.name, column.name, column.kind, _(column.meaning)) for of in DATASETS.values() for column in of.columns]
    names = ["data_set", "column", "type", "meaning"]
    return cells.csv(pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row"))


def other_programs(chosen: Chosen, file: str) -> None:
    """How to read this very file elsewhere, folded."""
    with st.expander(
        _("Use it from polars, pandas, DuckDB, LibreOffice"),
        icon=":material/code:",
        key="export-recipes",
        on_change="rerun",
    ) as fold:
        if fold.open:
            for recipe in recipes(chosen, file):
                st.markdown(f"**{recipe.program}**")
                st.code(recipe.lines, language=recipe.language, wrap_lines=True)
