"""The stage: the year under way with its clock, its dice, and what is still to come; letters go out once a day."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from lc_core.demo import lms, post
from lc_core.demo.cast import Cast
from lc_core.demo.shop import Shop
from lc_core.records.db import Actor, Database

DAY = timedelta(days=1)
Progress = Callable[[float], None]


@dataclass
class Clock:
    """The time of the play."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Play:
    """The year under way: its clock, its dice, and what is still to come, in the order of time."""

    db: Database
    clock: Clock
    today: datetime
    random: Random
    learners: list[Cast]
    actor: Actor = field(default_factory=lambda: Actor(None, "demo"))
    to_come: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    order: "count[int]" = field(default_factory=count)
    school: lms.School = field(default_factory=lms.School)
    shop: Shop = field(default_factory=Shop)

    def at(self, when: datetime, happens: Callable[[], None]) -> None:
        """Let something happen then; what would lie in the future does not."""
        if when <= self.today:
            heapq.heappush(self.to_come, (when, next(self.order), happens))

    def run(self, progress: Progress) -> None:
        begin = mailed = self.clock.now
        while self.to_come:
            self.clock.now, _, happens = heapq.heappop(self.to_come)
            if self.clock.now - mailed >= DAY:
                post.deliver(self.db)
                mailed = self.clock.now
            happens()
            progress((self.clock.now - begin) / (self.today - begin))
        post.deliver(self.db)
