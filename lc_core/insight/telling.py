"""What each chart shows, said in words: beneath it for everybody, and in its place for those who do not see it."""

from itertools import pairwise
from typing import Any

import polars as pl

from lc_core import language
from lc_core.insight import contract_charts, drawing, forecast_charts, people_charts, usage_charts
from lc_core.insight.drawing import MOST_ROWS, Row
from lc_core.insight.states import Idle, Movement, Step, Verdict
from lc_core.language import _, ngettext
from lc_core.vocabulary import EnrollmentStatus


def _only_first(rows: int, most: int = MOST_ROWS) -> list[str]:
    """That not all rows are drawn, where it is so."""
    if rows <= most:
        return []
    return [
        _("The first {n} of {all} are drawn; the table has all.").format(
            n=language.number(most), all=language.number(rows)
        )
    ]


def _contracts(n: int) -> str:
    return people_charts.contracts_told(n)


def seats_over_time(days: pl.DataFrame) -> str:
    """From the first to the last day, and the most between them."""
    first, last = days.row(0, named=True), days.row(-1, named=True)
    told = [
        _("On {day} {used} seats were used ({share}).").format(
            day=language.date(last["day"]),
            used=drawing.of_all(last["used"], last["capacity"]),
            share=drawing.share(last["used"], last["capacity"]),
        )
    ]
    if days.height > 1:
        told.append(
            _("On {day} it was {used}.").format(
                day=language.date(first["day"]), used=drawing.of_all(first["used"], first["capacity"])
            )
        )
        most = days.sort("used", "day", descending=[True, False]).row(0, named=True)
        told.append(
            _("The most was {n}, on {day}.").format(n=language.number(most["used"]), day=language.date(most["day"]))
        )
    return " ".join(told)


def run_out(answer: pl.DataFrame) -> str:
    """How many run out, and the first of them."""
    by_verdict = {word: answer.filter(pl.col("verdict") == word.value) for word in Verdict}
    runs, full = by_verdict[Verdict.RUNS_OUT], by_verdict[Verdict.FULL].height
    n = runs.height
    of = ngettext("Of {n} active contract", "Of {n} active contracts", answer.height)
    told = [
        _("{of_contracts} {runs} of seats before the end at the pace of the last 28 days, {full} already.").format(
            of_contracts=of.format(n=language.number(answer.height)),
            runs=ngettext("{n} runs out", "{n} run out", n).format(n=language.number(n)),
            full=ngettext("{n} is full", "{n} are full", full).format(n=language.number(full)),
        )
    ]
    if n:
        first = runs.sort("run_out_on", "contract_id").row(0, named=True)
        told.append(
            _("The first is {contract}, on {day}.").format(
                contract=first["contract"], day=language.date(first["run_out_on"])
            )
        )
    return " ".join([*told, *_only_first(forecast_charts.running_out(answer).height)])


def by_month(answer: pl.DataFrame) -> str:
    """The fullest and the emptiest of the last month, and which contracts are drawn."""
    told = answer.filter(pl.col("utilisation").is_not_null())
    last = told.filter(pl.col("month") == told["month"].max()).sort(
        "utilisation", "contract_id", descending=[True, False]
    )
    sentences = [_last_month(last)]
    contracts = told["contract_id"].n_unique()
    if contracts > drawing.MOST_IN_HEATMAP:
        sentences.append(
            _("The {n} largest of {all} contracts are drawn; the table has all.").format(
                n=language.number(drawing.MOST_IN_HEATMAP), all=language.number(contracts)
            )
        )
    return " ".join(sentences)


def _last_month(last: pl.DataFrame) -> str:
    """`last`: the contracts in the last month, the fullest first."""
    fullest, emptiest = last.row(0, named=True), last.row(-1, named=True)
    said = {"month": language.month(fullest["month"]), "contract": fullest["contract"], "share": _used(fullest)}
    if last.height == 1:
        return _("In {month} {share} of the seats of {contract} were used.").format(**said)
    return _(
        "In {month} {contract} was the fullest with {share} of its seats used, and the emptiest was {other} with {less}."
    ).format(**said, other=emptiest["contract"], less=_used(emptiest))


