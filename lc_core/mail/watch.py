"""A bound on how long a conversation with a mail server may take in all: a time-out bounds each silence only."""

import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LOOKS_EACH = 0.5
"""Seconds between two looks at the clock."""


class Watch:
    """Cuts a connection under a conversation that takes too long."""

    def __init__(self) -> None:
        self.connection: smtplib.SMTP | None = None
        self._until: float | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def over(self, seconds: float) -> Iterator[None]:
        """Watch over what happens inside."""
        if self._thread is None:
            self._ended = threading.Event()
            self._thread = threading.Thread(target=self._look, args=(self._ended,), daemon=True)
            self._thread.start()
        self._until = time.monotonic() + seconds
        try:
            yield
        finally:
            self._until = None

    def end(self) -> None:
        """Watch no more, until the next time."""
        self._ended.set()
        self._thread = None

    def _look(self, ended: threading.Event) -> None:
        while not ended.wait(LOOKS_EACH):
            if self._until is not None and time.monotonic() > self._until and self.connection is not None:
                _cut(self.connection)


def _cut(connection: smtplib.SMTP) -> None:
    """Shut the connection under whoever waits for it, TLS or not."""
    if connection.sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
