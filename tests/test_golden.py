"""Every form in which a result is written, word for word; the numbers are checked by the textbook formulas."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest
from scipy.stats import linregress, t

import symseries as ss

X, Y = [0, 1, 2, 3], [1.0, 3.1, 4.9, 7.0]

SUMMARY = """\
law       y = a + b_1*x
source    4 rows of mapping
method    the values at 4 rows of x; unweighted in the inner product of the space; linear least
          squares; standard errors from the variance of the residuals

constant     direct fit     95 % interval  unit
────────────────────────────────────────────────
a         1.030 ± 0.079  0.68849 … 1.3715
b_1       1.980 ± 0.042  1.7975 … 2.1625   MPa/%

misfit    0.0303 of the variation of the data
scores    R² 0.999083, AIC -15.61, BIC -17.46 of the law at 4 rows"""

LATEX = r"""\begin{gather*}
y = a + b_{1} x \\
y = 1.98 x + 1.03
\end{gather*}

\begin{table}[htbp]
\centering
\caption{Constants of the law, 95 \% intervals}
\begin{tabular}{lrrl}
\toprule
constant & direct fit & 95 \% interval & unit \\
\midrule
$a$ & $1.030 \pm 0.079$ & $0.68849 \ldots 1.3715$ &  \\
$b_{1}$ & $1.980 \pm 0.042$ & $1.7975 \ldots 2.1625$ & MPa/\% \\
\bottomrule
\end{tabular}
\end{table}
"""

MARKDOWN = """\
**y = a + b\\_1\\*x**

| constant | direct fit | 95 % interval | unit |
| :--- | ---: | ---: | :--- |
| a | 1.030 ± 0.079 | 0.68849 … 1.3715 |  |
| b\\_1 | 1.980 ± 0.042 | 1.7975 … 2.1625 | MPa/% |
"""

MATHEMATICS = r"$\begin{aligned} & y = a + b_{1} x \\ a &= 1.030 \pm 0.079 \\ b_{1} &= 1.980 \pm 0.042\end{aligned}$"


@pytest.fixture(scope="module")
def found() -> ss.Fit:
    return ss.fit({"x": X, "y": Y}, ss.Law("y = a + b_1*x", variables=("x",), units={"b_1": "MPa/%"}))


def test_text_forms(found: ss.Fit) -> None:
    assert found.summary() == str(found) == SUMMARY
    assert found.to_latex() == LATEX
    assert found.to_markdown() == MARKDOWN
    assert found._repr_latex_() == MATHEMATICS
    assert '<td style="text-align: right">1.980 ± 0.042</td>' in found._repr_html_()


def test_numbers_in_csv_and_frame_are_those_of_the_textbook(found: ss.Fit) -> None:
    line = linregress(X, Y)
    reach = t.ppf(0.975, 2)
    pairs = ((line.intercept, line.intercept_stderr), (line.slope, line.stderr))
    expected = [[value, error, value - reach * error, value + reach * error] for value, error in pairs]
    header, *rows = csv.reader(io.StringIO(found.to_csv()))
    assert header == ["constant", "value", "stderr", "lowest", "highest", "unit"]
    frame = found.to_frame()
    for row, numbers, position in zip(rows, expected, range(2), strict=True):
        assert [float(cell) for cell in row[1:5]] == pytest.approx(numbers, rel=1e-12)
        assert frame.iloc[position, 1:5].astype(float).tolist() == pytest.approx(numbers, rel=1e-12)
    assert [row[-1] for row in rows] == ["", "MPa/%"]


def test_the_latex_document_compiles(found: ss.Fit, tmp_path: Path) -> None:
    compiler = shutil.which("pdflatex")
    if compiler is None:
        pytest.skip("pdflatex is not installed")
    (tmp_path / "fit.tex").write_text(found.to_latex(document=True), encoding="utf-8")
    command = [compiler, "-interaction=nonstopmode", "-halt-on-error", "fit.tex"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-2000:]
