"""Files of choices that are kept under no name: made while somebody waits, and there for a day."""

from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from lc_core.exports import writing
from lc_core.exports.chosen import Chosen
from lc_core.exports.writing import Told, Written
from lc_core.insight.copy import Insight
from lc_core.records.db import Actor


def make(insight: Insight, actor: Actor, chosen: Chosen, folder: Path, told: Told) -> Written:
    """Write what is chosen, as it stands now, somewhere in the folder where nobody finds it by guessing.

    NotFound for what the asker may not see. `Kept.tidy` removes it after a day.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = chosen.wanted(insight, actor, insight.db.clock())
    aside = Path(mkdtemp(prefix=".export-", dir=folder))
    try:
        return writing.write(insight, actor, wanted, aside / f"made{chosen.format.ending}", told)
    except BaseException:
        rmtree(aside, ignore_errors=True)
        raise


def forget(made: Written) -> None:
    """Remove it before its day is over."""
    rmtree(made.path.parent, ignore_errors=True)
