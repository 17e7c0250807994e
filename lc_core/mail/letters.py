"""Letters as a mail server takes them: written when they are sent, so that they tell what is true then (R-CON-2, R-LRN-2)."""

from binascii import b2a_qp
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import idna
from sqlalchemy.orm import Session

from lc_core import addresses
from lc_core.errors import Refused
from lc_core.mail import content, facts, headers, notices, reports
from lc_core.mail.content import Content, Invited, Site
from lc_core.mail.digest import Week, digest
from lc_core.mail.facts import About, Facts
from lc_core.mail.rendering import Rendered, rendered
from lc_core.reasons import Reason
from lc_core.records.house_models import Letter
from lc_core.records.models import Contract, Person
from lc_core.vocabulary import LetterKind

BETWEEN = b"=_parts_of_the_letter"
"""What divides the parts: no quoted-printable text holds `=_`."""


@dataclass(frozen=True)
class Written:
    """One letter as a mail server takes it.

    `recipient`: the address of the envelope, its domain as A-label. `message_id`: the same whenever the letter is written
    again. `data`: headers and body, with CRLF. `utf8`: whether the server must speak SMTPUTF8.
    """

    recipient: str
    message_id: str
    data: bytes
    utf8: bool


Tokens = Callable[[str], str]
"""What opens the file of a saved export, by what the records know of it; empty where the file is not there."""
Weeks = Callable[[int], Week]
"""The week of somebody's contracts, as they may see them now; Refused where it cannot be told now."""


def no_weeks(_person_id: int) -> Week:
    """For a writer that knows no figures: its digests wait for one that does."""
    raise Refused(Reason.COPY_UNAVAILABLE)


@dataclass(frozen=True)
class Writer:
    """Writes letters for an installation: its address on the web, the sender's, and the zone of the times it tells.

    `weeks`: where the figures of a digest come from; `tokens`: where those of files do.
    """

    base_url: str
    sender: str
    zone: ZoneInfo
    weeks: Weeks = no_weeks
    tokens: Tokens = lambda _file: ""

    def write(self, session: Session, letters: Sequence[Letter], now: datetime) -> dict[int, Written | Refused]:
        """The letters by their ids; without those whose person, contract or invitation is there no more.

        In place of one that can only be written later stands why.
        """
        known = facts.read(session, letters, now)
        site = Site(self.base_url, self.zone)
        top = b"\r\n".join(
            [b"From: " + headers.mailbox(*parseaddr(self.sender)), b"Date: " + format_datetime(now).encode("ascii")]
        )
        written: dict[int, Written | Refused] = {}
        for letter in letters:
            person = known.people.get(letter.person_id)
            try:
                said = self._said(site, letter, known)
            except Refused as not_now:
                written[letter.id] = not_now
                continue
            if person is not None and said is not None and (recipient := _recipient(person)):
                written[letter.id] = self._written(letter, said.addressed(person.name), recipient, person.name, top)
        return written

    def _said(self, site: Site, letter: Letter, known: Facts) -> Content | None:
        """What a letter says; None where it tells of what is no more."""
        if letter.kind is LetterKind.WELCOME:
            return content.welcome(site, known.open.get(letter.person_id, []))
        if letter.kind is LetterKind.DIGEST:
            token = known.stop_tokens.get(letter.person_id)
            return None if token is None else digest(site, self.weeks(letter.person_id), token)
        if letter.kind in facts.OF_RUNS:
            return self._of_run(site, letter, known)
        contract = known.contracts.get(letter.contract_id or 0)
        return None if contract is None else _said_of(site, letter, contract, known)

    def _of_run(self, site: Site, letter: Letter, known: Facts) -> Content | None:
        """Of a saved export: None where it, or the file, is there no more."""
        run, name = known.runs.get((letter.person_id, letter.about), (None, ""))
        if run is None:
            return None
        if run.failed_for is not None:
            return reports.failed(site, name, run.failed_for)
        until, token = run.expires_at, self.tokens(run.token_hash or "")
        return reports.report(site, name, token, until) if token and until and until > known.now else None

    def _written(self, letter: Letter, said: Content, recipient: str, name: str, top: bytes) -> Written:
        message_id = self._message_id(letter)
        lines = [
            top,
            b"To: " + headers.mailbox(name, recipient),
            b"Subject: " + headers.subject(said.subject),
            b"Message-ID: " + message_id.encode("ascii"),
            b"Auto-Submitted: auto-generated",
            *(headers.unsubscribe(said.leave_link) if said.leave_link else []),
            b"MIME-Version: 1.0",
            b'Content-Type: multipart/alternative; boundary="' + BETWEEN + b'"',
        ]
        data = b"\r\n".join(lines) + b"\r\n\r\n" + _body(rendered(said))
        return Written(recipient, message_id, data, utf8=not recipient.isascii())

    def _message_id(self, letter: Letter) -> str:
        number = letter.id if letter.invitation_id is None else f"{letter.invitation_id}.{letter.send_number}"
        return f"<{letter.kind.value}.{number}@{_host(self.base_url)}>"


def _said_of(site: Site, letter: Letter, contract: Contract, known: Facts) -> Content | None:
    match letter.kind:
        case LetterKind.REVOKED:
            return content.revoked(contract)
        case LetterKind.ADMIN_NAMED:
            return notices.admin_named(site, contract)
        case LetterKind.PURCHASE:
            return notices.purchase(site, contract, list(known.activities.get(contract.id, {}).values()))
        case LetterKind.ALERT:
            return notices.alert(site, contract, About.of(letter), known)
        case _:
            return _inviting(site, letter, contract, known)


def _inviting(site: Site, letter: Letter, contract: Contract, known: Facts) -> Content | None:
    invitation = known.invitations.get(letter.invitation_id or 0)
    if invitation is None:
        return None
    covered = known.covered_by(contract, invitation)
    invited = Invited(contract, contract.greeting, invitation.require_code, invitation.expires_at, covered)
    tell = content.reminder if letter.kind is LetterKind.REMINDER else content.invitation
    return tell(site, invited, letter.send_number)


def _recipient(person: Person) -> str:
    """The address as servers know it; empty for somebody who has none."""
    address = addresses.parse(person.email or "")
    if isinstance(address, Reason):
        return ""
    local = address.display.rpartition("@")[0]
    return f"{local}@{address.key.rpartition('@')[2]}"


def _host(base_url: str) -> str:
    host = urlsplit(base_url).hostname or "localhost"
    if ":" in host:
        return f"[{host}]"
    return host if host.isascii() else idna.encode(host).decode("ascii")


def _body(said: Rendered) -> bytes:
    parts = [_part(b"plain", said.text), _part(b"html", said.html)]
    divider = b"--" + BETWEEN
    return divider + b"\r\n" + (b"\r\n" + divider + b"\r\n").join(parts) + b"\r\n" + divider + b"--\r\n"


def _part(kind: bytes, text: str) -> bytes:
    head = b"Content-Type: text/" + kind + b"; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return head + b2a_qp(text.replace("\n", "\r\n").encode(), istext=True)
