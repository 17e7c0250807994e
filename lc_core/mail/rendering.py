"""The form of a letter: one layout for mail programs that show HTML, and the same as plain text."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import mrml
from jinja2 import Environment, Template

from lc_core import language
from lc_core.language import _
from lc_core.mail.content import Content
from lc_core.mail.headers import one_line


@dataclass(frozen=True)
class Rendered:
    """What a letter says, as HTML and as plain text."""

    html: str
    text: str


def rendered(said: Content) -> Rendered:
    """A letter in its two forms."""
    words = {
        "content": said,
        "product": _("Learning Contracts"),
        "lang": language.tag(),
        "direction": language.direction(),
        "start": "right" if language.direction() == "rtl" else "left",
    }
    return Rendered(_html().render(words), _text().render(words))


@cache
def _html() -> Template:
    """The layout, made into HTML once; what is told is filled into that, escaped."""
    made = mrml.to_html(_source("letter.mjml"), render_options=mrml.RenderOptions(disable_comments=True, fonts={}))
    return Environment(autoescape=True, finalize=_plain, trim_blocks=True, lstrip_blocks=True).from_string(made.content)


@cache
def _text() -> Template:
    plain = Environment(autoescape=False, finalize=_plain, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 (no HTML)
    return plain.from_string(_source("letter.txt"))


def _plain(told: object) -> object:
    return one_line(told) if isinstance(told, str) else told


def _source(name: str) -> str:
    return (files("lc_core.mail") / "templates" / name).read_text(encoding="utf-8")
