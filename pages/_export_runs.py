"""How the making of a file stands, told alike wherever one is shown; made here where nobody else makes it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lc_core import language
from lc_core.exports import runs
from lc_core.exports.chosen import Chosen, Span
from lc_core.exports.datasets import DATASETS
from lc_core.exports.kept import Kept
from lc_core.exports.reporting import Reports
from lc_core.exports.runs import Run
from lc_core.language import _, ngettext
from lc_core.records.db import Actor, Database
from lc_core.report_rules import RunState
from lc_core.settings import settings
from pages import _export_choice, _frame

LOOKS: dict[RunState, tuple[str, Any]] = {
    RunState.WAITING: (":material/hourglass_empty:", "blue"),
    RunState.RUNNING: (":material/progress_activity:", "violet"),
    RunState.AGAIN: (":material/autorenew:", "orange"),
    RunState.DONE: (":material/check_circle:", "green"),
    RunState.FAILED: (":material/error:", "red"),
}
"""An icon and a colour for each state, beside its word: never the colour alone."""
LOOK_AGAIN = 5.0
"""Seconds between two looks at a run under way."""


# --- told ------------------------------------------------------------------------------------------------------------


def what(chosen: Chosen | None, otherwise: str) -> str:
    """What a choice is of, in a line; `otherwise` where it cannot be exported any more."""
    if chosen is None:
        return otherwise
    words = [_(DATASETS[chosen.dataset].words), _export_choice.SHORT[chosen.format]]
    if chosen.contracts:
        n = len(chosen.contracts)
        words.append(ngettext("{n} contract", "{n} contracts", n).format(n=language.number(n)))
    words += [name or _("In no group") for name in chosen.groups]
    words += [word.label for word in (*chosen.types, *chosen.contract_statuses)]
    if chosen.activity is not None:
        words.append(_("one activity"))
    statuses = DATASETS[chosen.dataset].statuses
    words += [statuses.of(word).label for word in chosen.statuses] if statuses else []
    words += _days(chosen)
    return " · ".join(words)


def _days(chosen: Chosen) -> list[str]:
    if chosen.span is not Span.DATES:
        return [] if chosen.span is Span.ALL else [chosen.span.label]
    ends = [language.date(day) if day else "…" for day in (chosen.first, chosen.last)]
    return [" – ".join(ends)]


def files() -> Mapping[str, str]:
    """What opens each file that is there, by the hash that the records know it by."""
    return Kept(settings().exports_dir).tokens()


def show(run: Run, there: Mapping[str, str], key: str) -> DeltaGenerator:
    """How a run stands, and its file as long as there is one; answers the row, for more. `there`: as `files` tells."""
    icon, colour = LOOKS[run.state]
    row = st.container(horizontal=True, vertical_alignment="center", key=key)
    with row:
        st.badge(run.state.label, icon=icon, color=colour)
        st.markdown(f":small[{_frame.safe(_about(run))}]", width="content")
        download(run, there, f"{key}-file")
    return row


def download(run: Run, there: Mapping[str, str], key: str) -> None:
    """The link to the file, if it is there."""
    token = there.get(run.file, "")
    if token:
        path = urlsplit(settings().base_url).path.rstrip("/")
        st.link_button(_("Download"), f"{path}/exports/files/{token}", icon=":material/download:", key=key)


def _about(run: Run) -> str:
    """When, how much, and what is wrong."""
    words = [_frame.moment(run.finished_at or run.due_at)]
    if run.written is not None and run.rows is not None:
        words.append(far(run.written, run.rows))
    elif run.rows is not None and run.bytes is not None:
        words.append(ngettext("{n} row", "{n} rows", run.rows).format(n=language.number(run.rows)))
        words.append(size(run.bytes))
    if run.folder:
        words.append(run.folder)
    if run.failed_for is not None:
        words.append(run.failed_for.label)
    if run.try_at is not None:
        words.append(_("Next try: {when}").format(when=_frame.moment(run.try_at)))
    if run.file and run.expires_at is not None:
        words.append(_("there until {when}").format(when=_frame.day(run.expires_at)))
    return " · ".join(words)


def far(done: int, of: int) -> str:
    """How far a file is."""
    return _("{done} of {all} rows are written.").format(done=language.number(done), all=language.number(of))


def size(n: int) -> str:
    """Bytes in a unit that leaves few digits."""
    for unit, large in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if n >= large:
            return f"{language.number(round(n / large, 1))} {unit}"
    return f"{language.number(n)} B"


# --- followed --------------------------------------------------------------------------------------------------------


def watch(shown: Sequence[Run], now: Callable[[], Sequence[Run]]) -> None:
    """While something is being made the page looks now and then, and shows what has become of it."""
    if any(runs.is_under_way(run) for run in shown):
        st.fragment(_look, run_every=LOOK_AGAIN)(_standing(shown), now)


def _look(before: list[tuple[int, RunState, int | None]], now: Callable[[], Sequence[Run]]) -> None:
    if _standing(now()) != before:
        st.rerun()


def _standing(shown: Sequence[Run]) -> list[tuple[int, RunState, int | None]]:
    return [(run.id, run.state, run.written) for run in shown]


def follow(run: Run, now: Callable[[], Sequence[Run]]) -> None:
    """The same of one run under way, with how far it is."""
    st.fragment(_follow, run_every=LOOK_AGAIN)(run.id, now)


def _follow(run_id: int, now: Callable[[], Sequence[Run]]) -> None:
    run = next((one for one in now() if one.id == run_id), None)
    if run is None or not runs.is_under_way(run):
        st.rerun()
    show(run, {}, "export-stands")
    if run.rows and run.written is not None:
        st.progress(run.written / run.rows)


def unattended(shown: Sequence[Run]) -> list[int]:
    """Those that wait while no worker makes any, the oldest first."""
    waiting = [run.id for run in reversed(shown) if runs.is_under_way(run)]
    return [] if not waiting or _frame.found(runs.is_attended) else waiting


def make_here(run_ids: Sequence[int]) -> None:
    """Make these files, unless somebody else does, and show how far each is. Whoever leaves lets go of the one under way."""
    bar = st.empty()

    def told(done: int, of: int) -> None:
        bar.progress(done / of if of else 1.0, text=far(done, of))

    for run_id in run_ids:
        _frame.found(_made, run_id, told)
    bar.empty()


def _made(_db: Database, actor: Actor, run_id: int, told: Callable[[int, int], None]) -> str:
    return Reports.of(_frame.insight(), settings(), by=actor).make(run_id, told)
