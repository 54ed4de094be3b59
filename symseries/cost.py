"""What an expansion costs, before it starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, inf

from symseries import engine
from symseries.errors import ResourceLimitError
from symseries.layers import Activation, Affine, Layer, Softmax
from symseries.multiindex import IndexSet
from symseries.scalars import ARB, F64, Scalars
from symseries.spaces import TaylorSpace

MAX_MEMORY = 16_000_000_000  # bytes

# Measured per product of two terms: seconds in float64; for balls and rationals a share for the object and one for each bit.
_FLOAT = 5.0e-10
_PRODUCT = 4.0e-8  # of a product of two whole series in float64
_OBJECT, _BIT = 8.0e-8, 1.5e-10
_BYTES_OF_PAIR, _BYTES_OF_OBJECT = 60, 120  # of the product tables; of a ball or fraction beside its digits


@dataclass(frozen=True)
class Cost:
    """An estimate; it prints itself as a sentence.

    >>> print(Cost(1001, 3_400_000, 17_000_000, 0.2))
    1001 coefficients, 3.4e+06 products of terms, about 17 MB and 0.2 s
    """

    terms: int
    """Coefficients of one series."""
    products: int
    """Products of two terms, over all compositions and affine layers."""
    memory: int
    """Bytes at the peak."""
    seconds: float

    def __str__(self) -> str:
        size = f"{self.memory / 1e6:.0f} MB" if self.memory < 1e9 else f"{self.memory / 1e9:.1f} GB"
        return f"{self.terms} coefficients, {self.products:.2g} products of terms, about {size} and {self.seconds:.2g} s"


def estimate(
    layers: Sequence[Layer], space: TaylorSpace, scalars: Scalars = F64, *, derivatives: bool = False, chained: bool = False
) -> Cost:
    """Return the cost of expanding layers over a Taylor space; in SYM, whose terms are predicted apart, that in QQ.

    With `derivatives`, those of the coefficients in all weights are counted too: a product of two series for each weight.
    `chained` layers end in few outputs, so that single neurons are expanded to one degree less, the last ones not at all.
    Raises `ResourceLimitError` where the memory passes 16 GB.
    """
    composed = [layer for layer in layers if isinstance(layer, (Activation, Softmax))]
    terms, indices = len(space), space.indices
    degree = indices.top - 1 if chained and indices.top > 1 else indices.top
    rows, pairs = indices.offsets[degree + 1], _pairs(indices, len(composed) - 1, degree)
    widths = [layer.weights.shape for layer in layers if isinstance(layer, Affine)]
    widest = max((max(shape) for shape in widths), default=len(space.variables))
    sizes = [outputs * inputs for outputs, inputs in widths]
    products = rows * sum(sizes[1:]) + pairs * widest
    weights = sum(sizes) if derivatives else 0
    size, each = _each(scalars, len(composed) * space.indices.top)
    seconds = products * each + (_PRODUCT * weights * _pairs_of_product(space) if weights else 0.0)
    found = Cost(terms, products, _BYTES_OF_PAIR * pairs + terms * (4 * widest + 2 * weights) * size, seconds)
    if found.memory > MAX_MEMORY:
        raise ResourceLimitError(f"{space.describe()}: {found}; at most {MAX_MEMORY / 1e9:.0f} GB are used, lower the order")
    return found


def _pairs(indices: IndexSet, compositions: int, degree: int) -> int:
    """Return the pairs of terms of all compositions for a column; where `degree` is not the top, the last one is summed."""
    if compositions < 1:
        return 0
    if degree == indices.top:
        return compositions * engine.pairs_of(indices)
    last = engine.pairs_of(indices, 0) + indices.count_pairs(2, degree, 1, indices.top)
    return (compositions - 1) * engine.pairs_of(indices, degree) + last


def _pairs_of_product(space: TaylorSpace) -> int:
    """Return how many pairs of terms a product of two series has: those whose exponents add up to one in the space."""
    variables, order = len(space.variables), space.order
    if space.index_kind == "total":
        return comb(2 * variables + order, order)
    return int(comb(order + 2, 2) ** variables)


def _each(scalars: Scalars, growth: int) -> tuple[int, float]:
    """Return bytes of an element and seconds of a product; fractions grow by a weight of 53 bits at every order and layer."""
    if scalars is F64:
        return 8, _FLOAT
    bits = scalars.bits if isinstance(scalars, ARB) else 54 * max(growth, 1)
    return _BYTES_OF_OBJECT + bits // 8, _OBJECT + _BIT * bits


# ------------------------------------------------------------------------------------------- size of exact expansions
def predicted_terms(variables: int, order: int, hidden: Sequence[tuple[int, str]], most: float = inf) -> int:
    """Return how many terms an exact expansion to one output can have: `hidden` holds neurons and activation of each layer.

    It is a bound for the activations in `BOUNDED`, and of the right size for the others.

    Counting ends where it passes `most`.

    The coefficient of degree k of a neuron of the first layer is a polynomial of degree k + 1 in its own generator. Of a later
    one it is sum_j s_j(T) times products of j series of the layers before, counted by the exponents that these can have.
    """
    total = 0
    for k in range(order + 1):
        below = 1
        for neurons, name in hidden[:-1]:
            below *= _monomials(neurons, k, parity=name == "tanh")
        neurons, name = hidden[-1]
        total += comb(variables + k - 1, k) * neurons * below * _powers(k, name)
        if total > most:
            break
    return total


def _powers(degree: int, name: str) -> int:
    """Return how many powers of its own generators a normalised derivative of this degree can have."""
    if name == "tanh":
        return (degree + 1) // 2 + 1
    return degree + 2 if name in ONE_GENERATOR else comb(degree + 3, 2)


BOUNDED = ("tanh", "sigmoid")
ONE_GENERATOR = ("tanh", "sigmoid", "silu", "elu", "celu", "selu", "exp", "softplus", "log_sigmoid")


def _monomials(neurons: int, degree: int, *, parity: bool) -> int:
    """Return how many exponent vectors products of up to `degree` series of total degree `degree` can have.

    A factor of degree m brings t_i**e with e <= m + 1, for tanh of the parity of m + 1. So j factors bring exponents of total
    cost at most degree + j, the cost of e being e, but 3 for e = 1 (2 without parity), over at most j generators and with at
    most degree - j of them odd.
    """
    if degree == 0:
        return 1
    return sum(_reachable(neurons, degree, parts, parity=parity) for parts in range(1, degree + 1))


def _reachable(neurons: int, degree: int, parts: int, *, parity: bool) -> int:
    budget, odd_most = degree + parts, degree - parts
    # ways[c][o]: vectors over the generators so far with total cost c and o odd exponents
    ways, total = {(0, 0): 1}, 0
    for support in range(min(neurons, parts) + 1):
        fitting = sum(n for (c, o), n in ways.items() if not parity or (budget - c) % 2 == 0)
        total += comb(neurons, support) * fitting
        longer: dict[tuple[int, int], int] = {}
        for (c, o), n in ways.items():
            for e in range(1, budget - c + 1):
                cost = max(e, 3 if parity else 2) if e == 1 else e
                odd = o + (e % 2 if parity else 0)
                if c + cost <= budget and odd <= odd_most:
                    longer[c + cost, odd] = longer.get((c + cost, odd), 0) + n
        ways = longer
    return total
