"""From an uploaded list, as it was read, to the list that is invited."""

from lc_core.intake.invite_file import InviteFile
from lc_core.invite_list import Entry


def entries(found: InviteFile) -> list[Entry]:
    """Good and bad rows in the order of the file."""
    good = [Entry(one.line, one.address, one.activities) for one in found.accepted]
    bad = [Entry(one.line, one.raw, refused=one.reason) for one in found.rejected]
    return sorted([*good, *bad], key=lambda entry: entry.line)
