"""Which column of a list holds the addresses, which chooses activities, and whether the first row names them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lc_core.errors import Refused
from lc_core.intake.invite_table import MAX_COLUMNS, Row, Table
from lc_core.intake.invite_text import LIKE_AN_ADDRESS
from lc_core.language import _
from lc_core.reasons import Reason

_NAMES = frozenset({"email", "emails", "emailaddress", "emailaddresses", "mail", "mailaddress", "courriel"})
_LIKE_A_NAME = re.compile(r".*email.*|mailadresse|adressemail|correo.*")
_LIKE_A_TITLE = re.compile(r"[^\W\d_][\w /-]*")
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_SHORT = 400  # characters: nothing longer is an address, or worth the time to look
_TOLD = 10
"""So many names of ignored columns are told."""


@dataclass(frozen=True)
class Columns:
    """Where things stand, from 0. `width`: how many cells a row must have, None in a sheet. `first`: the first row of data."""

    email: int
    activities: int | None
    width: int | None
    first: int
    notices: list[str]


def find(table: Table) -> Columns:
    """The columns of a table that has a row (R-ADD-3).

    The address column is the one named like "email", or the only one that holds addresses. A first row is a header
    where a cell is named like "email" or `activities`; or, in a list of several columns, where it holds no address and
    a mere word stands over the addresses: that is said in a notice, as it might be a name gone astray.

    Refused with no_email_column, or with ambiguous_email_column and the `columns`.
    """
    head = table.rows[0]
    names = [_NOT_LETTERS.sub("", cell.lower()) if "@" not in cell else "" for cell in head.cells]
    activities = names.index("activities") if "activities" in names else None
    named = _named(names)
    width = _width(table, titled=bool(named) or activities is not None)
    if named or activities is not None:
        email = _one_of(table, named, width=width, without=activities)
        return Columns(email, activities, width, 1, _ignored(table, {email, activities}, names=head.cells))
    email = _one_of(table, [], width=width, without=None)
    if _is_title(table, email):
        taken = _("Line {line} was taken for the header.").format(line=head.line)
        return Columns(email, None, width, 1, [taken, *_ignored(table, {email}, names=head.cells)])
    return Columns(email, None, width, 0, _ignored(table, {email}, names=()))


def _named(names: Sequence[str]) -> list[int]:
    exactly = [place for place, name in enumerate(names) if name in _NAMES]
    return exactly or [place for place, name in enumerate(names) if _LIKE_A_NAME.fullmatch(name)]


def _width(table: Table, *, titled: bool) -> int | None:
    """As many cells as the header has, or else most rows have."""
    if not table.delimiter:
        return None
    if titled:
        return table.rows[0].width
    return Counter(row.width for row in table.rows).most_common(1)[0][0]


def _one_of(table: Table, named: Sequence[int], *, width: int | None, without: int | None) -> int:
    if len(named) == 1:
        return named[0]
    rows = [row for row in table.rows if width is None or row.width == width]
    holding = [place for place in _holding(rows) if place != without and (not named or place in named)]
    if len(holding) == 1:
        return holding[0]
    if not holding and not named:
        raise Refused(Reason.NO_EMAIL_COLUMN)
    columns = ", ".join(str(place + 1) for place in (holding or named)[:_TOLD])
    raise Refused(Reason.AMBIGUOUS_EMAIL_COLUMN, columns=columns)


def _holding(rows: Sequence[Row]) -> list[int]:
    """The columns with addresses; where there are none, those with something that has an at sign at least."""
    clearly: set[int] = set()
    vaguely: set[int] = set()
    for row in rows:
        for place, cell in enumerate(row.cells):
            if "@" in cell and place not in clearly:
                vaguely.add(place)
                if len(cell) <= _SHORT and LIKE_AN_ADDRESS.fullmatch(cell.strip()):
                    clearly.add(place)
    return sorted(clearly or vaguely)


def _is_title(table: Table, email: int) -> bool:
    first = table.rows[0].cells
    return (
        len(table.rows) > 1
        and len(first) > max(1, email)
        and not any("@" in cell for cell in first)
        and _LIKE_A_TITLE.fullmatch(first[email].strip()) is not None
    )


def _ignored(table: Table, used: set[int | None], *, names: Sequence[str]) -> list[str]:
    """Notices of the columns that mean nothing here, by their names or else their numbers."""
    widest = max(row.width for row in table.rows)
    count = min(_width(table, titled=bool(names)) or widest, MAX_COLUMNS)
    rest = [place for place in range(count) if place not in used]
    words = [(names[place].strip()[:40] if place < len(names) else "") or str(place + 1) for place in rest[:_TOLD]]
    notices = []
    if rest:
        more = ["…"] if len(rest) > _TOLD else []
        notices.append(_("Columns that were not read: {columns}.").format(columns=", ".join(words + more)))
    if widest > MAX_COLUMNS:
        notices.append(_("Only the first {n} columns were looked at.").format(n=MAX_COLUMNS))
    return notices
