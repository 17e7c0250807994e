"""What a rerun of each page costs the server in CPU, beside a rerun of an empty page.

Twice: as Streamlit serves any script, whose garbage collector looks through everything after each run, and in the
product's own server, which keeps what stays out of its way.
"""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from importlib import import_module
from importlib.util import find_spec

from sqlalchemy import func, select

from lc_core import demo
from lc_core.bench import places, serving
from lc_core.bench.browsing import Visitor, visit
from lc_core.bench.measuring import Bench, CannotMeasure, Measured, Sample, Work, beside
from lc_core.bench.places import Place
from lc_core.language import N_, _
from lc_core.records.db import Database, utc_now
from lc_core.records.models import ContractActivity, ContractAdmin, Invitation


def run(work: Work) -> Iterator[Measured]:
    """The demo year on each database that can be had; all pages that a contract admin is offered."""
    if find_spec("psutil") is None:
        raise CannotMeasure(_("This needs the development packages: pip install -e '.[dev]'."))
    for kind in places.kinds():
        with places.place(kind) as place, ExitStack() as open_now:
            work.told(_("{kind}: playing the demo year").format(kind=kind))
            demo.play(place.url, today=utc_now())
            work.told(_("{kind}: measuring").format(kind=kind))
            process, port = open_now.enter_context(serving.the_product(place))
            visitor = open_now.enter_context(visit(port))
            admin, address = busiest(place)
            visitor.click(f"-person-{admin}")
            empty = {
                name: _empty(open_now, place, work, plain=plain)
                for name, plain in (
                    (N_("empty page, as Streamlit serves it"), True),
                    (N_("empty page, served alike"), False),
                )
            }
            for page in list(visitor.pages):
                visitor.go(page, address)
                if _("Nothing here") in visitor.headings:
                    raise CannotMeasure(_("The page {page} shows nothing.").format(page=page))
                what = f"{page or 'home'}, CPU per rerun, {kind}"
                yield from beside(what, _cpu_of_reruns(visitor, process, work.size), empty, work.runs)


def _empty(open_now: ExitStack, place: Place, work: Work, *, plain: bool) -> Sample:
    process, port = open_now.enter_context(serving.an_empty_page(place, plain=plain))
    return _cpu_of_reruns(open_now.enter_context(visit(port)), process, work.size)


def busiest(place: Place) -> tuple[int, str]:
    """Who is named on the most contracts; and the address of the one of theirs with the most invitations, and of an activity."""
    admins = select(ContractAdmin.person_id).group_by(ContractAdmin.person_id)
    with closing(Database.open(place.url)) as db, db.read() as session:
        admin = session.scalars(admins.order_by(func.count().desc(), ContractAdmin.person_id).limit(1)).one()
        theirs = select(ContractAdmin.contract_id).where(ContractAdmin.person_id == admin)
        fullest = select(Invitation.contract_id).where(Invitation.contract_id.in_(theirs))
        fullest = fullest.group_by(Invitation.contract_id).order_by(func.count().desc(), Invitation.contract_id)
        contract = session.scalars(fullest.limit(1)).one()
        activity = session.scalar(
            select(func.min(ContractActivity.activity_id)).where(ContractActivity.contract_id == contract)
        )
    return admin, f"contract={contract}&activity={activity}"


def _cpu_of_reruns(visitor: Visitor, process: int, reruns: int) -> Sample:
    """Samples of the seconds of CPU that the server spends on a rerun: many at once, as the system counts in hundredths."""
    server = import_module("psutil").Process(process)

    def sample() -> float:
        before = server.cpu_times()
        for _rerun in range(reruns):
            visitor.rerun()
        after = server.cpu_times()
        return float(after.user + after.system - before.user - before.system) / reruns

    return sample


BENCH = Bench(
    "page",
    N_("The server's CPU for a rerun of each page, beside an empty page."),
    20,
    N_("reruns at a time"),
    run,
)
