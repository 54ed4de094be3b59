"""One call from a source and a law to constants."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from symseries.errors import OptionError, SymseriesError, listing
from symseries.fitting.estimate import Estimate
from symseries.fitting.judge import REJECTION, judge
from symseries.fitting.options import Wishes, check_level, read_ties, read_wishes
from symseries.fitting.others import described
from symseries.fitting.polish import check_digits, polished
from symseries.fitting.prepare import Asked, Measurements, Prepared, check_law, direct_record, prepare
from symseries.fitting.result import Fit
from symseries.fitting.solve import settled, solve
from symseries.fitting.units import errors_in, learned, number_in, shares, with_units, without_quantities
from symseries.fitting.weights import DECADES
from symseries.laws import Law
from symseries.network import Network, measured_column
from symseries.scalars import Scalars
from symseries.spaces import EmpiricalSpace, Space, TaylorSpace
from symseries.training import overlooked, seeded

_REACH = 1e-6  # relative accuracy beyond which a network is not asked to follow the data
_FAR = 3.0  # standard errors between network and direct fit, beyond which the network is not believed
_DOUBTFUL = 1.0  # the same for a network that is far from its optimum
_COUNTED = 1e4  # a ratio that is told in full; one beyond it by its power of ten
_LITTLE = 0.9  # of the variation of the data, a misfit beyond which a law is said to explain little of it
_BIASED = "the network is far from the direct fit of the data, an interval or a test would be bias and not variance"
_UNEVEN = 5.0  # errors of the larger half of the measurements over those of the smaller half
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
    fixed: object = None,
    ties: object = None,
    weights: str | None = None,
    errors: object = None,
    relative_errors: object = None,
    scalars: Scalars | None = None,
    polish: int | None = None,
    others: str | None = None,
) -> Fit:
    """Return the constants C that bring the law's coefficients beta(C) closest to those of the source, alpha.

    The fit minimises (alpha - beta(C))' W (alpha - beta(C)), W the inner product of the space, or over a domain the inverse
    covariance of the coefficients. Constants that enter linearly are eliminated. For a network with data the space is that of
    polynomials orthonormal in the data, order 6, or the values at the rows where these do not determine so many; for a table
    it is the rows, and the fit is the ordinary direct one. A network's result carries the direct fit as its `baseline`.

    Parameters: `source`, a Network or a table (path, mapping, DataFrame); `law`; `space`, where both sides meet; `data`, the
    table of a network that carries none; `output`, the output meant where there are several; `bounds` and `start`, mappings of
    constants, the start for all that are searched for (those that enter nonlinearly or have bounds); `level` of the intervals;
    `rng`, a seed or NumPy generator for the starts of nonlinear constants; `fixed`, constants held at values, `{"C": 300}`;
    `ties`, constants as expressions in others, `{"k2": "2*k1"}`; `weights`, "unweighted", "covariance" (of the coefficients),
    "taylor" (the paper's matching, about the mean of the data) or, for a table, "relative"; `errors` or `relative_errors` of
    a table's target, a number, a column or one for each row: they weight the rows and test the law; `scalars=QQ`, a table and
    a linear law solved exactly, `scalars=SYM` a network and a linear law over algebraic numbers; `polish`, digits of a direct
    fit, from the numbers as they were written; `others`, what stands for inputs of a network that the law does not describe:
    "polynomial" (the default, a free one beside the law), "slice" (held at their means) or "average" (over the data).

    With pint, columns, starts and bounds may be quantities, and constants get the units that those of the law determine.
    A constant whose least squares lie beyond its bound ends there: it is noted so, has no standard error, those of the others
    and the tests take it as held, and a warning says it; its interval is that of `intervals("profile")`.
    A table whose positive target spans more than four decades is fitted with errors in proportion to it; the result says so.
    Raises `LawNameError` for names that do not meet, `IdentifiabilityError` naming the combination that is determined,
    `ConvergenceError`, `OptionError`, `DataError`.

    >>> law = Law("y = a + b*x", variables=("x",))
    >>> found = fit({"x": [0, 1, 2, 3], "y": [1.0, 3.1, 4.9, 7.0]}, law)
    >>> print(found.constants["b"])
    1.980 ± 0.042
    >>> print(fit({"x": [0, 1, 2, 3], "y": [1.0, 3.1, 4.9, 7.0]}, law, fixed={"a": 1}).constants["b"])
    1.993 ± 0.021
    """
    check_level(level)
    check_law(law)
    generator, digits = np.random.default_rng(seeded(rng)), check_digits(polish)
    table = source
    source, law = without_quantities(source, law)
    data, law = without_quantities(data, learned(law, source, getattr(source, "data", None)))
    errors, relative_errors = errors_in(law, errors, table), shares(relative_errors)
    law, strange = with_units(law)
    said = overlooked(source) if isinstance(source, Network) else ""
    part = described(source, law, space, data, others)
    if part is not None:
        source, law, space, data = part.source, part.law, part.space if space is None else space, part.data
    number = number_in(law)
    wishes, tied = read_wishes(law.constants, start, bounds, number), read_ties(law, fixed, ties, number)
    _check_free(wishes, tied)
    asked = Asked(data, output, errors, relative_errors, weights, scalars, tied, wishes)
    prepared = prepare(source, law, space, asked)
    prepared, solved = settled(prepared if part is None else part.applied(prepared), generator)
    solved = solved if digits is None else polished(prepared, solved, digits)
    remarks = (*strange, *([said] if said else []), *(part.warnings if part else ()))
    found = Fit(prepared, solved, judge(prepared, solved), level, remarks=remarks)
    return _describing_little(found) if prepared.direct else _beside_the_default(_with_baseline(found, generator), generator)


def _describing_little(found: Fit) -> Fit:
    """Return a direct fit, saying so where no test can tell it and the law still hardly follows the data."""
    if found.p_value is not None or not found.misfit > _LITTLE:
        return found
    remark = (
        f"the law explains {max(0.0, 1 - found.misfit**2):.1%} of the variation of the data and nothing tests it: it may be "
        "wrong, or the search have ended elsewhere; declare errors=, or ask symseries.sufficiency what the inputs could explain"
    )
    return dataclasses.replace(found, remarks=(*found.remarks, remark))


def _check_free(wishes: Wishes, tied: Mapping[str, object]) -> None:
    for what, names in (("start", wishes.start), ("bounds", wishes.bounds)):
        for name in names:
            if name in tied:
                raise OptionError(f"{what} of {name}: it is held or tied and not searched for; leave it out")


def _beside_the_default(found: Fit, rng: np.random.Generator) -> Fit:
    """Return the fit; over Taylor coefficients with the constants of the default beside its own, where that is known."""
    prepared = found.prepared
    if not isinstance(prepared.space, TaylorSpace) or prepared.source.data is None or prepared.scalars.exact:
        return found
    try:
        default = prepare(prepared.source, prepared.law, None, Asked(ties=prepared.ties, wishes=prepared.wishes))
        values = solve(default, rng).values
    except SymseriesError:
        return found
    there = listing(f"{n} = {float(v):.6g}" for n, v in zip(prepared.law.constants, values, strict=True))
    return dataclasses.replace(found, remarks=(*found.remarks, f"the default, {default.space.describe()}, gives {there}"))


def _with_baseline(found: Fit, rng: np.random.Generator) -> Fit:
    """Return the fit with the direct fit of the same law to the same data beside it, where there are data."""
    prepared = found.prepared
    side = _direct_source(prepared)
    if side is None:
        return found
    try:
        uneven = _uneven(prepared, side)
        start = {name: float(found.constants[name].value) for name in prepared.model.constants}
        direct = direct_record(side, prepared)
        direct = dataclasses.replace(direct, wishes=Wishes(start, prepared.wishes.bounds))
        solved = solve(direct, rng)
        words = solved.method.replace("the start given", "the constants of the network")
    except SymseriesError as error:
        return dataclasses.replace(found, remarks=(*found.remarks, f"no direct fit beside this one: {error}"))
    baseline = Fit(direct, dataclasses.replace(solved, method=words), judge(direct, solved), found.level)
    with_it = dataclasses.replace(found, baseline=baseline)
    if uneven:
        return _without_intervals(with_it, uneven, "the noise grows with the target, and the network was told that it does not")
    return _without_intervals(with_it, said, _BIASED) if (said := _distance(with_it)) else _no_surer(with_it)


def _uneven(prepared: Prepared, side: Measurements) -> tuple[str, ...]:
    """Return why errors that are taken as equal are not, of a target over many decades: those of large values are larger."""
    target = side.data[side.target]
    if side.transform or prepared.law.transform or target.min() <= 0 or target.max() <= 10.0**DECADES * target.min():
        return ()
    assert isinstance(prepared.source, Network)  # noqa: S101 - narrows the type
    missed = np.abs(target - prepared.source(side.data.matrix(side.inputs)))
    large = target >= np.median(target)
    if np.sqrt(np.mean(missed[large] ** 2)) <= _UNEVEN * np.sqrt(np.mean(missed[~large] ** 2)):
        return ()
    name, span = side.target, np.log10(target.max() / target.min())
    warning = (
        f"{name} spans {span:.1f} decades and its errors grow with it, but all rows count alike: the largest values decide the "
        f"constants; train on log({name}) and write the law for it, or fit the table"
    )
    return (warning,)


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
    freedom = max(found.judged.freedom, found.baseline.judged.freedom)
    judged = dataclasses.replace(found.judged, covariance=ratio**2 * found.covariance, freedom=freedom)
    return dataclasses.replace(found, judged=judged, remarks=(*found.remarks, remark))


def _without_intervals(found: Fit, remarks: tuple[str, ...], reason: str) -> Fit:
    """Return a fit whose standard errors and test over the data would mislead, with the reason in their place."""
    if not isinstance(found.prepared.space, EmpiricalSpace) or found.covariance is None:
        return dataclasses.replace(found, remarks=(*found.remarks, *remarks))
    warnings = tuple(w for w in found.judged.warnings if not w.startswith(REJECTION))
    judged = dataclasses.replace(
        found.judged, covariance=None, reason=reason, warnings=warnings, chi2=None, dof=None, p_value=None, birge=1.0
    )
    return dataclasses.replace(found, judged=judged, remarks=(*found.remarks, *remarks, f"no standard errors: {reason}"))


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


def _times(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio < _COUNTED else f"{ratio:.1e}"


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
    warning = f"network and direct fit differ by {_times(apart[name])} standard errors in {name}: {reason}"
    return (*found.remarks, warning)
