"""Derivations that are written: against the engine's coefficients and fits; every step checked, planted faults found."""

from __future__ import annotations

import pickle
import re
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy

import symseries as ss
from symseries.derivations import Report
from symseries.derivations import steps as steps_module
from symseries.derivations.steps import Written, derive_coefficient, derive_constant
from symseries.errors import (
    LawNameError,
    NotAnalyticError,
    OptionError,
    ResourceLimitError,
    SymseriesError,
    UnsupportedLayerError,
)
from symseries.scalars import QQ

NAMES = ("c", "d")
SEVENTH = Fraction(1, 7)


def origin(order: int, inputs: tuple[str, ...] = NAMES) -> ss.TaylorSpace:
    return ss.TaylorSpace(dict.fromkeys(inputs, 0), order)


def expected(net: ss.Network, space: ss.TaylorSpace, index: tuple[int, ...]) -> Any:
    """Return the coefficient by differentiating the network's expression."""
    found = net.expression()
    for name, power in zip(space.variables, index, strict=True):
        found = sympy.diff(found, sympy.Symbol(name), power) / sympy.factorial(power)
    return found.subs({name: sympy.Rational(str(value)) for name, value in space.center.items()})


@pytest.mark.parametrize(
    ("widths", "activation", "index"),
    [
        ((1, 1, 1), "tanh", (3,)),
        ((2, 2, 1), "sigmoid", (1, 1)),
        ((2, 1, 1), "softplus", (2, 0)),
        ((1, 1, 1), "gelu", (2,)),
        ((1, 1, 1, 1), "tanh", (2,)),
        ((2, 1, 2, 1), "exp", (1, 1)),
        ((1, 1, 1, 1), "sigmoid", (2,)),
        ((1, 1, 1), "silu", (2,)),
        ((2, 2, 1), "tanh", (0, 0)),
    ],
)
def test_a_coefficient_with_symbolic_weights(widths: tuple[int, ...], activation: str, index: tuple[int, ...]) -> None:
    net = ss.Network.symbolic(widths, activation, NAMES[: widths[0]])
    space = ss.TaylorSpace(dict(zip(net.inputs, (0, "1/2"), strict=False)), sum(index))
    found = derive_coefficient(net, space, index)
    numbers = {s: sympy.Rational(place + 2, 7) for place, s in enumerate(sorted(found.result.free_symbols, key=str))}
    assert abs(sympy.N((found.result - expected(net, space, index)).subs(numbers), 30)) < 1e-25
    assert found.status == "proved"
    assert not found.result.has(*[s for s in found.result.free_symbols if s.name[0] in "uasz"])


def test_a_coefficient_of_one_hidden_layer_is_that_of_the_engine() -> None:
    net, space = ss.Network.symbolic((2, 2, 1), "tanh", NAMES), origin(2)
    for index, value in zip(
        map(tuple, space.multi_indices.tolist()), net.expand(space, scalars=ss.SYM).coefficients, strict=True
    ):
        assert sympy.simplify(derive_coefficient(net, space, index).result - value) == 0


def test_numbers_are_exact() -> None:
    layers = [ss.Whitening([1, 2], [SEVENTH, 3]), ss.Affine([[1, 2], [3, SEVENTH]]), ss.Activation("tanh"), ss.Dropout(0.5)]
    net = ss.Network([*layers, ss.Affine([[1, 0.1], [2, 3]], [1, 2])], NAMES, ("p", "q"))
    space = ss.TaylorSpace({"c": 1, "d": 2}, 3)
    exact = net.expand(space, scalars=QQ).coefficient((2, 1))
    for output in (0, 1):
        found = derive_coefficient(net, space, (2, 1), output=output)
        assert found.result == sympy.Rational(str(exact[output]))
        assert found.status == "proved"


def test_the_constraint_sets_are_named() -> None:
    found = derive_coefficient(ss.Network.symbolic((1, 1, 1, 1), "tanh", ("x",)), origin(3, ("x",)), (3,))
    opened = [step.typed for step in found.steps if "Layer 2" in step.typed and "constraint set of z_x**3" in step.typed]
    sets = {int(re.search(r"k = (\d)", text)[1]): text.split(": ")[-1] for text in opened}
    assert sets == {1: "l_3 = 1", 2: "l_2 = 1, l_1 = 1", 3: "l_1 = 3"}
    words = " ".join(step.typed for step in found.steps)
    for part in ("The network", "of what enters it", "expanded at its constant term", "multinomial theorem", "collected"):
        assert part in words


