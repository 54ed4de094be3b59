"""Figures and tables of how series approach a function: what they draw is what was computed, by other means."""

from __future__ import annotations

import itertools
import math
import pickle
from typing import Any

import numpy as np
import pytest

import symseries as ss
from symseries.convergence.figures import error_table, errors, orders_of, plot_decay, plot_errors, plot_slices, sizes
from symseries.errors import DataError, LawNameError, OptionError

BOX = {"x": (-1.0, 2.0), "y": (0.5, 1.0)}
ONE = ss.Series(ss.LegendreSpace({"x": (0, 1)}, 0), [1.0])


def network() -> ss.Network:
    hidden = ss.Affine([[1.0, 0.5], [-0.7, 1.2], [0.3, 2.0]], [0.1, -0.4, 0.2])
    return ss.Network([hidden, ss.Activation("tanh"), ss.Affine([[1.0, -0.5, 0.8]], [0.3])], inputs=("x", "y"))


@pytest.fixture
def ax() -> Any:
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    return Figure().subplots()


# ----------------------------------------------------------------------------------------------------------- as arrays
@pytest.mark.parametrize("index_set", ["total", "tensor"])
@pytest.mark.parametrize("make", [ss.LegendreSpace, ss.ChebyshevSpace, ss.FourierSpace])
def test_sizes_are_the_largest_of_each_order(make: Any, index_set: str) -> None:
    series = network().expand(make(BOX, 3, index_set=index_set))
    whole = max if index_set == "tensor" else sum
    found: dict[int, float] = {}
    for index, c in zip(series.space.multi_indices.tolist(), series.coefficients, strict=True):
        order = whole((k + 1) // 2 if make is ss.FourierSpace else k for k in index)
        found[order] = max(found.get(order, 0.0), abs(c))
    assert sizes(series).tolist() == [found[k] for k in range(4)]


def test_orders_of_fourier_are_frequencies() -> None:
    space = ss.FourierSpace({"x": (0, 1)}, 2, "periodic")
    assert orders_of(ss.Series(space, np.ones(5))).tolist() == [0, 1, 1, 2, 2]


def test_powers_are_as_large_as_the_ends_of_the_domain_make_them() -> None:
    """The largest term at the corners, term by term, whatever the units of the coefficients."""
    net = network()
    for scale in (None, {"x": 3}):
        series = net.expand(ss.TaylorSpace({"x": 0, "y": 1}, 3, scale=scale))
        basis = series.space.basis(np.array(list(itertools.product(*BOX.values()))))
        terms = abs(basis * series.coefficients).max(axis=0)
        degrees = series.space.multi_indices.sum(axis=1)
        assert sizes(series, BOX) == pytest.approx([terms[degrees == k].max() for k in range(4)])


def test_exact_rings_are_shown_in_floats() -> None:
    series = ss.Series(ss.TaylorSpace({"x": 0}, 2), ["1/3", "-2", "1/2"], scalars=ss.QQ)
    assert sizes(series, {"x": (-1, 2)}).tolist() == [1 / 3, 4.0, 2.0]


def test_a_table_of_errors_ends_where_a_series_ends() -> None:
    net, points = network(), np.random.default_rng(0).uniform([-1, 0.5], [2, 1], size=(300, 2))
    series = {"long": net.expand(ss.LegendreSpace(BOX, 4)), "short": net.expand(ss.ChebyshevSpace(BOX, 2))}
    table = error_table(net, series, points, orders=(1, 4))
    assert [cell.plain for cell in table.headers] == ["order", "long", "short"]
    assert table.rows[0][2].value == errors(net, series["short"], points)[1]
    assert table.rows[1][1].value == errors(net, series["long"], points)[4]
    assert table.rows[1][2].plain == ""
    assert [row[0].plain for row in error_table(net, series, points).rows] == list("01234")
    assert r"\toprule" in table.to_latex()


def test_points_may_be_a_table_in_any_order() -> None:
    net, (x, y) = network(), np.random.default_rng(1).uniform(0.5, 1, size=(2, 100))
    series = net.expand(ss.LegendreSpace({"y": BOX["y"], "x": BOX["x"]}, 3))
    swapped = net.expand(ss.LegendreSpace(BOX, 3))
    assert errors(net, series, {"x": x, "y": y}) == pytest.approx(errors(net, swapped, {"y": y, "x": x}))


def outputs_of_two() -> ss.Series:
    return ss.Series(ss.LegendreSpace({"x": (0, 1)}, 1), [[1.0, 2.0], [0.0, 1.0]])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: sizes(network().expand(ss.TaylorSpace({"x": 0, "y": 1}, 2))), OptionError, "without a domain"),
        (lambda: sizes(network().expand(ss.TaylorSpace({"x": 0, "y": 1}, 2)), {"x": (0, 1)}), OptionError, "powers of y"),
        (lambda: sizes(outputs_of_two()), OptionError, "2 outputs"),
        (lambda: errors(lambda X: np.ones(len(X)), outputs_of_two(), [[0.1], [0.2]]), DataError, "not all the same"),
        (lambda: errors(lambda X: np.ones((len(X), 2)), outputs_of_two(), [[0.1], [0.2]]), DataError, r"shape \(2, 2\)"),
        (lambda: errors(lambda X: np.arange(len(X)), outputs_of_two(), [[0.1], [0.2]]), OptionError, "2 outputs"),
        (lambda: plot_decay({"Legendre": outputs_of_two()}, rho={"legendre": 2.0}), LawNameError, "did you mean 'Legendre'"),
        (lambda: sizes(ss.Series(ss.EmpiricalSpace({"x": [0.0, 1.0]}, None), [1.0, 2.0])), OptionError, "no orders"),
        (lambda: plot_decay({}), OptionError, "one or more series"),
        (lambda: plot_errors(network(), outputs_of_two(), [[0.1]]), OptionError, "series=Series"),
        (lambda: error_table(network(), {"a": 1}, [[0.1]]), OptionError, "series=dict"),
        (lambda: plot_slices(network(), {"b": ONE}, {"x": (0, 1)}, {"y": 1}, proved={"a": None}), LawNameError, "'a'"),
        (lambda: plot_slices(network(), {"b": ONE}, BOX), OptionError, "one variable"),
        (lambda: plot_slices(network(), {"b": ONE}, {"x": (1, 0)}, {"y": 1}), OptionError, "lowest and highest"),
        (lambda: plot_slices(network(), {"b": ONE}, "x", {"y": 1}), OptionError, "one variable"),
        (lambda: plot_slices(network(), {}, {"x": (0, 1)}), OptionError, "one or more series"),
    ],
)
def test_what_means_nothing_is_refused(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)


