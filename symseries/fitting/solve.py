"""The second record of a fit: the constants, and how they depend on the coefficients."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symseries.elimination import undetermined, undetermined_everywhere
from symseries.errors import ConvergenceError, IdentifiabilityError, OptionError, listing
from symseries.fields import starting_values
from symseries.fitting.model import Model, sought
from symseries.fitting.options import Wishes, spread
from symseries.fitting.prepare import Prepared
from symseries.fitting.weights import followed
from symseries.laws import Law
from symseries.least_squares import (
    NonlinearSolution,
    pseudo_inverse,
    rational_rank,
    solve_bounded,
    solve_linear,
    solve_rational,
)
from symseries.names import symbol
from symseries.network import Network
from symseries.scalars import F64, QQ, Array
from symseries.spaces import TaylorSpace
from symseries.symbolic import SYM

_HIGHEST = {1: 40, 2: 12}  # by variables, the order up to which a constant that has no influence is looked for
_ROUNDS = 20  # of weighting by the law's own values
_SETTLED = 1e-9  # relative change of the constants after which these rounds end
_POSITIONS = re.compile(r"nonlinear constants \[([\d, ]+)\] \(counted from 0\)")


@dataclass(frozen=True)
class Solved:
    """The constants that bring beta(C) closest to alpha."""

    values: tuple[Any, ...]
    """In the order of `law.constants`: floats, or exact SymPy rationals."""
    gain: Array
    """dC/d alpha, (constants, N); rows of zeros for constants that are held."""
    jacobian: Array
    """d beta/d C of the constants that the coefficients decided, (N, free): the free ones but those at their bounds."""
    residual: Array
    """alpha - beta(C), (N,), elements of the ring."""
    method: str
    digits: tuple[str, ...] = ()
    """The values as decimal text, where they were polished to more digits than a float holds."""
    bounded: tuple[str, ...] = ()
    """The constants that ended at a bound, which count as held there: without it they would leave."""
    doubt: str = ""
    """Why a better minimum may have been missed, or nothing."""

    @property
    def free(self) -> int:
        """The number of constants that the coefficients decided."""
        return int(self.jacobian.shape[1])


def solve(prepared: Prepared, rng: np.random.Generator, candidates: int | None = None) -> Solved:
    """Return the constants: exactly, by linear least squares, or by separable least squares.

    With `candidates=0` a search keeps to its start. Raises `IdentifiabilityError` naming the combination that is determined,
    `ConvergenceError` where no start converged.
    """
    if not prepared.law.constants:
        raise IdentifiabilityError(
            f"law {prepared.law}: it holds no constant to find; write one as a name, or, to test it as it is, multiply it by "
            "one and see whether that is 1"
        )
    _check_count(prepared)
    if prepared.scalars.exact:
        return _within(prepared, _exact(prepared))
    if prepared.algebraic:
        return _algebraic(prepared)
    if not prepared.model.nonlinear:
        return _linear(prepared)
    if not prepared.wishes.bounds:
        _refuse_early(prepared)
    return _nonlinear(prepared, sought(prepared), rng, candidates)


def settled(prepared: Prepared, rng: np.random.Generator, candidates: int | None = None) -> tuple[Prepared, Solved]:
    """Return the answer; with relative errors after rounds of weighting at the law's own values, as measured ones bias it."""
    solved = solve(prepared, rng, candidates)
    if prepared.weighting.relative is None:
        return prepared, solved
    method = solved.method  # how it was found: the rounds start from it
    for _ in range(_ROUNDS):
        alpha = F64.array(prepared.alpha.elements[:, 0])
        weighting = followed(prepared.weighting, alpha - F64.array(solved.residual))
        if weighting is None:
            break
        start = dict(zip(prepared.law.constants, map(float, solved.values), strict=True))
        wishes = Wishes({name: start[name] for name in prepared.model.constants}, prepared.wishes.bounds)
        trial = dataclasses.replace(prepared, weighting=weighting, wishes=wishes)
        before, (prepared, solved) = solved, (trial, solve(trial, rng, 0))
        if np.allclose(np.array(solved.values, float), np.array(before.values, float), rtol=_SETTLED, atol=0):
            break
    return prepared, dataclasses.replace(solved, method=method)


