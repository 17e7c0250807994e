"""The usage report of one contract, to be sent on (R-EXP-3): a page that needs nothing beside itself, and the same as a PDF.

It names those who run the contract, and no learner: idle seats are told in numbers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined, Template

from lc_core import contract_lists, language
from lc_core.errors import NotFound
from lc_core.exports import pdf, report_parts, report_pictures
from lc_core.exports.report_parts import About, Pairs, Part
from lc_core.insight import answers, center
from lc_core.insight.answers import Answer
from lc_core.insight.copy import Insight
from lc_core.language import _
from lc_core.records.db import Actor
from lc_core.settings import settings
from lc_core.wording import seat_rule


@dataclass(frozen=True)
class Report:
    """`facts`: the head of the contract; `made_at`: when the report was made; `as_of`: all that had happened by then is in it."""

    contract_id: int
    title: str
    code: str
    facts: Pairs
    parts: Sequence[Part]
    made_at: datetime
    as_of: datetime

    def html(self) -> str:
        """The page: no script, nothing from elsewhere, light or dark as its reader likes."""
        return _layout().render(
            report=self,
            pictures={part.name: _pictures(part) for part in self.parts},
            when=_when,
            onward=f"{settings().base_url.rstrip('/')}/seat_usage?contract={self.contract_id}",
            lang=language.tag(),
            direction=language.direction(),
            _=_,
        )

    def pdf(self) -> bytes:
        """The same on A4 sheets. Refused where no Chromium prints it."""
        return pdf.printed(self.html())


FORMATS: dict[str, Callable[[Report], bytes]] = {
    ".html": lambda report: report.html().encode(),
    ".pdf": Report.pdf,
}
"""The report as a file, by the file's ending."""


def usage_report(insight: Insight, actor: Actor, contract_id: int) -> Report:
    """The report of a contract that the actor may see; NotFound for any other."""
    seen = contract_lists.one(insight.db, actor, contract_id)
    answer = _how_full(insight, actor, contract_id)
    about = About(insight, actor, seen, answer.frame.row(0, named=True))
    now = insight.db.clock()
    names = contract_lists.run_by(insight.db, actor, contract_id)
    return Report(
        contract_id,
        seen.title,
        seen.code,
        _facts(about, names, now),
        list(report_parts.parts(about)),
        now,
        answer.as_of,
    )


def _how_full(insight: Insight, actor: Actor, contract_id: int) -> Answer:
    """The seats by status. A contract that was made just now may be missing in the copy, which is made anew then."""
    answer = answers.how_full_is_each_contract(insight, actor, [contract_id])
    if answer.frame.is_empty():
        insight.refresh()
        answer = answers.how_full_is_each_contract(insight, actor, [contract_id])
    if answer.frame.is_empty():
        raise NotFound
    return answer


def _facts(about: About, names: Sequence[str], now: datetime) -> Pairs:
    """What is known of the contract itself; what it does not have is left out."""
    seen = about.seen
    told = [
        (_("Code"), seen.code),
        (_("Type"), f"{seen.contract_type.label}. {seat_rule(seen.contract_type)}"),
        (_("Status"), seen.status.label),
        (_("Period"), center.period(about.row, now)),
        (_("Group"), seen.group),
        (_("Contract admins"), ", ".join(names)),
    ]
    return [(term, fact) for term, fact in told if fact]


def _pictures(part: Part) -> list[str]:
    """A part's picture, wide and narrow."""
    return report_pictures.drawn(*part.picture, name=part.name) if part.picture else []


def _when(instant: datetime) -> str:
    zone = ZoneInfo(settings().timezone)
    return f"{language.day_and_time(instant, zone)} ({zone})"


@cache
def _layout() -> Template:
    source = (files("lc_core.exports") / "templates" / "usage_report.html").read_text(encoding="utf-8")
    layout = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    return layout.from_string(source)
