"""Reading tables and telling what is in them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd

_READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": lambda path: pd.read_csv(path),
    ".parquet": lambda path: pd.read_parquet(path),
}
_FEW_VALUES = 20


class DataError(Exception):
    """The data cannot be learnt from; the message says why and what would be needed."""


def read_dataset(name: str) -> pd.DataFrame | None:
    """Return all rows of a data set's CSV and Parquet files, None if the data set was not given.

    Raises:
        DataError: it holds no such file, one cannot be read, or there are no rows.
    """
    directory = os.environ.get(f"EM_DATASET_{name.upper()}")
    if not directory:
        return None
    files = sorted(path for path in Path(directory).rglob("*") if path.suffix.lower() in _READERS)
    if not files:
        raise DataError(f"The data set {name} holds no .csv or .parquet file.")
    tables = []
    for path in files:
        try:
            tables.append(_READERS[path.suffix.lower()](path))
        except (ValueError, OSError, pd.errors.ParserError) as error:
            raise DataError(f"{path.name} of the data set {name} cannot be read: {error}") from error
    rows: pd.DataFrame = pd.concat(tables, ignore_index=True)
    if rows.empty:
        raise DataError(f"The data set {name} has no rows.")
    return rows


def split_target(rows: pd.DataFrame, target: str, name: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return features and target; rows whose target is missing are left out.

    Raises:
        DataError: there is no such column, nothing in it, or nothing beside it.
    """
    if target not in rows.columns:
        raise DataError(f"The data set {name} has no column {target}; it has {', '.join(map(str, rows.columns))}.")
    known = rows[rows[target].notna()]
    if known.empty:
        raise DataError(f"The column {target} of the data set {name} is empty in every row.")
    features = known.drop(columns=[target])
    if features.shape[1] == 0:
        raise DataError(f"The data set {name} has no column beside {target} to learn from.")
    return features, known[target]


def decide_task(target: pd.Series, asked: str) -> str:
    """Return ``classification`` or ``regression``.

    Raises:
        DataError: regression is asked for but the target is text.
    """
    numeric = pd.api.types.is_numeric_dtype(target) and not pd.api.types.is_bool_dtype(target)
    if asked == "regression" and not numeric:
        raise DataError(f"Regression needs numbers, but the column {target.name} holds text; use task=classification.")
    if asked != "auto":
        return asked
    whole = numeric and bool((target % 1 == 0).all())
    return "classification" if not numeric or (whole and target.nunique() <= _FEW_VALUES) else "regression"
