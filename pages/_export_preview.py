"""What the file would hold: how many rows, the first of them, of when they are, and who of the people is named in it."""

from typing import Any

import polars as pl
import streamlit as st

from lc_core import language
from lc_core.exports import reading
from lc_core.exports.chosen import Chosen
from lc_core.exports.datasets import DATASETS, LOCAL, Column
from lc_core.exports.reading import Look
from lc_core.insight.copy import Insight
from lc_core.insight.people_behind import NAMED
from lc_core.insight.tables import INSTANT
from lc_core.language import _
from lc_core.people import Me
from lc_core.records.db import Actor, Database
from lc_core.rights import may
from lc_core.vocabulary import Action
from pages import _frame

MOST_ROWS = 14
"""How many rows of the table are seen at once."""


def look(db: Database, actor: Actor, insight: Insight, chosen: Chosen) -> Look:
    """The first rows of what is chosen, as it stands now."""
    return reading.look(insight, actor, chosen.wanted(insight, actor, db.clock()))


def numbers(found: Look) -> None:
    """How large the file would be."""
    st.metric(_("Rows"), language.number(found.rows), width="content")
    st.metric(_("Columns"), language.number(found.frame.width), width="content")


def show(chosen: Chosen, found: Look, me: Me) -> None:
    """The first rows, with what is to be known of them."""
    st.caption(_told(chosen, found))
    if found.rows:
        _table(chosen, found.frame)
    else:
        st.info(_("No row matches. The file would hold the names of its columns and nothing else: take a limit away."))
    if not NAMED.keys().isdisjoint(found.frame.columns):
        st.caption(_whose_names(me))


def _table(chosen: Chosen, rows: pl.DataFrame) -> None:
    of = DATASETS[chosen.dataset].by_name
    st.dataframe(
        rows.to_arrow(),
        hide_index=True,
        height=38 + 35 * min(rows.height, MOST_ROWS),
        column_config={name: _column(of[name]) for name in rows.columns},
        placeholder="",
        alt=_("The first rows of the file."),
    )


def _column(column: Column) -> Any:
    """As the file has it: its own name, times by the same clock."""
    said: dict[str, Any] = {"label": column.name, "help": f"{_(column.meaning)} ({column.kind})"}
    if column.dtype == INSTANT:
        return st.column_config.DatetimeColumn(**said, format="YYYY-MM-DD HH:mm:ss", timezone="UTC")
    if column.dtype == LOCAL:
        return st.column_config.DatetimeColumn(**said, format="YYYY-MM-DD HH:mm:ss")
    if column.dtype == pl.Date:
        return st.column_config.DateColumn(**said, format="YYYY-MM-DD")
    return st.column_config.Column(**said)


def _told(chosen: Chosen, found: Look) -> str:
    """How much of the file is seen, in which order it is, and of when."""
    said = [_(DATASETS[chosen.dataset].order), _("Data as of {when}.").format(when=_frame.moment(found.as_of))]
    if found.rows > found.frame.height:
        shown = _("The first {n} of {all} rows.")
        said.insert(0, shown.format(n=language.number(found.frame.height), all=language.number(found.rows)))
    return " ".join(said)


def _whose_names(me: Me) -> str:
    """Who of the people is named."""
    if may(me.rights, Action.VIEW_PEOPLE):
        return _("People are told by name and address, as your role sees them.")
    if me.rights.own and me.rights.sees_all_contracts:
        return _("People of your own contracts are told by name and address, all others by a pseudonym.")
    if me.rights.own:
        return _("People are told by name and address, as your role sees them.")
    return _(
        "People are told by a pseudonym, the same everywhere, and without their addresses: your role sees no names."
    )
