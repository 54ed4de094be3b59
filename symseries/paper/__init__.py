"""The paper's printed formulas, for comparison: coefficients by enumeration of restricted partitions, and nn2poly.

`Network.expand` gives the true coefficients. What stands here gives those of the paper's recipe, which expands every
activation at 0 and cuts its series (eq. 33, 48), and those of polynomial substitution, so that their errors can be seen.
"""

from symseries.paper.comparison import error_table as error_table
from symseries.paper.layer import layer_coefficients as layer_coefficients
from symseries.paper.partitions import partitions as partitions
from symseries.paper.recursion import paper_coefficients as paper_coefficients
from symseries.paper.steps import predicted_terms as predicted_terms
from symseries.paper.substitution import nn2poly_coefficients as nn2poly_coefficients
