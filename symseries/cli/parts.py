"""What a fit is asked beside its constants: each part by its name, on the screen and in the files."""

from __future__ import annotations

import argparse
import json as json_text
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from symseries.cli.arguments import labels_of
from symseries.comparison import extend, nuisance, sufficiency
from symseries.displayed import ResultTable, Shown
from symseries.fields import constant_field
from symseries.fitting import Fit, report
from symseries.laws import Law
from symseries.network import Network
from symseries.pages import latex_document
from symseries.spaces import TaylorSpace
from symseries.tables import Table, read_table

Part = Shown | ResultTable
_ORDER = 4  # to which a closed form may use the coefficients


@dataclass(frozen=True)
class Answer:
    """A fit with what it was made of, of which the parts are asked."""

    options: argparse.Namespace
    found: Fit
    source: Network | Table
    law: Law
    table: Table
    inputs: tuple[str, ...]

    def intervals(self) -> Part:
        """Return the intervals by the method asked for."""
        asked = self.options
        groups = None if asked.groups is None else labels_of(asked.table, asked.groups, self.table)
        wishes = {"level": asked.level, "repeats": asked.repeats, "groups": groups, "rng": asked.seed}
        return self.found.intervals(asked.intervals, **wishes)

    def residuals(self) -> Part:
        """Return what the law leaves unexplained."""
        return self.found.residual_table()

    def tests(self) -> Part:
        """Return the tests of the law."""
        return self.found.tests()

    def extension(self) -> Part:
        """Return the laws with more terms that are admissible."""
        asked = self.options
        terms = None if asked.candidates is None else [text.strip() for text in re.split("[,;]", asked.candidates)]
        return extend(self.source, self.law, terms, asked.max_terms or 3, asked.tolerance)

    def sufficiency(self) -> Part:
        """Return whether the inputs determine the target; columns left out are the other numeric ones of the file."""
        whole = read_table(self.options.table, missing=self.options.missing)
        if isinstance(self.source, Network):
            return sufficiency(self.source, data=whole)
        return sufficiency(whole, str(self.law.target), self.inputs)

    def nuisance(self) -> Part:
        """Return the constants by every way of dealing with inputs that the law does not describe."""
        assert isinstance(self.source, Network)  # noqa: S101 - checked with the options
        return nuisance(self.source, self.law, rng=self.options.seed)

    def identifiability(self) -> Part:
        """Return which constants these data determine."""
        return self.law.identifiability(self.table)

    def closed_form(self) -> Part:
        """Return the constants as expressions in Taylor coefficients about the middle of the data, to three digits."""
        space = self.found.prepared.space
        center = {name: f"{self.table[name].mean():.3g}" for name in self.law.used}
        return self.law.closed_form(space if isinstance(space, TaylorSpace) else TaylorSpace(center, _ORDER))

    def constant_field(self) -> Part:
        """Return the constants point by point."""
        assert isinstance(self.source, Network)  # noqa: S101 - checked with the options
        return constant_field(self.source, self.law)


# option → its heading in the report, and what makes it; the names are those of the keys in JSON too
PARTS: Mapping[str, tuple[str, Callable[[Answer], Part]]] = {
    "intervals": ("Intervals", Answer.intervals),
    "residuals": ("Residual by term", Answer.residuals),
    "tests": ("Tests of the law", Answer.tests),
    "extension": ("Laws with more terms", Answer.extension),
    "sufficiency": ("What these inputs can explain", Answer.sufficiency),
    "nuisance": ("Inputs that the law does not describe", Answer.nuisance),
    "identifiability": ("Which constants are determined", Answer.identifiability),
    "closed_form": ("Closed form", Answer.closed_form),
    "constant_field": ("Constants point by point", Answer.constant_field),
}


def parts_of(answer: Answer) -> dict[str, Part]:
    """Return the parts that the options ask for."""
    asked = vars(answer.options)
    return {name: make(answer) for name, (_, make) in PARTS.items() if asked[name] not in (False, "delta")}


def html(found: Fit, parts: Mapping[str, Part]) -> str:
    """Return the report with a section for each part."""
    return report.page(found, {PARTS[name][0]: part for name, part in parts.items()})


def latex(found: Fit, parts: Mapping[str, Part]) -> str:
    """Return the fit and the parts as one LaTeX document."""
    return latex_document([found.to_latex(), *(part.to_latex() for part in parts.values())])


def json(found: Fit, parts: Mapping[str, Part]) -> str:
    """Return the record of the fit, which `Fit.from_json` reads, with a key for each part, whose own from_json reads that."""
    record = found.to_dict() | {name: json_text.loads(part.to_json()) for name, part in parts.items()}
    entries = (f"{json_text.dumps(key)}: {json_text.dumps(value, allow_nan=False)}" for key, value in record.items())
    return "{" + ",\n ".join(entries) + "}\n"
