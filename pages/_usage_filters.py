"""What all charts of seat usage are about: contracts, an activity, a time. The page's address keeps it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
import streamlit as st

from lc_core import language
from lc_core.insight import answers, limits
from lc_core.insight.answers import Period
from lc_core.insight.chart_book import ACTIVITY, CONTRACT
from lc_core.insight.limits import Asked, Limits
from lc_core.insight.usage_charts import Grain
from lc_core.language import N_, _, ngettext
from lc_core.vocabulary import ContractStatus, ContractType
from lc_core.words import Word
from pages import _frame, _kept, _places, _usage_report

ANY = ""
TYPE, STATUS, GROUP, PERIOD, DAYS, GRAIN = "type", "status", "group", "period", "days", "grain"
EVER, OWN, THIS_YEAR = ANY, "own", "year"
BACK = {"28": 28, "90": 90, "365": 365}
PERIODS = {
    EVER: N_("All time"),
    "28": N_("Last 28 days"),
    "90": N_("Last 90 days"),
    "365": N_("Last 12 months"),
    THIS_YEAR: N_("This year"),
    OWN: N_("Own dates"),
}
LONGEST_CHIP = 40


def ask(full: pl.DataFrame) -> Asked:
    """The filters, and what is set of them, each to be taken away. `full`: the answer of how_full_is_each_contract."""
    offered = answers.which_activities_are_offered(_frame.insight(), _frame.actor()).frame
    contracts, activities = names(full, "contract_id", "title"), names(offered, "activity_id", "activity")
    groups = sorted(full["group_name"].drop_nulls().unique().to_list())
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        period = _kept.select(_("Period"), list(PERIODS), name=PERIOD, labels=lambda one: _(PERIODS[one]))
        if period == OWN:
            st.date_input(_("Days"), value=[], key=DAYS, bind="query-params")
        one = _choice(_("Contract"), CONTRACT, contracts, _("All contracts"))
        activity = _choice(_("Activity"), ACTIVITY, activities, _("All activities"))
        with st.popover(_("More filters"), icon=":material/tune:"):
            kind = _choice(_("Type"), TYPE, _labels(ContractType), _("All types"))
            status = _choice(_("Status"), STATUS, _labels(ContractStatus), _("Any status"))
            group = _choice(_("Group"), GROUP, {name: name for name in groups}, _("All groups"))
    wanted = Limits(
        contracts=[int(one)] if one else (),
        types=[ContractType.of(kind)] if kind else (),
        statuses=[ContractStatus.of(status)] if status else (),
        groups=[group] if group else (),
        activity_id=int(activity) if activity else None,
    )
    asked = limits.asked(full, offered, wanted, _period(period))
    _set(
        asked,
        {
            TYPE: kind and ContractType.of(kind).label,
            STATUS: status and ContractStatus.of(status).label,
            GROUP: group,
            CONTRACT: contracts.get(one, ""),
            ACTIVITY: activities.get(activity, ""),
            PERIOD: _(PERIODS[period]) if period else "",
        },
    )
    _ways_on(full, asked, {TYPE: kind, "contract_status": status, GROUP: group, CONTRACT: one, ACTIVITY: activity})
    return asked


def _choice(label: str, name: str, labels: dict[str, str], everything: str) -> str:
    return _kept.select(label, [ANY, *labels], name=name, labels=lambda one: labels.get(one, everything))


def _labels(words: type[Word]) -> dict[str, str]:
    return {word.value: word.label for word in words}


def names(frame: pl.DataFrame, number: str, name: str) -> dict[str, str]:
    """What can be chosen, by title; with its code where the title is another's too."""
    rows = frame.unique(number).sort(pl.col(name).str.to_lowercase(), "code").to_dicts()
    titles = Counter(row[name] for row in rows)
    return {str(row[number]): f"{row[name]} ({row['code']})" if titles[row[name]] > 1 else row[name] for row in rows}


def _period(chosen: str) -> Period | None:
    """The days of a preset, up to today; None for all time, and until the first own day is chosen."""
    today = _frame.database().clock().date()
    if chosen in BACK:
        return Period(today - timedelta(days=BACK[chosen] - 1), today)
    if chosen == THIS_YEAR:
        return Period(today.replace(month=1, day=1), today)
    days: Sequence[date] = st.session_state.get(DAYS) or ()
    if chosen != OWN or not days:
        return None
    return Period(days[0], days[1] if len(days) > 1 else max(today, days[0]))


def grain() -> Grain:
    """How finely time is shown."""
    chosen = _kept.tabs(
        _("Grain"),
        [grain.value for grain in Grain],
        name=GRAIN,
        labels=lambda value: Grain.of(value).label,
        on_change=lambda: None,
    )
    return Grain.of(chosen)


def _set_to(chosen: dict[str, str]) -> None:
    st.session_state.update(chosen)
    if chosen.get(PERIOD) == EVER:
        st.session_state.pop(DAYS, None)
        st.query_params.pop(DAYS, None)


def _set(asked: Asked, told: dict[str, str]) -> None:
    """How many contracts are left, and each filter that is set, to be taken away at a click."""
    active = {name: label for name, label in told.items() if label}
    with st.container(horizontal=True, vertical_alignment="center", key="chips"):
        n = ngettext("{n} contract", "{n} contracts", asked.number).format(n=language.number(asked.number))
        st.caption(f"{n} · {_time(asked.period)}", width="content")
        for name, label in active.items():
            short = label if len(label) <= LONGEST_CHIP else f"{label[: LONGEST_CHIP - 1]}…"
            st.button(
                _frame.safe(short),
                icon=":material/close:",
                key=f"without-{name}",
                on_click=_set_to,
                args=({name: ANY},),
                help=_("Take this filter away."),
            )
        if active:
            everything = dict.fromkeys(active, ANY)
            st.button(_("Clear filters"), key="clear", type="tertiary", on_click=_set_to, args=(everything,))


def _time(period: Period | None) -> str:
    if period is None:
        return _(PERIODS[EVER])
    return f"{language.date(period.first)} – {language.date(period.last)}"


def _ways_on(full: pl.DataFrame, asked: Asked, said: dict[str, str]) -> None:
    """The same as rows of a file; the report of an only contract, and the pages of one that is chosen."""
    period = asked.period
    days = {PERIOD: "dates", "from": str(period.first), "until": str(period.last), "zone": "UTC"} if period else {}
    with st.container(horizontal=True, vertical_alignment="center"):
        _places.link("exports", _("Export these rows"), icon=":material/file_export:", **said, **days)
        contract_id = said[CONTRACT]
        if contract_id:
            _places.link("invitations", _("Invitations"), icon=":material/mail:", contract=contract_id)
            _places.link("activities", _("Learning activities"), icon=":material/school:", contract=contract_id)
            _places.link("ledger", _("Seat ledger"), icon=":material/receipt_long:", contract=contract_id)
        if asked.number == 1:
            _usage_report.offer(full, asked)
