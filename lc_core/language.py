"""The words people read: the one door to gettext, and to Babel for their dates and numbers.

English is what stands in the sources. Another language is one file, `locale/<language>/LC_MESSAGES/lc.po`, read as it
is when `use` chooses it. Everything is looked up when it is said: a translation kept in a constant would speak the
language of the start for ever.
"""

import datetime as dt
import gettext
import io
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError, dates, numbers
from babel.messages import mofile, pofile

CATALOGUES = Path(__file__).parent / "locale"
ENGLISH = Locale("en")
REMEMBERED = 4096
"""How many dates, and how many numbers, are kept as they were said last: a page says the same ones again and again."""


@dataclass
class _Spoken:
    """What `use` chose: one locale for the whole process, so that words, dates and numbers never mix languages."""

    locale: Locale
    words: gettext.NullTranslations


_spoken = _Spoken(ENGLISH, gettext.NullTranslations())


def use(locale: str) -> str:
    """Speak this locale ("de", "de_AT", "de-AT") from now on, or English where we have no words for it.

    Called once, by settings.py with LC_LOCALE. Answers what is spoken: "de_AT", or "en" after falling back.
    """
    wanted = _known(locale)
    words = _words(wanted)
    _spoken.locale, _spoken.words = (wanted, words) if words else (ENGLISH, gettext.NullTranslations())
    return str(_spoken.locale)


def tag() -> str:
    """What is spoken, as documents name it: "de-AT"."""
    return str(_spoken.locale).replace("_", "-")


def direction() -> str:
    """Which way it is written: "ltr" or "rtl"."""
    return str(_spoken.locale.text_direction)


def _known(locale: str) -> Locale:
    try:
        return Locale.parse(locale.strip().partition(".")[0].replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return ENGLISH


def _words(locale: Locale) -> gettext.NullTranslations | None:
    """The catalogue of the locale, else of its language; English needs none."""
    for name in (str(locale), locale.language):
        kept = CATALOGUES / name / "LC_MESSAGES" / "lc.po"
        if kept.exists():
            return _compiled(kept)
    return gettext.NullTranslations() if locale.language == "en" else None


def _compiled(kept: Path) -> gettext.GNUTranslations:
    """A .po file as gettext wants it; made in memory, so that no compiled twin can fall behind."""
    compiled = io.BytesIO()
    with kept.open("rb") as source:
        mofile.write_mo(compiled, pofile.read_po(source))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(text: str) -> str:
    """The text in the language spoken. Fill in names and numbers afterwards: `_("{seats} seats").format(seats=3)`."""
    return _spoken.words.gettext(text) if text else ""  # gettext answers "" with the catalogue's header


def ngettext(one: str, many: str, n: int) -> str:
    """The text that fits the number n, by the plural rule of the language spoken; n itself is filled in afterwards."""
    return _spoken.words.ngettext(one, many, n)


def N_(text: str) -> str:  # noqa: N802  (gettext's own name for it)
    """Mark a text for the catalogue where it is only kept; who shows it says `_(text)` then."""
    return text


def date(day: dt.date) -> str:
    """A day, as "Mar 3, 2026" in English."""
    return _date(_spoken.locale, day)


@lru_cache(REMEMBERED)
def _date(locale: Locale, day: dt.date) -> str:
    return dates.format_date(day, "medium", locale=locale)


def month(day: dt.date) -> str:
    """The month of a day, as "Mar 2026" in English."""
    return str(dates.format_skeleton("yMMM", day, locale=_spoken.locale))


def weekday(number: int) -> str:
    """A day of the week, 0 = Monday: "Monday" in English."""
    return str(_spoken.locale.days["stand-alone"]["wide"][number])


def time_of_day(shown: dt.time) -> str:
    """What a clock shows, to the minute: "2:05 PM" in English."""
    return _time(_spoken.locale, shown)


def day_and_time(instant: dt.datetime, zone: dt.tzinfo) -> str:
    """An instant as the clocks of the zone show it, to the minute: "Mar 3, 2026, 2:05 PM" in English.

    ValueError for an instant without a zone: guessing one would show another time on another machine.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    there = instant.astimezone(zone)
    return _joined(_spoken.locale).format(
        _time(_spoken.locale, there.time().replace(microsecond=0)), date(there.date())
    )


@lru_cache(REMEMBERED)
def _time(locale: Locale, there: dt.time) -> str:
    return dates.format_time(there, "short", locale=locale)


@lru_cache
def _joined(locale: Locale) -> str:
    """How a time and a day stand together: "{1}, {0}", in French "{1} 'à' {0}"."""
    return str(dates.get_datetime_format("medium", locale=locale)).replace("'", "")


def number(n: float | Decimal) -> str:
    """A number with the locale's own marks: "1,234.5" in English. Nothing has no sign."""
    return _number(_spoken.locale, n + 0)


@lru_cache(REMEMBERED, typed=True)
def _number(locale: Locale, n: float | Decimal) -> str:
    return numbers.format_decimal(n, locale=locale)


def decimal_mark() -> str:
    """What stands before the tenths: "." in English."""
    return str(_spoken.locale.number_symbols["latn"]["decimal"])


def percent(share: float) -> str:
    """A share of one (0.996) in per cent, to a tenth where it has one: "99.6%", so that nearly full is not full."""
    return _percent(_spoken.locale, round(share, 3))


@lru_cache(REMEMBERED, typed=True)
def _percent(locale: Locale, share: float) -> str:
    return numbers.format_percent(share, locale=locale, decimal_quantization=False)
