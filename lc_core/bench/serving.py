"""Servers for a bench: the product on a database of its own, and empty pages."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfile
from urllib.error import URLError
from urllib.request import urlopen

from lc_core.bench.measuring import CannotMeasure
from lc_core.bench.places import Place
from lc_core.language import _

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
EMPTY = """
import streamlit as st

from lc_core.web import serving

app = st.App({page!r}, middleware=serving.middleware(), lifespan=serving.lifespan)
"""


@contextmanager
def the_product(place: Place) -> Iterator[tuple[int, int]]:
    """`lc run` on this place's database; its process and its port."""
    port = _free_port()
    with _serving([sys.executable, "-m", "lc_core.cli", "run", "--port", str(port)], place, port) as process:
        yield process, port


@contextmanager
def the_pages_as_streamlit_serves_them(place: Place) -> Iterator[tuple[int, int]]:
    """The same pages behind Streamlit's own server with its settings as they come; its process and its port."""
    port = _free_port()
    serve = [sys.executable, "-m", "streamlit", "run", str(ROOT / "pages" / "_shell.py"), *_served_at(port)]
    with _serving(serve, place, port) as process:
        yield process, port


@contextmanager
def an_empty_page(place: Place, *, plain: bool) -> Iterator[tuple[int, int]]:
    """A page of one line; its process and its port.

    `plain`: as Streamlit serves any script, with its settings as they come; else behind the product's own server, with its
    settings, middleware and start.
    """
    folder, port = place.folder / ("plain" if plain else "ours"), _free_port()
    (folder / ".streamlit").mkdir(parents=True)
    if not plain:
        copyfile(ROOT / ".streamlit" / "config.toml", folder / ".streamlit" / "config.toml")
    page, app = folder / "empty.py", folder / "app.py"
    page.write_text('"""Nothing."""\n')
    app.write_text(EMPTY.format(page=str(page)))
    serve = [sys.executable, "-m", "streamlit", "run", str(page if plain else app), *_served_at(port)]
    with _serving(serve, place, port, folder) as process:
        yield process, port


@contextmanager
def _serving(command: list[str], place: Place, port: int, folder: Path | None = None) -> Iterator[int]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "STREAMLIT_"))}
    ours = {
        "LC_DATABASE_URL": place.url,
        "LC_DATA_DIR": str(place.folder / "data"),
        "PYTHONPATH": str(ROOT),
    }
    log = place.folder / f"{port}.log"
    with log.open("w") as told:
        server = subprocess.Popen(command, cwd=folder or place.folder, env=kept | ours, stdout=told, stderr=told)  # noqa: S603 (our own commands)
    try:
        _wait_for(server, port, log)
        yield server.pid
    finally:
        server.terminate()
        try:
            server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _served_at(port: int) -> list[str]:
    """What must be said to any Streamlit that is started by a program."""
    quiet = ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    return [*quiet, "--server.port", str(port), "--server.address", "localhost"]


def _wait_for(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience and server.poll() is None:
        with suppress(URLError, ConnectionError), urlopen(f"http://localhost:{port}/_stcore/health") as answer:
            if answer.status == 200:  # noqa: PLR2004 (OK)
                return
        time.sleep(0.1)
    raise CannotMeasure(_("The server did not start: {words}").format(words=log.read_text()[-500:]))


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port
