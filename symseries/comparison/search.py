"""Best subset of candidate terms: the law's residual against every combination of a few terms, by linear algebra."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from symseries.errors import ResourceLimitError
from symseries.scalars import Array

MAX_SUBSETS = 1_000_000
_BATCH = 20_000
_DEPENDENT = 1e-6  # of a column of norm 1: what is left of it when it depends on the others


@dataclass(frozen=True)
class Subset:
    """Some columns and the squared distance that the law keeps when they are added; `terms` are the candidates they are of."""

    columns: tuple[int, ...]
    terms: frozenset[int]
    distance: float


def without(basis: Array, columns: Array) -> Array:
    """Return columns (k, m) or a vector (k,) without what a basis (k, p) spans."""
    q, _ = np.linalg.qr(basis / np.maximum(np.linalg.norm(basis, axis=0), 1e-300))
    return np.asarray(columns - q @ (q.T @ columns))


def admissible(
    target: Array,
    columns: Array,
    owner: Sequence[int],
    most: int,
    accepts: Callable[[Subset], bool],
) -> list[Subset]:
    """Return the subsets of at most `most` terms that are accepted, the smallest first, none of which contains another one.

    `target` (k,) and `columns` (k, m) are what the law leaves of the source and of the terms; `owner` says of which term a
    column is: a subset holds one column of a term, the best. Of each size the nearest are asked for first. Raises
    `ResourceLimitError` for too many subsets.

    >>> y, x = np.array([1.0, 1.0, 0.0]), np.eye(3)
    >>> [sorted(found.terms) for found in admissible(y, x, [0, 1, 2], 3, lambda subset: subset.distance < 0.5)]
    [[0, 1]]
    """
    check_count(len(owner), most)
    found: list[Subset] = []
    for size in range(1, most + 1):
        held = [subset.terms for subset in found]
        nearest = _best_of_each(target, columns, np.asarray(owner), size)
        found.extend(s for s in nearest if not any(terms <= s.terms for terms in held) and accepts(s))
    return found


def check_count(columns: int, most: int) -> None:
    """Raise `ResourceLimitError` for more subsets than can be looked at."""
    count = sum(math.comb(columns, size) for size in range(1, most + 1))
    if count > MAX_SUBSETS:
        raise ResourceLimitError(
            f"extend: {count} subsets of up to {most} of {columns} terms pass the limit of {MAX_SUBSETS}; "
            "give fewer candidates=, or a smaller max_terms="
        )


def _best_of_each(target: Array, columns: Array, owner: Array, size: int) -> list[Subset]:
    """Return for each set of terms its best columns, by distance."""
    best: dict[frozenset[int], Subset] = {}
    combinations = itertools.combinations(range(len(owner)), size)
    while batch := list(itertools.islice(combinations, _BATCH)):
        chosen = np.array(batch)
        distances = _distances(target, columns, chosen)
        for row in np.flatnonzero(np.isfinite(distances)):
            terms = frozenset(owner[chosen[row]].tolist())
            if len(terms) == size and (terms not in best or distances[row] < best[terms].distance):
                best[terms] = Subset(tuple(chosen[row].tolist()), terms, float(distances[row]))
    return sorted(best.values(), key=lambda subset: subset.distance)


def _distances(target: Array, columns: Array, chosen: Array) -> Array:
    """Return the squared distance of the target from the span of each choice (s, m) of columns, infinite where they depend."""
    stacks = columns.T[chosen].transpose(0, 2, 1)
    if stacks.shape[2] > stacks.shape[1]:
        return np.full(len(chosen), np.inf)
    q, r = np.linalg.qr(stacks)
    parts = np.einsum("skm,k->sm", q, target)
    dependent = np.abs(np.diagonal(r, axis1=1, axis2=2)).min(axis=1) < _DEPENDENT
    return np.where(dependent, np.inf, np.maximum(target @ target - (parts**2).sum(axis=1), 0.0))
