"""Laws: a hypothesised formula in variables and constants, its expansion over a space, and what that determines."""

from symseries.laws.closed import ClosedForm as ClosedForm
from symseries.laws.conditions import Conditions as Conditions
from symseries.laws.expanded import LawSeries as LawSeries
from symseries.laws.identify import Identifiability as Identifiability
from symseries.laws.law import Law as Law
from symseries.laws.values import values_at as values_at
