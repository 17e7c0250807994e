"""What pages share: the records, who is here, how things are told, and the one way to show what people typed."""

import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from mimetypes import guess_type
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import streamlit as st

from lc_core import language, people
from lc_core.errors import NotFound, Refused
from lc_core.insight import seats_told
from lc_core.insight.copy import Insight
from lc_core.language import _
from lc_core.people import Me
from lc_core.records.db import Actor, Database
from lc_core.records.operations import OperationKey
from lc_core.settings import open_database, settings
from lc_core.sign_ins import SignIn
from lc_core.vocabulary import ContractType
from pages import _who

T = TypeVar("T")
BAR_HEIGHT = 56
HERE = "here"
_JOINER = "\u2060"
_ESCAPED = {ord(symbol): f"\\{symbol}" for symbol in string.punctuation}
_ESCAPED |= {ord(symbol): f"\\{symbol}{_JOINER}" for symbol in ":@."}
_ESCAPED |= {ord(end): " " for end in "\r\n\t\v\f\x85\u2028\u2029"}


def safe(text: str) -> str:
    """What somebody typed, for a place that reads Markdown: every sign means itself, and nothing is fetched.

    The invisible joiner keeps addresses from turning into links and words between colons from turning into icons.
    """
    return text.translate(_ESCAPED)


@st.cache_resource(show_spinner=False, on_release=lambda installed: installed.db.close())
def insight() -> Insight:
    """The analytic copy of this process."""
    return Insight(open_database(), settings().copy_dir)


def database() -> Database:
    """The records of this process."""
    return insight().db


def who_is_here() -> Me | None:
    """Who signed in, with the rights they have now; None where nobody did or may act any more."""
    person_id = _who.person_id(database())
    if person_id is None:
        return None
    me = people.me(database(), Actor.person(person_id))
    if me is None:
        _who.out()
    return me


def enters(me: Me) -> None:
    """Whom the shell lets through to the page of this run, so that the page need not read it again; for one use."""
    st.session_state[HERE] = me


def sign_in(person_id: int) -> None:
    """Be somebody (demo only)."""
    if settings().auth == "demo":
        st.session_state["person_id"] = person_id


def sign_out() -> None:
    _who.leave(database())


def visitor(offered: Callable[[Me], bool]) -> Me:
    """Who looks at this page; whoever it is not for sees nothing of it, however they came."""
    me = st.session_state.pop(HERE, None) or who_is_here()
    if me is None or not offered(me):
        nothing_here()
    return me


def nothing_here() -> NoReturn:
    """The one answer to what does not exist and to what is not yours."""
    st.title(_("Nothing here"))
    st.write(NotFound().sentence)
    st.stop()


def actor() -> Actor:
    """Whoever acts. A click runs before its page asks who is here, so it is asked here too."""
    person_id = _who.person_id(database())
    if person_id is None:
        raise NotFound
    return Actor.person(person_id)


def banner(me: Me | None) -> None:
    """As whom one is here, on every page; in the demo also that it is one."""
    demo = settings().auth == "demo"
    if me is None and not demo:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="banner"):
        if demo:
            st.caption(_("Demo: whoever sits at this machine may be anyone here."))
        if me is not None:
            st.caption(_("You are **{name}**.").format(name=safe(me.name)))
            label = _("Be somebody else") if demo else _("Sign out")
            st.button(label, on_click=sign_out, type="tertiary", key="sign-out")


def head(title: str, sentence: str, as_of: datetime | None = None) -> None:
    """A page's heading and the sentence that says what it is. `title` and `sentence` are Markdown."""
    st.title(title)
    told = _("Data as of {when}.").format(when=moment(as_of)) if as_of else ""
    st.caption(f"{sentence} {told}")


def zone() -> ZoneInfo:
    """The viewer's zone, as the browser tells it, else the organisation's."""
    try:
        return ZoneInfo(st.context.timezone or settings().timezone)
    except (ValueError, OSError):
        return ZoneInfo(settings().timezone)


def moment(instant: datetime | None, here: ZoneInfo | None = None) -> str:
    """An instant as the viewer reads it; a dash for none. `here`: the viewer's zone, where many are told."""
    return "–" if instant is None else language.day_and_time(instant, here or zone())


