"""Coefficient rings: what kind of number a coefficient is.

A ring converts numbers, multiplies matrices, knows the values of the elementary functions, tests for zero with three
answers and encodes its elements. Coefficient arrays are NumPy arrays: float64 for `F64`, objects otherwise, so that one
engine serves every ring. A further ring is one more subclass of `Scalars`.
"""

from symseries.scalars.balls import ARB as ARB
from symseries.scalars.balls import MPF as MPF
from symseries.scalars.balls import Ball as Ball
from symseries.scalars.balls import reached as reached
from symseries.scalars.base import Array as Array
from symseries.scalars.base import Scalars as Scalars
from symseries.scalars.base import boxed as boxed
from symseries.scalars.base import check_finite as check_finite
from symseries.scalars.base import check_scalars as check_scalars
from symseries.scalars.base import object_array as object_array
from symseries.scalars.base import register as register
from symseries.scalars.base import scalars_named as scalars_named
from symseries.scalars.exact import MAX_CHARACTERS as MAX_CHARACTERS
from symseries.scalars.exact import as_fraction as as_fraction
from symseries.scalars.exact import decimal as decimal
from symseries.scalars.exact import is_exact as is_exact
from symseries.scalars.exact import shown as shown
from symseries.scalars.exact import stored as stored
from symseries.scalars.exact import typed as typed
from symseries.scalars.floats import C128 as C128
from symseries.scalars.floats import F64 as F64
from symseries.scalars.rationals import QQ as QQ
from symseries.scalars.rationals import fmpq_matrix as fmpq_matrix
from symseries.scalars.rationals import rational_power as rational_power
