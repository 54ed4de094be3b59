"""What every layer can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import sympy

from symseries.multiindex import IndexSet
from symseries.scalars import Array, Scalars

Width = tuple[str, ...] | int  # the names of the inputs as long as they are known, then the number of columns


def count(width: Width) -> int:
    """Return the number of columns."""
    return width if isinstance(width, int) else len(width)


class Layer:
    """What every layer can do; `where` names it in errors, as "layer 2 (Affine)"."""

    kind: ClassVar[str]

    def check(self, inputs: Width, where: str) -> Width:
        """Return what the next layer receives, or raise what does not fit."""
        return inputs

    @property
    def symbols(self) -> set[sympy.Symbol]:
        """The symbols among the numbers of the layer."""
        return set()

    @property
    def exact(self) -> bool:
        """Whether every number of the layer is rational, so that exact inputs give exact outputs."""
        return True

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        """Return the outputs (n, m) at inputs (n, k) over a ring."""
        return X

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        """Return the outputs as series (N, m) for inputs as series (N, k)."""
        return C

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        """Return the outputs as SymPy expressions of the inputs."""
        return list(xs)

    def pull_back(self, delta: Array, X: Array, Y: Array) -> Array:
        """Return the derivative in the inputs (…, n, k) from that in the outputs (…, n, m)."""
        return delta

    def pull_back_series(
        self, delta: Array, C: Array, D: Array, indices: IndexSet, scalars: Scalars, *, where: str = ""
    ) -> Array:
        """Return the derivative in the inputs as series (N, k) from that in the outputs (N, m).

        `C` are the inputs and `D` the outputs as series; taking a coefficient and differentiating exchange.
        """
        return delta

    def to_dict(self) -> dict[str, Any]:
        """Return the layer as JSON knows it."""
        return {"kind": self.kind}
