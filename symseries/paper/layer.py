"""One layer by the paper's eq. 48, of which eq. 33 is the case of one neuron."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations_with_replacement, product
from operator import add
from typing import Any

from symseries.paper.partitions import Index, drawn_from, multinomial, raised

Coefficients = dict[Index, Any]


def layer_coefficients(
    inputs: Sequence[Mapping[Index, Any]],
    weights: Sequence[Sequence[Any]],
    jet: Sequence[Any],
    indices: Iterable[Index],
    *,
    bias: Sequence[Any] | None = None,
    printed: bool = False,
) -> list[Coefficients]:
    r"""Return the coefficients b of y = sigma(Theta x + bias), sigma(u) = sum_k s_k u**k, by the paper's eq. 48 (eq. 33).

    b_m^(i) = sum_k s_k sum_{k_0 + … + k_d = k} multinomial(k; k_0, …, k_d) bias_i**k_0 prod_j theta_ij**k_j
    sum_L prod_j multinomial(k_j; L_j) prod_n (a_n^(j))**l_(j,n), L_j running through the partitions of k_j (eq. 44).

    Two places of eq. 48 are corrected: the power constraint (eq. 47) holds for all inputs together, sum_j sum_n n l_(j,n) = m,
    and the product over n, which eq. 42 has, is there. With `printed=True` the constraint holds as printed, for the L of every
    j alone, sum_n n l_n = m; the missing product over n is supplied also then, as without it the index n is free. The print
    is then right for one input only: with more, z**m is asked of each factor and most coefficients come out as 0. For one
    input and no bias both are eq. 33. The paper has no biases: a bias belongs to the constant term of Theta x, and as it
    carries no power of z no power constraint is put on it.

    Parameters: `inputs`, for each x_j its coefficients a_n by multi-index (those not named are 0); `weights`, the rows of
    Theta (outputs, inputs); `jet`, s_0, s_1, …, as many as the outer sum has; `indices`, the m wanted, with every index below
    them. The numbers are of any kind that adds and multiplies, SymPy symbols too. Returns {m: b_m} for each output, zeros
    left out.

    >>> import sympy
    >>> a0, a1, s0, s1, s2 = sympy.symbols("a0 a1 s0 s1 s2")
    >>> [b] = layer_coefficients([{(0,): a0, (1,): a1}], [[3]], [s0, s1, s2], [(0,), (1,)])
    >>> b[(1,)]
    18*a0*a1*s2 + 3*a1*s1
    """
    factors = (_Printed if printed else _Factors)(inputs, indices)
    biases = [0] * len(weights) if bias is None else bias
    first = 0 if all(b == 0 for b in biases) else -1  # the bias is input -1
    totals: list[Coefficients] = [{} for _ in weights]
    for k, s in enumerate(jet):
        if s == 0:
            continue
        for chosen in combinations_with_replacement(range(first, len(inputs)), k):
            counts = Counter(chosen)
            scale = s * multinomial(counts.values())
            powers = factors.of(tuple((j, n) for j, n in counts.items() if j >= 0))
            for total, row, b in zip(totals, weights, biases, strict=True):
                _add(total, scale * math.prod(raised(b if j < 0 else row[j], n) for j, n in counts.items()), powers)
    return [{m: value for m, value in total.items() if not value == 0} for total in totals]  # noqa: SIM201 - balls: != is certain


def _add(total: Coefficients, factor: Any, terms: Coefficients) -> None:
    for m, value in terms.items():
        total[m] = total.get(m, 0) + factor * value


class _Factors:
    """The sums over L: for exponents (j, k_j) the coefficients of prod_j x_j**k_j, each made once."""

    def __init__(self, inputs: Sequence[Mapping[Index, Any]], indices: Iterable[Index]) -> None:
        self.inputs = [{n: a for n, a in column.items() if not a == 0} for column in inputs]  # noqa: SIM201
        self.indices = dict.fromkeys(indices)
        self.one: Coefficients = {(0,) * len(next(iter(self.indices))): 1}
        self._powers: dict[tuple[int, int], Coefficients] = {}
        self._products: dict[tuple[tuple[int, int], ...], Coefficients] = {(): self.one}

    def power(self, j: int, k: int) -> Coefficients:
        """Return the coefficients of x_j**k by enumeration of the partitions."""
        if (j, k) not in self._powers:
            sums = ((m, self._sum(self.inputs[j], k, m)) for m in self.indices)
            self._powers[j, k] = {m: value for m, value in sums if not value == 0}  # noqa: SIM201
        return self._powers[j, k]

    @staticmethod
    def _sum(a: Mapping[Index, Any], k: int, m: Index) -> Any:
        found = drawn_from(k, m, a)
        return sum(
            multinomial(counts.values()) * math.prod(raised(a[n], count) for n, count in counts.items()) for counts in found
        )

    def of(self, exponents: tuple[tuple[int, int], ...]) -> Coefficients:
        """Return the sum over all L_j whose powers of z are m together."""
        if exponents not in self._products:
            self._products[exponents] = self._joined(self.of(exponents[:-1]), self.power(*exponents[-1]))
        return self._products[exponents]

    def _joined(self, left: Coefficients, right: Coefficients) -> Coefficients:
        out: Coefficients = {}
        for (m, a), (n, b) in product(left.items(), right.items()):
            total = tuple(map(add, m, n))
            if total in self.indices:
                out[total] = out.get(total, 0) + a * b
        return out


class _Printed(_Factors):
    """The same as printed: every L_j alone has the power m, also that of an input with k_j = 0."""

    def of(self, exponents: tuple[tuple[int, int], ...]) -> Coefficients:
        powers = [self.power(j, k) for j, k in exponents]
        if len(exponents) < len(self.inputs):
            powers.append(self.one)
        return {m: math.prod(p[m] for p in powers) for m in self.indices if all(m in p for p in powers)}
