"""Mail servers for the tests: one that takes letters and has any fault it is told to have, and some that are hardly servers."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LOOPBACK = "127.0.0.1"
LONG = 10.0
"""Seconds after which what should have come is not coming."""


@dataclass(frozen=True)
class Received:
    """One letter that the server said yes to."""

    sender: str
    recipients: list[str]
    data: bytes

    @property
    def message(self) -> EmailMessage:
        return cast("EmailMessage", message_from_bytes(self.data, policy=policy.default))

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


@dataclass
class Mailbox:
    """What arrived, and what the server answers: per stage, a function of the recipient that answers or raises.

    None of it = yes. `cut`: the stages at which the connection is broken instead ("rcpt", "data", "accepted").
    """

    received: list[Received] = field(default_factory=list)
    answers: dict[str, Callable[[str], str | None]] = field(default_factory=dict)
    cut: dict[str, Callable[[str], bool]] = field(default_factory=dict)
    connections: int = 0
    most_per_connection: int = 0
    on_data: Callable[[], Any] = lambda: None

    @property
    def ids(self) -> list[str]:
        return [one.message_id for one in self.received]

    @property
    def recipients(self) -> list[str]:
        return [recipient for one in self.received for recipient in one.recipients]

    def _said(self, stage: str, recipient: str) -> str | None:
        return self.answers.get(stage, lambda _recipient: None)(recipient)

    def _cuts(self, server: SMTP, stage: str, recipient: str) -> bool:
        if not self.cut.get(stage, lambda _recipient: False)(recipient):
            return False
        reset(server.transport)
        return True

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        session.letters = 0  # type: ignore[attr-defined]
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.most_per_connection and session.letters >= self.most_per_connection:  # type: ignore[attr-defined]
            return "421 4.7.0 enough letters over one connection"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self._said("mail", address) or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._cuts(server, "rcpt", address)
        said = self._said("rcpt", address)
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.on_data()
        recipient = envelope.rcpt_tos[0]
        if self._cuts(server, "data", recipient):
            return "451 gone"
        said = self._said("data", recipient)
        if said is None:
            session.letters += 1  # type: ignore[attr-defined]
            data = cast("bytes", envelope.content)
            self.received.append(Received(str(envelope.mail_from), list(envelope.rcpt_tos), data))
            self._cuts(server, "accepted", recipient)
        return said or "250 2.0.0 taken"


def reset(transport: Any) -> None:
    """Break a connection off as a crash does: the other side reads a reset."""
    gone = transport.get_extra_info("socket")
    gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


@contextmanager
def a_server(mailbox: Mailbox, **said: Any) -> Iterator[str]:
    """A mail server on loopback; its URL."""
    port = a_free_port()
    serving = Controller(mailbox, hostname=LOOPBACK, port=port, enable_SMTPUTF8=said.pop("utf8", True), **said)
    serving.start()
    try:
        yield f"smtp://{LOOPBACK}:{port}"
    finally:
        serving.stop()


@contextmanager
def hardly_a_server(behaves: Callable[[socket.socket], None]) -> Iterator[str]:
    """Something that listens and does `behaves` with each connection; its URL."""
    listening = socket.create_server((LOOPBACK, 0))
    open_: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            open_.append(connection)
            threading.Thread(target=behaves, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"smtp://{LOOPBACK}:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for connection in open_:
            connection.close()


def nobody() -> str:
    """The URL of a port on which nothing listens."""
    return f"smtp://{LOOPBACK}:{a_free_port()}"


def a_free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as closed:
        port: int = closed.getsockname()[1]
        return port


def says(banner: str) -> Callable[[socket.socket], None]:
    """Greets with this and listens no more."""

    def behaves(connection: socket.socket) -> None:
        connection.sendall(f"{banner}\r\n".encode())

    return behaves


def says_nothing(connection: socket.socket) -> None:
    """Accepts the connection, and that is all."""


def resets(connection: socket.socket) -> None:
    """Breaks the connection off at once."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drips(connection: socket.socket) -> None:
    """Greets a byte at a time, so that it is never silent for long and never done."""
    waiting = threading.Event()
    try:
        while not waiting.wait(0.05):
            connection.sendall(b"2")
    except OSError:
        return
