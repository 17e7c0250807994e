"""Many visitors without a browser at once: each signs in, then opens one page after the other, thinking in between."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from lc_core.bench.browsing import PATIENCE, STREAMLIT, Page, address

THINKS = 5.0
"""Seconds that somebody looks at a page before the next click, on the average."""


@dataclass
class Crowd:
    """So many visitors of the server at a port, for so many seconds.

    `sign_in`: how the id of the button ends by which each signs in; `path`: the pages they open in turn, with their
    queries. They come one after the other in the first sixth of the time, and what counts begins after a quarter of it.
    Afterwards `waits` holds the seconds that each click took until its page had run; `lost`: who gave up.
    """

    port: int
    visitors: int
    seconds: float
    sign_in: str
    path: Sequence[tuple[str, str]]
    waits: list[float] = field(default_factory=list)
    lost: int = 0

    @property
    def p95(self) -> float:
        return sorted(self.waits)[int(len(self.waits) * 0.95)]

    def visit(self) -> "Crowd":
        """Come, look, and go."""
        asyncio.run(self._all())
        return self

    async def _all(self) -> None:
        ends = time.monotonic() + self.seconds
        await asyncio.gather(*(self._one(number, ends) for number in range(self.visitors)))

    async def _one(self, number: int, ends: float) -> None:
        """One who comes, stays, and leaves when it is time."""
        await asyncio.sleep(self.seconds / 6 * number / self.visitors)
        try:
            async with asyncio.timeout(ends - time.monotonic() + PATIENCE):
                await self._session(number, ends)
        except (TimeoutError, OSError, WebSocketException):
            self.lost += 1

    async def _session(self, number: int, ends: float) -> None:
        chance, page = random.Random(number), Page()  # noqa: S311 (keeps no secret)
        async with connect(address(self.port), subprotocols=[STREAMLIT], max_size=None, open_timeout=PATIENCE) as line:
            await _run(line, page, page.run_again())
            await _run(line, page, page.clicked(self.sign_in))
            step = number
            while time.monotonic() < ends:
                await asyncio.sleep(chance.uniform(THINKS / 2, THINKS * 3 / 2))
                began = time.monotonic()
                await _run(line, page, page.opened(*self.path[step % len(self.path)]))
                if began > ends - self.seconds * 3 / 4:
                    self.waits.append(time.monotonic() - began)
                step += 1


async def _run(line: ClientConnection, page: Page, message: bytes) -> None:
    await line.send(message)
    while not page.take(await line.recv(decode=False)):
        pass