def _within(prepared: Prepared, found: Solved) -> Solved:
    """Return an exact answer that lies within its bounds."""
    for name, value in zip(prepared.law.constants, found.values, strict=True):
        low, high = prepared.wishes.bounds.get(name, (-np.inf, np.inf))
        if not low <= value <= high:
            raise OptionError(
                f"scalars=QQ: {name} = {float(value):.6g} lies outside its bounds, {low:g} to {high:g}, and an answer at "
                "a bound is not found exactly; leave scalars out"
            )
    return found


def assembled(prepared: Prepared, values: tuple[Any, ...], gain: Array, sides: tuple[Array, Array], method: str) -> Solved:
    """Return the record of all constants from the values of the free ones; `sides` are Jacobian and residual."""
    law, free = prepared.law, prepared.model.constants
    everything, slopes = spread(law.constants, free, prepared.ties, values)
    held = [name for name in law.constants if name in prepared.ties]
    said = f"{method}; {listing(f'{n} = {prepared.ties[n]}' for n in held)} given" if held else method
    return Solved(everything, slopes @ gain, *sides, said)


def _check_count(prepared: Prepared) -> None:
    rows, names = len(prepared.space), prepared.model.constants
    if rows < len(names):
        what = "rows" if prepared.by_rows else "coefficients"
        raise IdentifiabilityError(
            f"{rows} {what} for {len(names)} constants ({listing(names)}): {rows} equations for {len(names)} "
            f"unknowns; expected at least as many {what}, or fewer constants through known="
        )


def _exact(prepared: Prepared) -> Solved:
    """Rational least squares: B' W B C = B' W (alpha - offset), W the exact norms of the basis."""
    law = prepared.model
    columns = prepared.beta.evaluate((law.offset, *law.slopes(law.constants)), {})
    offset, matrix = columns[:, 0], columns[:, 1:]
    if rational_rank(matrix) < len(law.constants):
        raise unidentified(prepared, np.ones(len(law.constants)))
    values = solve_rational(matrix, prepared.alpha.elements[:, 0] - offset, prepared.root)
    residual = prepared.alpha.elements[:, 0] - offset - QQ.matmul(matrix, values[:, None])[:, 0]
    floats = F64.array(matrix)
    root = np.sqrt(F64.array(prepared.root))
    gain = pseudo_inverse(root[:, None] * floats) * root
    return assembled(prepared, tuple(QQ.handed(values)), gain, (floats, residual), "exact rational least squares")


def _algebraic(prepared: Prepared) -> Solved:
    """Least squares over roots, logarithms and other exact numbers: what float64 finds, with the values that are exact."""
    law, space = prepared.model, prepared.space
    found = _linear(prepared)
    exact = law.closed_form(space, using="all").at(prepared.source.expand(space, SYM))
    values, _ = spread(prepared.law.constants, law.constants, prepared.ties, tuple(exact.values()))
    return dataclasses.replace(found, values=values, method="exact least squares over algebraic numbers")


def _linear(prepared: Prepared) -> Solved:
    law = prepared.model
    columns = prepared.beta.evaluate((law.offset, *law.slopes(law.constants)), {})
    matrix, right = columns[:, 1:], prepared.alpha.elements[:, 0] - columns[:, 0]
    with np.errstate(over="ignore", invalid="ignore"):  # what leaves the range of floats is named
        solution = solve_linear(prepared.weighted(matrix), prepared.weighted(right))
    if not np.isfinite(solution.values).all() or not np.isfinite(solution.inverse).all():
        sizes = np.abs(matrix).max(axis=0)
        least = int(np.argmin(sizes))
        raise IdentifiabilityError(
            f"law {str(prepared.law)[:80]}: what stands beside {law.constants[least]} is {sizes[least]:.2g} at most, so that "
            "its value leaves the range of floating-point numbers; take another unit"
        )
    if solution.rank < len(law.constants):
        raise unidentified(prepared, np.ones(len(law.constants)))
    if prepared.wishes.bounds:
        return _bounded(prepared, matrix, right)
    values = tuple(float(v) for v in solution.values)
    sides = matrix, right - matrix @ solution.values
    return assembled(prepared, values, weighted_gain(prepared, solution.inverse), sides, "linear least squares")


