"""The commands of `lc` are found in their modules, which are imported only for those who use them."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

from typer.testing import CliRunner

from lc_core import cli


def test_each_command_is_found_in_its_module() -> None:
    rooms = [path.stem for path in Path(cli.__file__).parent.glob("*.py") if not path.stem.startswith("__")]
    found = {
        room: tuple(cli.commands_of(room))
        for room in rooms
        if hasattr(import_module(f"lc_core.cli.{room}"), "commands")
    }

    assert found == cli.ROOMS


def test_a_command_that_is_spelled_wrong_is_told_what_was_meant() -> None:
    told = CliRunner().invoke(cli.app, ["setings"])

    assert told.exit_code == 2
    assert "Did you mean 'settings'" in told.stderr


def test_a_command_does_not_wait_for_what_another_one_needs() -> None:
    program = (
        "import sys; from lc_core.cli import app; app(['seats', '--help'], standalone_mode=False); print(*sys.modules)"
    )
    imported = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()

    assert "lc_core.cli.contracts" in imported
    assert not {"altair", "lc_core.bench", "lc_core.cli.bench"} & set(imported)
