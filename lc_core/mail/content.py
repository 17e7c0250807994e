"""What the letters to learners say, kind by kind, in words for people: everything but its form."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from lc_core import language
from lc_core.language import _, ngettext
from lc_core.records.models import Contract
from lc_core.wording import grouped, seat_rule_for_learners

MOST_ITEMS = 20
"""A longer list is cut, and says how much was."""
Paragraph = Sequence[str]


@dataclass(frozen=True)
class Entry:
    """One thing of a list that has a page of its own: its name, what there is to tell of it, and where it is."""

    name: str
    told: str
    link: str


@dataclass(frozen=True)
class Content:
    """What one letter says. `paragraphs`: each its lines; `facts`: names and what there is to tell; `why`: why one gets it.

    `leave`: the words of the link that ends letters of this kind, for kinds that somebody asked for.
    """

    subject: str
    heading: str
    why: str
    hello: str = ""
    paragraphs: Sequence[Paragraph] = ()
    facts: Sequence[tuple[str, str]] = ()
    items_are: str = ""
    items: Sequence[str] = ()
    more: str = ""
    entries_are: str = ""
    entries: Sequence[Entry] = ()
    entries_more: str = ""
    code_is: str = ""
    code: str = ""
    button: str = ""
    link: str = ""
    instead: str = ""
    leave: str = ""
    leave_link: str = ""

    def addressed(self, name: str) -> "Content":
        return replace(self, hello=_("Hello {name},").format(name=name) if name else _("Hello,"))

    def listing(self, items_are: str, items: Sequence[str]) -> "Content":
        """With a list: its first twenty, and how many more there are."""
        return replace(self, items_are=items_are, items=items[:MOST_ITEMS], more=more_of(len(items) - MOST_ITEMS))

    def leading(self, button: str, link: str) -> "Content":
        """With a button, and the same as a link for those who see no buttons."""
        return replace(self, button=button, link=link, instead=_("If the button does not work, open this address:"))


@dataclass(frozen=True)
class Site:
    """Where the product is reached, and by which zone's clocks it tells the time."""

    base_url: str
    zone: ZoneInfo

    def at(self, page: str, query: str = "") -> str:
        return f"{self.base_url.rstrip('/')}/{page}" + (f"?{query}" if query else "")

    def contract(self, contract_id: int) -> str:
        """Where a contract's invitations are, which its title leads to everywhere."""
        return self.at("invitations", urlencode({"contract": contract_id}))


@dataclass(frozen=True)
class Invited:
    """An invitation as its letters tell it: `activities` are the titles of what it covers."""

    contract: Contract
    greeting: str
    require_code: bool
    expires_at: datetime | None
    activities: Sequence[str]


def invitation(site: Site, invited: Invited, send_number: int) -> Content:
    """You are invited; from the second sending on, it says that it was sent before (R-INV-4)."""
    title = invited.contract.title
    again = send_number > 1
    subject = _("Your invitation again: {title}") if again else _("You are invited: {title}")
    words = [_("You are invited to a learning contract.")]
    if again:
        words.append(_("This invitation is sent to you again; it takes the place of the letters before."))
    return _inviting(site, invited, subject.format(title=title), " ".join(words))


def reminder(site: Site, invited: Invited, number: int) -> Content:
    """The same once more, for those who have not answered. `number`: how manieth reminder."""
    words = _("You are invited to a learning contract, and have not answered yet.")
    if number > 1:
        words += " " + _("This is reminder number {n}.").format(n=language.number(number))
    return _inviting(site, invited, _("Reminder: {title}").format(title=invited.contract.title), words)


def _inviting(site: Site, invited: Invited, subject: str, words: str) -> Content:
    contract = invited.contract
    letter = Content(
        subject=subject,
        heading=contract.title,
        paragraphs=[*paragraphs(invited.greeting), [f"{words} {seat_rule_for_learners(contract.contract_type)}"]],
        facts=_about(site, invited),
        why=_("You get this letter because you were invited with this address."),
    ).listing(_("What you may learn"), invited.activities)
    if not invited.require_code:
        return letter.leading(_("Accept the invitation"), site.at("my_learning"))
    return _with_code(site, letter, grouped(contract.invitation_code))


def _with_code(site: Site, letter: Content, code: str) -> Content:
    """The code as it is now, and where to enter it (R-LRN-2)."""
    coded = replace(letter, code=code, code_is=_("Your invitation code, to be entered under My learning:"))
    return coded.leading(_("Enter the code"), site.at("my_learning", f"code={code}"))


def _about(site: Site, invited: Invited) -> list[tuple[str, str]]:
    """The period, how long the invitation lives (R-INV-3), and how many activities may be taken (R-CON-5)."""
    contract = invited.contract
    facts = [(_("Valid"), period(contract.valid_from, contract.valid_to))]
    if invited.expires_at is not None:
        # few fonts have the narrow space before AM
        when = language.day_and_time(invited.expires_at, site.zone).replace("\u202f", "\u00a0")
        facts.append((_("Answer before"), f"{when} ({site.zone.key})"))
    if contract.per_user_limit:
        limit = ngettext("{n} activity", "{n} activities", contract.per_user_limit)
        facts.append((_("You may take"), limit.format(n=language.number(contract.per_user_limit))))
    return facts


def revoked(contract: Contract) -> Content:
    """The invitation is no more; there is nothing to do."""
    words = _("Your invitation to this contract was revoked. What you were sent before works for it no more.")
    return Content(
        subject=_("Invitation revoked: {title}").format(title=contract.title),
        heading=contract.title,
        paragraphs=[[words]],
        why=_("You get this letter because you were invited with this address."),
    )


def welcome(site: Site, open_titles: Sequence[str]) -> Content:
    """There is an account; these invitations wait (R-LRN-5)."""
    letter = Content(
        subject=_("Welcome: your account is ready"),
        heading=_("Welcome"),
        paragraphs=[[_("You have an account now. Under My learning are your invitations and your enrollments.")]],
        why=_("You get this letter because an account was made for this address."),
    )
    waiting = letter.listing(_("Invitations that wait for your answer"), open_titles)
    return waiting.leading(_("Open My learning"), site.at("my_learning"))


def paragraphs(text: str) -> list[list[str]]:
    """What somebody wrote, as its paragraphs and their lines."""
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            found[-1].append(line.strip())
        elif found[-1]:
            found.append([])
    return [one for one in found if one]


def more_of(left: int) -> str:
    """How many more there are than a list holds; nothing where it holds all."""
    return ngettext("and {n} more", "and {n} more", left).format(n=language.number(left)) if left > 0 else ""


def period(valid_from: date, valid_to: date | None) -> str:
    ends = language.date(valid_to) if valid_to else _("no end")
    return f"{language.date(valid_from)} – {ends}"
