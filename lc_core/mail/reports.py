"""What the letters about saved exports say: that a file is there, or that none could be made. They hold no data (R-EXP-6)."""

from datetime import datetime

from lc_core import language
from lc_core.language import _
from lc_core.mail.content import Content, Site
from lc_core.reasons import Reason


def report(site: Site, name: str, token: str, expires_at: datetime) -> Content:
    """The file of a due time is there. `token`: what opens it."""
    when = language.day_and_time(expires_at, site.zone).replace("\u202f", "\u00a0")
    words = _("The file is ready. Whoever has this link can download it, so pass it on with care.")
    return Content(
        subject=_("Your export: {name}").format(name=name),
        heading=name,
        paragraphs=[[words]],
        facts=[(_("Can be downloaded until"), f"{when} ({site.zone.key})")],
        why=_("You get this letter because you scheduled this export. Under Exports the schedule can be stopped."),
    ).leading(_("Download the file"), site.at(f"exports/files/{token}"))


def failed(site: Site, name: str, reason: Reason) -> Content:
    """It was tried, and is not tried again."""
    return Content(
        subject=_("Your export failed: {name}").format(name=name),
        heading=name,
        paragraphs=[[_("The file could not be made, and is not tried again."), reason.label]],
        why=_("You get this letter because you saved this export."),
    ).leading(_("Open exports"), site.at("exports"))