def test_a_sigmoid_is_taken_by_tanh_and_that_is_proved() -> None:
    found = derive_coefficient(ss.Network.symbolic((1, 1, 1), "sigmoid", ("x",)), origin(1, ("x",)), (1,))
    assert found.steps[0].understood == "1/(1 + exp(-v)) = tanh(v/2)/2 + 1/2"
    assert found.steps[0].word == "proved"
    assert not found.result.has(sympy.exp)


def test_every_step_but_definitions_was_checked() -> None:
    found = derive_coefficient(ss.Network.symbolic((1, 1, 1), "tanh", ("x",)), origin(2, ("x",)), (2,))
    checked = [step for step in found.steps if not step.is_definition]
    assert len(checked) >= 5
    assert all(step.verdict.reason and step.verdict.seconds > 0 for step in checked)


def test_a_wrong_multinomial_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps_module, "multinomial", lambda _: 1)
    found = derive_coefficient(ss.Network.symbolic((2, 1, 1), "tanh", NAMES), origin(2), (1, 1))
    refuted = [step.typed for step in found.steps if step.word == "refuted"]
    assert found.status == "refuted"
    assert len(refuted) == 2
    assert "multinomial" in refuted[0]
    assert "derivative" in refuted[1]


@pytest.mark.parametrize(
    ("layers", "options", "error", "said"),
    [
        ([ss.Affine([[1]]), ss.Activation("relu")], {}, NotAnalyticError, "pieces"),
        ([ss.Affine([[1], [1]]), ss.Softmax(), ss.Affine([[1, 1]])], {}, UnsupportedLayerError, "layer 2"),
        ([ss.Affine([[1]])], {"index": (4,)}, OptionError, "multi-index"),
        ([ss.Affine([[1]])], {"output": 1}, OptionError, "from 0 to 0"),
        ([ss.Affine([[1]])], {"space": ss.LegendreSpace({"x": (0, 1)}, 2)}, OptionError, "TaylorSpace"),
        ([ss.Affine([[1]])], {"space": ss.TaylorSpace({"y": 0}, 2)}, OptionError, "not in the space"),
        ([ss.Affine([[sympy.Symbol("c_1")]])], {}, LawNameError, "c_1"),
        ([ss.Affine([[1]])], {"seconds": 0}, OptionError, "seconds"),
    ],
)
def test_what_is_not_derived(layers: list[Any], options: dict[str, Any], error: type[SymseriesError], said: str) -> None:
    given = {"space": origin(2, ("x",)), "index": (1,), **options}
    with pytest.raises(error, match=said) as seen:
        derive_coefficient(ss.Network(layers, ("x",)), given.pop("space"), given.pop("index"), **given)
    assert "\n" not in str(seen.value)


def test_too_many_steps_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps_module, "MOST_STEPS", 5)
    with pytest.raises(ResourceLimitError, match="5 steps"):
        derive_coefficient(ss.Network.symbolic((1, 1, 1), "tanh", ("x",)), origin(2, ("x",)), (2,))


# ---- a constant


def arrhenius() -> tuple[ss.Law, ss.TaylorSpace]:
    return ss.Law("A*exp(-Q/(R*T))", ("T",), known={"R": "8.314"}), ss.TaylorSpace({"T": 1000}, 2)


def test_a_constant_in_the_style_of_a_hand_calculation() -> None:
    law, space = arrhenius()
    alpha = law.expand(space).at({"A": 1000, "Q": 80000})
    covariance = np.diag([0.01, 1e-8, 1e-10])
    found = derive_constant(law, "Q", space=space, alpha=alpha, covariance=covariance)
    assert found.result == sympy.Integer(8314000) * sympy.Symbol("alpha_1") / sympy.Symbol("alpha_0")
    assert found.value == pytest.approx(80000, rel=1e-9)
    a, b = alpha.coefficients[:2]
    slopes = 8314000 * np.array([-b / a**2, 1 / a])
    assert found.stderr == pytest.approx(float(np.sqrt(slopes**2 @ [0.01, 1e-8])), rel=1e-9)
    assert found.status == "proved"
    assert r"Q = \frac{8314000" in found.to_latex().replace(r"Q &=", "Q =")
    assert "±" in str(found)


