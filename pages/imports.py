"""Imports: the files of the LMS, looked at first, then taken; what became of each row."""

import polars as pl
import streamlit as st

from lc_core import language
from lc_core.errors import Refused
from lc_core.insight import cells
from lc_core.intake import feeds
from lc_core.intake.feed_report import Reject, Report
from lc_core.language import _, ngettext
from lc_core.records.operations import OperationKey
from pages import _frame, _places

MOST_SHOWN = 1000
"""How many rejected rows are listed; the file has all."""


def given() -> tuple[dict[str, bytes], str]:
    """The files as they were uploaded, by name, and a mark that is another for others."""
    names = ", ".join(f"{feed.shape.name}.csv" for feed in feeds.FEEDS)
    st.caption(
        _("Files are known by their names: {names}, or the same as .parquet. They are read and not kept.").format(
            names=_frame.safe(names)
        )
    )
    uploaded = st.file_uploader(
        _("Files from the LMS"), type=["csv", "parquet"], accept_multiple_files=True, key="feeds"
    )
    files = {one.name: one.getvalue() for one in uploaded}
    if len(files) < len(uploaded):
        st.error(_("Two of the files have the same name: keep one of them."))
        return {}, ""
    return files, " ".join(sorted(one.file_id for one in uploaded))


def looked_at(files: dict[str, bytes], mark: str) -> Report | str:
    """What an import would come to, worked out once for the same files; or the sentence why not."""
    kept = st.session_state.get("rehearsed")
    if kept is None or kept[0] != mark:
        with st.spinner(_("Looking at every row. Nothing is written yet.")):
            kept = st.session_state["rehearsed"] = (mark, rehearsed(files))
    return kept[1]


def rehearsed(files: dict[str, bytes]) -> Report | str:
    try:
        return _frame.found(feeds.rehearse, files)
    except Refused as refused:
        return refused.sentence


def table(report: Report) -> None:
    """File by file, how many rows were what."""
    st.dataframe(
        {
            _("File"): [one.file for one in report.files],
            _("Rows"): [one.read for one in report.files],
            _("New"): [one.new for one in report.files],
            _("Changed"): [one.changed for one in report.files],
            _("Unchanged"): [one.unchanged for one in report.files],
            _("Rejected"): [len(one.rejects) for one in report.files],
        },
        hide_index=True,
        alt=_("What becomes of the rows of each file."),
    )
    for notice in report.notices:
        st.info(_frame.safe(notice))
    if report.unregistered:
        n = len(report.unregistered)
        words = ngettext("{n} address is of nobody known.", "{n} addresses are of nobody known.", n)
        st.info(words.format(n=language.number(n)) + " " + _("They are people without an account from then on."))


def rejects(rows: list[Reject], name: str) -> None:
    """The rows that are not taken, each with its line and its reason."""
    if not rows:
        return
    st.markdown(f"**{_('Rejected rows')}**")
    st.dataframe(
        {
            _("File"): [one.file for one in rows[:MOST_SHOWN]],
            _("Line"): [one.line for one in rows[:MOST_SHOWN]],
            _("Why"): [one.sentence for one in rows[:MOST_SHOWN]],
            _("Row"): [told(one) for one in rows[:MOST_SHOWN]],
        },
        hide_index=True,
        height=min(38 + 35 * len(rows), 320),
        alt=_("Rows that are not taken, each with its reason."),
    )
    if len(rows) > MOST_SHOWN:
        st.caption(_("The first {n} of {all}.").format(n=MOST_SHOWN, all=language.number(len(rows))))
    _frame.file(_("Download the rejected rows as CSV"), "rejected.csv", as_file, rows, key=f"{name}-file")


def told(one: Reject) -> str:
    return "; ".join(f"{column}: {cell}" for column, cell in one.row.items() if cell)


def as_file(rows: list[Reject]) -> bytes:
    columns = {"file": pl.String, "line": pl.Int64, "reason": pl.String, "why": pl.String, "row": pl.String}
    lines = [(one.file, one.line, one.reason.value, one.sentence, told(one)) for one in rows]
    return cells.csv(pl.DataFrame(lines, schema=columns, orient="row"))


def take(files: dict[str, bytes], mark: str, key: OperationKey) -> None:
    _frame.act("import", feeds.import_files, files, key=key)
    if not _frame.was_refused():
        st.session_state["taken"] = mark


def outcome(mark: str) -> None:
    """What the last import came to, as long as its files lie here."""
    last = _frame.told("import")
    if last is not None:
        st.session_state["imported"] = last.answer
    report: Report | None = st.session_state.get("imported")
    if report is not None and st.session_state.get("taken") == mark:
        st.success(_("The files were taken."))
        table(report)
        rejects(report.rejects, "imported")


_frame.visitor(_places.manages_place)
_frame.head(
    _("Imports"),
    _(
        "Activities, users, contracts, purchases and enrollments as the LMS tells them. Taken again, they change nothing."
    ),
)
files, mark = given()
outcome(mark)
if files and st.session_state.get("taken") != mark:
    foreseen = looked_at(files, mark)
    if isinstance(foreseen, str):
        st.error(_frame.safe(foreseen), icon=":material/block:")
    else:
        st.subheader(_("What would become of it"))
        table(foreseen)
        rejects(foreseen.rejects, "foreseen")
        st.button(
            _("Take the files"), type="primary", key="take", on_click=take, args=(files, mark, OperationKey.new())
        )
