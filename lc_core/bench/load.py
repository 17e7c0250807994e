"""Many visitors at once in one process of the server: how long a click takes, beside the same pages as Streamlit serves them."""

from collections.abc import Iterator

from lc_core import demo
from lc_core.bench import places, serving
from lc_core.bench.crowd import Crowd
from lc_core.bench.measuring import Bench, CannotMeasure, Measured, Work
from lc_core.bench.page import busiest
from lc_core.bench.places import Place
from lc_core.language import N_, _
from lc_core.records.db import utc_now

SECONDS = 120.0
"""How long the visitors stay."""
FEWEST = 100
"""With fewer clicks than this there is no 95th of a hundred."""


def run(work: Work) -> Iterator[Measured]:
    """The demo year on SQLite; contract admins at the Center, a contract, its invitations and seat usage, by turns."""
    with places.place("sqlite") as place:
        work.told(_("playing the demo year"))
        demo.play(place.url, today=utc_now())
        with serving.the_product(place) as (_process, port):
            work.told(_("{n} visitors in our server").format(n=work.size))
            ours = _visited(place, port, work.size)
        with serving.the_pages_as_streamlit_serves_them(place) as (_process, port):
            work.told(_("{n} visitors in Streamlit's").format(n=work.size))
            theirs = _visited(place, port, work.size)
    what = f"95 of 100 clicks of {work.size} visitors ({len(ours.waits)} and {len(theirs.waits)} clicks)"
    yield Measured(what, ours.p95, "the same pages as Streamlit serves them", theirs.p95, ours.p95 / theirs.p95, 1)


def _visited(place: Place, port: int, visitors: int) -> Crowd:
    admin, address = busiest(place)
    path = [("", ""), ("contracts", address), ("invitations", address), ("seat_usage", "")]
    crowd = Crowd(port, visitors, SECONDS, f"-person-{admin}", path).visit()
    if len(crowd.waits) < min(FEWEST, visitors):
        raise CannotMeasure(_("Only {n} clicks were answered.").format(n=len(crowd.waits)))
    return crowd


BENCH = Bench(
    "load",
    N_("Many visitors at once in one process, beside the same pages as Streamlit serves them."),
    100,
    N_("visitors"),
    run,
)
