"""A page of ours as a PDF, printed by a Chromium of this machine that reaches no network. The page itself forbids scripts."""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore

from lc_core.errors import Refused, refuse_if
from lc_core.reasons import Reason

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 60.0
"""Seconds after which a Chromium that has not printed is ended."""
AT_ONCE = 2
"""How many are printed at a time: each takes the memory of a browser."""
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pdf-header-footer",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_waits = BoundedSemaphore(AT_ONCE)


def why_not() -> Reason | None:
    """The reason against printing here, or None."""
    return None if _chromium() else Reason.CHROMIUM_MISSING


def printed(html: str, *, patience: float = PATIENCE) -> bytes:
    """The page as a PDF. Refused where there is no Chromium, and where it does not print in time."""
    refuse_if(why_not())
    with _waits, TemporaryDirectory(prefix="lc-pdf-") as folder:
        page, made = Path(folder) / "page.html", Path(folder) / "page.pdf"
        page.write_text(html, encoding="utf-8")
        _print(page, made, patience)
        if not made.is_file():
            raise Refused(Reason.PDF_NOT_MADE)
        return made.read_bytes()


def _print(page: Path, made: Path, patience: float) -> None:
    """Let Chromium print; it and all that it started are gone afterwards. They see nothing of our environment."""
    words = [_chromium(), *FLAGS, *_as_root(), f"--user-data-dir={page.parent / 'profile'}"]
    quiet = subprocess.DEVNULL
    printer = subprocess.Popen(  # noqa: S603 (a browser, with words of our own)
        [*words, f"--print-to-pdf={made}", page.as_uri()],
        cwd=page.parent,
        env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(page.parent), "LANG": "C.UTF-8"},
        stdin=quiet,
        stdout=quiet,
        stderr=quiet,
        start_new_session=True,
    )
    try:
        printer.wait(patience)
    except subprocess.TimeoutExpired as late:
        raise Refused(Reason.PDF_NOT_MADE) from late
    finally:
        with suppress(ProcessLookupError):
            os.killpg(printer.pid, signal.SIGKILL)
        printer.wait()


def _chromium() -> str:
    """Where the browser lies; empty where there is none."""
    return next((found for found in map(shutil.which, NAMES) if found), "")


def _as_root() -> list[str]:
    """Chromium has no sandbox for root. What it opens is a page of ours, without scripts and without anything from elsewhere."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []
