"""`lc ask`: any question of analytics as a table, as JSON or as CSV."""

import sys
from datetime import date, datetime
from typing import Annotated, Any

import polars as pl
import typer
from rich.markup import escape

from lc_core.cli import tools
from lc_core.cli.tools import AsJson, OnBehalfOf
from lc_core.exports import choosing
from lc_core.insight import answers, cells, limits, people_behind
from lc_core.insight.asking import Period
from lc_core.insight.copy import Insight
from lc_core.insight.limits import Asked, Limits
from lc_core.insight.questions import QUESTIONS, Question
from lc_core.language import _
from lc_core.records.db import Actor
from lc_core.vocabulary import ContractStatus, ContractType
from lc_core.words import Word, visible

commands = typer.Typer()
DAY = "%Y-%m-%d"
Day = Annotated[datetime | None, typer.Option("--from", metavar="DAY", formats=[DAY], help="From this day on (UTC).")]
LastDay = Annotated[
    datetime | None, typer.Option("--to", metavar="DAY", formats=[DAY], help="Up to and with this day.")
]
Codes = Annotated[
    list[str] | None, typer.Option("--contract", metavar="CODE", help="Only this contract; may be said again.")
]
Groups = Annotated[list[str] | None, typer.Option("--group", metavar="NAME", help="Only contracts of this group.")]
Types = Annotated[list[ContractType] | None, typer.Option("--type", help="Only contracts of this type.")]
Statuses = Annotated[
    list[ContractStatus] | None, typer.Option("--contract-status", help="Only contracts that stand so now.")
]


@commands.command()
def ask(
    question: Annotated[str, typer.Argument(metavar="[QUESTION]", help="Its name; --list tells all of them.")] = "",
    contract: Codes = None,
    group: Groups = None,
    contract_type: Types = None,
    contract_status: Statuses = None,
    activity: Annotated[
        str, typer.Option("--activity", metavar="CODE", help="Only contracts that offer it; of activities, only this.")
    ] = "",
    first: Day = None,
    last: LastDay = None,
    of: Annotated[str, typer.Option("--of", metavar="STEP_OR_KIND", help="What a question of people is about.")] = "",
    as_list: Annotated[bool, typer.Option("--list", help="All questions, with what their columns mean.")] = False,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV, for spreadsheets.")] = False,
    actor: OnBehalfOf = "",
) -> None:
    """Any question of analytics, as a table."""
    if as_list:
        _tell_all(as_json=as_json)
        return
    wanted = _question(question)
    about = _about(wanted, of)
    period = _period(wanted, first, last)
    with tools.records() as db:
        who, insight = tools.acting(db, actor), tools.insight(db)
        limited = Limits(
            contracts=[tools.contract_id(db, who, code) for code in contract or ()],
            types=contract_type or (),
            statuses=contract_status or (),
            groups=group or (),
            activity_id=choosing.activity(insight, who, activity) if activity else None,
        )
        answer = _asked(insight, who, limited, period).put(insight, who, wanted, about)
        frame = people_behind.named(insight, who, answer) if "person_id" in wanted.columns else answer.frame
        insight.close()
    _tell(frame, as_json=as_json, as_csv=as_csv)


def _asked(insight: Insight, actor: Actor, limited: Limits, period: Period | None) -> Asked:
    """What the page asks when the same is chosen on it."""
    full = answers.how_full_is_each_contract(insight, actor).frame
    offered = answers.which_activities_are_offered(insight, actor).frame
    return limits.asked(full, offered, limited, period)


def _question(name: str) -> Question:
    if name not in QUESTIONS:
        tools.stop(_("There is no such question. `lc ask --list` tells all of them."), 2)
    return QUESTIONS[name]


def _about(wanted: Question, of: str) -> Word | None:
    """The step or kind that was said; the question's first where none was."""
    if not of:
        return None
    words = {word.value: word for word in wanted.of[1]} if wanted.of else {}
    if of not in words:
        known = ", ".join(words) or _("nothing: this question takes none")
        tools.stop(_("--of can be: {words}.").format(words=known), 2)
    return words[of]


def _period(wanted: Question, first: datetime | None, last: datetime | None) -> Period | None:
    """The days that were said, both included; None where no limit was."""
    if first is None and last is None:
        return None
    if not wanted.of_period:
        tools.stop(_("This question tells of this moment: it has no --from and no --to."), 2)
    period = Period(first.date() if first else date.min, last.date() if last else date.max)
    if period.last < period.first:
        tools.stop(_("--to is before --from."), 2)
    return period


def _tell_all(*, as_json: bool) -> None:
    """The questions and, for scripts, what each of their columns means."""
    if as_json:
        tools.tell([_told(name, question) for name, question in QUESTIONS.items()])
        return
    rows = [
        {
            "name": name,
            "question": _(question.words),
            "period": _("yes") if question.of_period else _("no"),
            "of": ", ".join(word.value for word in question.of[1]) if question.of else "",
        }
        for name, question in QUESTIONS.items()
    ]
    tools.table(("name", "question", "period", "of"), rows)


def _told(name: str, question: Question) -> dict[str, Any]:
    return {
        "name": name,
        "question": _(question.words),
        "definition": _(question.definition),
        "of_period": question.of_period,
        "of": [word.value for word in question.of[1]] if question.of else [],
        "columns": {column: _(meaning) for column, meaning in question.meaning.items()},
    }


def _tell(frame: pl.DataFrame, *, as_json: bool, as_csv: bool) -> None:
    if as_csv:
        sys.stdout.buffer.write(cells.csv(frame))
        sys.stdout.buffer.flush()
    elif as_json:
        tools.tell(frame.to_dicts())
    else:
        tools.table(frame.columns, [_shown(row) for row in frame.to_dicts()])


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """For people: empty where there is nothing, fractions cut, what somebody typed as it stands."""
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: Any) -> Any:
    match value:
        case None:
            return ""
        case float():
            return f"{value:.2f}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case str():
            return escape(visible(value))
        case _:
            return value
