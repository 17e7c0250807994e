"""What the LMS and the shop bring: batches as in the feeds, decided as the feeds decide, and single purchases."""

from dataclasses import asdict
from typing import Any

from lc_core import addresses, purchases
from lc_core.addresses import Address
from lc_core.errors import Refused
from lc_core.intake import feed_cells, feed_files
from lc_core.intake import feeds as intake
from lc_core.intake.feed_files import Row
from lc_core.intake.feed_report import Reject as Rejected
from lc_core.purchases import Order
from lc_core.reasons import Reason
from lc_core.rights import TokenScope
from lc_core.vocabulary import Action
from lc_core.web.api import answers
from lc_core.web.api.answers import Purchase, Report
from lc_core.web.api.bodies import Activities, Body, Buying, Enrollments, Users
from lc_core.web.api.registry import Call, writes

Kept = dict[str, Any]
"""A report without what its rows hold: they are in the request, which a repeat brings again."""
_FEEDS = {feed.shape.name: feed for feed in intake.FEEDS}


def _feed(name: str) -> Any:
    def does(call: Call) -> Kept:
        feed, rows = _FEEDS[name], [_cells(row) for row in call.body.rows]
        report = intake.take(call.db, call.actor, [(feed, feed_files.of_rows(feed.shape, rows))])
        whole = report.as_json()
        lines = _lines(rows, report.unregistered)
        rejects = [_without_row(one) for one in report.rejects]
        return {"files": whole["files"], "rejects": rejects, "notices": whole["notices"], "unregistered": lines}

    return does


def _cells(row: Body) -> dict[str, str]:
    """What the row names, as a file would spell it."""
    return {name: getattr(row, name) or "" for name in row.model_fields_set}


def _lines(rows: list[dict[str, str]], unregistered: list[str]) -> list[int]:
    """The first row of each of these addresses, instead of the address."""
    wanted, found = set(unregistered), dict[str, int]()
    for line, row in enumerate(rows if wanted else [], start=1):
        address = addresses.parse(row["email"])
        if isinstance(address, Address) and address.display in wanted:
            found.setdefault(address.display, line)
    return [found[address] for address in unregistered]


def _without_row(one: Rejected) -> Kept:
    return {"file": one.file, "line": one.line, "reason": one.reason.value, "detail": one.sentence}


def _report(call: Call, kept: Kept) -> Report:
    rows = call.body.rows
    rejects = [
        answers.Reject(**one, row=rows[one["line"] - 1].model_dump(exclude_unset=True)) for one in kept["rejects"]
    ]
    known = [addresses.parse(rows[line - 1].email) for line in kept["unregistered"]]
    unregistered = [one.display for one in known if isinstance(one, Address)]
    return Report(files=kept["files"], rejects=rejects, notices=kept["notices"], unregistered=unregistered)


@writes("PUT", "/users", TokenScope.FEEDS, Users, _feed("users"), action=Action.MANAGE_PLACE)
def put_users(call: Call, kept: Kept) -> Report:
    """Register users, and take over names and addresses that changed. Nobody is removed."""
    return _report(call, kept)


@writes("PUT", "/activities", TokenScope.FEEDS, Activities, _feed("activities"))
def put_activities(call: Call, kept: Kept) -> Report:
    """Add activities to the catalogue, and change title and kind of those that are known. None is removed."""
    return _report(call, kept)


@writes("PUT", "/enrollments", TokenScope.FEEDS, Enrollments, _feed("enrollments"))
def put_enrollments(call: Call, kept: Kept) -> Report:
    """Take enrollments as the LMS tells them, in the order of their enrolled_at; who finds no seat is rejected."""
    return _report(call, kept)


def _buy(call: Call) -> Kept:
    said = call.body.model_dump()
    at = feed_cells.instant(Row(1, {"purchased_at": said["purchased_at"]}), "purchased_at", call.db.zone)
    if at is None:
        raise Refused(Reason.MISSING_VALUE, column="purchased_at")
    return asdict(purchases.make(call.db, call.actor, Order(**(said | {"purchased_at": at}))))


@writes("POST", "/purchases", TokenScope.PURCHASES, Buying, _buy)
def purchase(_call: Call, kept: Kept) -> Purchase:
    """Make a contract of an order, its buyer the contract admin. The same order id makes one contract, however often."""
    return Purchase(code=kept["code"], new=kept["new"], changed=kept["changed"])
