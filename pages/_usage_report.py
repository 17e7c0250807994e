"""The usage report of the one contract that seat usage is about, to be taken away and sent on."""

import polars as pl
import streamlit as st

from lc_core.exports import pdf
from lc_core.exports.usage_report import FORMATS, usage_report
from lc_core.insight.copy import Insight
from lc_core.insight.limits import Asked
from lc_core.language import _
from lc_core.records.db import Actor, Database
from pages import _frame


def offer(full: pl.DataFrame, asked: Asked) -> None:
    """The report of the only contract that is asked for, made at the click; as a PDF only where one can be printed."""
    only = full if asked.contracts is None else full.filter(pl.col("contract_id").is_in(list(asked.contracts)))
    contract_id, code = only.select("contract_id", "code").row(0)
    with st.popover(_("Usage report"), icon=":material/summarize:"):
        st.markdown(_("How this contract is used, on a few pages to be sent on. It names no learner."))
        why_not = pdf.why_not()
        with st.container(horizontal=True):
            for ending in FORMATS:
                if ending != ".pdf" or why_not is None:
                    _file(contract_id, code, ending)
        if why_not is not None:
            st.caption(_frame.safe(why_not.label))


def _file(contract_id: int, code: str, ending: str) -> None:
    _frame.download(
        ending[1:].upper(),
        f"usage-report-{code}{ending}",
        made,
        insight=_frame.insight(),
        contract_id=contract_id,
        ending=ending,
        key=f"report-{ending[1:]}",
    )


def made(_db: Database, actor: Actor, *, insight: Insight, contract_id: int, ending: str) -> bytes:
    """The report as a file, with the rights its asker has then."""
    return FORMATS[ending](usage_report(insight, actor, contract_id))
