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
from lc_core.web.api.bodies import Activities, Body, Buying, ContractRow, Contracts, Enrollments, Users
from lc_core.web.api.registry import Call, writes

Kept = dict[str, Any]
"""A report without what its rows hold: they are in the request, which a repeat brings again."""
_FEEDS = {feed.shape.name: feed for feed in intake.FEEDS}


def _feed(name: str) -> Any:
    def does(call: Call) -> Kept:
        feed, rows = _FEEDS[name], [_cells(row) for row in call.body.rows]
        report = intake.take(call.db, call.actor, [(feed, feed_files.of_rows(feed.shape, rows))])
        whole = report.as_json()
        places = _places(call, report.unregistered)
        rejects = [_without_row(one) for one in report.rejects]
        return {"files": whole["files"], "rejects": rejects, "notices": whole["notices"], "unregistered": places}

    return does


def _cells(row: Body) -> dict[str, str]:
    """What the row names, as a file would spell it."""
    return {name: feed_files.as_text(getattr(row, name)) for name in row.model_fields_set}


def _named(call: Call) -> list[str]:
    """All addresses of the request, in its order, as they were sent."""
    rows = call.body.rows
    return [said for row in rows for said in (row.admins if isinstance(row, ContractRow) else [row.email])]


def _places(call: Call, unregistered: list[str]) -> list[int]:
    """Where each of these addresses comes first among all of the request, from 1, instead of the address."""
    wanted, found = set(unregistered), dict[str, int]()
    for place, said in enumerate(_named(call) if wanted else [], start=1):
        address = addresses.parse(said)
        if isinstance(address, Address) and address.display in wanted:
            found.setdefault(address.display, place)
    return [found[address] for address in unregistered]


def _without_row(one: Rejected) -> Kept:
    return {"file": one.file, "line": one.line, "reason": one.reason.value, "detail": one.sentence}


def _report(call: Call, kept: Kept) -> Report:
    rows = call.body.rows
    rejects = [
        answers.Reject(**one, row=rows[one["line"] - 1].model_dump(exclude_unset=True)) for one in kept["rejects"]
    ]
    named = _named(call) if kept["unregistered"] else []
    known = [addresses.parse(named[place - 1]) for place in kept["unregistered"]]
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


@writes("PUT", "/contracts", TokenScope.FEEDS, Contracts, _feed("contracts"))
def put_contracts(call: Call, kept: Kept) -> Report:
    """Make the contracts that are new, and change those that are known in what their rows name. None is removed."""
    return _report(call, kept)


@writes("PUT", "/enrollments", TokenScope.FEEDS, Enrollments, _feed("enrollments"))
def put_enrollments(call: Call, kept: Kept) -> Report:
    """Take enrollments as the LMS tells them, in the order of their enrolled_at; who finds no seat is rejected."""
    return _report(call, kept)


def _buy(call: Call) -> Kept:
    said = {"buyer_name": "", **call.body.model_dump(exclude_unset=True)}
    at = feed_cells.instant(Row(1, {"purchased_at": said["purchased_at"]}), "purchased_at", call.db.zone)
    if at is None:
        raise Refused(Reason.MISSING_VALUE, column="purchased_at")
    return asdict(purchases.make(call.db, call.actor, Order(**(said | {"purchased_at": at}))))


@writes("POST", "/purchases", TokenScope.PURCHASES, Buying, _buy)
def purchase(_call: Call, kept: Kept) -> Purchase:
    """Make a contract of an order, its buyer the contract admin. The same order id makes one contract, however often."""
    return Purchase(code=kept["code"], new=kept["new"], changed=kept["changed"])
