"""Networks read from scikit-learn are the networks that scikit-learn evaluates."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

import symseries as ss
from symseries.errors import LawNameError, NetworkFormatError, UnsupportedLayerError

RNG = np.random.default_rng(3)
X = RNG.uniform([0.01, 1.0], [0.1, 100.0], size=(60, 2))
Y = 100 + 300 * X[:, 0] ** (2 / 3) + 500 / np.sqrt(X[:, 1])


def fitted(model: object, X: object = X, y: object = Y) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


def small(**options: object) -> MLPRegressor:
    return MLPRegressor(hidden_layer_sizes=(5, 4), max_iter=30, random_state=0, **options)


@pytest.mark.parametrize("activation", ["tanh", "logistic", "relu", "identity"])
@pytest.mark.parametrize("scaler", [StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler, None])
def test_pipelines_agree_with_their_own_prediction(activation: str, scaler: type | None) -> None:
    step = scaler() if scaler else "passthrough"
    model = fitted(make_pipeline(step, small(activation=activation, solver="lbfgs")))
    net = ss.read_network(model, inputs=("c", "d"), outputs="sigma_y")
    assert np.allclose(net(X), model.predict(X), rtol=1e-9)
    assert net.inputs == ("c", "d")


def test_a_scaled_target_and_a_target_in_its_logarithm() -> None:
    scaled = fitted(TransformedTargetRegressor(make_pipeline(StandardScaler(), small()), transformer=StandardScaler()))
    assert np.allclose(ss.read_network(scaled)(X), scaled.predict(X), rtol=1e-9)
    logged = fitted(TransformedTargetRegressor(make_pipeline(StandardScaler(), small()), func=np.log, inverse_func=np.exp))
    assert np.allclose(ss.read_network(logged)(X), logged.predict(X), rtol=1e-9)


def test_several_outputs_and_names_of_a_frame() -> None:
    frame = pd.DataFrame(X, columns=["c", "d"])
    model = fitted(small(), frame, np.stack([Y, X[:, 0]], axis=1))
    net = ss.read_network(model)
    assert net.inputs == ("c", "d")
    assert net.outputs == ("y0", "y1")
    assert np.allclose(net(frame), model.predict(frame), rtol=1e-9)


def test_the_positional_loss_with_its_exponential_output() -> None:
    model = fitted(MLPRegressor("poisson", (4,), max_iter=20, random_state=0), X / X.std(axis=0), Y / 100)
    net = ss.read_network(model)
    assert np.allclose(net(X / X.std(axis=0)), model.predict(X / X.std(axis=0)), rtol=1e-9)


@pytest.mark.parametrize("classes", [2, 3])
def test_classifiers_give_the_probabilities_of_their_classes(classes: int) -> None:
    labels = np.digitize(Y, np.quantile(Y, np.linspace(0, 1, classes + 1)[1:-1]))
    model = fitted(make_pipeline(StandardScaler(), MLPClassifier((4,), max_iter=50, random_state=0)), X, labels)
    net = ss.read_network(model, inputs=("c", "d"))
    expected = model.predict_proba(X)
    found = net(X)
    assert np.allclose(found, expected[:, 1] if classes == 2 else expected, rtol=1e-9)
    assert net.outputs == (("p_1",) if classes == 2 else ("p_0", "p_1", "p_2"))


def test_softmax_sums_to_one_in_every_order_and_matches_sympy() -> None:
    import sympy

    net = ss.Network([ss.Affine([[1, 2], [0, -1], [3, 1]], [0.1, 0.2, 0.3]), ss.Softmax()], ("x", "y"), ("a", "b", "c"))
    series = net.expand(ss.TaylorSpace({"x": "1/4", "y": "-1/8"}, order=3))
    total = series.coefficients.sum(axis=1)
    assert np.allclose(total, np.eye(len(total))[0], atol=1e-12)
    point = {sympy.Symbol("x"): sympy.Rational(1, 4), sympy.Symbol("y"): sympy.Rational(-1, 8)}
    for j, expression in enumerate(net.expression()):
        for index, value in zip(series.space.multi_indices.tolist(), series.coefficients[:, j], strict=True):
            derivative = expression
            for name, k in zip("xy", index, strict=True):
                derivative = sympy.diff(derivative, sympy.Symbol(name), k) / sympy.factorial(k)
            assert float(derivative.subs(point)) == pytest.approx(value, rel=1e-11, abs=1e-13)


def test_softmax_slopes_equal_differences_and_it_survives_json() -> None:
    net = ss.Network([ss.Affine([[1.0, 2.0], [0.5, -1.0]]), ss.Softmax()], ("x", "y"), ("a", "b"))
    points = np.array([[0.3, -0.2], [800.0, 1.0]])
    assert ss.read_network(net.to_json())(points).tolist() == net(points).tolist()
    jacobian, step = net.jacobian(points[:1]), 1e-6
    moved = ss.Network([ss.Affine([[1.0, 2.0 + step], [0.5, -1.0]]), ss.Softmax()], ("x", "y"), ("a", "b"))
    assert (moved(points[:1]) - net(points[:1]))[0] / step == pytest.approx(jacobian[:, 0, 1], rel=1e-5)


def test_what_cannot_be_read_is_named() -> None:
    with pytest.raises(NetworkFormatError, match="not fitted"):
        ss.read_network(MLPRegressor())
    with pytest.raises(NetworkFormatError, match="not fitted"):
        ss.read_network(make_pipeline(StandardScaler(), MLPRegressor()))
    with pytest.raises(UnsupportedLayerError, match=r"'polynomialfeatures' \(PolynomialFeatures\) is not affine"):
        ss.read_network(fitted(make_pipeline(PolynomialFeatures(), small())))
    with pytest.raises(UnsupportedLayerError, match="clips its output"):
        ss.read_network(fitted(make_pipeline(MinMaxScaler(clip=True), small())))
    with pytest.raises(UnsupportedLayerError, match="StandardScaler: no network"):
        ss.read_network(StandardScaler().fit(X))
    other = TransformedTargetRegressor(small(), func=np.sqrt, inverse_func=np.square)
    with pytest.raises(UnsupportedLayerError, match="inverse_func"):
        ss.read_network(fitted(other))
    with pytest.raises(UnsupportedLayerError, match="FunctionTransformer"):
        ss.read_network(fitted(make_pipeline(FunctionTransformer(np.log), small())))
    with pytest.raises(LawNameError, match="grain_size"):
        ss.read_network(fitted(small(), pd.DataFrame(X, columns=["c", "grain size"])))


def test_a_model_that_answers_otherwise_is_refused() -> None:
    model = fitted(small())
    model.predict = lambda X: np.zeros(len(X))
    with pytest.raises(NetworkFormatError, match="differs from MLPRegressor's own prediction"):
        ss.read_network(model)