def _used(row: Row) -> str:
    return drawing.share(row["used"], row["seats"])


def funnel(answer: pl.DataFrame) -> str:
    """Each step with its share, and where most stop."""
    rows = answer.to_dicts()
    invited = rows[0]["people"]
    steps = [
        f"{Step.of(row['step']).label}: {language.number(row['people'])} ({drawing.share(row['people'], invited)})"
        for row in rows[1:]
    ]
    told = _("{people} invited.").format(people=drawing.people_told(invited))
    return " ".join([told, f"{'; '.join(steps)}.", *_widest_gap(rows)])


def _widest_gap(rows: list[dict[str, Any]]) -> list[str]:
    gaps = [(here["people"] - after["people"], here["step"]) for here, after in pairwise(rows)]
    lost, step = max(gaps, key=lambda gap: gap[0])
    if not lost:
        return []
    return [_("Most stop at {step}: {people}.").format(step=Step.of(step).label, people=drawing.people_told(lost))]


def people_there(answer: pl.DataFrame) -> str:
    """How many people, in how many contracts."""
    contracts = answer["contract_id"].n_unique()
    told = _("{people} in {contracts}.").format(
        people=drawing.people_told(answer["person_id"].n_unique()), contracts=_contracts(contracts)
    )
    return " ".join([told, *_only_first(contracts)])


def how_long(answer: pl.DataFrame) -> str:
    """All months together, first for accepting, then for enrolling."""
    together = answer.filter(pl.col("month").is_null())
    if together.is_empty():
        return ""
    row = together.row(0, named=True)
    sent = ngettext("{n} invitation was sent.", "{n} invitations were sent.", row["sent"])
    return " ".join([sent.format(n=language.number(row["sent"])), *_way(row, "accept"), *_way(row, "enroll")])


def _way(row: Row, way: str) -> list[str]:
    if row[f"{way}_median_days"] is None:
        return []
    texts = {
        "accept": _("{n} were accepted, half of them within {median}, nine in ten within {p90}."),
        "enroll": _("{n} led to an enrollment, half of them within {median}, nine in ten within {p90}."),
    }
    return [
        texts[way].format(
            n=language.number(row[f"{way}ed"]),
            median=people_charts.days_told(row[f"{way}_median_days"]),
            p90=people_charts.days_told(row[f"{way}_p90_days"]),
        )
    ]


def cohorts(answer: pl.DataFrame) -> str:
    """The last month, and the one that got furthest."""
    last = answer.sort("month").row(-1, named=True)
    told = [
        _(
            "Of {people} first invited in {month}, {enrolled} enrolled and {completed} completed an activity by now."
        ).format(
            people=drawing.people_told(last["invited"]),
            month=language.month(last["month"]),
            enrolled=drawing.share(last["enrolled"], last["invited"]),
            completed=drawing.share(last["completed"], last["invited"]),
        )
    ]
    if answer.height > 1:
        share = pl.col("completed") / pl.col("invited")
        best = answer.with_columns(share=share).sort("share", "month", descending=True).row(0, named=True)
        told.append(
            _("The most completed of those of {month}: {share}.").format(
                month=language.month(best["month"]), share=drawing.share(best["completed"], best["invited"])
            )
        )
    return " ".join(told)


def code(answer: pl.DataFrame) -> str:
    by_code, everybody, enrolled = (int(answer[name].sum()) for name in ("by_code", "invited", "enrolled"))
    told = _("{part} people ({share}) came by the code without an invitation; {enrolled} of them enrolled.").format(
        part=drawing.of_all(by_code, everybody),
        share=drawing.share(by_code, everybody),
        enrolled=language.number(enrolled),
    )
    return " ".join([told, *_only_first(answer.filter(pl.col("by_code") > 0).height)])


