"""How far a series may be trusted: radii of convergence, proved bounds, proved coefficients, distances and pieces."""

from symseries.convergence.distance import Distance as Distance
from symseries.convergence.distance import distance as distance
from symseries.convergence.enclosures import Enclosure as Enclosure
from symseries.convergence.enclosures import enclose as enclose
from symseries.convergence.pieces import Pieces as Pieces
from symseries.convergence.pieces import split as split
from symseries.convergence.proved import proved_series as proved_series
from symseries.convergence.radius import Radius as Radius
from symseries.convergence.radius import coverage_warning as coverage_warning
from symseries.convergence.radius import radius as radius
