"""Fitting: the constants of a law from the coefficients of a network, in three steps that are plain records.

`prepare` expands both sides over one space, `solve` finds the constants, `judge` says how sure they are; `result` holds the
three and shows them.
"""

from symseries.fitting.estimate import Estimate as Estimate
from symseries.fitting.fit import fit as fit
from symseries.fitting.result import Fit as Fit
