"""Activations: one row for each, with its value, slope, jet, SymPy form, LaTeX, kinks and singularities (appendix 6.1–6.4)."""

from symseries.activations.registered import definition as definition
from symseries.activations.registered import register_activation as register_activation
from symseries.activations.registered import restore as restore
from symseries.activations.row import Parameter as Parameter
from symseries.activations.row import Row as Row
from symseries.activations.row import Singularities as Singularities
from symseries.activations.table import ACTIVATIONS as ACTIVATIONS
from symseries.activations.table import ALIASES as ALIASES
from symseries.activations.table import activation_jet as activation_jet
from symseries.activations.table import canonical as canonical
from symseries.activations.table import checked_parameters as checked_parameters
from symseries.activations.table import expression as expression
from symseries.activations.table import is_rational as is_rational
from symseries.activations.table import kink_distance as kink_distance
from symseries.activations.table import kinks as kinks
from symseries.activations.table import singularities as singularities
from symseries.activations.table import slope as slope
from symseries.activations.table import value as value