def _bounded(prepared: Prepared, matrix: Array, right: Array) -> Solved:
    """Return the answer between bounds of a law that is linear in its constants."""
    names = prepared.model.constants
    limits = np.array([prepared.wishes.bounds.get(name, (-np.inf, np.inf)) for name in names]).T
    values, held = solve_bounded(prepared.weighted(matrix), prepared.weighted(right), (limits[0], limits[1]))
    at_bound = tuple(name for name, there in zip(names, held, strict=True) if there)
    return at_constants(prepared, tuple(values.tolist()), "linear least squares between bounds", at_bound)


def _refuse_early(prepared: Prepared) -> None:
    """Raise what can be said whatever the constants are before a long search is made for them."""
    names = prepared.model.constants
    if undetermined_everywhere(_jacobian(prepared), names):
        raise unidentified(prepared, np.ones(len(names)))


def _nonlinear(prepared: Prepared, names: tuple[str, ...], rng: np.random.Generator, candidates: int | None) -> Solved:
    model = Model(prepared, names)
    first = _first(prepared.wishes.start, names)
    offered = _offered(prepared, names) if first is None else None
    found = model.search(rng, offered if first is None else first, candidates=candidates)
    _check_answer(model, found)
    message = (
        found.message if offered is None else found.message.replace("the start given", "the medians of the constant field")
    )
    values = tuple(model.ordered(found.theta, found.linear).tolist())
    eliminated = f", {listing(model.linear)} eliminated" if model.linear else ""
    method = f"nonlinear least squares in {listing(names)}{eliminated}, {message}"
    solved = at_constants(prepared, values, method, tuple(n for n, held in zip(names, found.bounded, strict=True) if held))
    return dataclasses.replace(solved, doubt=_doubt(found))


def _doubt(found: NonlinearSolution) -> str:
    """Return what to say of a minimum that hardly any search ended in."""
    if not found.lone:
        return ""
    count = f"only {found.agreed} of {found.tried} searches ended in the best minimum found"
    return f"{count}: a better one may have been missed; give start= near the answer, or bounds="


def at_constants(prepared: Prepared, values: tuple[float, ...], method: str, bounded: tuple[str, ...] = ()) -> Solved:
    """Return the record of given values of the free constants, some of which are held at their `bounded`."""
    law = prepared.model
    constants = dict(zip(law.constants, values, strict=True))
    decided = np.array([name not in bounded for name in law.constants])
    jacobian = prepared.beta.evaluate(law.slopes(law.constants), constants)[:, decided]
    residual = prepared.alpha.elements[:, 0] - prepared.beta.evaluate((law.formula,), constants)[:, 0]
    gain = np.zeros((len(decided), len(residual)))
    gain[decided] = weighted_gain(prepared, pseudo_inverse(prepared.weighted(jacobian)))
    return dataclasses.replace(assembled(prepared, values, gain, (jacobian, residual), method), bounded=bounded)


def weighted_gain(prepared: Prepared, inverse: Array) -> Array:
    """Return dC/d alpha from the pseudo-inverse of R times the Jacobian."""
    return np.asarray(inverse @ prepared.root if prepared.root.ndim == 2 else inverse * prepared.root)


def _offered(prepared: Prepared, names: tuple[str, ...]) -> Array | None:
    """Return the medians of the network's constant field to start from, None where there is no closed form."""
    if not isinstance(prepared.source, Network) or prepared.wishes.bounds:
        return None
    found = starting_values(prepared.source, prepared.model)
    return np.array([found[name] for name in names]) if set(names) <= set(found) else None


