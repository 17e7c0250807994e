"""A mail server, spoken to over one connection that is kept from letter to letter.

What the server answers to a letter is an Answer. That it cannot be talked to at all, which is no letter's fault, is
ServerDown.
"""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from enum import Enum, auto
from typing import Self
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from lc_core.language import _
from lc_core.mail.letters import Written
from lc_core.mail.watch import Watch

PATIENCE = 30.0
"""Seconds that the server may be silent."""
LONGEST = 120.0
"""Seconds that one letter may take in all: a server that answers a byte at a time is never silent."""
LONGEST_WORDS = 1000
OK, PERMANENT = 2, 5
CLOSING = 421
USUAL_PORTS = {"smtp": 25, "smtps": 465}


class Verdict(Enum):
    """What became of a letter at the server."""

    ACCEPTED = auto()
    LATER = auto()
    NEVER = auto()


@dataclass(frozen=True)
class Answer:
    """The verdict on one letter, with the server's words. `lost`: the connection broke, so the words are the system's."""

    verdict: Verdict
    words: str
    lost: bool = False


class ServerDown(Exception):
    """The server cannot be talked to; no letter was tried. Says why in its words."""


class _Lost(Exception):
    """The connection went away before the letter was handed over."""


@dataclass(frozen=True)
class Address:
    """Where the server is, from `smtp://user:password@host:port?starttls=1` (`smtps://`: TLS from the first byte)."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False

    @classmethod
    def parse(cls, url: str) -> Self:
        """ValueError, with a sentence that does not tell the password, where the URL is none."""
        parts = urlsplit(url)
        if parts.scheme not in USUAL_PORTS or not parts.hostname:
            raise ValueError(_("LC_SMTP_URL is no address of a mail server: smtp://user:password@host:port?starttls=1"))
        return cls(
            parts.hostname,
            _port(parts) or USUAL_PORTS[parts.scheme],
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            starttls=parse_qs(parts.query).get("starttls", ["0"])[-1] not in {"0", "no", "false"},
            tls=parts.scheme == "smtps",
        )


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise ValueError(_("LC_SMTP_URL has a port that is none.")) from None


class MailServer:
    """One server and the connection to it. For one thread at a time."""

    def __init__(self, url: str, sender: str, *, patience: float = PATIENCE, longest: float = LONGEST) -> None:
        """`sender`: the address to which the server returns what it cannot deliver."""
        self.address = Address.parse(url)
        self.sender = parseaddr(sender)[1] or sender
        self.patience = patience
        self.longest = longest
        self._connection: smtplib.SMTP | None = None
        self._handed_over = 0
        self._watch = Watch()

    def send(self, letter: Written) -> Answer:
        """Hand one letter over. ServerDown if the server cannot be reached, also not over a new connection."""
        with self._watch.over(self.longest):
            return self._send(letter)

    def _send(self, letter: Written) -> Answer:
        if self._connection is not None and self._handed_over:
            try:
                return self._hand_over(self._connection, letter)
            except _Lost:  # servers close what was idle or had enough letters: that is no fault
                self._drop()
        try:
            return self._hand_over(self._connected(), letter)
        except _Lost as lost:
            self._drop()
            return Answer(Verdict.LATER, str(lost), lost=True)

    def close(self) -> None:
        """Say goodbye, if anybody listens."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        with suppress(smtplib.SMTPException, OSError), self._watch.over(self.patience):
            connection.quit()
        connection.close()
        self._watch.end()

    def _connected(self) -> smtplib.SMTP:
        if self._connection is not None:
            return self._connection
        try:
            connection = self._connect()
        except smtplib.SMTPResponseException as refused:
            raise ServerDown(_words(refused.smtp_code, refused.smtp_error)) from refused
        except (smtplib.SMTPException, OSError) as broken:
            raise ServerDown(_plain(str(broken) or type(broken).__name__)) from broken
        self._connection, self._handed_over = connection, 0
        return connection

    def _connect(self) -> smtplib.SMTP:
        """A connection over which letters can be handed over."""
        where = self.address
        context = ssl.create_default_context() if where.tls or where.starttls else None
        made = (
            smtplib.SMTP_SSL(timeout=self.patience, context=context)
            if where.tls
            else smtplib.SMTP(timeout=self.patience)
        )
        try:
            made._host = where.host  # type: ignore[attr-defined]  # noqa: SLF001 (whom the certificate must name)
            self._watch.connection = made
            self._introduce(made, context)
        except BaseException:
            made.close()
            raise
        return made

    def _introduce(self, made: smtplib.SMTP, context: ssl.SSLContext | None) -> None:
        code, words = made.connect(self.address.host, self.address.port)
        if code // 100 != OK:
            raise smtplib.SMTPConnectError(code, words)
        made.ehlo_or_helo_if_needed()
        if self.address.starttls:
            made.starttls(context=context)
            made.ehlo_or_helo_if_needed()
        if self.address.user:
            made.login(self.address.user, self.address.password)

    def _hand_over(self, connection: smtplib.SMTP, letter: Written) -> Answer:
        """The conversation about one letter. _Lost: it ended before the letter's own bytes were asked for."""
        if letter.utf8 and not connection.has_extn("smtputf8"):
            return Answer(Verdict.NEVER, _("The mail server takes no addresses beyond ASCII (SMTPUTF8)."))
        try:
            return self._say(connection, letter)
        except smtplib.SMTPDataError as refused:
            return self._answer(refused.smtp_code, refused.smtp_error)
        except (smtplib.SMTPException, OSError) as broken:
            raise _Lost(_plain(str(broken) or type(broken).__name__)) from broken

    def _say(self, connection: smtplib.SMTP, letter: Written) -> Answer:
        options = ("SMTPUTF8", "BODY=8BITMIME") if letter.utf8 else ()
        code, words = connection.mail(self.sender, options)
        if code == CLOSING:
            raise _Lost(_words(code, words))
        if code // 100 == OK:
            code, words = connection.rcpt(letter.recipient)
        if code // 100 == OK:
            try:
                code, words = connection.data(letter.data)
            except (
                smtplib.SMTPServerDisconnected,
                OSError,
            ) as broken:  # it may have taken the letter: not again at once
                self._drop()
                return Answer(Verdict.LATER, _plain(str(broken)), lost=True)
        return self._answer(code, words)

    def _answer(self, code: int, words: bytes | str) -> Answer:
        self._handed_over += 1
        said = _words(code, words)
        if code // 100 == OK:
            return Answer(Verdict.ACCEPTED, said)
        if code == CLOSING or not self._begin_anew():
            self._drop()
        return Answer(Verdict.NEVER if code // 100 == PERMANENT else Verdict.LATER, said)

    def _begin_anew(self) -> bool:
        """Let the server forget a letter that it refused half-way."""
        try:
            return self._connection is not None and self._connection.rset()[0] // 100 == OK
        except (smtplib.SMTPException, OSError):
            return False

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _words(code: int, words: bytes | str) -> str:
    said = words.decode("utf-8", errors="replace") if isinstance(words, bytes) else words
    return _plain(f"{code} {said}")


def _plain(words: str) -> str:
    """What a server said, on one line and without what is not to be seen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())[:LONGEST_WORDS]
