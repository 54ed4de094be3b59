"""The third record of a fit: how sure the constants are, whether the law holds, and what a reader must know."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from symseries.errors import DataError
from symseries.fitting.prepare import Prepared
from symseries.fitting.solve import Solved, at_constants
from symseries.fitting.weights import EIGENVALUE_FLOOR, discrepancy, orthonormal_covariance
from symseries.network import Network
from symseries.scalars import F64, Array
from symseries.spaces import BoxSpace, EmpiricalSpace, TaylorSpace

REJECTED = 0.01  # p-value below which a law is called rejected
REJECTION = "the law is rejected"
TEST_FLOOR = 0.2  # of the largest eigenvalue of the covariance, for the directions in which a law is tested
_RARE = 0.05  # probability of chance beyond which a misfit widens the intervals
_SHIFTED = 1e-3  # of the degrees of freedom: below it a noncentrality is none
_INACCURATE = 1e-6  # of the law's size; beyond it a quadrature error is said
_CORNER = 0.5  # of the half-width: beyond it on every axis lies a corner of a box
_MOST_AXES = 6  # of a box whose corners are looked at


@dataclass(frozen=True)
class Judged:
    """Uncertainty, tests and warnings of a solution."""

    covariance: Array | None
    """Of the constants, (p, p)."""
    reason: str
    """Why there is no covariance, or nothing."""
    freedom: float
    """Degrees of freedom of the intervals, infinite for normal ones."""
    misfit: float
    """Distance of law and source relative to the source's variation about its mean."""
    chi2: float | None
    dof: int | None
    p_value: float | None
    birge: float
    """Factor by which standard errors were widened because the law does not fit within them."""
    warnings: tuple[str, ...]


def judge(prepared: Prepared, solved: Solved) -> Judged:
    """Return the judgement of a solution."""
    chi2, dof, untested = _chi_squared(prepared, solved)
    p_value, birge = (None, 1.0)
    if chi2 is not None and dof:
        p_value, birge = tail(chi2, dof, shift_of(prepared), freedom_of(prepared)), _widening(prepared, chi2, dof)
    doubted = bool(solved.doubt) and (p_value is None or p_value < REJECTED)  # a law that passes leaves nothing to be found
    if doubted and p_value is not None:
        chi2 = dof = p_value = None
        untested = "what is left may belong to another minimum"
    covariance, reason, freedom = _covariance(prepared, solved, birge)
    warnings = (
        *prepared.notes,
        *[solved.doubt] * doubted,
        *_warnings(prepared, p_value, (reason, untested)),
        *_at_bounds(prepared, solved),
        *_inaccurate(prepared, solved),
        *_blunt(prepared, chi2, dof, p_value),
        *_empty_corners(prepared),
        *_health(prepared),
    )
    return Judged(covariance, reason, freedom, _misfit(prepared, solved), chi2, dof, p_value, birge, warnings)


def _covariance(prepared: Prepared, solved: Solved, birge: float) -> tuple[Array | None, str, float]:
    """Return Cov(C) = G Cov(alpha) G', widened; or None and the reason; and the degrees of freedom."""
    if prepared.by_rows:
        return _direct_covariance(prepared, solved, birge)
    coefficients = prepared.alpha.covariance
    if coefficients is None:
        return None, _why_unknown(prepared), np.inf
    spread = solved.gain @ coefficients @ solved.gain.T
    return spread + (birge**2 - 1) * _loose(prepared, solved), "", freedom_of(prepared)


def released(prepared: Prepared, solved: Solved, judged: Judged) -> tuple[Array, Array]:
    """Return Jacobian (N, free) and covariance (p, p) as if no constant were held at its bound, by the same noise.

    They give a constant at its bound the scale on which its profile is looked for; no standard error is made of them.
    """
    names = prepared.model.constants
    found = dict(zip(prepared.law.constants, map(float, solved.values), strict=True))
    free = at_constants(prepared, tuple(found[name] for name in names), solved.method)
    if prepared.by_rows and not prepared.weighting.declared:
        inverse = free.gain / prepared.root
        held = prepared.weighted(F64.array(solved.residual))
        return free.jacobian, float(held @ held) / judged.freedom * inverse @ inverse.T
    covariance, _, _ = _covariance(prepared, free, judged.birge)
    assert covariance is not None  # noqa: S101 - the caller has one with fewer constants
    return free.jacobian, covariance


