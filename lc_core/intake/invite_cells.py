"""What the XML of a workbook says, element by element: its sheets, its strings, its cells."""

import re

from lc_core.intake.invite_table import MAX_COLUMNS, Row

_MAX_LINE = 1_048_576  # the last row a sheet can have
_PLACE = re.compile(r"([A-Z]{1,3})\d+")
_MAX_TEXT = 32_767  # characters that a cell can have; one string may stand in every cell, so it must not be endless
_ESCAPED = re.compile("_x((?!D[89A-F])[0-9A-F]{4})_", re.IGNORECASE)  # how the format writes what XML cannot hold

Attributes = dict[str, str]


class Reader:
    """Told of each element by its local name, in the order of the file; by itself it takes nothing in."""

    def start(self, name: str, attributes: Attributes) -> None: ...

    def text(self, text: str) -> None: ...

    def end(self, name: str) -> None: ...


class Elements(Reader):
    """The elements of one name, by their attributes."""

    def __init__(self, name: str) -> None:
        self.found: list[Attributes] = []
        self._name = name

    def start(self, name: str, attributes: Attributes) -> None:
        if name == self._name:
            self.found.append(attributes)


class _Texts(Reader):
    """Gathers what stands in `t`, in as many pieces as it may have, but not how it is pronounced."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._taking = False
        self._phonetic = False

    def start(self, name: str, attributes: Attributes) -> None:  # noqa: ARG002  (of use to the others)
        if name == "rPh":
            self._phonetic = True
        elif name == "t":
            self._taking = not self._phonetic

    def text(self, text: str) -> None:
        if self._taking:
            self._pieces.append(text)

    def end(self, name: str) -> None:
        self._taking = False
        if name == "rPh":
            self._phonetic = False

    def _taken(self) -> str:
        text = "".join(self._pieces)
        self._pieces.clear()
        if len(text) > _MAX_TEXT:
            raise ValueError("no cell has as much text")
        return _ESCAPED.sub(lambda escaped: chr(int(escaped[1], 16)), text)


class Strings(_Texts):
    """The strings that cells share, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def end(self, name: str) -> None:
        super().end(name)
        if name == "si":
            self.found.append(self._taken())


class Cells(_Texts):
    """The rows with anything in them; `take` hands over those that are complete.

    A number, a date or a truth is the text it is stored as, so never an address. A formula is what was written, behind
    its sign: the value beside it is only what somebody's program once made of it.
    """

    def __init__(self, strings: list[str]) -> None:
        super().__init__()
        self._strings = strings
        self._rows: list[Row] = []
        self._line = 0
        self._cells: list[str] = []
        self._width = 0
        self._column = -1
        self._kind = ""
        self._formula: str | None = None

    def take(self) -> list[Row]:
        taken, self._rows = self._rows, []
        return taken

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._column = _column(attributes["r"]) if "r" in attributes else self._column + 1
            self._kind = attributes.get("t", "n")
            self._formula = None
        elif name == "row":
            self._line = _line(attributes["r"]) if "r" in attributes else self._line + 1
            self._cells, self._width, self._column = [], 0, -1
        elif name in {"v", "f"}:
            self._taking = True
        else:
            super().start(name, attributes)

    def end(self, name: str) -> None:
        super().end(name)
        if name == "f":
            self._formula = "=" + self._taken()
        elif name == "c":
            self._put(self._value())
        elif name == "row" and self._width:
            self._rows.append(Row(self._line, self._cells, self._width))

    def _value(self) -> str:
        text = self._taken()
        if self._formula is not None:
            return self._formula
        return self._strings[_whole(text, len(self._strings))] if self._kind == "s" and text else text

    def _put(self, text: str) -> None:
        if not text or text.isspace():
            return
        self._width = max(self._width, self._column + 1)
        if self._column < MAX_COLUMNS:
            self._cells.extend([""] * (self._column + 1 - len(self._cells)))
            self._cells[self._column] = text


def _column(place: str) -> int:
    """From 0: A is 0, AA is 26. ValueError for what is no place in a sheet, here and below."""
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(place)
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _line(written: str) -> int:
    return _whole(written, _MAX_LINE + 1) or 1


def _whole(written: str, end: int) -> int:
    number = int(written)
    if not 0 <= number < end:
        raise ValueError(written)
    return number