def _first(start: Mapping[str, float], names: tuple[str, ...]) -> Array | None:
    """Return the start of the constants that are searched for; linear ones need none."""
    if not any(name in start for name in names):
        return None
    missing = [name for name in names if name not in start]
    if missing:
        raise OptionError(f"start: no value for {listing(missing)}; give one for each of {listing(names)}, or leave start out")
    return np.array([start[name] for name in names])


def _check_answer(model: Model, found: NonlinearSolution) -> None:
    """Raise what keeps the answer from being one to stand behind."""
    prepared, law = model.prepared, model.prepared.model
    if not found.tried:  # where the law has no value whatever its constants are, this says why
        prepared.beta.evaluate((law.formula,), dict.fromkeys(law.constants, 1.0))
    if found.tried and np.isfinite(found.jacobian).all() and found.rank < len(law.constants):
        raise unidentified(prepared, model.ordered(found.theta, found.linear))
    if not found.converged:
        message = named_positions(found.message, model.sought)
        hint = ", ".join(f"'{name}': …" for name in model.sought)
        raise ConvergenceError(
            f"law {prepared.law}: {message}; give start={{{hint}}} near the answer, other bounds=, or hold one with known="
        )


def named_positions(message: str, names: Sequence[str]) -> str:
    """Return a message of the search with the names of the constants instead of their positions."""
    return _POSITIONS.sub(lambda match: listing(names[int(place)] for place in match[1].split(",")), message)


def unidentified(prepared: Prepared, around: Array) -> IdentifiabilityError:
    """Return the error that says which combination the coefficients determine."""
    law = prepared.model
    sentences = [_of_the_law(law, sentence) for sentence in undetermined(_jacobian(prepared), around, law.constants)]
    if not sentences:
        sentences = ["the constants cannot be told apart to the accuracy of the coefficients"]
    place = "the data" if prepared.by_rows else prepared.space.describe()
    hint = _order_hint(prepared, sentences)
    named = next((name for name in law.constants if re.search(rf"\b{name}\b", sentences[0])), law.constants[0])
    return IdentifiabilityError(
        f"law {law}: {'; '.join(sentences)} (by {place}){hint}; hold {named} with known={{'{named}': …}}, "
        "or write what is determined as one constant"
    )


def _jacobian(prepared: Prepared) -> Callable[[Array], Array]:
    """Return d beta/d C as a function of the constants (p,), not finite where the law has no series."""
    law = prepared.model

    def jacobian(constants: Array) -> Array:
        numbers = dict(zip(law.constants, constants, strict=True))
        try:
            return F64.array(prepared.beta.evaluate(law.slopes(law.constants), numbers, strict=False))
        except (ValueError, ArithmeticError):  # these constants leave the law without a series
            return np.full((len(prepared.space), len(law.constants)), np.nan)

    return jacobian


def _of_the_law(law: Law, sentence: str) -> str:
    """Name the term without variables where the constants that stand in it alone cannot be told apart: s0 + k/sqrt(D)."""
    names, found, _ = sentence.partition(" are not determined apart")
    fixed = law.formula.as_independent(*map(symbol, law.variables), as_Add=True)[0]
    apart = {symbol(name) for name in re.findall(r"\w+", names)} & {symbol(name) for name in law.constants}
    return f"only {fixed} is determined, not {names} apart" if found and apart and apart == fixed.free_symbols else sentence


def _order_hint(prepared: Prepared, sentences: list[str]) -> str:
    """Return the smallest order at which a constant without influence appears, over a Taylor space."""
    law, space = prepared.model, prepared.space
    silent = [name for name in law.constants if any(s.startswith(f"{name} has no influence") for s in sentences)]
    if not silent or not isinstance(space, TaylorSpace):
        return ""
    for order in range((space.order or 0) + 1, _HIGHEST.get(len(space.variables), 8) + 1):
        columns = law.expand(space.with_order(order)).evaluate(law.slopes(silent[:1]), dict.fromkeys(law.constants, 1.0))
        if np.any(columns != 0):
            return f"; {silent[0]} does not appear up to order {space.order}, order {order} is the smallest that holds it"
    return f"; {silent[0]} does not appear up to order {space.order}"