def freedom_of(prepared: Prepared) -> float:
    """Return from how many degrees of freedom the noise behind the covariance was estimated; infinite where it was declared.

    They are the rows less the effective weights of a network, or less the coefficients of a table.
    """
    if prepared.weighting.declared:
        return np.inf
    if prepared.direct and prepared.source.data is not None:
        return float(len(prepared.source.data) - len(prepared.space))
    training = getattr(prepared.source, "training", None)
    return np.inf if training is None else max(training.rows - training.effective_weights, 1.0)


def _loose(prepared: Prepared, solved: Solved) -> Array:
    """Return the covariance that the constants would have with the discrepancy floor added to the coefficients'.

    Where the law does not fit, its misfit and not the noise limits what a constant means: Birge's factor scales this.
    """
    norms = np.sqrt(prepared.space.norms())
    values, vectors = orthonormal_covariance(prepared.space, prepared.alpha)
    root = solved.gain @ (vectors * np.sqrt(np.maximum(values, 0.0)) / norms[:, None])
    return np.asarray(root @ root.T)


def _direct_covariance(prepared: Prepared, solved: Solved, birge: float) -> tuple[Array | None, str, float]:
    """Return s**2 (J'WJ)**-1 with s**2 = r'Wr/(n - p), as least squares has it for measurements of these weights.

    Where the errors of the measurements are declared, s is Birge's factor, never below 1, and the intervals are normal ones.
    """
    root = F64.array(prepared.root) if not prepared.scalars.exact else np.sqrt(F64.array(prepared.root))
    inverse = solved.gain / root
    if prepared.weighting.declared:
        return birge**2 * inverse @ inverse.T, "", np.inf
    residual = root * F64.array(solved.residual)
    freedom = len(residual) - solved.free
    if freedom < 1:
        return None, f"{len(residual)} rows for {solved.free} constants leave nothing to estimate the noise from", np.inf
    return float(residual @ residual) / freedom * inverse @ inverse.T, "", float(freedom)


def _why_unknown(prepared: Prepared) -> str:
    if prepared.scalars.exact:
        return "exact coefficients have no statistical uncertainty"
    if prepared.direct:
        return "as many rows as coefficients leave nothing to estimate the noise from"
    return "the covariance of the network's weights is not known; use refine(net, table) or train for standard errors"


def _chi_squared(prepared: Prepared, solved: Solved) -> tuple[float | None, int | None, str]:
    """Return chi-squared and degrees of freedom in the subspace that the covariance determines; or why there is no test.

    The subspace holds the eigenvectors of Cov(alpha) above a floor; the law is refitted there, to first order.
    """
    if prepared.weighting.declared:
        return _declared_chi_squared(prepared, solved)
    if prepared.alpha.covariance is None:
        return None, None, ""
    if isinstance(prepared.space, TaylorSpace):
        return None, None, "Taylor coefficients have no inner product in which to test it; use a space of the data or a domain"
    training = prepared.source.training if isinstance(prepared.source, Network) else None
    if training is not None and training.memorises:
        return None, None, "the network memorises, so that its own covariance says nothing of its noise"
    whiten = whitening(prepared, solved.free)
    residual, jacobian = whiten @ F64.array(solved.residual), whiten @ solved.jacobian
    dof = len(whiten) - solved.free
    if dof < 1:
        return None, None, f"the network determines {len(whiten)} directions, no more than the {solved.free} constants"
    q, _ = np.linalg.qr(jacobian / np.maximum(np.linalg.norm(jacobian, axis=0), 1e-300))
    left = residual - q @ (q.T @ residual)
    return float(left @ left), dof, ""


