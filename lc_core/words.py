"""What a word of the trade is: one spelling in the records, another for people. And what others wrote, when it is shown."""

from enum import StrEnum
from typing import Self

from lc_core.language import _


class Word(StrEnum):
    """An enumeration whose members are stored as one word and read as another."""

    _value_: str
    _label: str

    def __new__(cls, value: str, label: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member._label = label
        return member

    @classmethod
    def of(cls, value: str) -> Self:
        """The member that is stored as `value`; ValueError if there is none."""
        found: Self = cls.__call__(value)
        return found

    @property
    def label(self) -> str:
        """The word for people, in their language."""
        return _(self._label)


def visible(text: str) -> str:
    """What somebody wrote, on one line: without commands to the terminal, and without bytes that are no text."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
