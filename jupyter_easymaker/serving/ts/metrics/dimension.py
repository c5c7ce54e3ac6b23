"""A dimension of a metric."""

from __future__ import annotations

from typing import Any


class Dimension:
    """A name and a value."""

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.value = value
