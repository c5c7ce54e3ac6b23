"""What every list understands: page, limit, search, sort and filters; anything else is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request

from ..resources.errors import EasyMakerError, FieldError, ResultCode, field_error
from .envelope import Paging

MAX_LIMIT = 1000
ANY_PARAMETERS = {"x-any-parameters": True}
"""``openapi_extra`` of a route whose query parameters are not ours to know."""


@dataclass(frozen=True)
class Page:
    """The part of a list that was asked for. Without page and limit: all of it, as the vendor's SDK expects."""

    page: int | None
    limit: int | None
    search: str
    sort: str | None

    def arguments(self, sortable: Iterable[str], default: str = "-createdDatetime") -> dict[str, Any]:
        """Return the arguments for the store's ``page`` functions.

        Args:
            default: what it is sorted by if nothing is said.

        Raises:
            EasyMakerError: the list cannot be sorted so.
        """
        names = sorted(sortable)
        order = default if self.sort is None else self.sort
        if order.removeprefix("-") not in names:
            raise field_error("sort", f"must be one of {', '.join(names)}, with - before it for descending")
        size = self.limit if self.limit is not None else (20 if self.page is not None else None)
        return {"sort": order, "search": self.search, "number": self.page, "size": size}

    def paging(self, answered: int, total: int) -> Paging:
        size = self.limit if self.limit is not None else (20 if self.page is not None else answered)
        return Paging(page=self.page or 1, limit=size, total_count=total)


def _page(
    page: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
    limit: Annotated[int | None, Query(ge=1, le=MAX_LIMIT)] = None,
    search: Annotated[str, Query(max_length=200)] = "",
    sort: Annotated[str | None, Query(max_length=50)] = None,
) -> Page:
    if "\x00" in search:
        raise field_error("search", "holds a NUL character; remove it")
    return Page(page, limit, search, sort)


Listing = Annotated[Page, Depends(_page)]


def values(given: list[str] | None) -> list[str]:
    """Return a filter's values: repeated (SDK 2) or joined with commas (SDK 1)."""
    return [part for value in given or [] for part in value.split(",") if part and "\x00" not in part]


def whole(given: list[str] | None) -> list[str]:
    """Return a filter's values that may hold commas themselves: the store knows which are meant."""
    return [value for value in given or [] if value and "\x00" not in value]


def refuse_unknown_parameters(request: Request) -> None:
    """Refuse query parameters that no one reads: a misspelt filter must not look like an empty result."""
    route = request.scope.get("route")
    if route is None or route.openapi_extra == ANY_PARAMETERS:
        return
    known = _query_parameters(route.dependant)
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        accepted = ", ".join(sorted(known)) or "none"
        fields = tuple(FieldError(name, f"is not a parameter here; accepted: {accepted}") for name in unknown)
        raise EasyMakerError(
            ResultCode.INVALID_FIELD,
            f"Unknown query parameter {', '.join(unknown)}; accepted: {accepted}.",
            fields,
        )


def _query_parameters(dependant: Any) -> set[str]:
    known = {parameter.alias for parameter in dependant.query_params}
    for dependency in dependant.dependencies:
        known |= _query_parameters(dependency)
    return known