def day(instant: datetime | None, here: ZoneInfo | None = None) -> str:
    """The day of an instant where the viewer is; a dash for none."""
    return "–" if instant is None else language.date(instant.astimezone(here or zone()).date())


def contract_asked_for() -> int:
    """The contract in the page's address."""
    return number_asked_for("contract")


def number_asked_for(name: str) -> int:
    asked = st.query_params.get(name, "")
    if not asked.isascii() or not asked.isdigit() or len(asked) > len(str(2**62)):
        nothing_here()
    return int(asked)


def found(ask: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """What a noun answers the visitor; nothing here for what is not theirs."""
    try:
        return ask(database(), actor(), *args, **kwargs)
    except NotFound:
        nothing_here()


@dataclass(frozen=True)
class Told:
    """What came of a click, kept until it is shown."""

    what: str
    answer: Any = None
    refused: str = ""


def act(what: str, verb: Callable[..., Any], *args: Any, key: OperationKey, **kwargs: Any) -> None:
    """A click: one verb, with the key that was minted when the button was drawn; what comes of it is told at the next run."""
    try:
        st.session_state["told"] = Told(what, verb(database(), actor(), *args, key=key, **kwargs))
    except Refused as refused:
        st.session_state["told"] = Told(what, refused=refused.sentence)
    answered()


def download(label: str, name: str, make: Callable[..., bytes], *args: Any, key: str, **kwargs: Any) -> None:
    """A file of the records that is made at the click, with the rights of whoever drew the button, read anew then."""
    file(label, name, partial(_made, _who.sign_in(), make, database(), actor(), **kwargs), *args, key=key)


def _made(sign_in: SignIn | None, make: Callable[..., bytes], db: Database, *args: Any, **kwargs: Any) -> bytes:
    """A click on a file comes without its session, which may have ended meanwhile."""
    if _who.is_over(db, sign_in):
        raise NotFound
    return make(db, *args, **kwargs)


def file(label: str, name: str, make: Callable[..., bytes], *args: Any, key: str) -> None:
    """A file that is made at the click; its kind is told by its name (`.csv`, `.json`)."""
    st.download_button(
        label,
        partial(make, *args),
        file_name=re.sub(r"[^\w.-]+", "-", name),
        mime=guess_type(name)[0],
        on_click="ignore",
        icon=":material/download:",
        key=key,
    )


def told(*only: str) -> Told | None:
    """What the last click did, once. A refusal is shown here, alike on every page. `only`: if it was one of these."""
    last = st.session_state.get("told")
    if last is None or (only and last.what not in only):
        return None
    del st.session_state["told"]
    if last.refused:
        st.error(safe(last.refused), icon=":material/block:")
        return None
    return last


def was_refused() -> bool:
    """Whether the click that just ran was refused."""
    last = st.session_state.get("told")
    return last is not None and bool(last.refused)


def ask(question: str, about: Any = None) -> None:
    """Open the dialog of this name at the next run; what it is about is kept with it."""
    st.session_state["asked"], st.session_state["asked_about"] = question, about


def asked() -> str:
    """Which dialog is open, if any."""
    return str(st.session_state.get("asked", ""))


def asked_about() -> Any:
    """What the open dialog is about: ids or a filter, never a position on the page."""
    return st.session_state.get("asked_about")


def confirm(label: str, click: Callable[..., None], *args: Any, key: str, disabled: bool = False) -> None:
    """The button of a dialog that does it. A click inside a dialog runs the dialog alone, so the page is run after it."""
    if not asked():
        st.rerun()
    st.button(label, type="primary", key=key, disabled=disabled, on_click=click, args=args)


def answered() -> None:
    """The dialog is closed."""
    st.session_state.pop("asked", None)


def seats_bar(row: dict[str, Any], contract_type: ContractType) -> None:
    """The seats of one contract by status, in the words of its type, as a bar with its numbers (R-SEAT-10)."""
    told = seats_told.described(row, contract_type)
    st.vega_lite_chart(seats_told.drawn(row, contract_type), height=BAR_HEIGHT, alt=told)
