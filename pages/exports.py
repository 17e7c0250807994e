"""Exports: choose what to take away, see it, make the file; the page's address opens the same choice again."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

import streamlit as st

from lc_core.exports import asked, reading
from lc_core.exports.chosen import Chosen
from lc_core.exports.reading import Look
from lc_core.exports.wanted import Format
from lc_core.language import N_, _
from lc_core.people import Me
from pages import (
    _export_choice,
    _export_file,
    _export_preview,
    _export_words,
    _frame,
    _kept,
    _places,
    _recent_files,
    _saved_exports,
)

T = TypeVar("T")


def new(me: Me) -> None:
    """What is chosen on the left, and what comes of it on the right."""
    standing = _frame.found(reading.standing)
    offered = unless_same("export-offers", standing, _export_choice.offers)
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
        look = partial(_frame.found, _export_preview.look, _frame.insight(), chosen)
        rows = replace(chosen, format=Format.CSV, excel=False)  # every format has the same
        result(me, chosen, unless_same("export-look", (rows, standing), look))


def unless_same(name: str, depends_on: object, make: Callable[[], T]) -> T:
    """What was made at an earlier run, as long as what it depends on is equal."""
    kept = st.session_state.get(name)
    if kept is None or kept[0] != depends_on:
        kept = st.session_state[name] = (depends_on, make())
    made: T = kept[1]
    return made


def result(me: Me, chosen: Chosen, found: Look) -> None:
    """The preview, the file, and what is to be known of both."""
    drawn = _export_file.show(chosen, found)
    _export_preview.show(chosen, found, me)
    _export_words.meanings(chosen)
    _export_words.other_programs(chosen, asked.file_name(_frame.database(), chosen))
    _export_file.finish(drawn, chosen, found.rows)


def dictionary(_me: Me) -> None:
    _export_words.dictionary()


PARTS: dict[str, tuple[str, Callable[[Me], None]]] = {
    "new": (N_("New export"), new),
    "recent": (N_("Recent files"), _recent_files.show),
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
