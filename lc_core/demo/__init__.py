"""The demo: a believable year, played through the verbs on a clock that is moved; the same in every run but for its dates."""

from lc_core.demo.year import may_play, play

__all__ = ["may_play", "play"]
