"""The space of sines and cosines on a box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import sympy

from symseries.errors import OptionError, ResourceLimitError, suggestion
from symseries.multiindex import MAX_TERMS
from symseries.scalars import Array, Scalars
from symseries.spaces.box import TOLERANCE, Axis, BoxSpace
from symseries.spaces.grids import oscillating

EXTENSIONS = ("periodic", "even", "ramp")
_FEW = 2  # variables up to which products of three functions are integrated to rounding, above that of two
_WORDS = {
    "periodic": "Fourier series (periodic)",
    "even": "Fourier cosines (even extension)",
    "ramp": "a ramp and Fourier sines",
}


class FourierSpace(BoxSpace):
    """Products of sines and cosines on a box; index 2k - 1 is the sine of frequency k, 2k its cosine, 0 the constant.

    With t in [0, 1] running from the lowest to the highest value of a variable, or of its logarithm, `extension` says how the
    function goes on outside the box:

    - "periodic": sin(2 pi k t), cos(2 pi k t). For functions of that period; of others the coefficients fall as 1/k, and the
      sum overshoots at the ends for ever.
    - "even": cos(pi k t), even indices alone. Continuous for every function; coefficients fall as 1/k**2.
    - "ramp": the line through the values at both ends, and sin(pi k t) for the rest; coefficients fall as 1/k**3. Index 0 is
      1 and index 2, where a cosine would be, the ramp 2t - 1. In several variables the products of these systems are taken.

    `order` bounds the sum of the frequencies, or with `index_set="tensor"` the frequency in each variable; `domain`, `scale`,
    `breaks` and the errors are those of `LegendreSpace`. The inner product is the mean over the box, `gram` the diagonal
    prod_i (1 if n_i = 0 else 1/2); with a ramp it is the mean of the products of values at both ends plus the mean of the
    products of what the ramps leave, in which ramp and sines are orthogonal too, of squared norms 1, 1 and 1/2. Integrals are
    taken at Gauss points, whose rules, unlike the trapezoidal one, do not ask functions to be periodic.

    >>> space = FourierSpace({"x": (0, 1)}, order=2, extension="periodic")
    >>> space.multi_indices.ravel().tolist()
    [0, 1, 2, 3, 4]
    >>> (space.project(np.sin(4 * np.pi * space.nodes)).round(12) + 0.0).ravel().tolist()
    [0.0, 0.0, 0.0, 1.0, 0.0]
    """

    kind = "fourier"

    def __init__(
        self,
        domain: Mapping[str, object] | None = None,
        order: int | str | None = None,
        extension: str = "even",
        *,
        index_set: str = "total",
        scale: Mapping[str, str] | str | None = None,
        breaks: Mapping[str, object] | None = None,
        quadrature: str = "auto",
        tolerance: float = TOLERANCE,
    ) -> None:
        if extension not in EXTENSIONS:
            raise OptionError(
                f"extension={extension!r}{suggestion(extension, EXTENSIONS)}; expected 'periodic', 'even' or 'ramp'"
            )
        self.extension = extension
        super().__init__(
            domain, order, index_set=index_set, scale=scale, breaks=breaks, quadrature=quadrature, tolerance=tolerance
        )
        if extension == "ramp" and not self._tensor:
            raise OptionError(
                "extension='ramp' at Sobol points: a ramp needs the ends of every axis; use 'even', or at most 4 variables"
            )
        if not self.auto:
            self._check_size()

    def _check_size(self) -> None:
        """Raise `ResourceLimitError` for too many indices, before they are made."""
        per_index = 1 if self.extension == "even" else 2
        size = int((per_index ** np.count_nonzero(self.frequencies, axis=1)).sum())
        if size > MAX_TERMS:
            raise ResourceLimitError(f"{self.describe()} has {size} multi-indices, the limit is {MAX_TERMS}; lower the order")

    # --------------------------------------------------------------------------------------------------------- indices
    @property
    def frequencies(self) -> Array:
        """The frequencies (n, w) that the order allows, graded."""
        return self._indices.rows

    @cached_property
    def multi_indices(self) -> Array:
        """The multi-indices (N, w), by the sum of frequencies, then the first variable's frequency, then sine before cosine."""
        rows = [row for k in self.frequencies.tolist() for row in product(*map(self._of_frequency, k))]
        out = np.array(rows).reshape(len(rows), -1)
        out.setflags(write=False)
        return out

    def _of_frequency(self, k: int) -> tuple[int, ...]:
        if k == 0:
            return (0,)
        if self.extension == "even":
            return (2 * k,)
        return (2 * k - 1, 2 * k) if self.extension == "periodic" or k == 1 else (2 * k - 1,)

    @cached_property
    def _ranks(self) -> dict[tuple[int, ...], int]:
        return {tuple(row): place for place, row in enumerate(self.multi_indices.tolist())}

    def rank(self, index: tuple[int, ...]) -> int:
        """Return the row of a multi-index among the coefficients; OptionError where it has none."""
        entries = np.asarray(index, dtype=object)
        key = tuple(entries.tolist()) if entries.ndim == 1 and all(isinstance(k, (int, np.integer)) for k in entries) else ()
        if key not in self._ranks:
            kept = {"even": "even indices 2k", "periodic": "2k - 1 and 2k", "ramp": "0, 2 and 2k - 1"}[self.extension]
            raise OptionError(f"multi-index {index!r} is none of {self.describe()}, which has {kept} for frequency k")
        return self._ranks[key]

    # ------------------------------------------------------------------------------------------------------- functions
    @property
    def turns(self) -> int:
        """Half periods of frequency 1 over the domain."""
        return 2 if self.extension == "periodic" else 1

    @property
    def system(self) -> str:
        return f"{self.kind} {self.extension}"

    def functions(self, window: Array) -> Array:
        angles = np.outer(np.pi * self.turns * (window + 1) / 2, np.arange(1, self.order + 1))
        out = np.zeros((len(window), 2 * self.order + 1))
        out[:, 0] = 1
        if self.extension != "even":
            out[:, 1::2] = np.sin(angles)
        if self.extension != "ramp":
            out[:, 2::2] = np.cos(angles)
        elif self.order:
            out[:, 2] = window
        return out

    def functions_in(self, window: Array, scalars: Scalars) -> Array:
        unit = scalars.number_symbol(sympy.pi) * scalars.scalar(sympy.Rational(self.turns, 2))
        angles = np.outer(window + scalars.scalar(1), scalars.array(np.arange(1, self.order + 1)) * unit)
        out = scalars.zeros(len(window), 2 * self.order + 1)
        out[:, 0] = scalars.scalar(1)
        out[:, 1::2], out[:, 2::2] = (scalars.elementary(name, angles) for name in ("sin", "cos"))
        return out

    def formula(self, index: int, window: sympy.Expr) -> sympy.Expr:
        if index == 2 and self.extension == "ramp":
            return window
        angle = sympy.pi * self.turns * ((index + 1) // 2) * (window + 1) / 2
        return sympy.sin(angle) if index % 2 else sympy.cos(angle)

    def lengths(self) -> Sequence[sympy.Rational]:
        whole = {0, 2} if self.extension == "ramp" else {0}
        return [sympy.S.One if k in whole else sympy.Rational(1, 2) for k in range(2 * self.order + 1)]

    def points(self) -> int:
        factors = 3 if len(self.variables) <= _FEW else 2
        return oscillating(factors * self.order * self.turns * np.pi / 2)

    def axis(self, name: str, points: int, cuts: Sequence[float] = ()) -> Axis:
        inner = super().axis(name, points, cuts)
        return _with_ends(inner, self.functions(inner.window)) if self.extension == "ramp" else inner

    # --------------------------------------------------------------------------------------------------------- storage
    @property
    def words(self) -> str:  # type: ignore[override]  # of a class that has three
        """The functions in words."""
        return _WORDS[self.extension]

    def options(self) -> dict[str, Any]:
        return super().options() | {"extension": self.extension}

    def to_dict(self) -> dict[str, Any]:
        return super().to_dict() | {"extension": self.extension}

    @classmethod
    def options_of(cls, record: Mapping[str, Any]) -> dict[str, Any]:
        return super().options_of(record) | {"extension": record["extension"]}

    def _identity(self) -> tuple[tuple[str, object], ...]:
        return (*super()._identity(), ("extension", self.extension))


def _with_ends(inner: Axis, functions: Array) -> Axis:
    """Return the quadrature of a ramp and sines: the values at both ends give the ramp, the rest is integrated."""
    window = np.concatenate([[-1.0], inner.window, [1.0]])
    matrix = np.zeros((len(inner.matrix), len(window)))
    matrix[0, [0, -1]] = 0.5
    sines = 2 * (functions[:, 1::2] * inner.weights[:, None]).T
    matrix[1::2, 1:-1] = sines
    ramp = np.array([0.5 - inner.window / 2, 0.5 + inner.window / 2]).T
    matrix[1::2, [0, -1]] = -sines @ ramp
    if len(matrix) > 1:
        matrix[2, [0, -1]] = -0.5, 0.5
    return Axis(window, np.concatenate([[0.0], inner.weights, [0.0]]), matrix)
