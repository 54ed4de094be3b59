"""Spaces: what a coefficient vector is a vector of.

A space names its variables, their order, the basis and its index set; two series meet only over equal spaces, which is the
one condition of the paper. `base` says what all spaces share; `taylor` holds powers of x - centre. The others are spaces of
functions on a domain (`box`, with `legendre`, `chebyshev` and `fourier`) or on data (`empirical`): they have nodes, and a
projection matrix that turns the values of any function there, network or law, into coefficients; `automatic` finds the order
that a function needs. `change` turns coefficients over one space into those over another, by `polynomials` exactly where both
are made of them, `calculus` into those of derivatives and integrals; `summation` gives values. `rules` says which spaces meet
which rings, and reads what was stored.
"""

from symseries.spaces.automatic import resolved as resolved
from symseries.spaces.base import GradedSpace as GradedSpace
from symseries.spaces.base import SampledSpace as SampledSpace
from symseries.spaces.base import Space as Space
from symseries.spaces.base import any_space as any_space
from symseries.spaces.base import check_same as check_same
from symseries.spaces.base import check_space as check_space
from symseries.spaces.base import number_in_words as number_in_words
from symseries.spaces.box import BoxSpace as BoxSpace
from symseries.spaces.box import interval_in_words as interval_in_words
from symseries.spaces.calculus import antiderivative as antiderivative
from symseries.spaces.calculus import derivative as derivative
from symseries.spaces.calculus import integral as integral
from symseries.spaces.change import Powers as Powers
from symseries.spaces.change import conversion as conversion
from symseries.spaces.change import to_taylor as to_taylor
from symseries.spaces.chebyshev import ChebyshevSpace as ChebyshevSpace
from symseries.spaces.empirical import EmpiricalSpace as EmpiricalSpace
from symseries.spaces.fourier import FourierSpace as FourierSpace
from symseries.spaces.legendre import LegendreSpace as LegendreSpace
from symseries.spaces.polynomials import connected as connected
from symseries.spaces.polynomials import exact_change as exact_change
from symseries.spaces.polynomials import unit_boxes as unit_boxes
from symseries.spaces.rules import SUPPORTED as SUPPORTED
from symseries.spaces.rules import check_rounded as check_rounded
from symseries.spaces.rules import check_supported as check_supported
from symseries.spaces.rules import space_from_dict as space_from_dict
from symseries.spaces.rules import supported as supported
from symseries.spaces.taylor import TaylorSpace as TaylorSpace