def test_a_constant_without_a_covariance_says_so() -> None:
    law = ss.Law("s = sf + k/sqrt(d)", ("d",))
    found = derive_constant(law, "k", space=ss.TaylorSpace({"d": 4}, 1), alpha={0: 12, 1: "-1/8"})
    assert (found.value, found.stderr) == (2, None)
    assert "no standard error" in found.steps[-1].typed


def test_a_wrong_closed_form_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    law, space = ss.Law("s = sf + k/sqrt(d)", ("d",)), ss.TaylorSpace({"d": 4}, 1)
    form = law.closed_form(space)
    wrong = form.branches[0] | {"k": 2 * form["k"]}
    monkeypatch.setattr(ss.Law, "closed_form", lambda *_: type(form)(law, space, (wrong,), form.rows))
    found = derive_constant(law, "k", space=space, alpha={0: 12, 1: "-1/8"})
    assert [step.typed[:6] for step in found.steps if step.word == "refuted"] == ["Solved"]


def test_a_constant_of_a_fit() -> None:
    rng = np.random.default_rng(0)
    d = rng.uniform(2, 6, 60)
    law = ss.Law("s = sf + k/sqrt(d)", ("d",))
    net = ss.train({"d": d, "s": 5 + 2 / np.sqrt(d) + rng.normal(0, 0.001, 60)}, ("d",), "s", hidden=(3,), rng=0)
    space = ss.TaylorSpace({"d": 4}, 2)
    fitted = ss.fit(net, law, space)
    found = derive_constant(fitted, "k")
    assert found.value == pytest.approx(float(law.closed_form(space).at(net.expand(space))["k"]), rel=1e-9)
    assert abs(found.value - 2) < 6 * found.stderr
    other = derive_constant(ss.fit(net, law), "k", space=space)
    assert other.value == pytest.approx(found.value, rel=1e-9)


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"name": "kk"}, LawNameError, "did you mean 'k'|kk"),
        ({"alpha": None}, OptionError, "give the space"),
        ({"alpha": 3}, OptionError, "mapping"),
        ({"alpha": {(0,): 1}}, OptionError, "missing"),
        ({"covariance": [[1]]}, OptionError, "shape"),
        ({"covariance": [[1, 0], [0, float("nan")]]}, OptionError, "finite"),
        ({"source": 3}, OptionError, "Law or a Fit"),
        ({"space": ss.TaylorSpace({"e": 4}, 1)}, LawNameError, "not in the space"),
    ],
)
def test_what_is_no_constant(given: dict[str, Any], error: type[SymseriesError], said: str) -> None:
    options = {
        "source": ss.Law("s = sf + k/sqrt(d)", ("d",)),
        "name": "k",
        "space": ss.TaylorSpace({"d": 4}, 1),
        "alpha": {0: 1, 1: 2},
    }
    options |= given
    with pytest.raises(error, match=said):
        derive_constant(options.pop("source"), options.pop("name"), **options)


# ---- how it shows itself


@pytest.fixture(scope="module")
def written() -> Written:
    return derive_coefficient(ss.Network.symbolic((2, 1, 1), "tanh", NAMES), origin(2), (1, 1))


def test_it_shows_itself_in_every_form(written: Written) -> None:
    assert repr(written).count("\n") == 0
    assert written._repr_html_().count("<tr>") == len(written) + 1
    assert written._repr_latex_().startswith(r"$\begin{array}")
    assert list(written.to_frame().columns) == ["step", "", "what", "formula", "check"]
    assert Report.from_json(written.to_json()).steps == written.steps
    again = pickle.loads(pickle.dumps(written))
    assert (again.steps, again.result) == (written.steps, written.result)
    for step in written.steps:
        assert step.typed in str(written)


def test_its_page_stands_alone(written: Written, tmp_path: Path) -> None:
    page = written.to_html(tmp_path / "steps.html")
    assert (tmp_path / "steps.html").read_text(encoding="utf-8") == page
    assert page.startswith("<!DOCTYPE html>")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_its_latex_compiles(written: Written, tmp_path: Path) -> None:
    law, space = arrhenius()
    alpha = law.expand(space).at({"A": 1000, "Q": 80000})
    constant = derive_constant(law, "A", space=space, alpha=alpha, covariance=np.eye(3))
    for name, found in (("coefficient", written), ("constant", constant)):
        (tmp_path / f"{name}.tex").write_text(found.to_latex(document=True), encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, done.stdout[-2000:]
