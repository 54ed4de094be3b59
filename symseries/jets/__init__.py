"""Scalar jets: the coefficient generating functions of the elementary functions (the paper's Table 1 and appendix 6.4).

The jet of f at b is the vector of normalised Taylor coefficients f^(k)(b)/k!, k = 0 … K, an array (K + 1, n) for n points
at once, over any ring. Each rule is the recurrence that its differential equation gives. Networks and laws share them.
"""

from symseries.jets.algebra import Rule as Rule
from symseries.jets.algebra import divided as divided
from symseries.jets.algebra import integral as integral
from symseries.jets.algebra import logistic as logistic
from symseries.jets.algebra import piecewise as piecewise
from symseries.jets.algebra import polynomial_jet as polynomial_jet
from symseries.jets.algebra import scaled as scaled
from symseries.jets.algebra import square_term as square_term
from symseries.jets.algebra import times_argument as times_argument
from symseries.jets.extended import in_extended as in_extended
from symseries.jets.powers import power_jet as power_jet
from symseries.jets.table import JETS as JETS
from symseries.jets.table import jet as jet
from symseries.jets.table import rounded_jet as rounded_jet
