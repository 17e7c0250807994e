"""The file itself: made at a click, however large, with how far it is; and the choice to be shared."""

from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from lc_core import language, people
from lc_core.errors import NotFound
from lc_core.exports import address, made, writing
from lc_core.exports.chosen import Chosen
from lc_core.exports.reading import Look
from lc_core.insight.copy import Insight
from lc_core.language import _, ngettext
from lc_core.people import Me
from lc_core.records.db import Actor, Database
from lc_core.rights import Rights
from lc_core.settings import settings
from pages import _export_preview, _frame, _saved_exports

MADE = "export-made"
MANY = 200_000
"""Rows of a file that is better made beside the page."""


@dataclass(frozen=True)
class Made:
    """A file that was made in this visit: of what, and with which rights."""

    chosen: Chosen
    rights: Rights
    written: writing.Written


def name_of(chosen: Chosen) -> str:
    """How the file is called: what it tells of, and on which day."""
    return f"{chosen.dataset}-{_frame.database().clock():%Y-%m-%d}{chosen.format.ending}"


def show(chosen: Chosen, found: Look, me: Me) -> None:
    """How large it would be, the button that makes it, and what was made."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="export-numbers"):
        _export_preview.numbers(found)
        st.space("stretch")
        _share(chosen)
        _saved_exports.save_dialog(chosen)
        clicked = st.button(_("Make the file"), type="primary", key="export-make", icon=":material/download:")
    if found.rows >= MANY:
        st.caption(
            _(
                "So many rows take a while. Save the choice and make the file under Saved exports: there it goes on by "
                "itself, and you find it again."
            )
        )
    if clicked:
        _make(chosen, me.rights)
    ready: Made | None = st.session_state.get(MADE)
    if ready is not None and (ready.chosen, ready.rights) == (chosen, me.rights):
        _offer(ready)


def _share(chosen: Chosen) -> None:
    """The address that opens this choice, to be copied."""
    with st.popover(_("Share"), icon=":material/share:"):
        st.markdown(_("Whoever opens this address finds the same choice, and of its rows those that they may see."))
        query = urlencode(address.parameters(chosen), doseq=True)
        st.code(f"{settings().base_url.rstrip('/')}/exports?{query}", language=None, wrap_lines=True)


def _make(chosen: Chosen, rights: Rights) -> None:
    """Show how far it is. What was made before is not offered any more."""
    before: Made | None = st.session_state.pop(MADE, None)
    if before is not None:
        made.forget(before.written)
    bar = st.progress(0.0, text=_("Writing"))

    def told(done: int, of: int) -> None:
        words = _("{done} of {all} rows are written.").format(done=language.number(done), all=language.number(of))
        bar.progress(done / of if of else 1.0, text=words)

    try:
        written = _frame.found(_written, _frame.insight(), chosen, told)
    except OSError as failed:
        st.error(_("The file cannot be written: {why}.").format(why=_frame.safe(failed.strerror or str(failed))))
    else:
        st.session_state[MADE] = Made(chosen, rights, written)
    bar.empty()


def _written(_db: Database, actor: Actor, insight: Insight, chosen: Chosen, told: writing.Told) -> writing.Written:
    return made.make(insight, actor, chosen, settings().exports_dir, told)


def _offer(ready: Made) -> None:
    written = ready.written
    words = ngettext("The file is ready: {n} row, {size}.", "The file is ready: {n} rows, {size}.", written.rows)
    as_of = _("Data as of {when}.").format(when=_frame.moment(written.as_of))
    with st.container(horizontal=True, vertical_alignment="center", key="export-ready"):
        st.markdown(words.format(n=language.number(written.rows), size=_size(written.bytes)) + f" {as_of}")
        _frame.download(_("Download"), name_of(ready.chosen), read, ready, key="export-download")


def read(db: Database, actor: Actor, ready: Made) -> bytes:
    """The file, as long as it is there and its asker may see what they might when it was made."""
    me = people.me(db, actor)
    if me is None or me.rights != ready.rights:
        raise NotFound
    try:
        return ready.written.path.read_bytes()
    except FileNotFoundError as gone:
        raise NotFound from gone


def _size(n: int) -> str:
    """Bytes in a unit that leaves few digits."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if n >= size:
            return f"{language.number(round(n / size, 1))} {unit}"
    return f"{language.number(n)} B"
