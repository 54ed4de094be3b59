"""How far a series may be trusted: radii of convergence, and proved bounds of what a series leaves out."""

from symseries.convergence.enclosures import Enclosure as Enclosure
from symseries.convergence.enclosures import enclose as enclose
from symseries.convergence.radius import Radius as Radius
from symseries.convergence.radius import coverage_warning as coverage_warning
from symseries.convergence.radius import radius as radius
