"""Workbooks (XLSX) for tests, written out by hand: also those that no program would write."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def text(place: str, words: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(words)}</t></is></c>'


def shared(place: str, number: int) -> str:
    return f'<c r="{place}" t="s"><v>{number}</v></c>'


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def column(words: Sequence[str]) -> str:
    """The rows of a sheet of one column."""
    return "".join(row(number, text(f"A{number}", word)) for number, word in enumerate(words, start=1))


def workbook(
    *sheets: str,
    strings: str = "",
    hidden: Sequence[int] = (),
    more: Mapping[str, str] = {},
    packed: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """The rows of each sheet as XML, the `si` of shared strings as XML, and further parts or other ones by name."""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(
        f'<sheet name="Sheet {n}" sheetId="{n}" r:id="r{n}"{" state=" + quoteattr("hidden") if n in hidden else ""}/>'
        for n in numbers
    )
    related = "".join(_relation(f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers)
    parts = {
        "_rels/.rels": _relations(_relation("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(related + _relation("s", "sharedStrings", "/xl/sharedStrings.xml")),
        "xl/sharedStrings.xml": f'<sst xmlns="{_SHEET}">{strings}</sst>',
    }
    for n, rows in zip(numbers, sheets, strict=True):
        parts[f"xl/worksheets/sheet{n}.xml"] = f'<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>'
    return archive({**parts, **more}, packed=packed)


def archive(parts: Mapping[str, str], *, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packed) as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return written.getvalue()


def _relations(inside: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}">{inside}</Relationships>'


def _relation(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
