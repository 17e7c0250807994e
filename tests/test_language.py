"""The words people read: one catalogue, looked up when a text is shown."""

import ast
import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import dates, numbers
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lc_core import language
from lc_core.language import N_, _, ngettext

ROOT = Path(__file__).parent.parent
ROOMS = [room for room in (ROOT / "lc_core", ROOT / "pages") if room.exists()]
SOURCES = sorted(source for room in ROOMS for source in room.rglob("*.py"))
NOON = dt.datetime(2026, 3, 3, 12, 5, 59, tzinfo=dt.UTC)

POLISH = """
msgid ""
msgstr ""
"Language: pl\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgid "Seats"
msgstr "Miejsca"

msgid "{n} seat"
msgid_plural "{n} seats"
msgstr[0] "{n} miejsce"
msgstr[1] "{n} miejsca"
msgstr[2] "{n} miejsc"

#, fuzzy
msgid "Contract"
msgstr "Kontakt"
"""


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


@pytest.fixture
def polish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "pl" / "LC_MESSAGES" / "lc.po"
    kept.parent.mkdir(parents=True)
    kept.write_text(POLISH, encoding="utf-8")
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)


def test_english_is_what_stands_in_the_sources() -> None:
    assert _("Seats") == "Seats"
    assert [ngettext("{n} seat", "{n} seats", n).format(n=n) for n in (0, 1, 2)] == ["0 seats", "1 seat", "2 seats"]


@pytest.mark.usefixtures("polish")
def test_another_language_has_its_own_words_and_plurals() -> None:
    assert language.use("pl_PL") == "pl_PL"
    assert _("Seats") == "Miejsca"
    assert [ngettext("{n} seat", "{n} seats", n).format(n=n) for n in (1, 3, 5, 22)] == [
        "1 miejsce",
        "3 miejsca",
        "5 miejsc",
        "22 miejsca",
    ]


@pytest.mark.usefixtures("polish")
def test_what_is_not_translated_yet_stays_english() -> None:
    language.use("pl")

    assert _("Invitations") == "Invitations"
    assert _("Contract") == "Contract"  # a translation marked fuzzy is only a guess
    assert ngettext("{n} day", "{n} days", 2) == "{n} days"


@pytest.mark.usefixtures("polish")
def test_a_text_is_looked_up_when_it_is_shown_and_not_when_it_is_marked() -> None:
    marked = N_("Seats")
    language.use("pl")

    assert (marked, _(marked)) == ("Seats", "Miejsca")


@pytest.mark.parametrize("locale", ["en", "pl"])
@pytest.mark.usefixtures("polish")
def test_an_empty_text_stays_empty(locale: str) -> None:
    language.use(locale)

    assert _("") == ""


@pytest.mark.parametrize("locale", ["", "C", "xx", "xx_YY", "nonsense!", "../../etc", "tlh", "fi"])
def test_a_locale_without_words_here_falls_back_to_english(locale: str) -> None:
    assert language.use(locale) == "en"
    assert _("Seats") == "Seats"
    assert language.number(1234.5) == "1,234.5"  # words and numbers never in two languages


@pytest.mark.parametrize("locale", ["en_GB", "en-GB", " en_GB.UTF-8"])
def test_english_has_its_regions_and_spellings_of_a_locale(locale: str) -> None:
    assert language.use(locale) == "en_GB"
    assert language.date(NOON.date()) == "3 Mar 2026"


def test_dates_and_times_are_those_of_the_zone() -> None:
    shown = language.day_and_time(NOON, ZoneInfo("Pacific/Kiritimati"))

    assert language.date(NOON.date()) == "Mar 3, 2026"
    assert shown.replace("\u202f", " ") == "Mar 4, 2026, 2:05 AM"


@pytest.mark.usefixtures("polish")
def test_dates_and_numbers_follow_the_locale() -> None:
    language.use("pl")

    assert language.date(NOON.date()) == "3 mar 2026"
    assert language.day_and_time(NOON, ZoneInfo("Europe/Warsaw")) == "3 mar 2026, 13:05"
    assert language.number(12345.5) == "12\u00a0345,5"
    assert language.percent(0.125) == "12,5%"


