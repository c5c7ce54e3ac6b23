"""Rows of a table as requests write them, checked and made into what tabular models take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import InputError

if TYPE_CHECKING:
    import pandas as pd


ROWS_TOGETHER = 64
"""Rows of waiting requests that a tabular model answers by one call: its cost per call is far above that per row."""


@dataclass(frozen=True)
class Columns:
    """The columns a tabular model was fitted on, as far as it remembers."""

    count: int | None = None
    names: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    """``number`` or ``text`` by name, where known."""

    @property
    def expected(self) -> str:
        if self.names:
            shown = ", ".join(self.names[:20]) + (", ..." if len(self.names) > 20 else "")
            return f"{len(self.names)} values ({shown})"
        return f"{self.count} values" if self.count is not None else "values"

    def matrix(self, instances: Sequence[Any]) -> np.ndarray:
        """Return rows as a matrix (rows, columns): of float64, or of objects where there is text.

        Raises:
            InputError: a row is not a list of the right length.
        """
        try:
            array = np.asarray(instances)
            if array.dtype.kind == "O":
                array = np.asarray(instances, dtype=np.float64)  # null becomes NaN
            elif array.dtype.kind in "US":
                array = np.asarray(instances, dtype=np.object_)
            elif array.dtype.kind != "f":
                array = array.astype(np.float64)
        except (ValueError, TypeError, OverflowError):
            self._check(instances)
            # Rows are lists of the right length: text and null together.
            array = np.empty((len(instances), len(instances[0])), dtype=np.object_)
            for index, row in enumerate(instances):
                array[index] = row
        if array.ndim != 2 or (self.count is not None and array.shape[1] != self.count):
            self._check(instances)
            raise InputError(f"A row has to be a list of {self.expected}.")
        return array

    def numbers(self, instances: Sequence[Any]) -> np.ndarray:
        """Return rows, as lists or as objects by column name, as a matrix of float64; null becomes NaN.

        Raises:
            InputError: as ``matrix`` and ``frame``, or there is text.
        """
        if self.names and any(type(row) is dict for row in instances):
            return self.frame(instances).to_numpy(dtype=np.float64)
        matrix = self.matrix(instances)
        if matrix.dtype.kind == "O":
            raise InputError("The model takes numbers, not text.")
        return matrix

    def _check(self, instances: Sequence[Any]) -> None:
        """Name the first row that is wrong."""
        width = self.count
        for index, row in enumerate(instances):
            if not isinstance(row, list):
                raise InputError(f"instances[{index}] has to be a list of {self.expected}.")
            if width is not None and len(row) != width:
                wanted = self.expected if self.count is not None else f"{width} values, as the first row has"
                raise InputError(f"instances[{index}] has {len(row)} values; it takes {wanted}.")
            width = len(row)
            for column, value in enumerate(row):
                if isinstance(value, list | dict):
                    raise InputError(f"instances[{index}][{column}] has to be a number or text.")

    def frame(self, instances: Sequence[Any]) -> pd.DataFrame:
        """Return rows, as lists in the columns' order or as objects by column name, as a table.

        Raises:
            InputError: a row lacks a column, has one too many, or holds text where a number belongs.
        """
        columns: list[list[Any]]
        if all(type(row) is dict for row in instances):
            wanted = dict.fromkeys(self.names).keys()
            for index, row in enumerate(instances):
                if row.keys() != wanted:
                    self._check_names(index, row)
            columns = [[row[name] for row in instances] for name in self.names]
        elif all(type(row) is list for row in instances):
            self._check(instances)
            columns = [list(column) for column in zip(*instances, strict=True)]
        else:
            raise InputError(f"A row has to be a list of {self.expected}, or an object with these names, all alike.")
        return self._table(dict(zip(self.names, columns, strict=True)))

    def _check_names(self, index: int, row: Mapping[str, Any]) -> None:
        missing = [name for name in self.names if name not in row]
        if missing:
            raise InputError(f"instances[{index}] lacks {missing[0]!r}; write null for a value that is not known.")
        unknown = next(name for name in row if name not in self.names)
        raise InputError(f"instances[{index}] has the unknown column {unknown!r}; it takes {self.expected}.")

    def columns(self, inputs: Mapping[str, np.ndarray]) -> pd.DataFrame:
        """Return tensors, one per column, as a table.

        Raises:
            InputError: their names are not the columns', or their lengths differ.
        """
        missing = [name for name in self.names if name not in inputs]
        unknown = [name for name in inputs if name not in self.names]
        if missing or unknown:
            what = f"lack {missing[0]!r}" if missing else f"have the unknown name {unknown[0]!r}"
            raise InputError(f"The inputs {what}; they take {self.expected}, one tensor each or all in one.")
        lengths = {name: values.shape[0] if values.ndim else 0 for name, values in inputs.items()}
        for name, values in inputs.items():
            if values.size != lengths[name] or lengths[name] != lengths[self.names[0]]:
                raise InputError(f"The input {name!r} has to have one value per row, as the others have.")
        return self._table({name: inputs[name].reshape(-1).tolist() for name in self.names})

    def _table(self, columns: dict[str, list[Any]]) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame({name: self._column(name, values) for name, values in columns.items()})

    def _column(self, name: str, values: list[Any]) -> Any:
        kind = self.kinds.get(name)
        if kind == "number":
            for index, value in enumerate(values):
                if value is not None and not isinstance(value, int | float):
                    raise InputError(f"instances[{index}]: {name} has to be a number or null.")
            return np.asarray(values, dtype=np.float64)
        if kind == "text":
            column = np.empty(len(values), dtype=np.object_)
            column[:] = [None if value is None else str(value) for value in values]
            return column
        for index, value in enumerate(values):
            if isinstance(value, list | dict):
                raise InputError(f"instances[{index}]: {name} has to be a number or text.")
        return values

    def instance_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of one row."""
        if self.names:
            types = {name: _TYPES.get(self.kinds.get(name, ""), {}) for name in self.names}
            by_name = {"type": "object", "properties": types, "required": list(self.names)}
            return {
                "anyOf": [
                    {**by_name, "additionalProperties": False},
                    {"type": "array", "prefixItems": list(types.values()), "minItems": len(types), "items": False},
                ]
            }
        if self.count is not None:
            return {"type": "array", "minItems": self.count, "maxItems": self.count}
        return {}

    def example(self) -> Any:
        """Return a row that fits the schema, None if nothing is known about rows."""
        if self.names:
            return {name: "" if self.kinds.get(name) == "text" else 0 for name in self.names}
        return [0] * self.count if self.count is not None else None


_TYPES = {"number": {"type": ["number", "null"]}, "text": {"type": ["string", "number", "boolean", "null"]}}
