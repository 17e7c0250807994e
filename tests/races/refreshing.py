"""A process that brings the analytic copy up to date again and again, until it is killed: FOLDER URL."""

import sys
from pathlib import Path

from lc_core.insight.copy import Insight
from lc_core.records.db import Database

if __name__ == "__main__":
    folder, url = sys.argv[1:]
    insight = Insight(Database.open(url), Path(folder), large=0)
    while True:
        insight.refresh()
        sys.stdout.write("refreshed\n")
        sys.stdout.flush()
