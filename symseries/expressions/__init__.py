"""SymPy expressions, evaluated in any ring: at points, or as power series about a centre.

An expression becomes a *tape*, its distinct subexpressions in the order in which they can be computed (`tape`). One walk over
the tape gives values at many points (`points`), another gives truncated series with the jets of the functions (`power_series`);
nothing is turned into code. Where a denominator vanishes at the centre, the walk is done once more with numerators and
denominators apart (`removable`), which are divided as power series (`division`).
"""

from __future__ import annotations

from symseries.expressions.points import values
from symseries.expressions.power_series import constants_environment, coordinates_environment, series
from symseries.expressions.tape import FUNCTIONS, Step, Tape, derivative, record

__all__ = [
    "FUNCTIONS", "Step", "Tape", "constants_environment", "coordinates_environment", "derivative", "record", "series", "values",
]  # fmt: skip
