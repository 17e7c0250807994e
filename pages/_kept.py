"""Choices that the page's address keeps by their stored word: a label may hold a count, or change with the language."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import streamlit as st

from lc_core.words import Word

Labels = Callable[[str], str]
Click = Callable[[], None]
W = TypeVar("W", bound=Word)


def select(label: str, options: Sequence[str], *, name: str, labels: Labels, on_change: Click | None = None) -> str:
    """One of a drop-down list; the first is where it begins."""
    _begin(name, options, options[0])
    chosen = st.selectbox(label, options, key=name, format_func=labels, on_change=on_change)
    return _keep(name, chosen or options[0], options[0])


def one_chosen(options: Sequence[str], *, name: str) -> str:
    """What `select` will answer, for what must be known before it is drawn."""
    _begin(name, options, options[0])
    return str(st.session_state[name])


def tabs(label: str, options: Sequence[str], *, name: str, labels: Labels, on_change: Click) -> str:
    """One of a row of tabs; the first is where it begins."""
    _begin(name, options, options[0])
    chosen = st.segmented_control(
        label,
        options,
        key=name,
        required=True,
        label_visibility="collapsed",
        format_func=labels,
        on_change=on_change,
    )
    return _keep(name, str(chosen or options[0]), options[0])


def several(label: str, options: Sequence[str], *, name: str, labels: Labels, on_change: Click) -> list[str]:
    """Any of a row of pills; none is where it begins."""
    several_chosen(options, name=name)
    chosen = st.pills(label, options, key=name, selection_mode="multi", format_func=labels, on_change=on_change)
    if chosen:
        st.query_params[name] = chosen
    else:
        st.query_params.pop(name, None)
    return chosen


def counted(label: str, numbers: Mapping[W, int], *, name: str, on_change: Click) -> list[str]:
    """Any of some words of the trade, with how many there are of each beside it."""
    labels = {word.value: f"{word.label} ({n})" for word, n in numbers.items()}
    return several(label, list(labels), name=name, labels=lambda value: labels[value], on_change=on_change)


def several_chosen(options: Sequence[str], *, name: str) -> list[str]:
    """What `several` will answer, for what must be known before it is drawn."""
    if name not in st.session_state:
        st.session_state[name] = [word for word in st.query_params.get_all(name) if word in options]
    return [word for word in st.session_state[name] if word in options]


def _begin(name: str, options: Sequence[str], first: str) -> None:
    if st.session_state.get(name) not in options:
        asked = st.query_params.get(name, first)
        st.session_state[name] = asked if asked in options else first


def _keep(name: str, chosen: str, first: str) -> str:
    if chosen == first:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = chosen
    return chosen
