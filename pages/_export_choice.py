"""What is to be exported: a data set, its limits, its columns and a format. The page's address keeps all of it."""

from collections.abc import Callable
from typing import Any

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lc_core import language
from lc_core.exports import address
from lc_core.exports.address import Offers
from lc_core.exports.chosen import Chosen, Span
from lc_core.exports.datasets import DATASETS, Dataset, Filter
from lc_core.exports.wanted import Format
from lc_core.insight import answers
from lc_core.language import N_, _, ngettext
from lc_core.vocabulary import ContractStatus, ContractType
from pages import _frame, _usage_filters

IGNORED = "export-ignored"
MOST_TOLD, LONGEST_TOLD = 5, 40
STATUS_WORDS = {"ledger": N_("Why a seat moved")}
"""What the status of a row is called, where it is not that."""
SHORT = {Format.CSV: "CSV", Format.PARQUET: "Parquet", Format.XLSX: "XLSX", Format.ARROW: "Arrow"}
Labels = Callable[[Any], str]


def offers() -> Offers:
    """What the visitor can choose among."""
    full = answers.how_full_is_each_contract(_frame.insight(), _frame.actor()).frame
    offered = answers.which_activities_are_offered(_frame.insight(), _frame.actor()).frame
    groups = full["group_name"].unique().to_list()
    named = sorted((name for name in groups if name), key=str.lower)
    return Offers(
        _by_number(full, "contract_id", "title"),
        _by_number(offered, "activity_id", "activity"),
        ["", *named] if named and None in groups else named,
    )


def _by_number(frame: pl.DataFrame, number: str, name: str) -> dict[int, str]:
    return {int(key): label for key, label in _usage_filters.names(frame, number, name).items()}


def begin(offered: Offers) -> DeltaGenerator:
    """At the first look the address chooses. Answers the place where it is told what was left out."""
    if key(address.DATASET) not in st.session_state:
        said = {name: st.query_params.get_all(name) for name in address.NAMES}
        zone = _frame.zone().key
        found = address.read(said, offered, zone if zone in address.zones() else "UTC")
        choose(found.chosen)
        st.session_state[IGNORED] = found.ignored
    return st.container()


def key(name: str) -> str:
    """How the visit calls what the address calls so."""
    return f"export-{name}"


def choose(chosen: Chosen) -> None:
    """All of this is chosen from the next look on; also what a click on a saved export does."""
    st.session_state[IGNORED] = ()
    values = {
        address.DATASET: chosen.dataset,
        address.FORMAT: chosen.format.value,
        address.COLUMN: list(chosen.columns),
        address.CONTRACT: list(chosen.contracts),
        address.GROUP: list(chosen.groups),
        address.TYPE: [one.value for one in chosen.types],
        address.CONTRACT_STATUS: [one.value for one in chosen.contract_statuses],
        address.ACTIVITY: chosen.activity,
        address.STATUS: list(chosen.statuses),
        address.PERIOD: chosen.span.value,
        address.FIRST: chosen.first,
        address.LAST: chosen.last,
        address.ZONE: chosen.zone,
        address.EXCEL: chosen.excel,
    }
    st.session_state.update({key(name): value for name, value in values.items()})


def tell_left_out(place: DeltaGenerator) -> None:
    """What was asked for and is not there, until something else is chosen."""
    ignored = st.session_state.get(IGNORED, ())
    if not ignored:
        return
    told = [f"{name}={value}" for name, value in ignored[:MOST_TOLD]]
    short = [one if len(one) <= LONGEST_TOLD else f"{one[: LONGEST_TOLD - 1]}…" for one in told]
    listed = ", ".join(_frame.safe(one) for one in short) + (" …" if len(ignored) > MOST_TOLD else "")
    words = ngettext(
        "{n} thing that was asked for is not there for you, and was left out: {what}",
        "{n} things that were asked for are not there for you, and were left out: {what}",
        len(ignored),
    )
    place.warning(words.format(n=language.number(len(ignored)), what=listed), icon=":material/link_off:")


def _changed() -> None:
    st.session_state[IGNORED] = ()


def dataset() -> Dataset:
    """Of what there is a row."""
    chosen = st.segmented_control(
        _("Data set"),
        list(DATASETS),
        key=key(address.DATASET),
        required=True,
        format_func=lambda name: _(DATASETS[name].words),
        on_change=_changed,
        persist_state="page",
    )
    return DATASETS[str(chosen)]


def limits(of: Dataset, offered: Offers) -> dict[str, Any]:
    """Which rows."""
    said: dict[str, Any] = {
        "contracts": _several(_("Contracts"), address.CONTRACT, offered.contracts, _("All contracts"))
    } | _of_contracts(offered)
    if Filter.ACTIVITY in of.filters:
        said["activity"] = _activity(offered)
    if Filter.STATUS in of.filters and of.statuses:
        words = {word.value: word.label for word in of.statuses}
        label = STATUS_WORDS.get(of.name, N_("Status"))
        said["statuses"] = _several(_(label), address.STATUS, words, _("Any"))
    if Filter.PERIOD in of.filters:
        said |= _period(of)
    return said