def whitening(prepared: Prepared, free: int) -> Array:
    """Return the matrix (k, N) that gives the determined directions of the coefficients unit variance.

    Directions that the regularisation of the network decides rather than the data have small eigenvalues, and vary less than
    these say: they would make the test blunt. So it keeps to those above a fifth of the largest, and takes the others only
    where the constants use these up. The discrepancy floor, spread over the coefficients, is a least variance.
    """
    norms = np.sqrt(prepared.space.norms())
    values, vectors = np.linalg.eigh(norms[:, None] * np.asarray(prepared.alpha.covariance) * norms)
    kept = values > TEST_FLOOR * values.max()
    if kept.sum() <= free:
        kept = values > EIGENVALUE_FLOOR * values.max()
    variances = np.maximum(values[kept], discrepancy(prepared.alpha) ** 2 / len(norms))
    return np.asarray((vectors[:, kept] / np.sqrt(variances)).T * norms)


def _declared_chi_squared(prepared: Prepared, solved: Solved) -> tuple[float | None, int | None, str]:
    """Return the sum of squares over the errors that were declared, and the rows less the constants."""
    weighted = prepared.weighted(F64.array(solved.residual))
    dof = len(weighted) - solved.free
    return (float(weighted @ weighted), dof, "") if dof else (None, None, "there are no more rows than constants")


def probability(p_value: float) -> str:
    """Return a p-value as text: below the smallest number there is, by its bound."""
    return "p < 1e-300" if p_value < 1e-300 else f"p = {p_value:.2g}"


def shift_of(prepared: Prepared) -> float:
    """Return the largest noncentrality that the network itself may bring: its distance to the optimum, squared.

    A network whose training stopped before the optimum is off by at most so many standard errors, in whatever combination of
    coefficients, and a law that holds has a noncentral chi-squared of at most this parameter.
    """
    training = prepared.source.training if isinstance(prepared.source, Network) else None
    return 0.0 if training is None else training.distance**2


def tail(chi2: float, dof: int, shift: float, freedom: float) -> float:
    """Return the probability of so large a value where the law holds.

    The covariance is proportional to the noise, which was itself estimated from `freedom` degrees of freedom, so that
    chi2 / dof follows the F distribution; with the noise known, chi2 its own.
    """
    from scipy import special

    if shift < _SHIFTED * dof:
        return float(special.chdtrc(dof, chi2) if np.isinf(freedom) else special.fdtrc(dof, freedom, chi2 / dof))
    from scipy.stats import ncf, ncx2  # slow to import

    return float(ncx2.sf(chi2, dof, shift) if np.isinf(freedom) else ncf.sf(chi2 / dof, dof, freedom, shift))


def _widening(prepared: Prepared, chi2: float, dof: int) -> float:
    """Return Birge's factor: the root of chi-squared over what it would rarely exceed, or over its mean for declared errors."""
    from scipy.special import chdtri, fdtri

    if prepared.weighting.declared:
        return max(1.0, math.sqrt(chi2 / dof))
    freedom = freedom_of(prepared)
    rare = chdtri(dof, _RARE) if np.isinf(freedom) else dof * fdtri(dof, freedom, 1 - _RARE)
    return max(1.0, math.sqrt(chi2 / (rare + shift_of(prepared))))


def _misfit(prepared: Prepared, solved: Solved) -> float:
    """Return |alpha - beta| / |alpha - its mean| in the inner product of the space."""
    norms = prepared.space.norms()
    alpha, residual = F64.array(prepared.alpha.elements[:, 0]), F64.array(solved.residual)
    varying = alpha.copy()
    if isinstance(prepared.space, EmpiricalSpace) and prepared.space.nodal:
        varying = alpha - (norms @ alpha) / norms.sum()
    else:
        varying[0] = 0.0
    size = float(norms @ varying**2) or float(norms @ alpha**2)
    return float(np.sqrt(norms @ residual**2 / size)) if size else 0.0


