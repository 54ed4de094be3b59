"""Generating functions: the rule of the coefficients of each common function, where it converges, and what the paper prints.

A function f about c is the sequence a_n = f^(n)(c)/n!. The rows are the paper's Table 1, its appendix 6.1 to 6.5, and the
functions that laws and networks use beside them. Jets compute the same numbers by recurrence; here stand the formulas.
"""

from symseries.generating.function import GeneratingFunction
from symseries.generating.table import GENERATING, GeneratingTable, generating_functions
from symseries.parsing.latex import Stirling2

__all__ = ["GENERATING", "GeneratingFunction", "GeneratingTable", "Stirling2", "generating_functions"]
