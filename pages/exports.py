"""Exports: choose what to take away, see it, make the file; the page's address opens the same choice again."""

from collections.abc import Callable

import streamlit as st

from lc_core.exports.chosen import Chosen
from lc_core.language import N_, _
from lc_core.people import Me
from pages import _export_choice, _export_file, _export_preview, _export_words, _frame, _kept, _places, _saved_exports


def new(me: Me) -> None:
    """What is chosen on the left, and what comes of it on the right."""
    offered = _export_choice.offers()
    left_out = _export_choice.begin(offered)
    of = _export_choice.dataset()
    st.caption(_(of.about))
    choice, shown = st.columns([1, 2], gap="large")
    with choice:
        said = _export_choice.limits(of, offered) | _export_choice.columns(of) | _export_choice.file_format()
        _export_choice.tell_left_out(left_out)
        try:
            chosen = Chosen(of.name, **said)
        except ValueError as wrong:
            st.error(_frame.safe(str(wrong)), icon=":material/block:")
            return
        _export_choice.keep(chosen)
        _export_words.about_format(chosen)
    with shown:
        result(me, chosen)


def result(me: Me, chosen: Chosen) -> None:
    """The preview, the file, and what is to be known of both."""
    found = _frame.found(_export_preview.look, _frame.insight(), chosen)
    _export_file.show(chosen, found, me)
    _export_preview.show(chosen, found, me)
    _export_words.meanings(chosen)
    _export_words.other_programs(chosen, _export_file.name_of(chosen))


def dictionary(_me: Me) -> None:
    _export_words.dictionary()


PARTS: dict[str, tuple[str, Callable[[Me], None]]] = {
    "new": (N_("New export"), new),
    "saved": (N_("Saved exports"), _saved_exports.show),
    "dictionary": (N_("Data dictionary"), dictionary),
}

me = _frame.visitor(_places.sees_contracts)
_frame.head(
    _("Exports"),
    _("Take away exactly the rows you choose, as a file of any size. What you choose stands in the address."),
)
_saved_exports.tell()
part = _kept.tabs(_("Part"), list(PARTS), name="part", labels=lambda name: _(PARTS[name][0]), on_change=lambda: None)
PARTS[part][1](me)