def _of_contracts(offered: Offers) -> dict[str, Any]:
    """Contracts by what they are, folded unless they are limited so."""
    groups, kinds, statuses = (key(name) for name in (address.GROUP, address.TYPE, address.CONTRACT_STATUS))
    set_here = any(st.session_state[name] for name in (groups, kinds, statuses))
    with st.expander(_("Contracts by group, type, status"), expanded=set_here, icon=":material/tune:"):
        names = {name: name or _("In no group") for name in offered.groups}
        types = {word.value: word.label for word in ContractType}
        now = {word.value: word.label for word in ContractStatus}
        return {
            "groups": _several(_("Group"), address.GROUP, names, _("All groups")),
            "types": tuple(map(ContractType.of, _several(_("Type"), address.TYPE, types, _("All types")))),
            "contract_statuses": tuple(
                map(ContractStatus.of, _several(_("Contract status"), address.CONTRACT_STATUS, now, _("Any status")))
            ),
        }


def _several(label: str, name: str, labels: dict[Any, str] | Any, everything: str) -> tuple[Any, ...]:
    """Any of these, in the order in which they are chosen; what is not there any more is chosen no more."""
    gone = [one for one in st.session_state[key(name)] if one not in labels]
    if gone:
        st.session_state[key(name)] = [one for one in st.session_state[key(name)] if one in labels]
        _leave_out(name, gone)
    chosen = st.multiselect(
        label,
        list(labels),
        key=key(name),
        format_func=lambda one: labels.get(one, str(one)),
        placeholder=everything,
        on_change=_changed,
        filter_mode="contains",
        wrap=name != address.CONTRACT,  # of which there may be hundreds
        persist_state="page",
    )
    return tuple(chosen)


def _leave_out(name: str, gone: list[Any]) -> None:
    """A limit that is taken away is told. Columns and statuses that another data set does not have are no limit lost."""
    if name not in {address.COLUMN, address.STATUS}:
        st.session_state[IGNORED] = (*st.session_state[IGNORED], *((name, str(one)) for one in gone))


def _activity(offered: Offers) -> int | None:
    gone = st.session_state[key(address.ACTIVITY)]
    if gone is not None and gone not in offered.activities:
        st.session_state[key(address.ACTIVITY)] = None
        _leave_out(address.ACTIVITY, [gone])
    chosen: int | None = st.selectbox(
        _("Activity"),
        list(offered.activities),
        index=None,
        key=key(address.ACTIVITY),
        format_func=lambda one: offered.activities.get(one, ""),
        placeholder=_("All activities"),
        on_change=_changed,
        filter_mode="contains",
        persist_state="page",
    )
    return chosen


def _period(of: Dataset) -> dict[str, Any]:
    """Days of the instant that the data set is limited by."""
    span = Span.of(
        st.selectbox(
            _("Period"),
            [span.value for span in Span],
            key=key(address.PERIOD),
            format_func=lambda value: Span.of(value).label,
            help=_("By {column}, in days of the time zone chosen below.").format(column=f"`{of.instant}`"),
            on_change=_changed,
            persist_state="page",
        )
    )
    if span is not Span.DATES:
        return {"span": span}
    with st.container(horizontal=True):
        first, last = _day(_("From"), address.FIRST), _day(_("Up to and with"), address.LAST)
    return {"span": span, "first": first, "last": last}


def _day(label: str, name: str) -> Any:
    return st.date_input(
        label,
        value=None,
        key=key(name),
        min_value=address.EARLIEST,
        max_value=address.LATEST,
        format="YYYY-MM-DD",
        on_change=_changed,
        persist_state="page",
    )


def columns(of: Dataset) -> dict[str, Any]:
    """Which columns, in which order; in which zone local times are."""
    names = {name: name for name in of.by_name}
    placeholder = _("All {n} columns").format(n=len(names))
    said: dict[str, Any] = {"columns": _several(_("Columns"), address.COLUMN, names, placeholder)}
    st.caption(_("They stand in the file in the order in which you choose them."))
    said["zone"] = st.selectbox(
        _("Time zone of days and local times"),
        address.zones(),
        key=key(address.ZONE),
        help=_("Of the columns whose names end in `_local`. The others are in UTC."),
        on_change=_changed,
        filter_mode="contains",
        persist_state="page",
    )
    return said


def file_format() -> dict[str, Any]:
    """As which file."""
    chosen = st.segmented_control(
        _("Format"),
        [kind.value for kind in Format],
        key=key(address.FORMAT),
        required=True,
        format_func=lambda value: SHORT[Format.of(value)],
        on_change=_changed,
        persist_state="page",
    )
    kind = Format.of(str(chosen))
    excel = False
    if kind is Format.CSV:
        excel = st.toggle(_("For Excel"), key=key(address.EXCEL), on_change=_changed, persist_state="page")
    return {"format": kind, "excel": excel}


def keep(chosen: Chosen) -> None:
    """The page's address opens what is chosen."""
    others = {name: st.query_params.get_all(name) for name in st.query_params if name not in address.NAMES}
    told = others | address.parameters(chosen)
    if told != {name: st.query_params.get_all(name) for name in st.query_params}:
        st.query_params.from_dict(told)
