"""`python -m lc_core.cli` is `lc`."""

from lc_core.cli import app

app(prog_name="lc")
