"""The files of exports until they expire. A file's name is the token that opens it; the records know its hash only."""

import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from lc_core.exports.runs import hash_of

TOKEN = re.compile("[0-9a-f]{64}")
A_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Kept:
    """A folder that only this installation's own processes look into. It is made when the first file is."""

    folder: Path

    def new(self) -> Path:
        """Where a new file may be written: nobody can guess its name."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        return self.folder / secrets.token_hex(32)

    def of(self, file: str) -> Path | None:
        """The file of this hash, if it is there."""
        return next((path for path, its in self.every() if its == file), None)

    def token(self, file: str) -> str:
        """What opens the file of this hash; empty where it is not there."""
        path = self.of(file) if file else None
        return path.name if path else ""

    def tokens(self) -> dict[str, str]:
        """What opens each file that is there, by its hash."""
        return {its: path.name for path, its in self.every()}

    def every(self) -> Iterator[tuple[Path, str]]:
        """All files, each with its hash."""
        for path in sorted(self.folder.glob("*")):
            if TOKEN.fullmatch(path.name):
                yield path, hash_of(path.name)

    def tidy(self) -> None:
        """Remove what writers left that were killed more than a day ago."""
        for aside in self.folder.glob(".export-*"):
            try:
                old = time.time() - aside.stat().st_mtime > A_DAY
            except FileNotFoundError:  # its writer has just finished
                continue
            if old:
                rmtree(aside, ignore_errors=True)
