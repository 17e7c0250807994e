"""A mail server that says yes to everything and keeps nothing, in a process of its own: run as `-m lc_core.bench.mail_sink`."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from lc_core.bench.measuring import CannotMeasure
from lc_core.language import _

LOOPBACK = "127.0.0.1"


@contextmanager
def a_sink() -> Iterator[str]:
    """Start one; its URL."""
    if find_spec("aiosmtpd") is None:
        raise CannotMeasure(_("The package aiosmtpd is needed to measure letters."))
    program = [sys.executable, "-m", __name__]  # our own
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as sink:  # noqa: S603
        try:
            yield f"smtp://{LOOPBACK}:{sink.stdout.readline().strip() if sink.stdout else ''}"
        finally:
            sink.terminate()


async def serve() -> None:
    """Listen on a free port, say which, and take letters until the process ends."""
    from aiosmtpd.smtp import SMTP  # noqa: PLC0415 (only the developers' machines have it)

    class Sink:
        async def handle_DATA(self, *_told: object) -> str:  # noqa: N802
            return "250 OK"

    listening = socket.create_server((LOOPBACK, 0))
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Sink()), sock=listening)
    print(listening.getsockname()[1], flush=True)  # noqa: T201 (whoever started it waits for it)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
