"""Inputs as a matrix: what a user passes as X becomes (n, variables), columns matched by name where they have names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symseries.errors import DataError
from symseries.tables.table import Table, read_table


def input_matrix(values: object, names: Sequence[str], what: str = "inputs") -> NDArray[Any]:
    """Return `values` as an array X (n, inputs), float64, or objects where the entries are exact numbers.

    `values` is an array (n, inputs), (n,) for a single input, or a mapping, DataFrame or Table, whose columns are matched by
    name. Raises DataError for another shape, a missing column and an entry that is not a finite number.

    >>> input_matrix({"d": [1, 2], "c": [3, 4]}, ("c", "d")).tolist()
    [[3.0, 1.0], [4.0, 2.0]]
    """
    if isinstance(values, (Mapping, Table)) or hasattr(values, "columns"):
        return read_table(_columns_alike(values), names).matrix(names)
    array = np.asarray(values)
    if array.dtype.kind not in "fiuO":
        raise DataError(f"{what}: values of type {array.dtype}; expected numbers in an array (n, {len(names)})")
    array = array if array.dtype == object else array.astype(float)
    if array.ndim == 1 and len(names) == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[1] != len(names):
        raise DataError(
            f"{what}: an array of shape {array.shape}; expected (n, {len(names)}), a column each for {', '.join(names)}"
        )
    if array.dtype != object and not np.isfinite(array).all():
        row, column = np.argwhere(~np.isfinite(array))[0]
        raise DataError(f"{what}: row {row}, {names[column]} = {array[row, column]}; expected finite numbers")
    return array


def _columns_alike(values: Any) -> Any:
    """Return a mapping with single numbers stretched to the length of the other columns: {"c": 0.05, "d": [1, 2]}."""
    if not isinstance(values, Mapping):
        return values
    length = max((len(v) for v in values.values() if hasattr(v, "__len__") and not isinstance(v, str)), default=1)
    return {name: v if hasattr(v, "__len__") and not isinstance(v, str) else [v] * length for name, v in values.items()}