# ---------------------------------------------------------------------------------------------------------- as figures
def test_the_decay_and_the_line_of_theory(ax: Any) -> None:
    """Coefficients of 1/(u0 - u) fall exactly like rho**-k with rho = u0 + sqrt(u0**2 - 1)."""
    rho = 1.5 + math.sqrt(1.25)
    function = ss.Law("1/(3/2 - x)", variables=("x",))
    series = {
        "Chebyshev": function.expand(ss.ChebyshevSpace({"x": (-1, 1)}, 25)).at({}),
        "Legendre": function.expand(ss.LegendreSpace({"x": (-1, 1)}, 5)).at({}),
    }
    plot_decay(series, ax, rho={"Chebyshev": rho})
    terms, line, other = (np.asarray(each.get_xydata()) for each in ax.get_lines())
    assert terms[:, 1].tolist() == sizes(series["Chebyshev"]).tolist()
    assert other[:, 1].tolist() == sizes(series["Legendre"]).tolist()
    assert line[1:, 1] == pytest.approx(terms[1:, 1], rel=1e-6)  # the constant term has half the size of the others
    assert ax.get_yscale() == "log"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Chebyshev", r"$2.62^{-k}$", "Legendre"]


def test_an_entire_function_has_no_line(ax: Any) -> None:
    series = {"zero": ss.Series(ss.ChebyshevSpace({"x": (0, 1)}, 1), [0.0, 0.0])}
    plot_decay(
        series | {"one": ss.Series(ss.ChebyshevSpace({"x": (0, 1)}, 1), [1.0, 0.0])}, ax, rho={"zero": 2, "one": math.inf}
    )
    assert [list(line.get_xdata()) for line in ax.get_lines()] == [[], [0]]


