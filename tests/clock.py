"""A clock that stands still until a test moves it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class Clock:
    """Call it for the time, always an aware one in UTC: `Database.open(url, clock=clock)`."""

    now: datetime = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, step: timedelta) -> datetime:
        """Let time pass; the new time comes back."""
        return self.set(self.now + step)

    def set(self, moment: datetime) -> datetime:
        """Jump to a moment, past or future, given with its zone."""
        if moment.tzinfo is None:
            message = "the clock takes no time without a zone"
            raise ValueError(message)
        self.now = moment.astimezone(UTC)
        return self.now
