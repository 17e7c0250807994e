"""Processes of ours that tests start, and patience with what they do. None outlives the test that started it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PATIENCE = 240.0
"""Seconds until waiting for something that should happen is a failure."""
_started: list["subprocess.Popen[str]"] = []


def start(module: str, *words: str, settings: Mapping[str, str] | None = None, **more: Any) -> "subprocess.Popen[str]":
    """Run a module of ours as a program. `settings`: beside those of this process; `more`: what else `Popen` is to know."""
    told = {"cwd": ROOT, "env": os.environ | (settings or {}), "text": True} | more
    process: subprocess.Popen[str] = subprocess.Popen([sys.executable, "-m", module, *words], **told)
    _started.append(process)
    return process


def until(enough: Callable[[], object], what: str = "", each: float = 0.01) -> None:
    """Wait until it is so; look `each` so many seconds."""
    end = time.monotonic() + PATIENCE
    while not enough():
        assert time.monotonic() < end, what
        time.sleep(each)


def end_all() -> None:
    """Kill what a failed test left running, and close what it would have said."""
    while _started:
        process = _started.pop()
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