def test_errors_are_drawn_until_they_have_diverged(ax: Any) -> None:
    net, points = network(), np.random.default_rng(2).uniform([-1, 0.5], [2, 1], size=(200, 2))
    far = ss.Series(ss.TaylorSpace({"x": 0, "y": 0}, 1), [0.0, 1e9, 0.0])
    series = {"Legendre": net.expand(ss.LegendreSpace(BOX, 6)), "far": far}
    assert plot_errors(net, series, points, ax) is ax
    for line, each in zip(ax.get_lines(), series.values(), strict=True):
        assert line.get_ydata().tolist() == errors(net, each, points).tolist()
    assert ax.get_ylim()[1] == 1e3


def test_a_figure_of_its_own_where_none_is_given() -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    assert plot_decay({"one": ss.Series(ss.ChebyshevSpace({"x": (0, 1)}, 1), [1.0, 0.5])}).get_xlabel() == "order"
    pyplot.close("all")


def test_a_slice_shows_the_function_its_series_and_both_bands(ax: Any) -> None:
    rng = np.random.default_rng(3)
    x, y = rng.uniform(-1, 2, 60), rng.uniform(0.5, 1, 60)
    net = ss.train(
        {"x": x, "y": y, "z": np.tanh(x) + y + 0.02 * rng.normal(size=60)}, ("x", "y"), "z", hidden=(3,), rng=0, restarts=1
    )
    series = net.expand(ss.LegendreSpace(BOX, 3))
    bound = ss.enclose(net, series)
    plot_slices(net, {"Legendre": series}, {"x": (-1, 2)}, {"y": 0.75}, ax, proved={"Legendre": bound})
    values, curve = (np.asarray(line.get_xydata()) for line in ax.get_lines())
    places = {"x": values[:, 0], "y": np.full(len(values), 0.75)}
    assert values[:, 1].tolist() == net(places).tolist()
    assert curve[:, 1].tolist() == series(places).tolist()
    own, proved = (np.asarray(band.get_paths()[0].vertices) for band in ax.collections)
    assert np.ptp(proved[proved[:, 0] == -1.0][:, 1]) == pytest.approx(2 * bound.bound)
    nodal = net.expand(ss.EmpiricalSpace({"x": [-1.0, 2.0], "y": [0.75, 0.75]}, order=None))
    assert np.ptp(own[own[:, 0] == -1.0][:, 1]) == pytest.approx(4 * math.sqrt(nodal.covariance[0, 0]))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x (y = 0.75)", "z")


def test_a_slice_over_decades_is_logarithmic_and_ends_at_the_function(ax: Any) -> None:
    law = ss.Law("log(x)", variables=("x",))
    taylor = law.expand(ss.TaylorSpace({"x": 2}, 9)).at({})
    plot_slices(law, {"Taylor": taylor}, {"x": (1, 100)}, ax=ax)
    assert ax.get_xscale() == "log"
    assert ax.get_ylim()[1] == pytest.approx(1.5 * math.log(100))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "value")
    assert np.asarray(ax.get_lines()[0].get_xdata())[[0, -1]] == pytest.approx([1, 100])


def test_a_drawn_enclosure_may_come_from_a_pickle(ax: Any) -> None:
    law = ss.Law("exp(x)", variables=("x",))
    series = law.expand(ss.ChebyshevSpace({"x": (0, 1)}, 2)).at({})
    stored = pickle.loads(pickle.dumps(series))
    plot_slices(law, {"series": stored}, {"x": (0, 1)}, ax=ax, proved={"series": ss.enclose(law, series)})
    (band,) = ax.collections
    inside = np.asarray(band.get_paths()[0].vertices)
    assert inside[:, 1].min() < 1.0
    assert inside[:, 1].max() > math.e
