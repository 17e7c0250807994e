"""The people behind a number of seat usage: who stopped at a step, whose seats are idle; by name or by pseudonym."""

import polars as pl
import streamlit as st

from lc_core import language
from lc_core.insight import cells, people_behind
from lc_core.insight.answers import Answer
from lc_core.insight.chart_book import CHARTS, HIDDEN, IDLE, STEP
from lc_core.insight.copy import Insight
from lc_core.insight.limits import Asked
from lc_core.insight.states import Idle, Step
from lc_core.language import _
from lc_core.records.db import Actor, Database
from lc_core.words import Word
from pages import _frame, _kept, _usage_chart
from pages._usage_filters import ANY

PAGE_SIZE = people_behind.MOST
MOST_ROWS = 20


def stopped(asked: Asked) -> None:
    """Who came to one of the steps and not further; the page's address keeps which."""
    _listed("stopped", asked, STEP, Step, _("Show who stopped at:"))


def idle(asked: Asked) -> None:
    """Whose seats are idle in one of the ways; the page's address keeps which."""
    _listed("whose", asked, IDLE, Idle, _("Show whose seats these are:"))


def _listed(name: str, asked: Asked, parameter: str, words: type[Word], label: str) -> None:
    with st.container(key=f"behind-{name}"):
        st.markdown(label)
        chosen = _kept.tabs(
            label,
            [ANY, *(word.value for word in words)],
            name=parameter,
            labels=lambda value: words.of(value).label if value else _("Nobody"),
            on_change=from_the_start,
        )
    if chosen:
        _people(name, asked, words.of(chosen))


def from_the_start() -> None:
    st.session_state["page"] = 1


def _people(name: str, asked: Asked, word: Word) -> None:
    """In which contracts they are, and who they are, a page at a time."""
    chart = CHARTS[name]
    with st.container(border=True, key=f"chart-{name}"):
        _usage_chart.heading(f"{_(chart.words)} {word.label}", _(chart.definition))
        answer = asked.put(_frame.insight(), _frame.actor(), chart.question, word)
        if chart.nothing(answer.frame):
            st.info(_(chart.why_empty))
            return
        people, contracts = st.columns([3, 2])
        with contracts:
            _usage_chart.draw(name, chart, asked, answer.frame)
        with people:
            _page_of(name, answer)
            _file(name, asked, word, answer.frame.height)


def _file(name: str, asked: Asked, word: Word, number: int) -> None:
    """All of them to take away."""
    _frame.download(
        _("Download {n} as CSV").format(n=language.number(number)),
        f"seat-usage-{name}-{word.value}.csv",
        everybody,
        insight=_frame.insight(),
        chart=name,
        asked=asked,
        word=word,
        key=f"csv-{name}",
    )


def _page_of(name: str, answer: Answer) -> None:
    pages = max(-(-answer.frame.height // PAGE_SIZE), 1)
    page = min(max(st.session_state.get("page", 1), 1), pages)
    st.session_state["page"] = page
    found = people_behind.named(
        _frame.insight(), _frame.actor(), Answer(answer.frame.slice((page - 1) * PAGE_SIZE, PAGE_SIZE), answer.as_of)
    )
    table = shown(found)
    st.dataframe(
        table,
        hide_index=True,
        height=38 + 35 * min(table.height, MOST_ROWS),
        column_config=_usage_chart.columns(table, CHARTS[name].question.meaning),
        alt=_("People, one a row."),
    )
    if pages > 1:
        st.pagination(pages, key="page", bind="query-params")


def shown(found: pl.DataFrame) -> pl.DataFrame:
    """Who it is first; no columns that only machines read, and no addresses where nobody's may be seen."""
    left_out = HIDDEN | ({"email"} if found["email"].null_count() == found.height else set())
    names = ["person", "email", *(name for name in found.columns if name not in {"person", "email"})]
    return found.select([name for name in names if name not in left_out])


def everybody(_db: Database, actor: Actor, *, insight: Insight, chart: str, asked: Asked, word: Word) -> bytes:
    """All of them as a file, with the rights its asker has then."""
    answer = asked.put(insight, actor, CHARTS[chart].question, word)
    return cells.csv(shown(people_behind.named(insight, actor, answer)))
