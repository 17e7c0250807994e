"""One change of the audit log: what was before and after, side by side, and what became of whom."""

import streamlit as st

from lc_core import audit_lists, language
from lc_core.audit_lists import MOST_ITEMS, WholeEntry
from lc_core.language import _
from pages import _frame, _places


def fields(whole: WholeEntry) -> None:
    """Before and after, field by field."""
    if not whole.fields:
        return
    st.subheader(_("Before and after"))
    st.dataframe(
        {
            _("Field"): [one.name for one in whole.fields],
            _("Before"): [one.before for one in whole.fields],
            _("After"): [one.after for one in whole.fields],
        },
        hide_index=True,
        height=min(38 + 35 * len(whole.fields), 620),
        alt=_("What each field said before and after."),
    )


def touched(whole: WholeEntry) -> None:
    """Whom a bulk change touched."""
    if not whole.touched:
        return
    st.subheader(_("What became of whom"))
    st.dataframe(
        {
            _("Person"): [one.person for one in whole.touched],
            _("Outcome"): [one.result.label for one in whole.touched],
        },
        hide_index=True,
        height=min(38 + 35 * len(whole.touched), 620),
        alt=_("People this change touched, one a row."),
    )
    if whole.entry.items > MOST_ITEMS:
        n = language.number(MOST_ITEMS)
        st.caption(_("The first {n} of {all}.").format(n=n, all=language.number(whole.entry.items)))


_frame.visitor(_places.manages_place)
change = _frame.found(audit_lists.one, _frame.number_asked_for("entry"))
said = [_frame.moment(change.entry.at), change.entry.who, change.entry.contract, change.entry.about]
_frame.head(change.entry.event.label, " · ".join(_frame.safe(word) for word in said if word))
_places.link("audit", _("Audit log"), icon=":material/arrow_back:")
if change.why:
    st.text(_("Why: {why}").format(why=change.why))
fields(change)
touched(change)
if not change.fields and not change.touched:
    st.caption(_("Nothing more is told of this change than that it happened."))
place = _("Number {position} of chain {chain} · {hash}")
st.caption(place.format(position=change.entry.position, chain=change.entry.chain, hash=change.hash[:16]))
