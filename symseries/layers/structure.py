"""Layers that shape a network: dropout, held inputs, formulas, one output of several."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from symseries import expressions
from symseries.errors import NetworkShapeError, OptionError, listing
from symseries.layers.base import Layer, Width, count
from symseries.multiindex import IndexSet
from symseries.names import symbol
from symseries.parsing import to_text
from symseries.scalars import Array, Scalars, as_fraction, stored, typed


@dataclass(frozen=True)
class Dropout(Layer):
    """Dropout at inference, which does nothing; `rate` in [0, 1) is kept for the record.

    Raises `OptionError` for another rate.

    >>> Dropout(0.2).expression([sympy.Symbol("x")])
    [x]
    """

    rate: float
    kind = "dropout"

    def __post_init__(self) -> None:
        rate = as_fraction(self.rate)
        if rate is None or not 0 <= rate < 1:
            raise OptionError(f"Dropout: rate={self.rate!r}; expected a number in [0, 1)")

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "rate": float(self.rate)}


class Held(Layer):
    """The first layer of a slice: some inputs are held at values, the others pass on."""

    kind = "held"

    def __init__(self, inputs: Sequence[str], values: Mapping[str, object]) -> None:
        self.inputs = tuple(inputs)
        self.held = {name: typed(value, f"held value of {name}") for name, value in values.items()}

    def check(self, inputs: Width, where: str) -> Width:
        free = tuple(name for name in self.inputs if name not in self.held)
        unknown = [name for name in self.held if name not in self.inputs]
        if inputs != free or unknown:
            held = f"holds {listing(self.held)} of {listing(self.inputs)}"
            raise NetworkShapeError(f"{where}: {held} and receives {inputs}; expected it first, to receive {listing(free)}")
        return self.inputs

    def _merge(self, columns: Iterable[Any], make: Any) -> list[Any]:
        free = iter(columns)
        return [make(self.held[name]) if name in self.held else next(free) for name in self.inputs]

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        return np.stack(self._merge(X.T, lambda v: np.full(len(X), scalars.scalar(v), dtype=scalars.dtype)), axis=1)

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        def constant(value: object) -> Array:
            column = scalars.zeros(len(C))
            column[0] = scalars.element(value)
            return column

        return np.stack(self._merge(C.T, constant), axis=1)

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        return self._merge(xs, lambda v: v)

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "inputs": list(self.inputs), "held": {k: str(v) for k, v in self.held.items()}}


class Formula(Layer):
    """A network written as SymPy expressions of its inputs, expanded as a law is; its floats are stored numbers."""

    kind = "formula"

    def __init__(self, formulas: Sequence[sympy.Expr], inputs: Sequence[str]) -> None:
        self.inputs = tuple(inputs)
        self.formulas = tuple(e.xreplace({f: stored(f) for f in e.atoms(sympy.Float) if f._prec != 53}) for e in formulas)
        self._tape = expressions.record(self.formulas)

    def check(self, inputs: Width, where: str) -> Width:
        if inputs != self.inputs:
            raise NetworkShapeError(
                f"{where}: a formula in {listing(self.inputs)} receives {inputs}; expected it first, with its inputs"
            )
        return len(self.formulas)

    @property
    def kinked(self) -> bool:
        """Whether a formula has pieces, so that its series holds as far as the next kink."""
        return any(e.has(sympy.Abs, sympy.Max, sympy.Min, sympy.sign, sympy.Piecewise) for e in self.formulas)

    @property
    def exact(self) -> bool:
        return all(self._is_rational(step) for step in self._tape.steps)

    @staticmethod
    def _is_rational(step: expressions.Step) -> bool:
        """Whether a step keeps rational numbers rational; a float does, and is no exact number all the same."""
        if step.kind == "power":
            return step.value is not None and step.value.denominator == 1
        return step.kind in ("symbol", "add", "mul") or step.value == "abs" or step.expression.is_Rational

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        out = scalars.zeros(len(X), len(self.formulas))
        for j, column in enumerate(expressions.values(self._tape, dict(zip(self.inputs, X.T, strict=True)), scalars)):
            out[:, j] = column
        return out

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        environment = expressions.coordinates_environment(self.inputs, C)
        return np.hstack(expressions.series(self._tape, environment, indices, scalars, f" in {where}"))

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        replaced = {symbol(name): x for name, x in zip(self.inputs, xs, strict=True)}
        return [e.xreplace(replaced) for e in self.formulas]

    def to_dict(self) -> dict[str, Any]:
        floats = sorted(set().union(*(e.atoms(sympy.Float) for e in self.formulas)))
        free = (name for name in map("f{}".format, itertools.count(1)) if name not in self.inputs)
        names = {number: symbol(name) for number, name in zip(floats, free, strict=False)}
        record = {"kind": self.kind, "inputs": list(self.inputs)}
        record["formulas"] = [to_text(e.xreplace(names)) for e in self.formulas]
        return record | {"numbers": {name.name: float(number) for number, name in names.items()}} if names else record


class Pick(Layer):
    """The last layer of a network reduced to one of its outputs."""

    kind = "pick"

    def __init__(self, position: int) -> None:
        self.position = position

    def check(self, inputs: Width, where: str) -> Width:
        if not 0 <= self.position < count(inputs):
            raise NetworkShapeError(f"{where}: output {self.position} of {count(inputs)}; expected a number from 0 on")
        return 1

    def values(self, X: Array, scalars: Scalars, where: str = "") -> Array:
        return X[:, self.position : self.position + 1]

    def series(self, C: Array, indices: IndexSet, scalars: Scalars, where: str = "") -> Array:
        return C[:, self.position : self.position + 1]

    def expression(self, xs: Sequence[sympy.Expr]) -> list[sympy.Expr]:
        return [xs[self.position]]

    def pull_back(self, delta: Array, X: Array, Y: Array) -> Array:
        out = np.zeros((*delta.shape[:-1], X.shape[1]))
        out[..., self.position] = delta[..., 0]
        return out

    def pull_back_series(
        self, delta: Array, C: Array, D: Array, indices: IndexSet, scalars: Scalars, *, where: str = ""
    ) -> Array:
        out = scalars.zeros(len(delta), C.shape[1])
        out[:, self.position] = delta[:, 0]
        return out

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "position": self.position}
