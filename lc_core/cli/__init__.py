"""The command line `lc`: everything that can be done here can be scripted. Exit 0 done, 1 refused, 2 wrong use."""

import typer

from lc_core.cli import ask, bench, contracts, export, installation, invite_files, people, tokens, usage_report, work

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Learning Contracts: manage and understand learning seats."
)
for module in (installation, contracts, ask, export, invite_files, people, tokens, usage_report, work, bench):
    app.registered_commands += module.commands.registered_commands
    app.registered_groups += module.commands.registered_groups

__all__ = ["app"]
