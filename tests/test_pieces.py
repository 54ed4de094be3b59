"""Piecewise expansions: as near as they say, wherever one looks, in about as many cells as were measured."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import pickle
from typing import Any

import numpy as np
import pytest
import sympy
from cases import TWELVE

import symseries as ss
from symseries.convergence import pieces as room
from symseries.convergence import splitting
from symseries.convergence.pieces import Pieces, split
from symseries.errors import (
    ConvergenceError,
    DataError,
    LawNameError,
    LawValueError,
    OptionError,
    ResourceLimitError,
)


def network(seed: int, *sizes: int, activation: str = "tanh") -> ss.Network:
    rng = np.random.default_rng(seed)
    layers: list[Any] = []
    for before, after in itertools.pairwise(sizes):
        layers += [
            ss.Affine(2 * rng.normal(size=(after, before)) / math.sqrt(before), 0.3 * rng.normal(size=after)),
            ss.Activation(activation),
        ]
    return ss.Network(layers[:-1], tuple("xyzuv"[: sizes[0]]))


def box(net: ss.Network) -> dict[str, tuple[float, float]]:
    return dict.fromkeys(net.inputs, (-1.0, 1.0))


LAW = ss.Law("s + k/sqrt(d)", variables=("d",))
NUMBERS = {"s": 3, "k": 500}


@pytest.mark.parametrize("basis", ["chebyshev", "legendre"])
@pytest.mark.parametrize(("sizes", "error"), [
    ((1, 8, 1), 1e-3), ((1, 8, 1), 1e-9), ((2, 8, 1), 1e-5), ((2, 6, 6, 1), 1e-4), ((3, 4, 1), 1e-2), ((4, 3, 1), 0.2),
])  # fmt: skip
def test_pieces_are_as_near_as_was_asked(sizes: tuple[int, ...], error: float, basis: str) -> None:
    net = network(1, *sizes)
    pieces = split(net, box(net), error=error, basis=basis)
    X = np.random.default_rng(0).uniform(-1, 1, (4000, sizes[0]))
    X[:100] = np.round(X[:100] * 4) / 4  # edges and corners of cells
    assert pieces.relative <= error
    assert np.abs(pieces(X) - net(X)).max() <= 1.05 * error * pieces.sd
    assert pieces.sd == pytest.approx(net(X).std(), rel=0.1)


def test_a_planted_wrong_piece_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    good = splitting.Splitter.expanded

    def hopeful(self: Any, cells: Any) -> Any:
        return (dataclasses.replace(leaf, error=leaf.error / 10) for leaf in good(self, cells))

    monkeypatch.setattr(splitting.Splitter, "expanded", hopeful)
    with pytest.raises(AssertionError):
        test_pieces_are_as_near_as_was_asked((2, 8, 1), 1e-5, "chebyshev")


def test_the_cells_fill_the_domain_and_do_not_overlap() -> None:
    pieces = split(network(2, 2, 8, 1), {"x": (-1, 1), "y": (0, "1/3")}, error=1e-6)
    areas = [math.prod(high - low for low, high in cell.values()) for cell in pieces.cells]
    assert sum(areas) == 2 * (pieces.domain.domain["y"][1])
    middles = np.array([[float(low + high) / 2 for low, high in cell.values()] for cell in pieces.cells])
    assert pieces.cell_of(middles).tolist() == list(range(len(pieces)))


@functools.cache
def trained(name: str) -> tuple[ss.Network, dict[str, tuple[float, float]]]:
    case, rng = TWELVE[name], np.random.default_rng(5)
    table = case.table(rng, 200, 0)
    inputs = case.law.variables
    net = ss.train(table, inputs=inputs, target=case.target, rng=5)
    return net, {n: (float(table[n].min()), float(table[n].max())) for n in inputs}


# the most cells of order 8 that were measured for errors of 1e-3 and 1e-6, on networks of another trainer
@pytest.mark.parametrize(("name", "coarse", "fine"), [("langmuir", 6, 12), ("planckosc", 9, 45), ("creep_log", 6, 46)])
def test_cells_in_the_order_of_magnitude_of_those_measured(name: str, coarse: int, fine: int) -> None:
    net, domain = trained(name)
    for error, most in ((1e-3, coarse), (1e-6, fine)):
        assert most / 10 <= len(split(net, domain, error=error)) <= most


def test_it_splits_along_the_axis_of_the_smallest_radius() -> None:
    net = ss.Network([ss.Affine([[5.0, 0.02]], [0.0]), ss.Activation("tanh"), ss.Affine([[1.0]])], ("x", "y"))
    pieces = split(net, box(net), error=1e-4)
    widths = {tuple(float(high - low) for low, high in cell.values()) for cell in pieces.cells}
    assert {height for _, height in widths} == {2.0}
    assert max(width for width, _ in widths) <= 1.0
    deep = ss.Network([*net.layers, ss.Activation("tanh"), ss.Affine([[1.0]])], ("x", "y"))  # read from the coefficients
    assert {float(cell["y"][1] - cell["y"][0]) for cell in split(deep, box(net), error=1e-4).cells} == {2.0}


def test_a_law_also_on_a_logarithmic_scale() -> None:
    d = np.geomspace(1, 100, 500)
    linear = split(LAW, {"d": (1, 100)}, error=1e-6, constants=NUMBERS)
    logarithmic = split(LAW, {"d": (1, 100)}, error=1e-6, constants=NUMBERS, scale="log")
    for pieces in (linear, logarithmic):
        assert np.abs(pieces({"d": d}) - LAW({"d": d}, **NUMBERS)).max() <= 1.05e-6 * pieces.sd
    assert len(logarithmic) < len(linear)
    ratios = [float(high / low) for cell in logarithmic.cells for low, high in cell.values()]
    assert max(ratios) == pytest.approx(min(ratios))  # a power of d is as hard everywhere in log d


@pytest.mark.parametrize("seed", range(2))
def test_proved_errors_hold_everywhere(seed: int) -> None:
    net = network(seed, 1, 5, 1)
    pieces = split(net, box(net), error=1e-4, order=6, proved=True)
    X = np.linspace(-1, 1, 20_001)[:, None]
    numbers = pieces.cell_of(X)
    errors = np.abs(pieces(X) - net(X))
    for k, leaf in enumerate(pieces.leaves):
        assert errors[numbers == k].max() <= leaf.error + 1e-13
    assert pieces.proved
    assert pieces.relative <= 1e-4
    assert "proved on every cell" in pieces.method


def test_proved_pieces_of_a_law() -> None:
    pieces = split(LAW, {"d": (1, 10)}, error=1e-3, order=6, constants=NUMBERS, proved=True)
    d = np.linspace(1, 10, 5001)
    assert np.abs(pieces({"d": d}) - LAW({"d": d}, **NUMBERS)).max() <= pieces.error


def test_series_formula_and_pieces_agree() -> None:
    net = network(3, 2, 4, 1)
    pieces = split(net, box(net), error=1e-3, order=5)
    X = np.random.default_rng(1).uniform(-1, 1, (50, 2))
    formula, x, y = pieces.to_sympy(), sympy.Symbol("x"), sympy.Symbol("y")
    for row, value, k in zip(X, pieces(X), pieces.cell_of(X), strict=True):
        assert pieces.series(int(k))(row[None])[0] == pytest.approx(value, rel=1e-12)
    for row, value in list(zip(X, pieces(X), strict=True))[:3]:
        assert float(formula.subs({x: sympy.Float(row[0]), y: sympy.Float(row[1])})) == pytest.approx(value, rel=1e-9)


def test_stored_and_shown(tmp_path: Any) -> None:
    pieces = split(LAW, {"d": (1, 100)}, error=1e-9, constants=NUMBERS, scale="log")
    X = np.geomspace(1, 100, 50)[:, None]
    for again in (Pieces.from_json(pieces.to_json(tmp_path / "pieces.json")), pickle.loads(pickle.dumps(pieces))):
        assert (again(X) == pieces(X)).all()
        assert again.cells == pieces.cells
        assert (again.error, again.sd, again.proved) == (pieces.error, pieces.sd, pieces.proved)
    assert repr(pieces).startswith(f"<Pieces: {len(pieces)} cells on d; error ")
    assert pieces.method in str(pieces)
    assert pieces.to_latex(document=True).count(r"\\") > len(pieces)
    assert "<table>" in pieces._repr_html_()
    frame = pieces.to_frame()
    assert (len(frame), list(frame.columns)) == (len(pieces), ["cell", "d lowest", "d highest", "error"])
    record = pieces.to_json()
    for damaged in (record.replace('"version": 1', '"version": 2'), record[:-20], record.replace('"axis"', '"axes"', 1), "[]"):
        with pytest.raises(DataError, match="piecewise expansion"):
            Pieces.from_json(damaged)


def test_plots() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    one = split(LAW, {"d": (1, 100)}, error=1e-3, constants=NUMBERS)
    ax = one.plot(Figure().subplots())
    curves = [line for line in ax.lines if len(line.get_xdata()) > 2]
    assert len(curves) == len(one)
    assert all(np.abs(c.get_ydata() - LAW(c.get_xdata()[:, None], **NUMBERS)).max() < 0.01 * one.sd for c in curves)
    net = network(2, 2, 8, 1)
    two = split(net, box(net), error=1e-4)
    ax = two.plot(Figure().subplots())
    assert len(ax.collections[0].get_paths()) == len(two)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "y")
    with pytest.raises(OptionError, match="expected one or two"):
        split(network(0, 3, 2, 1), dict.fromkeys("xyz", (0, 0.1)), error=0.1).plot()


def test_the_limit_on_cells_is_named() -> None:
    net = network(2, 2, 8, 1)
    with pytest.raises(ResourceLimitError, match=r"more than 10 cells are needed .* off by up to .*limit"):
        split(net, box(net), error=1e-9, limit=10)


def test_a_jump_is_named_and_a_kink_costs_cells_at_itself_alone() -> None:
    x = sympy.Symbol("x")
    step = ss.Law(sympy.Piecewise((0, x < sympy.Rational(3, 10)), (1, True)), variables=("x",))
    with pytest.raises(ConvergenceError, match=r"x = 0\.3 .*jumps there"):
        split(step, {"x": (0, 1)}, error=1e-3)
    kinked = network(0, 1, 2, 1, activation="relu")
    pieces = split(kinked, box(kinked), error=1e-6)
    assert len(pieces) < 80


@pytest.mark.parametrize(("make", "error", "words"), [
    (lambda: split("f", {"x": (0, 1)}), OptionError, "str received"),
    (lambda: split(network(0, 1, 2, 1), {"x": (0, 1)}, basis="fourrier"), OptionError, "basis='fourrier'"),
    (lambda: split(network(0, 1, 2, 1), {"y": (0, 1)}), LawNameError, "has no 'x'"),
    (lambda: split(network(0, 1, 2, 1), {"x": (1, 0)}), OptionError, "not below"),
    (lambda: split(network(0, 1, 2, 1), {"x": (0, 1)}, error=1e-18), OptionError, "at least 1e-13"),
    (lambda: split(network(0, 1, 2, 1), {"x": (0, 1)}, error="small"), OptionError, "error: 'small'"),
    (lambda: split(network(0, 1, 2, 1), {"x": (0, 1)}, limit=0), OptionError, "limit=0"),
    (lambda: split(network(0, 1, 2, 1), {"x": (0, 1)}, constants={"k": 1}), OptionError, "a network has none"),
    (lambda: split(ss.Network([ss.Affine([[1], [2]])], "x", ("y", "z")), {"x": (0, 1)}), OptionError, r"output\(0\)"),
    (lambda: split(LAW, {"d": (1, 2)}), LawNameError, "has no value"),
    (lambda: split(LAW, {"d": (0, 2)}, constants=NUMBERS), LawValueError, "d = 0"),
    (lambda: split(LAW, {"d": (1, 2)}, constants=NUMBERS, error=1e-2)([[3.0]]), DataError, "d = 3 at row 1; there is no piece"),
    (lambda: split(LAW, {"d": (1, 2)}, constants=NUMBERS, error=1e-2).series(10**6), OptionError, "expected a number from 0"),
])  # fmt: skip
def test_refusals(make: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        make()


def test_many_cells_are_no_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_WRITTEN", 2)
    with pytest.raises(ResourceLimitError, match="the limit is 2"):
        split(LAW, {"d": (1, 100)}, error=1e-6, constants=NUMBERS).to_sympy()


def test_an_interruption_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    before = split(LAW, {"d": (1, 100)}, error=1e-3, constants=NUMBERS).to_json()
    calls = iter(range(3))

    def stopped(*_: Any) -> Any:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return 0, 5

    with monkeypatch.context() as patched:
        patched.setattr(splitting.Splitter, "_axis", lambda self, leaf: stopped()[0])
        with pytest.raises(KeyboardInterrupt):
            split(LAW, {"d": (1, 100)}, error=1e-9, constants=NUMBERS)
    assert split(LAW, {"d": (1, 100)}, error=1e-3, constants=NUMBERS).to_json() == before


def test_many_variables_are_sampled_and_not_proved() -> None:
    net = network(0, 5, 2, 1)
    pieces = split(net, box(net), error=0.5, order=3)
    X = np.random.default_rng(0).uniform(-1, 1, (1000, 5))
    assert np.abs(pieces(X) - net(X)).max() < 0.75 * pieces.sd
    law = ss.Law("a + b + c + d + e + f", variables=tuple("abcdef"))
    with pytest.raises(ResourceLimitError, match="proved to 5"):
        split(law, dict.fromkeys("abcdef", (0, 1)), proved=True)
