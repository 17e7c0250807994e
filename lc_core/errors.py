"""The ways to be told no: Refused (with its reason and facts) and NotFound (which says nothing about what exists)."""

from lc_core.reasons import Reason

Fact = str | int


class Refused(Exception):
    """A rule said no. `reason` is which; `facts` fill its sentence (numbers, names of columns)."""

    def __init__(self, reason: Reason, **facts: Fact) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.facts = facts

    @property
    def sentence(self) -> str:
        """What to tell the person, in their language."""
        return self.reason.label.format(**self.facts)


class NotFound(Refused):
    """What is not yours and what does not exist answer alike (R-AUTH-2)."""

    def __init__(self) -> None:
        super().__init__(Reason.NOT_FOUND)


def refuse_if(reason: Reason | None, **facts: Fact) -> None:
    """Stop with the rule's reason, where it gave one."""
    if reason is not None:
        raise Refused(reason, **facts)
