"""The benches there are, by name. A new one is a file with a `BENCH`, and its line here."""

from lc_core.bench import answers, api, dashboard, export, invite, letters, load, page, refresh
from lc_core.bench.measuring import Bench

BENCHES: dict[str, Bench] = {
    bench.name: bench
    for bench in (
        answers.BENCH,
        api.BENCH,
        dashboard.BENCH,
        export.BENCH,
        invite.BENCH,
        letters.BENCH,
        load.BENCH,
        page.BENCH,
        refresh.BENCH,
    )
}
