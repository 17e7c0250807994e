"""What the letters to those who run a contract say: named, bought, and what a contract has reached (R-ANA-6)."""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

from lc_core import language
from lc_core.language import _, ngettext
from lc_core.mail.content import Content, Site, period
from lc_core.mail.facts import About, Facts
from lc_core.records.models import Contract
from lc_core.vocabulary import AlertKind, InvitationStatus
from lc_core.wording import seat_rule, shown_as


def admin_named(site: Site, contract: Contract) -> Content:
    """You run this contract now (R-CON-13)."""
    words = _("You are a contract admin of this contract now: you see its seats, and invite the people who use them.")
    return Content(
        subject=_("You are a contract admin of: {title}").format(title=contract.title),
        heading=contract.title,
        paragraphs=[[words]],
        facts=_head(contract),
        why=_("You get this letter because you were named on the contract."),
    ).leading(_("Open the invitations"), site.contract(contract.id))


def purchase(site: Site, contract: Contract, activities: Sequence[str]) -> Content:
    """What you bought is there to be used (R-INT-1)."""
    words = _("What you bought is ready. Sign in with this address, and invite the people who are to use the seats.")
    run = _("You are the contract admin: you see who is invited, who enrolled, and how many seats are left.")
    letter = Content(
        subject=_("Your purchase is ready: {title}").format(title=contract.title),
        heading=contract.title,
        paragraphs=[[words], [run]],
        facts=_head(contract),
        why=_("You get this letter because you bought seats with this address."),
    )
    invite = site.at("add_invitations", urlencode({"contract": contract.id}))
    return letter.listing(_("What people may learn with it"), activities).leading(_("Invite people"), invite)


def alert(site: Site, contract: Contract, about: About, facts: Facts) -> Content:
    """A threshold was reached: the numbers as they are now, and the place to act."""
    subject, words, (button, link) = {
        AlertKind.SEATS_USED: _seats_used,
        AlertKind.ENDS_SOON: _ends_soon,
        AlertKind.SILENT: _silent,
    }[about.kind](site, contract, about, facts)
    return Content(
        subject=subject,
        heading=contract.title,
        paragraphs=[[words]],
        facts=_head(contract),
        why=_("You get this letter because you run the contract."),
    ).leading(button, link)


Told = tuple[str, str, tuple[str, str]]
"""A subject, what there is to say, and where to act: the words of the button, and the address."""


def _seats_used(site: Site, contract: Contract, _about: About, _facts: Facts) -> Told:
    free = contract.seats - contract.seats_used
    share = language.percent(contract.seats_used / contract.seats) if contract.seats else language.percent(1)
    subject = _("{percent} of the seats are used: {title}").format(percent=share, title=contract.title)
    left = ngettext("{n} seat is free.", "{n} seats are free.", free).format(n=language.number(free))
    words = _("{percent} of the seats of this contract are used.").format(percent=share)
    return subject, f"{words} {left}", (_("Open the invitations"), site.contract(contract.id))


def _ends_soon(site: Site, contract: Contract, _about: About, facts: Facts) -> Told:
    center = (_("Open the Learning Contract Center"), site.at("contracts"))
    if contract.ends_at is None or contract.valid_to is None:
        return (
            _("No end any more: {title}").format(title=contract.title),
            _("The contract has no end any more."),
            center,
        )
    days = max(-(-(contract.ends_at - facts.now) // timedelta(days=1)), 0)
    subject = ngettext("Ends in {n} day: {title}", "Ends in {n} days: {title}", days)
    words = _("The last day of this contract is {day}. After it nobody can be invited, accept or enroll.")
    told = words.format(day=language.date(contract.valid_to))
    return subject.format(n=language.number(days), title=contract.title), told, center


def _silent(site: Site, contract: Contract, about: About, facts: Facts) -> Told:
    count = facts.unanswered.get((contract.id, about.threshold), 0)
    subject = ngettext("{n} invitation without an answer: {title}", "{n} invitations without an answer: {title}", count)
    since = ngettext("for {n} day", "for {n} days", about.threshold).format(n=language.number(about.threshold))
    words = ngettext(
        "{n} person was invited and has not answered {since}.",
        "{n} people were invited and have not answered {since}.",
        count,
    ).format(n=language.number(count), since=since)
    waiting = (InvitationStatus.OUTSTANDING, InvitationStatus.NOT_REGISTERED)
    shown = sorted({shown_as(contract.contract_type, status).value for status in waiting})
    place = site.at("invitations", urlencode([("contract", contract.id), *[("is", word) for word in shown]]))
    told = subject.format(n=language.number(count), title=contract.title)
    return told, words, (_("Open these invitations"), place)


def _head(contract: Contract) -> list[tuple[str, str]]:
    """What the contract is, and how its seats stand now."""
    used = _("{used} of {seats} used").format(
        used=language.number(contract.seats_used), seats=language.number(contract.seats)
    )
    return [
        (_("Type"), f"{contract.contract_type.label}. {seat_rule(contract.contract_type)}"),
        (_("Seats"), used),
        (_("Valid"), period(contract.valid_from, contract.valid_to)),
    ]
