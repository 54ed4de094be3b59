"""Which constants coefficients determine, what they are in the coefficients, and what a law demands of the coefficients.

`directions` looks at Jacobians of any kind in float64; the rest is exact. `systems` holds the coefficients of a law as
polynomials in its constants and in values such as exp(-Q/(R*T0)); `gauges` finds the scalings that leave them as they are,
`solving` eliminates unknown after unknown, `closed` undoes the scalings, `points` are random points of the system modulo a
prime, from which `invariants` are read.
"""

from symseries.elimination.closed import Branch as Branch
from symseries.elimination.closed import Unsolved as Unsolved
from symseries.elimination.closed import closed_branches as closed_branches
from symseries.elimination.directions import undetermined as undetermined
from symseries.elimination.directions import undetermined_everywhere as undetermined_everywhere
from symseries.elimination.invariants import Invariants as Invariants
from symseries.elimination.invariants import invariants_of as invariants_of
from symseries.elimination.points import determined_columns as determined_columns
from symseries.elimination.points import generic_rank as generic_rank
from symseries.elimination.systems import System as System
