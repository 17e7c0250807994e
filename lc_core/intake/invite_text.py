"""A list in text: its encoding, what stands between its cells, and its rows with the lines on which they begin."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from lc_core.errors import Refused
from lc_core.intake import invite_kinds
from lc_core.intake.invite_table import MAX_BYTES, MAX_COLUMNS, Row, Table, gathered
from lc_core.language import _
from lc_core.reasons import Reason

DELIMITERS = ",;\t"
LIKE_AN_ADDRESS = re.compile(r"[^@\s,;|<>\"()]+@[^@\s,;|<>\"()]+")
_MULTI_BYTE = re.compile(r"[^\x00-\x7f\udc80-\udcff]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_SAMPLE = 200
"""So many rows tell what stands between the cells."""

# The module knows one limit for the whole process, and its own is 128 KiB: a longer cell is a bad row, not a bad file.
csv.field_size_limit(MAX_BYTES)


def table_of(data: bytes) -> Table:
    """The rows of a text (R-ADD-3); blank lines are left out, and counted as lines.

    Refused with not_csv (HTML, JSON), encoding (broken UTF-16), nul_bytes or malformed_csv (both with the `line`).
    """
    text, notices = _decoded(data)
    kind = invite_kinds.of_text(text)
    if kind:
        raise Refused(Reason.NOT_CSV, kind=kind)
    _refuse_nul(text)
    delimiter = _delimiter(text)
    return gathered(_rows(text, delimiter), delimiter=delimiter, notices=notices)


def _decoded(data: bytes) -> tuple[str, list[str]]:
    """The text. Bytes that are none in its encoding become halves of surrogates, so that only their rows are lost.

    With valid multi-byte sequences in it the file is UTF-8, so what is not valid beside them is broken and never read
    as Windows-1252. UTF-16 is taken whole or not at all: a byte lost there turns all that follows into other characters.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16"), []
        except UnicodeDecodeError:
            raise Refused(Reason.ENCODING) from None
    text = data.decode("utf-8", "surrogateescape")
    if text.isascii() or _MULTI_BYTE.search(text):
        return text.removeprefix("\ufeff"), []
    return data.decode("windows-1252", "surrogateescape"), [
        _("The file is not UTF-8 and was read as Windows-1252: look whether accents and umlauts are right.")
    ]


def _refuse_nul(text: str) -> None:
    place = text.find("\x00")
    if place >= 0:
        raise Refused(Reason.NUL_BYTES, line=1 + sum(1 for _end in _LINE_END.finditer(text, 0, place)))


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    """The rows that are not blank. Lines end as spreadsheets end them (CRLF, LF, CR), and nowhere else."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            if not _is_blank(cells):
                yield Row(begins, cells[:MAX_COLUMNS], len(cells))
            begins = reader.line_num + 1
    except csv.Error:
        raise Refused(Reason.MALFORMED_CSV, line=begins) from None


def _is_blank(cells: list[str]) -> bool:
    """Whether nothing stands on the line; an empty cell in quotes is something."""
    return not cells or (len(cells) == 1 and cells[0].isspace())


def _delimiter(text: str) -> str:
    """What stands between the cells: of what makes columns, that which sets most addresses free; else the comma."""
    found = [(free, agreeing, -place) for place, mark in enumerate(DELIMITERS) for free, agreeing in _makes(text, mark)]
    return DELIMITERS[-max(found)[2]] if found else ","


def _makes(text: str, mark: str) -> list[tuple[int, int]]:
    """How many addresses stand alone in a cell, and how many rows agree on their width; nothing without columns.

    There are columns where a first row without addresses has several cells, or most rows have equally many. A single
    row of several addresses in a list without columns makes none.
    """
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    some = islice((cells for cells in lines if not _is_blank(cells)), _SAMPLE)
    sample = [Row(0, cells[:MAX_COLUMNS], len(cells)) for cells in some]
    if not sample:
        return []
    width, agreeing = Counter(row.width for row in sample).most_common(1)[0]
    titled = sample[0].width > 1 and not any("@" in cell for cell in sample[0].cells)
    if not titled and (width == 1 or agreeing * 2 <= len(sample)):
        return []
    return [(sum(any(LIKE_AN_ADDRESS.fullmatch(cell.strip()) for cell in row.cells) for row in sample), agreeing)]
