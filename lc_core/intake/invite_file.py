"""The front desk for an uploaded list of people to invite: bytes in, good and bad rows out, and nothing else touched.

R-ADD-2..4 and R-INV-8. What is said of a row leaves the other rows alone;
what makes the rows themselves doubtful refuses the file:

- A row's reasons are those of `reasons.PRECEDENCE`. `encoding` is one of them wherever the damage ends with its row:
  stray bytes in UTF-8, bytes that Windows-1252 has no character for. The other rows are not touched by them.
- A file's are empty_file, no_email_column, ambiguous_email_column, not_csv, encoding (broken UTF-16), nul_bytes,
  malformed_csv, too_large and too_many_rows.
"""

import re
from dataclasses import dataclass

from lc_core import addresses
from lc_core.addresses import Address
from lc_core.errors import Refused
from lc_core.intake import invite_columns, invite_kinds, invite_sheet, invite_text
from lc_core.intake.invite_columns import Columns
from lc_core.intake.invite_table import MAX_BYTES, MAX_ROWS, Row, Table
from lc_core.reasons import PRECEDENCE, Reason

RAW_MAX = 200
"""Characters of a bad row that are kept."""

_NO_TEXT = re.compile(r"[\ud800-\udfff]")
_FULL_WIDTH_FORMULA = ("\uff1d", "\uff0b", "\uff0d", "\uff20")
_AFTER_FORMULA = PRECEDENCE[PRECEDENCE.index(Reason.FORMULA) + 1 :]


@dataclass(frozen=True)
class Accepted:
    """A good row. `line` as of the file, from 1; `address` as typed, trimmed; `key` as addresses are compared (R-INV-8).

    `activities`: the codes chosen in this row, each once, in their order and as typed; None where it chooses none.
    """

    line: int
    address: str
    key: str
    activities: tuple[str, ...] | None


@dataclass(frozen=True)
class Rejected:
    """A bad row. `raw` is the cell of the address as it stands there, cut after 200 characters.

    It is the whole row where that has another number of cells, or bytes that are no text (shown as U+FFFD).
    """

    line: int
    raw: str
    reason: Reason


@dataclass(frozen=True)
class InviteFile:
    """A list, read: each row that is not blank nor the header is in one of the two, in the order of the file.

    `notices`: sentences on what was left out or assumed, in the language spoken when the file was read.
    """

    accepted: list[Accepted]
    rejected: list[Rejected]
    notices: list[str]


def read(data: bytes) -> InviteFile:
    """Read a list: CSV or XLSX, whatever its name. Refused with the reason where it is refused as a whole (see above).

    The first occurrence of an address wins. Takes at most 10 MB and 100,000 rows; needs under 10 s and 512 MiB for it.
    """
    refuse_too_large(len(data))
    table = _table(data)
    if not table.rows:
        raise Refused(Reason.EMPTY_FILE)
    columns = invite_columns.find(table)
    count = table.count - columns.first
    if count > MAX_ROWS:
        raise Refused(Reason.TOO_MANY_ROWS, actual=count, allowed=MAX_ROWS)
    if not count:
        raise Refused(Reason.EMPTY_FILE)
    return _sorted(table, columns)


def refuse_too_large(size: int) -> None:
    """Refused with too_large for a file of more bytes than are taken (R-ADD-4); may be asked before the file is loaded."""
    if size > MAX_BYTES:
        raise Refused(Reason.TOO_LARGE, actual=size, allowed=MAX_BYTES)


def _table(data: bytes) -> Table:
    kind = invite_kinds.of_bytes(data)
    if kind == "ZIP":
        return invite_sheet.table_of(data)
    if kind:
        raise Refused(Reason.NOT_CSV, kind=kind)
    return invite_text.table_of(data)


def _sorted(table: Table, columns: Columns) -> InviteFile:
    accepted: list[Accepted] = []
    rejected: list[Rejected] = []
    known: set[str] = set()
    judged: dict[str, Address | Reason] = {}  # one long string may stand in every cell of a workbook
    chosen: dict[str, tuple[str, ...]] = {}
    for row in table.rows[columns.first :]:
        found = _judged(row, columns, judged)
        if isinstance(found, Address) and found.key in known:
            found = Reason.DUPLICATE_IN_FILE
        if isinstance(found, Address):
            known.add(found.key)
            accepted.append(Accepted(row.line, found.display, found.key, _activities(row, columns, chosen)))
        else:
            rejected.append(Rejected(row.line, _raw(row, columns, found, table.delimiter), found))
    return InviteFile(accepted, rejected, [*table.notices, *columns.notices])


def _judged(row: Row, columns: Columns, judged: dict[str, Address | Reason]) -> Address | Reason:
    """The address of a row, or the first reason in the order of PRECEDENCE; but for duplicates, which are no row's own."""
    if columns.width is not None and any(not cell.isascii() and _NO_TEXT.search(cell) for cell in row.cells):
        return Reason.ENCODING
    cell = _cell(row, columns.email)
    found = judged.get(cell)
    if found is None:
        found = judged[cell] = _parsed(cell)
    if columns.width not in {None, row.width} and found is not Reason.CONTROL_CHARS:
        return Reason.ROW_SHAPE
    return found


def _parsed(cell: str) -> Address | Reason:
    """What `addresses` says, but that full-width signs begin a formula too: some spreadsheets take them for theirs."""
    found = addresses.parse(cell)
    if found in _AFTER_FORMULA and cell.strip().startswith(_FULL_WIDTH_FORMULA):
        return Reason.FORMULA
    return found


def _activities(row: Row, columns: Columns, chosen: dict[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    if columns.activities is None:
        return None
    cell = _cell(row, columns.activities)
    if cell not in chosen:
        chosen[cell] = tuple(dict.fromkeys(code.strip() for code in cell.split(";") if code.strip()))
    return chosen[cell] or None


def _cell(row: Row, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""


def _raw(row: Row, columns: Columns, reason: Reason, delimiter: str) -> str:
    whole = reason in {Reason.ENCODING, Reason.ROW_SHAPE}
    raw = (delimiter or "\t").join(row.cells) if whole else _cell(row, columns.email)
    return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", raw if len(raw) <= RAW_MAX else raw[:RAW_MAX] + "…")
