"""The product as its users meet it: served by `lc run`, filled with the demo year, looked at through Chromium.

A journey asks for `page` and `server`; `settled(page)` after each step. A module has its own server and its own copy of
the demo year, so what one journey changes no other module sees.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import commands

CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AT_REST = '[data-testid="stApp"][data-test-script-state="notRunning"][data-test-connection-state="CONNECTED"]'


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


def settled(page: Page) -> Page:
    """Wait until the page has run and shows what came of it. The pause lets the run begin: till then it is at rest."""
    page.wait_for_timeout(350)
    page.wait_for_selector(AT_REST, state="attached", timeout=30_000)
    return page


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: the folder in LC_SCREENSHOTS, else one that pytest removes in time."""
    wanted = os.environ.get("LC_SCREENSHOTS")
    folder = Path(wanted) if wanted else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def picture(page: Page, pictures: Path, name: str) -> Path:
    """Take the page from its top as NAME.png, once it is at rest and all of it has been fetched."""
    path = pictures / f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.png"
    settled(page).get_by_test_id("stSkeleton").first.wait_for(state="detached")
    page.get_by_test_id("stMain").evaluate("place => place.scrollTo(0, 0)")
    page.screenshot(path=path, full_page=True, animations="disabled")
    return path


@contextmanager
def serving(home: Path, **settings: str) -> Iterator[str]:
    """Serve the installation in a folder, with settings of its own (`LC_AUTH="oidc"`), and give its base URL."""
    port = _free_port()
    base_url = f"http://localhost:{port}"
    environment = os.environ | commands.settings(home) | {"LC_AUTH": "demo", "LC_BASE_URL": base_url} | settings
    log = home / "server.log"
    with log.open("ab") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "lc_core.cli", "run", "--port", str(port)],
            cwd=home,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_healthy(server, base_url, log)
        yield base_url
    finally:
        _stop(server)


@pytest.fixture(scope="module")
def installation(run_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the demo year. The year is played once in a run."""
    home = tmp_path_factory.mktemp("installation") / "data"
    return Path(shutil.copytree(commands.demo_year(run_home), home))


@pytest.fixture(scope="module")
def server(installation: Path) -> Iterator[str]:
    """The base URL of the product, serving the demo year."""
    with serving(installation) as base_url:
        yield base_url


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A sign-in service on this machine that knows a few people and asks for no password; its issuer."""
    from oidc_provider_mock import User, run_server_in_thread  # noqa: PLC0415 (it warns when it is imported)

    from tests.browser.signing_in import PEOPLE, UNVERIFIED  # noqa: PLC0415 (which knows of this file)

    known = [
        User(
            sub=name,
            claims={"email": f"{name}@example.org", "email_verified": name != UNVERIFIED, "name": name.title()},
        )
        for name in (*PEOPLE, UNVERIFIED)
    ]
    with run_server_in_thread(user_claims=known) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium: the machine's own, else the one that Playwright fetched."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        try:
            yield chromium
        finally:
            chromium.close()


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """A fresh window, nobody signed in; `page.goto("/contracts")` is relative to the server."""
    with browser.new_context(
        base_url=server,
        viewport={"width": 1280, "height": 900},
        locale="en-GB",
        timezone_id="UTC",
        accept_downloads=True,
    ) as context:
        yield context.new_page()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(server: subprocess.Popen[bytes], base_url: str, log: Path) -> None:
    patience = time.monotonic() + 90
    with httpx.Client(trust_env=False, timeout=2) as client:
        while server.poll() is None and time.monotonic() < patience:
            try:
                if client.get(f"{base_url}/healthz").is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
    pytest.fail(f"the server did not come up:\n{log.read_text(errors='replace')[-4000:]}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the server and what it started: they are a process group of their own."""
    for farewell in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(server.pid, farewell)
        with suppress(subprocess.TimeoutExpired):
            server.wait(10)
