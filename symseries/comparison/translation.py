"""What one law says in terms of another: the constants of the second that reproduce the first, and how well."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import sympy

from symseries.comparison.nearest import nearest
from symseries.comparison.records import provenance
from symseries.comparison.translated import Translation, Worst
from symseries.errors import ConvergenceError, IdentifiabilityError, LawNameError, OptionError, listing
from symseries.fitting import Fit
from symseries.fitting.solve import named_positions
from symseries.laws import Law
from symseries.least_squares import RANK_TOLERANCE, pseudo_inverse, solve_linear
from symseries.names import symbol
from symseries.scalars import F64, Array
from symseries.spaces import BoxSpace, EmpiricalSpace, Space, TaylorSpace, check_space
from symseries.training import seeded

_AXIS = {1: 2001, 2: 101, 3: 31}  # points along each side of a box at which the difference is looked at
_POINTS = 20_000  # the same for more variables, drawn evenly
_ROUNDING = 1e-9  # relative misfit below which two laws are the same to rounding
_LONG = 200  # operations in an expression that is worth simplifying
_REACH = 0.25  # of the centre: the distance at which Taylor coefficients are weighed against each other


def translate(
    law1: Law, law2: Law, space: Space, constants: Mapping[str, object] | Fit | None = None, *, rng: object = 0
) -> Translation:
    """Return the constants of `law2` that reproduce `law1` over a space, and how well they do.

    Without `constants` the answer is symbolic: the constants of the second law as expressions in those of the first. Over a
    Taylor space the lowest coefficients that determine them are equated exactly, and what the others differ by says whether the
    laws agree to the order of the space; over a domain or data both laws are linear in their constants, and the answer is the
    least squares solution C2 = (B' W B)**-1 B' W alpha1. With `constants` of the first law (a mapping, or a
    Fit of it) the answer is numbers: the least squares fit of one series to the other, and the largest difference of the laws
    with its place.

    Parameters: `law1`, `law2`, laws in variables of the space; `space`, where they meet; `rng`, for nonlinear constants.
    Raises `OptionError` where there is no symbolic answer (give `constants`), `IdentifiabilityError` where the coefficients do
    not determine the constants of the second law, `ConvergenceError`, and what `Law.closed_form` raises.

    >>> arrhenius, line = Law("y = a - Q/T", variables=("T",)), Law("y = A + B*T", variables=("T",))
    >>> found = translate(arrhenius, line, TaylorSpace({"T": 300}, order=2))
    >>> found.expressions["B"], found.expressions["A"], found.equal
    (Q/90000, -Q/150 + a, False)
    >>> from symseries.spaces import LegendreSpace
    >>> found = translate(arrhenius, line, LegendreSpace({"T": (300, 400)}, order=6), {"a": 10, "Q": 1000})
    >>> round(found.constants["B"], 5), round(found.misfit, 3)
    (0.00826, 0.074)
    """
    _check_laws(law1, law2)
    place = check_space(space)
    if isinstance(constants, Fit):
        constants = {name: float(estimate.value) for name, estimate in constants.constants.items()}
    if constants is not None:
        found = _numeric(law1, law2, place, constants, np.random.default_rng(seeded(rng)))
        return dataclasses.replace(found, provenance=provenance(None, place, rng))
    if isinstance(place, TaylorSpace):
        return _solved(law1, law2, place) if law2.nonlinear else _exact(law1, law2, place)
    return _projected(law1, law2, place)


def _check_laws(*laws: object) -> None:
    for law in laws:
        if not isinstance(law, Law):
            raise OptionError(f"translate: {type(law).__name__} received; expected two laws and a space")
        if not law.constants:
            raise OptionError(f"law {law}: it holds no constant to translate; write one as a name")


# ------------------------------------------------------------------------------------------------------------- symbolic
def _exact(law1: Law, law2: Law, space: TaylorSpace) -> Translation:
    """Equate the lowest Taylor coefficients that determine the constants of the second law."""
    source = law1.expand(space).coefficients
    offset, *columns = (_expanded(part, law2, space) for part in (law2.offset, *law2.slopes(law2.constants)))
    right = [a - b for a, b in zip(source, offset, strict=True)]
    rows = _independent(columns)
    if len(rows) < len(columns):
        raise IdentifiabilityError(
            f"law {law2}: {space.describe()} determines {len(rows)} of its {len(columns)} constants; raise the order, or write "
            "what is determined as one constant"
        )
    matrix = sympy.Matrix([[column[row] for column in columns] for row in rows])
    values = [_simple(value) for value in matrix.LUsolve(sympy.Matrix([right[row] for row in rows]))]
    left = [_simple(r - sum(c[k] * v for c, v in zip(columns, values, strict=True))) for k, r in enumerate(right)]
    indices = [tuple(map(int, index)) for index in space.multi_indices]
    matched = listing(str(indices[row]) for row in rows)
    return Translation(
        law1,
        law2,
        expressions=dict(zip(law2.constants, values, strict=True)),
        remainders={str(index): value for index, value in zip(indices, left, strict=True) if value != 0},
        equal=all(value == 0 for value in left),
        method=f"coefficients {matched} are equated exactly; {space.describe()}",
        provenance=provenance(None, space),
    )


def _solved(law1: Law, law2: Law, space: TaylorSpace) -> Translation:
    """Put the coefficients of the first law into the closed form of the second law's constants."""
    closed, source = law2.closed_form(space), list(law1.expand(space).coefficients)
    indices = [tuple(map(int, index)) for index in space.multi_indices]
    known = {symbol("alpha_" + "_".join(map(str, index))): value for index, value in zip(indices, source, strict=True)}
    values = {name: _simple(closed[name].xreplace(known)) for name in law2.constants}
    target = [
        value.xreplace({symbol(name): found for name, found in values.items()}) for value in law2.expand(space).coefficients
    ]
    left = [_simple(a - b) for a, b in zip(source, target, strict=True)]
    return Translation(
        law1,
        law2,
        expressions=values,
        remainders={str(index): value for index, value in zip(indices, left, strict=True) if value != 0},
        equal=all(value == 0 for value in left),
        method=f"the closed form of the second law's constants at the coefficients of the first; {space.describe()}",
        provenance=provenance(None, space),
    )


def _expanded(formula: sympy.Expr, law: Law, space: TaylorSpace) -> list[sympy.Expr]:
    """Return the exact Taylor coefficients of an expression without constants."""
    if not formula.free_symbols & set(map(symbol, law.variables)):
        return [formula, *[sympy.Integer(0)] * (len(space) - 1)]
    return list(Law(formula, law.variables).expand(space).coefficients)


def _independent(columns: Sequence[Sequence[sympy.Expr]]) -> list[int]:
    """Return the first rows that have the full rank of the columns."""
    names = sorted({s for column in columns for value in column for s in value.free_symbols}, key=str)
    point = {name: sympy.Rational(1009 + 97 * k, 1013) for k, name in enumerate(names)}
    matrix = np.array([[complex(value.xreplace(point)).real for value in column] for column in columns]).T
    matrix = matrix / np.maximum(np.abs(matrix).max(axis=0), 1e-300)
    rows: list[int] = []
    for row in range(len(matrix)):
        chosen = matrix[[*rows, row]]
        sizes = np.maximum(np.linalg.norm(chosen, axis=1, keepdims=True), 1e-300)
        if np.linalg.matrix_rank(chosen / sizes, tol=RANK_TOLERANCE) > len(rows):
            rows.append(row)
    return rows


def _simple(value: sympy.Expr) -> sympy.Expr:
    """Return an expression in a short form; zero for what is zero."""
    expanded = sympy.expand(value.replace(_is_power_of_number, lambda power: sympy.exp(power.exp * sympy.log(power.base))))
    short = sympy.simplify(expanded) if expanded.count_ops() < _LONG else expanded
    return sympy.expand(short) if short.is_Add or short.is_Mul else short


def _is_power_of_number(part: sympy.Expr) -> bool:
    """Whether a part is 300**(5*Q/12471), of which SymPy would make numbers of thousands of digits where it cancels."""
    return bool(part.is_Pow and part.base.is_Rational and part.base.is_positive and part.exp.free_symbols)


def _projected(law1: Law, law2: Law, space: Space) -> Translation:
    """Return the least squares solution, linear in the constants of the first law."""
    if law1.nonlinear or law2.nonlinear:
        law = law1 if law1.nonlinear else law2
        raise OptionError(
            f"law {law}: not linear in {listing(law.nonlinear)}, and over {space.describe()} that leaves no closed answer; "
            "give constants= of the first law, or a TaylorSpace"
        )
    root = np.sqrt(space.norms())[:, None]
    ours = root * law1.expand(space).evaluate((law1.offset, *law1.slopes(law1.constants)), {})
    theirs = root * law2.expand(space).evaluate((law2.offset, *law2.slopes(law2.constants)), {})
    offset, matrix = theirs[:, :1], theirs[:, 1:]
    gain = _determined(law2, matrix, space)
    known = np.column_stack([ours[:, :1] - offset, ours[:, 1:]])
    table = gain @ known
    left = np.linalg.norm(known - matrix @ table, axis=0) / np.maximum(np.linalg.norm(ours, axis=0), 1e-300)
    factors = [sympy.Integer(1), *map(symbol, law1.constants)]
    labels = ("1", *law1.constants)
    return Translation(
        law1,
        law2,
        expressions={
            name: sympy.Add(*(_number(value) * factor for value, factor in zip(row, factors, strict=True)))
            for name, row in zip(law2.constants, table, strict=True)
        },
        remainders={label: sympy.Float(float(v)) for label, v in zip(labels, left, strict=True) if v > _ROUNDING},
        equal=False if (left > _ROUNDING).any() else None,
        method=f"least squares over {space.describe()}; remainders are those of each term of the first law, relative to it",
        provenance=provenance(None, space),
    )


def _number(value: float) -> sympy.Number:
    """Return a coefficient, a whole number where it is one to rounding."""
    whole = round(value)
    return sympy.Integer(whole) if abs(value - whole) <= _ROUNDING * max(abs(value), 1e-3) else sympy.Float(float(value))


def _determined(law: Law, matrix: Array, space: Space) -> Array:
    if solve_linear(matrix, np.zeros(len(matrix))).rank < matrix.shape[1]:
        raise IdentifiabilityError(
            f"law {law}: its constants are not determined apart by {space.describe()}; write what is determined as one constant"
        )
    return pseudo_inverse(matrix)


# -------------------------------------------------------------------------------------------------------------- numbers
def _numeric(law1: Law, law2: Law, space: Space, constants: Mapping[str, object], rng: np.random.Generator) -> Translation:
    """Fit the coefficients of the second law to those of the first at given constants."""
    series = law1.expand(space).at(constants)
    alpha, root = F64.array(series.elements[:, 0]), _root(space)
    values = _fitted(law2, space, alpha, root, rng)
    beta = F64.array(law2.expand(space).at(values).elements[:, 0])
    varying = root * (alpha - (alpha.mean() if _nodal(space) else np.where(np.arange(len(alpha)) == 0, alpha, 0.0)))
    size = float(np.linalg.norm(varying)) or float(np.linalg.norm(root * alpha)) or 1.0
    misfit = float(np.linalg.norm(root * (alpha - beta))) / size
    return Translation(
        law1,
        law2,
        constants=values,
        given={name: float(value) for name, value in law1._numbers(constants).items()},
        misfit=misfit,
        worst=_worst(law1, law2, space, constants, values),
        equal=False if misfit > _ROUNDING else None,
        method=f"least squares over {space.describe()}",
    )


def _nodal(space: Space) -> bool:
    return isinstance(space, EmpiricalSpace) and space.nodal


def _root(space: Space) -> Array:
    """Return the weights of the coefficients: over a Taylor space those of the terms a quarter of the centre away from it."""
    if not isinstance(space, TaylorSpace):
        return np.asarray(np.sqrt(space.norms()))
    reach = np.array([abs(float(space.center[name])) * _REACH or 1.0 for name in space.variables])
    return np.asarray((reach**space.multi_indices).prod(axis=1))


def _fitted(law: Law, space: Space, alpha: Array, root: Array, rng: np.random.Generator) -> dict[str, float]:
    """Return the constants that bring a law's coefficients closest to given ones."""
    if not law.nonlinear:
        columns = root[:, None] * law.expand(space).evaluate((law.offset, *law.slopes(law.constants)), {})
        values = _determined(law, columns[:, 1:], space) @ (root * alpha - columns[:, 0])
        return dict(zip(law.constants, values.tolist(), strict=True))
    answer, found = nearest(law, space, alpha, lambda columns: root[:, None] * columns, starts=(), rng=rng)
    if answer.tried and answer.rank < len(law.constants):
        raise IdentifiabilityError(
            f"law {law}: {answer.message}; over {space.describe()} its constants are not determined apart"
        )
    if not answer.converged:
        message = named_positions(answer.message, law.nonlinear)
        raise ConvergenceError(f"law {law}: {message}; it does not resemble the first law enough, or try another rng=")
    return found


def _worst(law1: Law, law2: Law, space: Space, ours: Mapping[str, object], theirs: Mapping[str, float]) -> Worst | None:
    """Return where the two laws differ most over a box or the data, None over a Taylor space, which has no domain."""
    points = _points(space)
    if points is None:
        return None
    table = {name: points[:, k] for k, name in enumerate(space.variables)}
    first, second = (law(_chosen(law, table), **found) for law, found in ((law1, ours), (law2, theirs)))
    row = int(np.argmax(np.abs(first - second)))
    place = {name: float(column[row]) for name, column in table.items()}
    return Worst(place, float(first[row]), float(second[row]), float(np.ptp(first)))


def _chosen(law: Law, table: Mapping[str, Array]) -> dict[str, Array]:
    missing = [name for name in law.variables if name not in table]
    if missing:
        raise LawNameError(f"law {law}: variable {missing[0]!r} is not in the space; its variables are {listing(table)}")
    return {name: table[name] for name in law.variables}


def _points(space: Space) -> Array | None:
    """Return points over the whole of a space, the ends of a box among them."""
    if isinstance(space, EmpiricalSpace):
        return space.nodes
    if not isinstance(space, BoxSpace):
        return None
    width = len(space.variables)
    if width in _AXIS:
        axes = np.meshgrid(*[np.linspace(-1.0, 1.0, _AXIS[width])] * width, indexing="ij")
        return space.from_window(np.column_stack([axis.ravel() for axis in axes]))
    return space.from_window(np.random.default_rng(0).uniform(-1.0, 1.0, (_POINTS, width)))
