"""Restricted partitions: the solutions of the paper's index and power constraints (eq. 29 to 32, 43 to 47)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from operator import sub
from typing import Any

import numpy as np

from symseries.errors import OptionError

Index = tuple[int, ...]


def partitions(total: int, degree: int | Sequence[int], parts: Iterable[Any] | None = None) -> Iterator[dict[Any, int]]:
    """Yield the restricted partitions {n: l_n}: all l_n >= 0 with sum_n l_n = total and sum_n n l_n = degree.

    They are the solutions of the index and power constraints (eq. 29, 31 and 32 for one variable, eq. 44 and 47 for several):
    the ways to draw z**degree from a product of `total` equal series. With an integer `degree` the n are integers 0 … degree;
    with a multi-index they are multi-indices 0 <= n <= degree, taken component by component. Only l_n > 0 are listed.

    The n > 0 are drawn one after the other in falling lexicographic order, so that every partition comes once; what is left
    of `total` goes to n = 0. `parts` restricts n, to those whose coefficient is not zero. Raises `OptionError` for what is no
    integer >= 0.

    >>> list(partitions(3, 2))
    [{0: 2, 2: 1}, {0: 1, 1: 2}]
    >>> list(partitions(2, (1, 1)))
    [{(0, 0): 1, (1, 1): 1}, {(1, 0): 1, (0, 1): 1}]
    """
    check_count(total, "total", 0)
    single = not isinstance(degree, (tuple, list, np.ndarray))
    index: Index = (degree,) if single else tuple(degree)  # type: ignore[assignment, arg-type]
    for entry in index:
        check_count(entry, "degree", 0)
    allowed = None if parts is None else [(n,) if single else tuple(n) for n in parts]
    found = drawn_from(total, index, allowed)
    return ({n[0]: count for n, count in chosen.items()} for chosen in found) if single else found


def drawn_from(total: int, degree: Index, parts: Iterable[Index] | None) -> Iterator[dict[Index, int]]:
    """Yield the partitions into the multi-indices `parts`, by default all."""
    origin = (0,) * len(degree)
    allowed = set(product(*(range(top + 1) for top in degree)) if parts is None else parts)
    ordered = sorted((n for n in allowed if any(n) and all(a <= b for a, b in zip(n, degree, strict=True))), reverse=True)
    for chosen in _drawn(total, degree, ordered, 0):
        spare = total - sum(chosen.values())
        if spare == 0 or origin in allowed:
            yield {origin: spare, **chosen} if spare else chosen


def _drawn(most: int, rest: Index, parts: Sequence[Index], start: int) -> Iterator[dict[Index, int]]:
    """Yield the multisets of at most `most` of parts[start:] with the sum `rest`."""
    leading = next((i for i, entry in enumerate(rest, 1) if entry), 0)
    if not leading:
        yield {}
    for position in range(start, len(parts) if leading and most else start):
        part = parts[position]
        if not any(part[:leading]):
            break  # no later part reaches the first variable that is left
        left = tuple(map(sub, rest, part))
        if min(left) >= 0:
            for chosen in _drawn(most - 1, left, parts, position):
                yield {part: chosen.pop(part, 0) + 1, **chosen}


def multinomial(counts: Iterable[int]) -> int:
    """Return (l_1 + l_2 + …)! / (l_1! l_2! …).

    >>> multinomial([2, 1, 1])
    12
    """
    total, result = 0, 1
    for count in counts:
        total += count
        result *= math.comb(total, count)
    return result


def raised(base: Any, exponent: int) -> Any:
    """Return base**exponent by squaring; the power operator of balls gives no number where the ball holds 0.

    >>> raised(3, 5)
    243
    """
    result: Any = 1
    while exponent:
        if exponent % 2:
            result = result * base
        exponent //= 2
        base = base * base if exponent else base
    return result


def check_count(value: object, what: str, least: int) -> int:
    """Return an integer >= `least` as an int, or raise `OptionError`."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= least:
        return int(value)
    raise OptionError(f"{what}={value!r} ({type(value).__name__}): expected an integer >= {least}, such as {what}=6")
