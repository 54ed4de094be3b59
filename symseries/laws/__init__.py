"""Laws: a hypothesised formula in variables and constants, and its expansion over a space."""

from symseries.laws.expanded import LawSeries as LawSeries
from symseries.laws.law import Law as Law
from symseries.laws.values import values_at as values_at