def _warnings(prepared: Prepared, p_value: float | None, reasons: tuple[str, str]) -> list[str]:
    said = []
    no_errors, no_test = reasons
    if isinstance(prepared.space, TaylorSpace) and not prepared.scalars.exact:
        said.append(
            "unweighted Taylor matching depends on the units and is 14 to 30 times less accurate in the median than a space of "
            "the data; use it for derivations, not for constants"
        )
    if no_errors and not prepared.scalars.exact:
        said.append(f"no standard errors: {no_errors}")
    if no_test:
        said.append(f"no test of the law: {no_test}")
    if p_value is not None and p_value < REJECTED:
        known = "errors declared" if prepared.by_rows else f"uncertainty of the {'data' if prepared.direct else 'network'}"
        said.append(f"{REJECTION}: what it leaves unexplained exceeds the {known} ({probability(p_value)})")
    return said


def _blunt(prepared: Prepared, chi2: float | None, dof: int | None, p_value: float | None) -> list[str]:
    """Warn of a test that passes only by what it allows a network that stopped short of its optimum."""
    if chi2 is None or dof is None or p_value is None or p_value < REJECTED:
        return []
    plain = tail(chi2, dof, 0.0, freedom_of(prepared))
    if plain >= REJECTED:
        return []
    warning = (
        f"the law passes only because the test allows for a network that is not at its optimum ({probability(plain)} without); "
        "use refine(net) and test again"
    )
    return [warning]


def _at_bounds(prepared: Prepared, solved: Solved) -> list[str]:
    """Warn of constants that a bound keeps from where the least squares would lead them."""
    found = dict(zip(prepared.law.constants, solved.values, strict=True))
    others = ", those of the others hold it there" if solved.free else ""
    return [
        f"{name} ended at its bound {float(found[name]):g}: its standard error is not known (the interval is one-sided, see "
        f"profile('{name}')){others}; the law may want it beyond"
        for name in solved.bounded
    ]


def _inaccurate(prepared: Prepared, solved: Solved) -> list[str]:
    """Warn of a law that the nodes of a box do not resolve, as next to a pole."""
    found = dict(zip(prepared.law.constants, solved.values, strict=True))
    error = prepared.beta.quadrature_error({name: found[name] for name in prepared.model.constants})
    if not error or error < _INACCURATE:
        return []
    advice = "keep the box away from where the law is steep, or leave space out to fit where the data are"
    return [f"the law's coefficients on this box have a quadrature error of {error:.1g} of its size; {advice}"]


def _empty_corners(prepared: Prepared) -> list[str]:
    """Warn of corners of a box without data: there the network extrapolates, and the fit believes it as much as elsewhere."""
    space, data = prepared.space, prepared.source.data
    if not isinstance(space, BoxSpace) or data is None or len(space.variables) > _MOST_AXES:
        return []
    try:
        window = space.window(data.matrix(space.variables))
    except DataError:  # a measurement at 0 has no place on a logarithmic scale
        return []
    outer = window[(np.abs(window) > _CORNER).all(axis=1) & (np.abs(window) <= 1 + 1e-9).all(axis=1)]
    corners, held = 2 ** len(space.variables), len({tuple(row) for row in np.sign(outer).tolist()})
    if held == corners:
        return []
    warning = (
        f"{corners - held} of {corners} corners of the box hold no data (the outer quarter of every axis): the "
        f"{'series' if prepared.direct else 'network'} "
        "extrapolates there; leave space out to fit where the data are"
    )
    return [warning]


def _health(prepared: Prepared) -> list[str]:
    training = prepared.source.training if isinstance(prepared.source, Network) else None
    if training is None:
        return []
    said = []
    if not training.converged and training.smooth:
        said.append(
            f"the network is not at its optimum: constants may move by up to {training.distance:.2g} standard errors; "
            "use refine(net)"
        )
    if training.memorises:
        said.append(
            f"the network memorises: {training.effective_weights:.0f} of {training.rows} measurements used up by its weights, "
            f"R² {training.r2:.3f} and {training.heldout_r2:.3f} on data left out; it repeats the direct fit and tests nothing"
        )
    return said
