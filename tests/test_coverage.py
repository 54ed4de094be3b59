"""A Taylor series on data that it does not cover is told."""

from __future__ import annotations

import numpy as np
import pytest

import symseries as ss


@pytest.mark.parametrize(("center", "covered"), [(2, True), (0, False)])
def test_a_fit_over_a_taylor_space_says_whether_it_covers_the_data(center: float, covered: bool) -> None:
    """tanh(x - 2) has its nearest poles at 2 +- i pi/2: about 2 they are 1.57 away, about 0 2.54."""
    net = ss.Network([ss.Affine([[1.0]], [-2.0]), ss.Activation("tanh"), ss.Affine([[1.0]], [0.0])], inputs=("x",))
    x = np.linspace(1, 3, 30)
    law = ss.Law("y = a + b*x", variables=("x",))
    found = ss.fit(net.with_data({"x": x, "y": np.tanh(x - 2)}), law, ss.TaylorSpace({"x": center}, 3))
    said = [w for w in found.warnings if w.startswith(f"the Taylor series about x = {center} converges over ")]
    assert bool(said) is not covered
    if said:
        assert f"converges over {np.hypot(2, np.pi / 2) / 3:.2g} of the way" in said[0]


def test_nothing_is_said_without_data_or_of_other_spaces() -> None:
    net = ss.Network([ss.Affine([[1.0]], [-2.0]), ss.Activation("tanh"), ss.Affine([[1.0]], [0.0])], inputs=("x",))
    law = ss.Law("y = a + b*x", variables=("x",))
    for space in (ss.TaylorSpace({"x": 0}, 3), ss.LegendreSpace({"x": (1, 3)}, 3)):
        assert not any("converges over" in w for w in ss.fit(net, law, space).warnings)


def test_a_network_that_takes_an_input_in_its_logarithm_is_told_too() -> None:
    """About d = 10 the logarithm ends the disc at 0, far from 100; the coefficients of few orders do not show it."""
    rng = np.random.default_rng(3)
    data = {"c": rng.uniform(0.01, 0.1, 200), "d": np.exp(rng.uniform(0, np.log(100), 200))}
    law = ss.Law("s = f + C*c**(2/3) + k/sqrt(d)", variables=("c", "d"))
    noise = rng.normal(0, 2, 200)
    net = ss.train(data | {"s": 100 + 300 * data["c"] ** (2 / 3) + 500 / np.sqrt(data["d"]) + noise}, ("c", "d"), "s", rng=0)
    assert any(isinstance(layer, ss.Transform) for layer in net.layers)
    said = [w for w in ss.fit(net, law, ss.TaylorSpace({"c": "1/20", "d": 10}, 3)).warnings if "converges over 0.11 of" in w]
    assert len(said) == 1
