"""How long something has run, computed by the database, so that lists can be sorted by it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class Elapsed(FunctionElement[float]):
    """Seconds from the first column to the second, or to now where that is empty; 0 before the beginning."""

    type = Float()
    inherit_cache = True


@compiles(Elapsed, "sqlite")
def _sqlite(element: Elapsed, compiler: Any, **options: Any) -> str:
    started, ended = (compiler.process(clause, **options) for clause in element.clauses)
    return f"coalesce((julianday(coalesce({ended}, 'now')) - julianday({started})) * 86400, 0)"


@compiles(Elapsed, "postgresql")
def _postgresql(element: Elapsed, compiler: Any, **options: Any) -> str:
    started, ended = (compiler.process(clause, **options) for clause in element.clauses)
    return f"coalesce(extract(epoch from coalesce({ended}, now()) - {started}), 0)"
