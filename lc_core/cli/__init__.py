"""The command line `lc`: everything that can be done here can be scripted. Exit 0 done, 1 refused, 2 wrong use."""

from collections import UserDict
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

ROOMS = {
    "installation": ("init", "demo", "run", "import", "check", "settings"),
    "contracts": ("seats",),
    "ask": ("ask",),
    "export": ("export", "report"),
    "invite_files": ("invite-file", "invite"),
    "people": ("grant", "revoke-role", "people", "person"),
    "tokens": ("token",),
    "usage_report": ("usage-report",),
    "work": ("worker",),
    "bench": ("bench",),
}
"""Which module has which commands. It is imported when one of them is used: no command waits for what others need."""


def commands_of(room: str) -> Mapping[str, Any]:
    """The commands of one module."""
    return typer.main.get_group(import_module(f"{__name__}.{room}").commands).commands


class Commands(UserDict[str, Any]):
    """All commands by name. `data` knows the module of each."""

    def __getitem__(self, name: str) -> Any:
        return commands_of(self.data[name])[name]


class ByRoom(TyperGroup):
    def __init__(self, **usual: Any) -> None:
        super().__init__(**usual)
        self.commands = Commands({name: room for room, names in ROOMS.items() for name in names})


app = typer.Typer(cls=ByRoom, no_args_is_help=True, add_completion=False)


@app.callback()
def lc() -> None:
    """Learning Contracts: manage and understand learning seats."""


__all__ = ["app"]
