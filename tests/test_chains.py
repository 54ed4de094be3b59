"""Chains of layers that end in few outputs: what is summed equals what is made neuron by neuron."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

import symseries as ss
from symseries.plans import Plan
from symseries.scalars import as_fraction


def affine(rng: np.random.Generator, outputs: int, inputs: int) -> ss.Affine:
    """Return weights and biases of three digits, as exact numbers."""
    table = rng.integers(-900, 900, (outputs, inputs + 1))
    exact = [[sympy.Rational(int(v), 1000 * inputs) for v in row] for row in table]
    return ss.Affine([row[:-1] for row in exact], [row[-1] for row in exact])


def layers(rng: np.random.Generator, *parts: object) -> list[Any]:
    """Return layers: a number of neurons stands for an affine layer, text for an activation."""
    width, found = 2, list[Any]()
    for part in parts:
        if isinstance(part, int):
            found.append(affine(rng, part, width))
            width = part
        elif part == "whitening":
            scales = [sympy.Rational(int(v), 7) for v in rng.integers(3, 20, width)]
            found.append(ss.Whitening([sympy.Rational(1, 3)] * width, scales))
        else:
            found.append(ss.Activation(part) if isinstance(part, str) else part)
    return found


SHAPES: dict[str, tuple[tuple[object, ...], tuple[int, int] | None]] = {
    "one hidden layer": ((16, "square", 1), (1, 2)),
    "two hidden layers": ((5, "square", 16, "square", 1), (1, 4)),
    "three hidden layers": ((3, "softsign", 4, "square", 32, "square", 2), (1, 6)),
    "whitening anywhere": (
        ("whitening", 4, "whitening", "square", "whitening", 16, ss.Dropout(0.1), "square", 1, "whitening"), (3, 8)
    ),
    "two affine layers in a row": ((4, 5, "square", 6, 16, "square", 1, 2), (2, 6)),
    "an activation at the end": ((4, "square", 16, "square", 1, "softsign"), (1, 4)),
    "a sum in the middle": ((16, "square", 1, "softsign", 3), (1, 2)),
    "activations in a row": ((16, "square", "square", 1), (1, 3)),
    "an activation first": (("square", 16, "square", 1), (0, 3)),
    "a transform first": ((ss.Transform({"x": "square"}), 5, "square", 16, "square", 1), (1, 5)),
    "too many outputs": ((5, "square", 16, "square", 2), None),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_where_a_chain_is(shape: str) -> None:
    parts, want = SHAPES[shape]
    net = ss.Network(layers(np.random.default_rng(0), *parts), ("x", "y"), outputs_of(parts))
    assert Plan(net.layers).chain == want


def outputs_of(parts: tuple[object, ...]) -> list[str]:
    width = next(part for part in reversed(parts) if isinstance(part, int))
    return [f"y{i}" for i in range(width)]


@pytest.mark.parametrize(
    ("kind", "order"), [("total", 0), ("total", 1), ("total", 2), ("total", 3), ("total", 5), ("tensor", 1), ("tensor", 3)]
)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_chain_gives_what_its_layers_give(shape: str, order: int, kind: str) -> None:
    """Layer by layer every neuron has all its coefficients; over the rationals the two are equal."""
    parts, _ = SHAPES[shape]
    net = ss.Network(layers(np.random.default_rng(order), *parts), ("x", "y"), outputs_of(parts))
    space = ss.TaylorSpace({"x": "1/5", "y": "2/3"}, order=order, index_set=kind)
    exact = net._expansion(space, ss.QQ)
    assert (exact.outputs()[0] == exact.forward()[-1]).all()
    rounded = net._expansion(space, ss.F64).outputs()[0]
    truth = np.array([[float(as_fraction(v) or 0) for v in row] for row in exact.forward()[-1]])
    assert rounded == pytest.approx(truth, rel=1e-9, abs=1e-13 * np.abs(truth).max())


@pytest.mark.parametrize("activation", ["tanh", "softplus", "gelu", "relu", "sin"])
def test_chains_of_transcendental_functions_lie_in_balls(activation: str) -> None:
    """Layer by layer in balls; every coefficient in float64 is as near as rounding allows."""
    rng = np.random.default_rng(3)
    net = ss.Network(layers(rng, 3, ss.Softmax(), 4, activation, 16, activation, 1), ("x", "y"))
    space = ss.TaylorSpace({"x": "0.3", "y": "-0.4"}, order=5)
    balls = net._expansion(space, ss.ARB(128))
    with ss.ARB(128).working():
        wide, narrow = balls.forward()[-1][:, 0], balls.outputs()[0][:, 0]
        assert all(a.overlaps(b) for a, b in zip(wide, narrow, strict=True))
        truth = np.array([float(v.mid()) for v in wide])
    found = net.expand(space).coefficients
    assert found == pytest.approx(truth, rel=1e-11, abs=1e-14 * np.abs(truth).max())


def test_symbols_go_through_a_chain() -> None:
    """Weights of the last layer are symbols: the coefficients are linear in them."""
    rng = np.random.default_rng(5)
    first, names = affine(rng, 16, 1), sympy.symbols("v0:16")
    net = ss.Network([first, ss.Activation("square"), ss.Affine([list(names)])], ("x",))
    found = net.expand(ss.TaylorSpace({"x": 0}, order=2), ss.SYM).to_sympy()
    x = sympy.Symbol("x")
    want = sum(v * (w * x + b) ** 2 for v, (w,), b in zip(names, first.weights, first.bias, strict=True))
    assert sympy.expand(found - want) == 0
