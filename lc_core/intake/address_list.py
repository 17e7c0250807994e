"""A plain list of addresses: text with one address a line, or a CSV of one column (R-ADD-2)."""

import csv
import io

from lc_core.errors import Refused
from lc_core.reasons import Reason


def entries_of(data: bytes) -> list[str]:
    """The addresses of a list, as they stand there, one for each line of the file; blank lines are left out.

    UTF-8, with a byte order mark or without. Refused with `encoding` where it is not.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(Reason.ENCODING) from None
    return [row[0] for row in csv.reader(io.StringIO(text)) if row and row[0].strip()]
