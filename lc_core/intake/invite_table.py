"""A list as rows of cells, whatever file it came in; and how much of it is taken."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

MAX_BYTES = 10 * 1024 * 1024  # R-ADD-4; as the upload itself counts (server.maxUploadSize = 10)
MAX_ROWS = 100_000
MAX_COLUMNS = 100
"""Columns further to the right are not read: 10 MB of commas are three million cells in one row."""


class Row(NamedTuple):
    """One row. `line`: the physical line on which it begins, or the row's number in a sheet; from 1.

    `cells` are its first ones, `width` says how many there are.
    """

    line: int
    cells: list[str]
    width: int


@dataclass(frozen=True)
class Table:
    """The rows that are not blank, the header among them; `count` says how many there are, `rows` ends at the limit.

    `delimiter` stands between the cells of a text; a sheet has none (""), and its rows no number of cells of their own:
    what is missing at the end is empty. In a text, half a surrogate in a cell stands for what is no text there.
    """

    rows: list[Row]
    count: int
    delimiter: str = ""
    notices: list[str] = field(default_factory=list)


def gathered(rows: Iterable[Row], *, delimiter: str = "", notices: Iterable[str] = ()) -> Table:
    """The table of these rows; those past the limit and one header are counted, not kept."""
    following = iter(rows)
    kept = list(islice(following, MAX_ROWS + 1))
    return Table(kept, len(kept) + sum(1 for _ in following), delimiter, list(notices))
