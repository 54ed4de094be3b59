"""One call from a source and a law to constants."""

from __future__ import annotations

import dataclasses

import numpy as np

from symseries.errors import OptionError, SymseriesError
from symseries.fitting.judge import REJECTION, judge
from symseries.fitting.prepare import Measurements, Prepared, direct_record, prepare
from symseries.fitting.result import Estimate, Fit
from symseries.fitting.solve import solve
from symseries.laws import Law
from symseries.network import Network, measured_column
from symseries.spaces import EmpiricalSpace, Space
from symseries.training import seeded

_REACH = 1e-6  # relative accuracy beyond which a network is not asked to follow the data
_FAR = 3.0  # standard errors between network and direct fit, beyond which the network is not believed
_DOUBTFUL = 1.0  # the same for a network that is far from its optimum
_SURER = 1.5  # times below the direct fit's, beyond which the standard errors of a network are not believed


def fit(
    source: object,
    law: Law,
    space: Space | None = None,
    *,
    data: object = None,
    output: str | None = None,
    bounds: object = None,
    start: object = None,
    level: float = 0.95,
    rng: object = 0,
) -> Fit:
    """Return the constants C that bring the law's coefficients beta(C) closest to those of the source, alpha.

    The fit minimises (alpha - beta(C))' W (alpha - beta(C)), W the inner product of the space, or over a domain the inverse
    covariance of the coefficients. Constants that enter linearly are eliminated. For a network with data the space is that of
    polynomials orthonormal in the data, order 6, or the values at the rows where these do not determine so many; for a table
    it is the rows, and the fit is the ordinary direct one. A network's result carries the direct fit as its `baseline`.

    Parameters: `source`, a Network or a table (path, mapping, DataFrame); `law`; `space`, where both sides meet; `data`, the
    table of a network that carries none; `output`, the output meant where there are several; `bounds` and `start`, mappings of
    constants, the start for all that are searched for (those that enter nonlinearly or have bounds); `level` of the intervals;
    `rng`, a seed or NumPy generator for the starts of nonlinear constants.
    Raises `LawNameError` for names that do not meet, `IdentifiabilityError` naming the combination that is determined,
    `ConvergenceError`, `OptionError`, `DataError`.

    >>> law = Law("y = a + b*x", variables=("x",))
    >>> found = fit({"x": [0, 1, 2, 3], "y": [1.0, 3.1, 4.9, 7.0]}, law)
    >>> print(found.constants["b"])
    1.980 ± 0.042
    """
    _check_level(level)
    generator = np.random.default_rng(seeded(rng))
    # bounds are kept by a search in floating point
    prepared = prepare(source, law, space, data, output, exact=not bounds)
    solved = solve(prepared, start, bounds, generator)
    found = Fit(prepared, solved, judge(prepared, solved), level)
    return found if prepared.direct else _with_baseline(found, bounds, generator)


def _check_level(level: object) -> None:
    if isinstance(level, bool) or not isinstance(level, (float, np.floating)) or not 0 < level < 1:
        raise OptionError(f"level={level!r}: expected a number between 0 and 1, such as 0.95")


def _with_baseline(found: Fit, bounds: object, rng: np.random.Generator) -> Fit:
    """Return the fit with the direct fit of the same law to the same data beside it, where there are data."""
    prepared = found.prepared
    side = _direct_source(prepared)
    if side is None:
        return found
    try:
        direct = direct_record(side, prepared.law)
        solved = solve(direct, {name: float(e.value) for name, e in found.constants.items()}, bounds, rng)
    except SymseriesError as error:
        return dataclasses.replace(found, remarks=(f"no direct fit beside this one: {error}",))
    baseline = Fit(direct, solved, judge(direct, solved), found.level)
    with_it = dataclasses.replace(found, baseline=baseline)
    return _without_intervals(with_it, said) if (said := _distance(with_it)) else _no_surer(with_it)


def _no_surer(found: Fit) -> Fit:
    """Return a fit whose standard errors are not far below the direct fit's: no network knows a constant better than its data.

    It happens where the network follows noise that is not constant, or fewer measurements than it has weights.
    """
    assert found.baseline is not None  # noqa: S101 - narrows the type
    pairs = [(e.stderr, found.baseline.constants[name].stderr) for name, e in found.constants.items()]
    ratio = max((direct / own for own, direct in pairs if own and direct), default=1.0)
    if found.covariance is None or ratio < _SURER:
        return found
    remark = (
        f"the network's own standard errors were {ratio:.1f} times below the direct fit's, as of a network that follows the "
        "noise, or noise that is not constant; they are widened to the direct fit's"
    )
    judged = dataclasses.replace(found.judged, covariance=ratio**2 * found.covariance)
    return dataclasses.replace(found, judged=judged, remarks=(*found.remarks, remark))


def _without_intervals(found: Fit, remarks: tuple[str, ...]) -> Fit:
    """Return a fit that is far from the direct one: over the data its standard errors and its test would be bias."""
    if not isinstance(found.prepared.space, EmpiricalSpace) or found.covariance is None:
        return dataclasses.replace(found, remarks=remarks)
    reason = "the network is far from the direct fit of the data, an interval or a test would be bias and not variance"
    warnings = tuple(w for w in found.judged.warnings if not w.startswith(REJECTION))
    judged = dataclasses.replace(
        found.judged, covariance=None, reason=reason, warnings=warnings, chi2=None, dof=None, p_value=None, birge=1.0
    )
    return dataclasses.replace(found, judged=judged, remarks=(*remarks, f"no standard errors: {reason}"))


def _direct_source(prepared: Prepared) -> Measurements | None:
    net = prepared.source
    if not isinstance(net, Network) or net.data is None:
        return None
    column, transform = measured_column(net.outputs[0])
    return Measurements(net.data, net.inputs, column, transform)


def _yardstick(found: Fit, network: Estimate, direct: Estimate) -> float:
    """Return the standard error that counts: over the data the direct fit's, elsewhere the larger one.

    For data without noise it is what a network can reach.
    """
    own = 0.0 if isinstance(found.prepared.space, EmpiricalSpace) else network.stderr or 0.0
    return max(direct.stderr or 0.0, own, _REACH * abs(float(direct.value)), 1e-300)


def _distance(found: Fit) -> tuple[str, ...]:
    """Return the warning that network and direct fit are far apart, with the constant that is farthest."""
    assert found.baseline is not None  # noqa: S101 - narrows the type
    apart = {
        name: abs(float(found.constants[name].value) - float(direct.value)) / _yardstick(found, found.constants[name], direct)
        for name, direct in found.baseline.constants.items()
        if direct.stderr is not None
    }
    source = found.prepared.source
    doubtful = isinstance(source, Network) and source.training is not None and source.training.under_trained
    if not apart or max(apart.values()) <= (_DOUBTFUL if doubtful else _FAR):
        return ()
    name = max(apart, key=lambda n: apart[n])
    over_data = isinstance(found.prepared.space, EmpiricalSpace)
    reason = (
        "the network is under-trained, which refine(net) repairs, or too small"
        if over_data
        else "the space does not suit the data"
    )
    warning = f"network and direct fit differ by {apart[name]:.1f} standard errors in {name}: {reason}"
    return (warning,)
