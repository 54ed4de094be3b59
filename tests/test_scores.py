"""What a single fit says of its law over its rows: explained share and information criteria."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

import symseries as ss

X = np.linspace(1.0, 4.0, 14)
Y = 3 + 2 * X + 0.2 * np.sin(40 * X)
LINE = ss.Law("y = a + b*x", ("x",))


def by_likelihood(residual: np.ndarray, errors: np.ndarray, unknowns: int, jacobian: float = 0.0) -> tuple[float, float]:
    """Return AIC and BIC from the largest Gaussian likelihood, the scale of the errors estimated, less n(1 + ln 2 pi).

    `jacobian` is ln |dy/dt| summed over the rows, for residuals of t = ln y.
    """
    n = len(residual)
    scale = np.sqrt(np.mean((residual / errors) ** 2))
    deviance = -2 * (stats.norm.logpdf(residual, scale=scale * errors).sum() - jacobian) - n * (1 + np.log(2 * np.pi))
    return deviance + 2 * (unknowns + 1), deviance + (unknowns + 1) * np.log(n)


def test_they_are_those_of_the_likelihood() -> None:
    found = ss.fit({"x": X, "y": Y}, LINE)
    slope, offset = np.polyfit(X, Y, 1)
    residual = Y - offset - slope * X
    assert (found.aic, found.bic) == pytest.approx(by_likelihood(residual, np.ones(14), 2), rel=1e-9)
    assert found.r2 == pytest.approx(np.corrcoef(X, Y)[0, 1] ** 2, rel=1e-12)


def test_declared_errors_count_up_to_a_common_factor() -> None:
    errors = 0.05 * X
    found = ss.fit({"x": X, "y": Y}, LINE, errors=errors)
    residual = Y - found([[x] for x in X])
    relative = errors / np.exp(np.log(errors).mean())
    expected = by_likelihood(residual, relative, 2)
    assert (found.aic, found.bic) == pytest.approx(expected, rel=1e-9)


def test_a_law_for_a_logarithm_counts_in_units_of_the_target() -> None:
    k = np.exp(1.2 + 0.8 * X + 0.05 * np.sin(40 * X))
    found = ss.fit({"x": X, "k": k}, ss.Law("log(k) = a + b*x", ("x",)))
    predicted = found([[x] for x in X])
    expected = by_likelihood(np.log(k) - predicted, np.ones(14), 2, jacobian=np.log(k).sum())
    assert (found.aic, found.bic) == pytest.approx(expected, rel=1e-9)
    missed = k - np.exp(predicted)
    assert found.r2 == pytest.approx(1 - (missed @ missed) / ((k - k.mean()) ** 2).sum(), rel=1e-9)


def test_constants_that_are_tied_are_not_counted() -> None:
    free = ss.fit({"x": X, "y": Y}, LINE)
    tied = ss.fit({"x": X, "y": Y}, LINE, ties={"a": "3/2*b"})
    residual = Y - tied([[x] for x in X])
    assert (tied.aic, tied.bic) == pytest.approx(by_likelihood(residual, np.ones(14), 1), rel=1e-9)
    assert tied.r2 < free.r2


def test_they_are_those_of_compare() -> None:
    table = {"x": X, "y": Y}
    laws = {"line": LINE, "root": ss.Law("y = a + b*sqrt(x)", ("x",))}
    for pair in ss.compare(table, laws).pairs:
        own = ss.fit(table, laws[pair.law])
        assert (pair.scores.r2, pair.scores.aic, pair.scores.bic) == (own.r2, own.aic, own.bic)


def test_units_change_nothing_but_the_zero() -> None:
    plain = ss.fit({"x": X, "y": Y}, LINE)
    for factor in (1e-70, 1e70):
        scaled = ss.fit({"x": X, "y": factor * Y}, LINE)
        assert scaled.r2 == pytest.approx(plain.r2, rel=1e-9)
        assert scaled.aic - 28 * np.log(factor) == pytest.approx(plain.aic, abs=1e-6)


def test_they_are_shown_and_travel() -> None:
    found = ss.fit({"x": X, "y": Y}, LINE)
    line = next(text for text in found.summary().splitlines() if text.startswith("scores"))
    assert f"AIC {found.aic:.2f}, BIC {found.bic:.2f}" in line
    assert line.endswith("at 14 rows")
    record = json.loads(found.to_json())
    assert [record[name] for name in ("r2", "aic", "bic")] == [found.r2, found.aic, found.bic]
    frame = found.to_frame()
    assert (frame.attrs["r2"], frame.attrs["aic"], frame.attrs["bic"]) == (found.r2, found.aic, found.bic)
    assert f"AIC {found.aic:.2f}" in found.to_html()
    assert f"AIC {found.aic:.2f}" in found._repr_html_()


def test_without_rows_there_are_none_and_a_word_says_why() -> None:
    network = ss.Network.from_expression("3*x + 1", inputs=("x",))
    found = ss.fit(network, LINE, ss.LegendreSpace({"x": (0, 1)}, order=3))
    assert (found.r2, found.aic, found.bic) == (None, None, None)
    assert "scores    none, they need rows of data" in found.summary()
    assert json.loads(found.to_json())["aic"] is None
    assert ss.Fit.from_json(found.to_json()) == found


def test_a_row_where_the_law_has_no_value_is_said() -> None:
    network = ss.Network.from_expression("2*x + 1", inputs=("x",))
    law = ss.Law("y = a + b*log(x)", ("x",))
    found = ss.fit(network, law, ss.LegendreSpace({"x": (1, 2)}, order=4), data={"x": [0.0, 1.0, 2.0], "y": [1.0, 3.0, 5.0]})
    assert found.aic is None
    assert found.scores.words.startswith("none, ")
    assert "\n" not in found.scores.words
