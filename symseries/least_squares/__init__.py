"""Least squares over plain matrices and callables: linear, exact, and nonlinear with the linear constants eliminated.

The unknowns of a problem may differ by many powers of ten. So every column is first scaled to norm 1, every decision about
rank is taken on the scaled columns, and no answer depends on the units of an unknown.

`linear` solves in float64, `bounded` between bounds, `exact` over the rational numbers, `separable` where some unknowns enter
nonlinearly; below it stand the model (`projection`), the way down from a start (`descent`) and the search for starts
(`screening`).
"""

from symseries.least_squares.bounded import solve_bounded as solve_bounded
from symseries.least_squares.exact import rational_null_space as rational_null_space
from symseries.least_squares.exact import rational_rank as rational_rank
from symseries.least_squares.exact import solve_rational as solve_rational
from symseries.least_squares.linear import RANK_TOLERANCE as RANK_TOLERANCE
from symseries.least_squares.linear import LinearSolution as LinearSolution
from symseries.least_squares.linear import pseudo_inverse as pseudo_inverse
from symseries.least_squares.linear import solve_linear as solve_linear
from symseries.least_squares.separable import NonlinearSolution as NonlinearSolution
from symseries.least_squares.separable import solve_separable as solve_separable
