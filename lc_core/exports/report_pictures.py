"""The charts of a usage report as drawings inside its page: as wide as a sheet of paper, and again as wide as a telephone."""

import re
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl

from lc_core.insight import chart_files, drawing
from lc_core.insight.drawing import Specification

WIDE, NARROW = 688, 300
"""Pixels: an A4 sheet within its margins, and a narrow telephone within its."""
TALL = 168
"""Pixels of a chart that is tall on a page: paper has less room."""
WINDOW = "windowSize()[0]"
"""What charts ask to know whether they are narrow. A file has no window: it is as wide as its picture."""
FONT = "Arial, Liberation Sans, Helvetica, sans-serif"
"""Fonts of the same widths, so that words take the room that was measured for them."""
LABELS = {"labelFontSize": 12, "titleFontSize": 12}
NAMES = ("id", "clip-path", "fill", "stroke")
NAMED = re.compile(r"^(url\(#|(?=clip|gradient))")
"""How a part of a drawing is called where it is made, and where it is used."""
PADDING = {"left": 0, "top": 2, "right": 1, "bottom": 2}


def drawn(specification: Specification, frame: pl.DataFrame, *, name: str) -> list[str]:
    """The drawing wide and narrow. `name`: not that of any other picture of the page."""
    whole = chart_files.plain(specification, frame)
    if whole["height"] == drawing.TALL:
        whole["height"] = TALL
    whole["config"] = _look(whole["config"])
    return [_svg(_as_wide(whole, width), f"{name}-{width}") for width in (WIDE, NARROW)]


def without_legend(specification: Any) -> Any:
    """The drawing, where what stands beside it says what its colours mean."""
    match specification:
        case dict():
            return {name: None if name == "legend" else without_legend(part) for name, part in specification.items()}
        case list():
            return [without_legend(part) for part in specification]
    return specification


def _look(config: dict[str, Any]) -> dict[str, Any]:
    """Without a ground of its own, and without words for those who do not see it: the page says them."""
    return {
        **config,
        "aria": False,
        "background": None,
        "padding": PADDING,
        "font": FONT,
        "text": {},
        "axis": {**config["axis"], **LABELS},
        "legend": {**config["legend"], **LABELS},
    }


def _as_wide(specification: Specification, width: int) -> Specification:
    """The specification for this width. Its rows are what people typed: nothing is asked in them."""
    asked = {name: _asked(part, str(width)) for name, part in specification.items() if name != "data"}
    fit = {"type": "fit-x", "contains": "padding"}
    return {**asked, "data": specification["data"], "width": width, "autosize": fit}


def _asked(part: Any, width: str) -> Any:
    match part:
        case dict():
            return {name: _asked(value, width) for name, value in part.items()}
        case list():
            return [_asked(value, width) for value in part]
        case str():
            return part.replace(WINDOW, width)
    return part


def _svg(specification: Specification, name: str) -> str:
    """The drawing as it stands inside a page: without namespaces, and with names of its own."""
    whole = ET.fromstring(chart_files.drawn_as("svg", specification))  # noqa: S314 (Vega wrote it)
    for element in whole.iter():
        element.tag = element.tag.partition("}")[2]
        element.attrib = {
            key: NAMED.sub(rf"\1{name}-", value) if key in NAMES else value
            for key, value in element.attrib.items()
            if key != "role" and not key.startswith("aria-")
        }
    return ET.tostring(whole, encoding="unicode", short_empty_elements=False)
