"""Starting a race: processes with threads in them, each process with its own Database, all let go at the same instant."""

import multiprocessing
from collections.abc import Iterable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from tests.races.program import PATIENCE, Call, Safety, Terms, Told, run

# A server that has imported everything, and opened nothing, forks each process anew: a start costs milliseconds.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["pytest", "psycopg", "sqlalchemy.dialects.postgresql.psycopg", "lc_core.invitations", "tests.races.program"]
)


def race(
    url: str,
    runners: Sequence[Sequence[Call]],
    *,
    processes: int | None = None,
    without: Iterable[Safety] = (),
    linger: float = 0.0,
) -> list[list[Told]]:
    """Let every runner make its calls, all from the same instant; what each was told, in the order of the runners.

    `processes`: how many they are spread over (else each has its own), as threads of these. `linger`: see `Terms`.
    """
    terms = Terms(
        url,
        frozenset(without),
        linger,
        start=PROCESSES.Barrier(len(runners)),
        looked=PROCESSES.Barrier(len(runners)),
        first_looked=PROCESSES.Event(),
        done=[PROCESSES.Event() for _ in runners],
    )
    count = processes or len(runners)
    numbered = list(enumerate(runners))
    lines = [_begin(terms, dict(numbered[number::count])) for number in range(count)]
    told: dict[int, list[Told]] = {}
    try:
        for process, line in lines:
            told |= _heard(process, line)
    finally:
        for process, _ in lines:
            _end(process)
    return [told[number] for number, _ in numbered]


def _begin(terms: Terms, runners: dict[int, Sequence[Call]]) -> tuple[Any, Connection]:
    here, there = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=run, args=(terms, runners, there), daemon=True)
    process.start()
    there.close()
    return process, here


def _heard(process: Any, line: Connection) -> dict[int, list[Told]]:
    try:
        if not line.poll(PATIENCE):
            raise TimeoutError(f"process {process.pid} of the race says nothing")
        return line.recv()
    except EOFError:
        raise RuntimeError(f"process {process.pid} of the race died") from None
    finally:
        line.close()


def _end(process: Any) -> None:
    process.join(PATIENCE)
    if process.is_alive():
        process.kill()
        process.join()
    process.close()
