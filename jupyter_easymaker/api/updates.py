"""What a PUT changes: the fields every resource lets people edit, as columns; what is absent stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..resources.base import Tag


def changed_columns(name: str | None, description: str | None, tags: Sequence[Tag] | None) -> dict[str, Any]:
    """Return the columns to write."""
    given = {
        "name": name,
        "description": description,
        "tags": None if tags is None else [tag.model_dump(by_alias=True) for tag in tags],
    }
    return {column: value for column, value in given.items() if value is not None}
