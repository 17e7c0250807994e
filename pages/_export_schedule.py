"""When a saved export is made by itself: the words that say it, and the dialog that sets it."""

from datetime import time
from typing import Any

import streamlit as st

from lc_core import language, report_rules
from lc_core.exports import address, schedules
from lc_core.exports.saved import Saved
from lc_core.language import N_, _
from lc_core.records.operations import OperationKey
from lc_core.report_rules import Often, Schedule
from lc_core.settings import settings
from pages import _frame

SET = "schedule-export"
LAST = 31
MORNING = time(7)
LETTER, FOLDER = "letter", "folder"
WAYS = {LETTER: N_("A letter with a link"), FOLDER: N_("A folder")}


def words(schedule: Schedule) -> str:
    """When and where to, as Markdown."""
    at = language.time_of_day(schedule.at)
    match schedule.often:
        case Often.WEEKLY:
            when = _("Weekly, {weekday}, {time}").format(weekday=language.weekday(schedule.weekday), time=at)
        case Often.MONTHLY if schedule.day == LAST:
            when = _("Monthly, the last day, {time}").format(time=at)
        case Often.MONTHLY:
            when = _("Monthly, day {n}, {time}").format(n=schedule.day, time=at)
        case _daily:
            when = _("Daily, {time}").format(time=at)
    where = _("into {folder}").format(folder=schedule.folder) if schedule.folder else _("by a letter with a link")
    return _frame.safe(f"{when} ({schedule.zone}), {where}.")


@st.dialog(_("Schedule"), on_dismiss=_frame.answered)
def dialog(one: Saved) -> None:
    """All that can be said of it, beginning with what is set now."""
    now = one.schedule or Schedule(Often.WEEKLY, MORNING, _frame.zone().key)
    st.caption(_frame.safe(one.name))
    wanted = Schedule(**{**_when(one, now), "folder": _where(one, now)})
    why_not = report_rules.why_not_schedule(wanted, settings().folders)
    if why_not is None:
        due = report_rules.next_due(wanted, _frame.database().clock()).at
        st.markdown(_("The first one comes {when}.").format(when=_frame.moment(due)))
    else:
        st.warning(_frame.safe(why_not.label), icon=":material/block:")
    blocked = why_not is not None
    _frame.confirm(_("Schedule"), _set, one.id, wanted, OperationKey.new(), key="schedule-yes", disabled=blocked)


def _when(one: Saved, now: Schedule) -> dict[str, Any]:
    often = Often.of(
        st.segmented_control(
            _("How often"),
            [word.value for word in Often],
            default=now.often.value,
            required=True,
            format_func=lambda value: Often.of(value).label,
            key=f"often-{one.id}",
        )
    )
    said: dict[str, Any] = {"often": often}
    if often is Often.WEEKLY:
        said["weekday"] = st.selectbox(
            _("On"), range(7), index=now.weekday, format_func=language.weekday, key=f"weekday-{one.id}"
        )
    if often is Often.MONTHLY:
        said["day"] = st.selectbox(
            _("On day"), range(1, LAST + 1), index=now.day - 1, format_func=_day, key=f"day-{one.id}"
        )
    said["at"] = st.time_input(_("At"), value=now.at, key=f"at-{one.id}", step=900)
    zones = address.zones()
    begin = zones.index(now.zone) if now.zone in zones else 0
    said["zone"] = st.selectbox(_("By the clocks of"), zones, index=begin, key=f"zone-{one.id}", filter_mode="contains")
    return said


def _day(number: int) -> str:
    return _("the last one") if number == LAST else language.number(number)


def _where(one: Saved, now: Schedule) -> str:
    """The folder, or nothing for a letter."""
    allowed = settings().folders
    way = st.radio(
        _("Where to"),
        list(WAYS),
        index=list(WAYS).index(FOLDER if now.folder else LETTER),
        format_func=lambda name: _(WAYS[name]),
        horizontal=True,
        key=f"where-{one.id}",
        disabled=not allowed and not now.folder,
    )
    if not allowed:
        st.caption(_("Files can go into folders too, where whoever runs the product allows some (LC_EXPORT_FOLDERS)."))
    if way != FOLDER:
        return ""
    first = now.folder or (allowed[0] if allowed else "")
    folder = st.text_input(_("Folder"), value=first, key=f"folder-{one.id}", max_chars=1000)
    st.caption(_("One of these, or a folder in one: {folders}").format(folders=_frame.safe(", ".join(allowed))))
    return (folder or "").strip().rstrip("/")


def _set(saved_id: int, wanted: Schedule, key: OperationKey) -> None:
    _frame.act(SET, schedules.schedule, saved_id, wanted, allowed=settings().folders, key=key)
