"""Spaces: what a coefficient vector is a vector of.

A space names its variables, their order, the basis and its index set; two series meet only over equal spaces, which is the
one condition of the paper. `base` says what all spaces share; `taylor` holds powers of x - centre. The others are spaces of
functions on a domain (`legendre`) or on data (`empirical`): they have nodes, and a projection matrix that turns the values of
any function there, network or law, into coefficients. `rules` says which spaces meet which rings, and reads what was stored.
"""

from symseries.spaces.base import GradedSpace as GradedSpace
from symseries.spaces.base import SampledSpace as SampledSpace
from symseries.spaces.base import Space as Space
from symseries.spaces.base import check_same as check_same
from symseries.spaces.base import check_space as check_space
from symseries.spaces.empirical import EmpiricalSpace as EmpiricalSpace
from symseries.spaces.legendre import LegendreSpace as LegendreSpace
from symseries.spaces.rules import SUPPORTED as SUPPORTED
from symseries.spaces.rules import check_supported as check_supported
from symseries.spaces.rules import space_from_dict as space_from_dict
from symseries.spaces.taylor import TaylorSpace as TaylorSpace
