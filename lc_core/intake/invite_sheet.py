"""A list in a workbook (XLSX): the rows of its first sheet that has any.

Read with the standard library, piece by piece: readers that build the sheet as a rectangle take all memory, and the
process with it, for two cells in its far corners, which is a file of 2 KB. What an archive says of its sizes is checked
first; no entry yields more than it says.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple, TypeVar
from xml.parsers import expat

from lc_core.errors import Refused
from lc_core.intake.invite_cells import Cells, Elements, Reader, Strings
from lc_core.intake.invite_table import Table, gathered
from lc_core.language import _
from lc_core.reasons import Reason

UNPACKED_MAX = 32 * 1024 * 1024
"""Bytes; ten times what 100,000 addresses take."""

_ELEMENTS_MAX = 2_000_000  # 16 bytes each: a workbook of the largest size has fewer, a bomb of empty cells has more
_DEPTH_MAX = 100
_CHUNK = 1024 * 1024  # not smaller: the parser looks at an unfinished piece again with each chunk
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # what the format allows; others unpack without bounds
_LOCKED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, LookupError, RuntimeError, ValueError)

R = TypeVar("R", bound=Reader)


class _Sheet(NamedTuple):
    name: str
    part: str


def table_of(data: bytes) -> Table:
    """The rows of the first sheet with any (R-ADD-3); hidden sheets are passed over, as nobody sees what is in them.

    Refused with too_large (`actual` and `allowed` bytes, unpacked), or with not_csv: archives that are no workbook, are
    damaged or locked, bring a document type of their own, or hold more elements than a workbook of that size can.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_bomb(archive)
            return _first_table(_Book(archive))
    except _BROKEN:
        raise Refused(Reason.NOT_CSV, kind="ZIP") from None


def _refuse_bomb(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > UNPACKED_MAX:
        raise Refused(Reason.TOO_LARGE, actual=unpacked, allowed=UNPACKED_MAX)
    if any(entry.compress_type not in _PACKED or entry.flag_bits & _LOCKED for entry in entries):
        raise ValueError("packed in a way that workbooks are not, or locked with a password")


class _Book:
    """An archive of XML, read within what is left of two budgets: its parts may refer to each other any number of times."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._bytes = UNPACKED_MAX
        self._elements = _ELEMENTS_MAX
        self._depth = 0

    def walk(self, part: str, reader: Reader) -> Iterator[None]:
        """Tell the reader all that stands in a part; stops after each piece for what was gathered to be fetched."""
        self._depth = 0
        parser = self._parser(reader)
        with self._archive.open(part) as unpacked:
            while chunk := unpacked.read(_CHUNK):
                self._bytes -= len(chunk)
                _refuse_odd(self._bytes < 0)
                parser.Parse(chunk, False)
                yield
        parser.Parse(b"", True)
        yield

    def tell(self, part: str, reader: R) -> R:
        """Walk through a part whole."""
        for _piece in self.walk(part, reader):
            pass
        return reader

    def _parser(self, reader: Reader) -> expat.XMLParserType:
        def start(name: str, attributes: dict[str, str]) -> None:
            self._elements -= 1
            self._depth += 1
            _refuse_odd(self._elements < 0 or self._depth > _DEPTH_MAX)
            reader.start(name.rpartition(" ")[2], attributes)

        def end(name: str) -> None:
            self._depth -= 1
            reader.end(name.rpartition(" ")[2])

        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, reader.text
        parser.StartDoctypeDeclHandler = lambda *_told: _refuse_odd(True)
        return parser


def _refuse_odd(is_odd: bool) -> None:  # noqa: FBT001  (a condition, not a switch)
    if is_odd:
        raise ValueError("no program writes a workbook like this")


def _first_table(book: _Book) -> Table:
    sheets, strings = _parts(book)
    for sheet in sheets:
        cells = Cells(strings)
        table = gathered(row for _piece in book.walk(sheet.part, cells) for row in cells.take())
        if table.count:
            said = _("The workbook has {n} sheets; only {sheet} was read.").format(n=len(sheets), sheet=sheet.name)
            return replace(table, notices=[said] if len(sheets) > 1 else [])
    return gathered(())


def _parts(book: _Book) -> tuple[list[_Sheet], list[str]]:
    """The sheets that can be seen, in their order, and the strings their cells share."""
    workbook = next((part for kind, part in _relations(book, "").values() if kind == "officeDocument"), "")
    related = _relations(book, workbook)
    named = book.tell(workbook, Elements("sheet")).found
    _refuse_odd(not named)
    shared = [part for kind, part in related.values() if kind == "sharedStrings"]
    strings = book.tell(shared[0], Strings()).found if shared else []
    seen = [told for told in named if told.get("state", "visible") == "visible"]
    return [_Sheet(told.get("name", ""), related[_id(told)][1]) for told in seen], strings


def _id(told: dict[str, str]) -> str:
    """The relation that an element names; its attribute has another name space in each edition of the format."""
    return next((value for name, value in told.items() if name.endswith(" id")), "")


def _relations(book: _Book, part: str) -> dict[str, tuple[str, str]]:
    """What a part of the archive (the whole, "") refers to: by its id the kind, and the part referred to."""
    folder, name = posixpath.split(part)
    relations = book.tell(posixpath.join(folder, "_rels", f"{name}.rels"), Elements("Relationship")).found
    return {
        told["Id"]: (
            posixpath.basename(told["Type"]),
            posixpath.normpath(posixpath.join("/", folder, told["Target"])).lstrip("/"),
        )
        for told in relations
        if told.get("TargetMode") != "External"
    }