def activities(answer: pl.DataFrame) -> str:
    """How many enrollments, how many of them completed, and where most are."""
    totals = people_charts.most_enrolled(answer)
    n, completed = int(totals["enrollments"].sum()), int(totals["completed"].sum())
    most = totals.row(0, named=True)
    told = ngettext("{n} enrollment in {activities}.", "{n} enrollments in {activities}.", n).format(
        n=language.number(n),
        activities=ngettext("{n} activity", "{n} activities", totals.height).format(n=language.number(totals.height)),
    )
    said = _("{status}: {share}.").format(status=EnrollmentStatus.COMPLETED.label, share=drawing.share(completed, n))
    where = _("Most are in {activity}.").format(activity=most["activity"])
    return " ".join([told, said, *([where] if totals.height > 1 else []), *_only_first(totals.height)])


def offered(answer: pl.DataFrame) -> str:
    n = answer["activity_id"].n_unique()
    told = ngettext("{n} activity is offered in {contracts}.", "{n} activities are offered in {contracts}.", n)
    said = told.format(n=language.number(n), contracts=_contracts(answer["contract_id"].n_unique()))
    return " ".join([said, *_only_first(n)])


def ending(answer: pl.DataFrame) -> str:
    """How many end within each number of days, and how many seats are unused in them."""
    told = []
    for days in contract_charts.BANDS:
        these = answer.filter(pl.col("days_left") <= days)
        seats = drawing.seats_told(int(these["unused"].sum()))
        told.append(
            _("{within}: {contracts}, {seats} unused").format(
                within=contract_charts.within(days), contracts=_contracts(these.height), seats=seats
            )
        )
    return " ".join([f"{'; '.join(told)}.", *_only_first(answer.height)])


def over_invited(answer: pl.DataFrame) -> str:
    n = answer.height
    told = ngettext(
        "{n} contract is over-invited, by {seats}.", "{n} contracts are over-invited, by {seats} in all.", n
    )
    seats = drawing.seats_told(int(answer["over_invited"].sum()))
    return " ".join([told.format(n=language.number(n), seats=seats), *_only_first(n)])


def fullest(active: pl.DataFrame) -> str:
    """`active`: what `contract_charts.at_either_end` left."""
    first, last = active.row(0, named=True), active.row(-1, named=True)
    said = {"contract": first["contract"], "share": _used(first)}
    if active.height == 1:
        return _("{share} of the seats of {contract} are used.").format(**said)
    return _("The fullest is {contract} with {share} of its seats used, the emptiest {other} with {less}.").format(
        **said, other=last["contract"], less=_used(last)
    )


def idle(answer: pl.DataFrame) -> str:
    """How many seats in all, and of each kind."""
    seats, contracts = int(answer["seats"].sum()), answer["contract_id"].n_unique()
    kinds = [
        f"{kind.label}: {language.number(int(answer.filter(pl.col('kind') == kind.value)['seats'].sum()))}"
        for kind in Idle
    ]
    told = ngettext("{n} seat is idle in {contracts}.", "{n} seats are idle in {contracts}.", seats)
    said = told.format(n=language.number(seats), contracts=_contracts(contracts))
    return " ".join([said, f"{'; '.join(kinds)}.", *_only_first(contracts)])


def renewals(answer: pl.DataFrame) -> str:
    """How many are due, how many of them are renewed, and the first that is not."""
    waiting = forecast_charts.due(answer.filter(~pl.col("renewed")))
    n = answer.height
    told = [
        ngettext("{n} contract is due, {renewed} renewed.", "{n} contracts are due, {renewed} renewed.", n).format(
            n=language.number(n), renewed=language.number(n - waiting.height)
        )
    ]
    if not waiting.is_empty():
        first = waiting.row(0, named=True)
        told.append(
            _("The first not renewed yet is {contract}, its last day {day}.").format(
                contract=first["contract"], day=drawing.last_day(first["ends_at"])
            )
        )
    return " ".join([*told, *_only_first(n)])


def changes(answer: pl.DataFrame) -> str:
    told = [
        f"{Movement.of(row['what']).label}: {usage_charts.compared(row['now'], row['before'])}"
        for row in answer.iter_rows(named=True)
    ]
    return f"{'; '.join(told)}."
