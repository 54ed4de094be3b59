"""A fit as text for a terminal: law, source, method, constants, scores, test and warnings."""

from __future__ import annotations

import itertools
import textwrap
from typing import TYPE_CHECKING

from symseries.display import number
from symseries.fitting import lawtests, views
from symseries.fitting.prepare import Prepared
from symseries.layers import Pick
from symseries.network import Network
from symseries.pages import paragraph

if TYPE_CHECKING:
    from symseries.fitting.result import Fit

_WIDTH = 100  # of text in a terminal
_BIAS = 0.1  # standard errors by which a regularisation may move a constant in silence


def summary(fit: Fit) -> str:
    """Return what a fit found as lines of text."""
    head = [("law", views.law_line(fit.prepared)), ("source", source_line(fit.prepared)), ("method", fit.method)]
    above, below = ([_paragraph(f"{label:10}", text) for label, text in pairs] for pairs in (head, _remarks(fit)))
    return "\n".join([*above, "", fit.table().to_text(), "", *below])


def blocks(fit: Fit) -> str:
    """Return the law, the constants, the scores, the test and the warnings for a notebook."""
    below = [f"{label}: {text}" if label else text for label, text in _remarks(fit)]
    return "\n".join([paragraph(f"law: {views.law_line(fit.prepared)}"), fit.table().to_html(), *map(paragraph, below)])


def source_line(prepared: Prepared) -> str:
    """Return the source in words: a network with its inputs and output, and the rows that there are."""
    source, data = prepared.source, prepared.source.data
    rows = "" if data is None else f"{len(data)} rows of {data.source}"
    if not isinstance(source, Network):
        return rows
    return f"network ({', '.join(source.inputs)} -> {source.outputs[0]})" + (f", {rows}" if rows else "")


def _remarks(fit: Fit) -> list[tuple[str, str]]:
    return [*_verdicts(fit), *(("warning", warning) for warning in fit.warnings)]


def _verdicts(fit: Fit) -> list[tuple[str, str]]:
    """Return what is to say of the constants, a label and a text a line."""
    misfit = f"{fit.misfit:.3g} of the variation of the {'data' if fit.prepared.direct else 'network'}"
    made = (test for test in (lawtests.chi_squared_test(fit), lawtests.f_test(fit)) if test.p_value is not None)
    tests = [("test", str(test)) for test in itertools.islice(made, 1)]  # that by which the law is judged; `tests()` has all
    return [*views.digits(fit), ("misfit", misfit), ("scores", fit.scores.words), *tests, *views.sloppy(fit), *_health(fit)]


def _health(fit: Fit) -> list[tuple[str, str]]:
    """Return what the network says of its training, as a line."""
    net = fit.prepared.source
    if not isinstance(net, Network) or net.training is None:
        return []
    training, single = net.training, not any(isinstance(layer, Pick) for layer in net.layers)
    noise = [f"noise {number(training.noise, 3)}"] if single and not fit.prepared.composed else []
    logs = [f"logarithm of {', '.join(training.logarithms)} as input"] if training.logarithms else []
    moved = max((fit.regularisation or {}).items(), key=lambda pair: abs(pair[1]), default=("", 0.0))
    bias = [f"regularisation moved {moved[0]} by {moved[1]:+.2g} se"] if abs(moved[1]) >= _BIAS else []
    shares = f"R² {training.r2:.4f}, on data left out {training.heldout_r2:.4f}"
    cut = [f"interrupted after {training.finished} of {training.wanted} starts"] if training.finished < training.wanted else []
    return [("network", "; ".join([shares, *noise, f"{training.effective_weights:.1f} effective weights", *logs, *bias, *cut]))]


def _paragraph(label: str, text: str) -> str:
    """Return a label and its text, wrapped under it."""
    kept = text.replace(" = ", "\0=\0")  # no line ends within an equation
    indent = " " * len(label)
    lines = textwrap.fill(kept, _WIDTH, initial_indent=label, subsequent_indent=indent, break_on_hyphens=False)
    return lines.replace("\0", " ")