@pytest.mark.parametrize("locale", ["en", "en_GB", "pl"])
@pytest.mark.usefixtures("polish")
@given(
    minute=st.integers(0, 2 * 10**7),
    zone=st.sampled_from(["UTC", "Asia/Kathmandu", "America/New_York"]),
    number=st.one_of(st.integers(-(10**9), 10**9), st.sampled_from([1.0, 1, 0.5, -0.0, Decimal("1.50")])),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_said_is_what_babel_says(locale: str, minute: int, zone: str, number: float) -> None:
    language.use(locale)
    instant = NOON - dt.timedelta(minutes=minute)
    there = instant.astimezone(ZoneInfo(zone))
    time = dates.format_time(there, "short", tzinfo=ZoneInfo(zone), locale=locale)

    assert language.day_and_time(instant, ZoneInfo(zone)) == f"{dates.format_date(there, locale=locale)}, {time}"
    assert language.number(number) == numbers.format_decimal(number + 0, locale=locale)


def test_nothing_has_no_sign() -> None:
    assert [language.number(nothing) for nothing in (0, 0.0, -0.0, Decimal("-0.0"))] == ["0"] * 4


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        language.day_and_time(NOON.replace(tzinfo=None), dt.UTC)


@pytest.mark.parametrize(
    ("share", "shown"), [(0, "0%"), (0.5, "50%"), (0.996, "99.6%"), (1, "100%"), (1 / 3, "33.3%"), (12.5, "1,250%")]
)
def test_nearly_full_is_not_shown_as_full(share: float, shown: str) -> None:
    assert language.percent(share) == shown


def test_the_catalogue_holds_every_message_of_the_sources() -> None:
    said = Catalog()
    for room in ROOMS:
        for _file, _line, message, *_rest in extract_from_dir(room):
            said.add(message)
    with (ROOT / "lc_core" / "locale" / "lc.pot").open("rb") as pot:
        kept = read_po(pot)

    assert _ids(said) - _ids(kept) == set(), "new words: run `make words`"
    assert _ids(kept) - _ids(said) == set(), "words that nobody says any more: run `make words`"


def test_every_text_is_written_out_so_that_it_can_be_translated() -> None:
    built = [f"{source}:{line}" for source in SOURCES for line in _built(source.read_text(encoding="utf-8"))]

    assert built == [], "fill in names and numbers after the look-up: _('{n} seats').format(n=n)"


def test_no_translation_is_kept_from_the_start_of_the_program() -> None:
    trade = [
        source for source in SOURCES if ROOT / "lc_core" in source.parents
    ]  # a page runs anew each time it is shown
    early = [f"{source}:{line}" for source in trade for line in _early(source.read_text(encoding="utf-8"))]

    assert early == [], "mark it with N_, and look it up with _ where it is shown"


@pytest.mark.parametrize(
    ("source", "built", "early"),
    [
        ("TITLE = _('Seats')", [], [1]),
        ("TITLE = N_('Seats')", [], []),
        ("def title():\n    return _('Seats')", [], []),
        ("def title(text=_('Seats')):\n    return text", [], [1]),
        ("class Page:\n    title = language._('Seats')", [], [2]),
        ("title = lambda: _('Seats')", [], []),
        ("def title(n):\n    return _(f'{n} seats')", [2], []),
        ("def title(n):\n    return ngettext('one', '%d seats' % n, n)", [2], []),
        ("def title(n):\n    return _('{} seats'.format(n))", [2], []),
        ("def title(n):\n    return _('{} seats').format(n)", [], []),
        ("def title(word):\n    return _(word.sentence)", [], []),
    ],
)
def test_these_laws_find_what_they_look_for(source: str, built: list[int], early: list[int]) -> None:
    assert (_built(source), _early(source)) == (built, early)


def _ids(catalogue: Catalog) -> set[str | tuple[str, ...]]:
    return {message.id if isinstance(message.id, str) else tuple(message.id) for message in catalogue if message.id}


def _built(source: str) -> list[int]:
    """The lines that look up a text put together before."""
    made = (ast.JoinedStr, ast.BinOp, ast.Call)
    texts = (
        (call, call.args[: 2 if name == "ngettext" else 1]) for name, call in _lookups(ast.walk(ast.parse(source)))
    )
    return [call.lineno for call, given in texts if any(isinstance(text, made) for text in given)]


def _early(source: str) -> list[int]:
    """The lines that look up a text while the module is imported."""
    return [call.lineno for name, call in _lookups(_run_at_import(ast.parse(source))) if name != "N_"]


def _lookups(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.Call]]:
    for node in nodes:
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in {"_", "ngettext", "N_"}:
                yield name, node


def _run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    later: list[ast.AST] = []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        later = [node.body] if isinstance(node, ast.Lambda) else [*node.body]
    for child in ast.iter_child_nodes(node):
        if child not in later:
            yield from _run_at_import(child)
