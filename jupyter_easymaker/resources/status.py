"""The base of all status enums: a status knows whether anything can still happen to the resource."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """A status as the wire spells it. Each resource's enum says which are terminal and what may follow what."""

    @classmethod
    def terminal_statuses(cls) -> frozenset[Status]:
        raise NotImplementedError

    @classmethod
    def transitions(cls) -> dict[Status, frozenset[Status]]:
        """Which status may follow which. What is not listed cannot happen."""
        raise NotImplementedError

    @property
    def terminal(self) -> bool:
        """Nothing happens to the resource any more unless a person asks for it."""
        return self in self.terminal_statuses()

    def may_become(self, other: Status) -> bool:
        return other in self.transitions().get(self, frozenset())

    @property
    def label(self) -> str:
        """The status as people read it: ``CREATE IN PROGRESS``."""
        return self.value.replace("_", " ")
