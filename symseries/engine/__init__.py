"""Arithmetic of truncated multivariate power series, the same for every coefficient ring.

n series at once are one array (N, n): row = multi-index in graded order, column = series. `products` multiplies through the
pair tables of an `IndexSet`, `linear` knows the powers of linear forms, `ways` and `peeling` are three ways to compose, and
`composition` takes the cheapest.
"""

from symseries.engine.composition import Composition as Composition
from symseries.engine.composition import compose as compose
from symseries.engine.composition import derivative_jet as derivative_jet
from symseries.engine.composition import pairs_of as pairs_of
from symseries.engine.linear import Ridge as Ridge
from symseries.engine.linear import ridge as ridge
from symseries.engine.products import product as product
