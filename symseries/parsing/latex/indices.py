"""Sums and products: what stands below and above them to limits that SymPy has, or to conditions on an index set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy

from symseries.parsing.latex import nodes as n
from symseries.parsing.latex.doubts import check_pairs
from symseries.parsing.latex.structures import IndexProduct, IndexSum, Run

if TYPE_CHECKING:
    from symseries.parsing.latex.values import Builder

_UPWARD = {"≤": 0, "<": 1}
_Limits = tuple[n.Name, sympy.Expr, sympy.Expr]


def summed(b: Builder, big: n.Big) -> sympy.Expr:
    """Return a sum or product: in limits where each index runs from one number to another, else over an index set."""
    check_pairs(b, big)
    if (limits := _in_limits(b, big)) is not None:
        names = tuple(name for name, _, _ in limits)
        if all(_is_symbol(b, name) for name in names):
            body = b.within(names, big.body)
            kind = sympy.Sum if big.kind == "sum" else sympy.Product
            return kind(body, *((b.variable(name), low, high) for name, low, high in limits))
    return _over_set(b, big)


def _is_symbol(b: Builder, name: n.Name) -> bool:
    """Tell an index that is a letter from one that is itself an entry of a sequence, `l_1` beside `l_m`."""
    return not name.below or name.base not in b.context.sequences


def _in_limits(b: Builder, big: n.Big) -> list[_Limits] | None:
    """Return the indices with their limits, inner ones first, or None where they are not of that form."""
    if len(big.conditions) != 1:
        return None if big.above else _nested(b, big)
    chain = big.conditions[0]
    first, signs = chain.links[0][1], tuple(sign for sign, _ in chain.links[1:])
    if signs == ("=",) and len(big.above) == 1:
        names = first.entries if isinstance(first, n.Listing) else (first,)
        if all(isinstance(name, n.Name) for name in names):
            low, high = b.bound_of(chain.links[1][1]), b.bound_of(big.above[0])
            return [(name, low, high) for name in reversed(names) if isinstance(name, n.Name)]
    if big.above:
        return None
    if signs == ("=",) and isinstance(first, n.Name):
        raise b.fault(big, f"a {big.kind} without its upper bound", "; write it above, \\sum_{k=0}^{n}")
    return _between(b, chain, signs)


def _nested(b: Builder, big: n.Big) -> list[_Limits] | None:
    r"""Return the limits of several conditions of the form `0 \leq k \leq n`, inner ones first; None for other conditions."""
    found: list[_Limits] = []
    for chain in big.conditions:
        limits = _between(b, chain, tuple(sign for sign, _ in chain.links[1:]))
        if limits is None:
            return None
        found += limits
    for order in (found, found[::-1]):
        inner = [b.variable(name) for name, _, _ in order]
        if not any((low + high).has(*inner[: place + 1]) for place, (_, low, high) in enumerate(order)):
            return order
    return None


def _between(b: Builder, chain: n.Relations, signs: tuple[str, ...]) -> list[_Limits] | None:
    r"""Return the limits that `0 \leq k \leq n` or `k \geq 1` says."""
    nodes = [node for _, node in chain.links]
    if len(signs) == 2 and set(signs) <= set(_UPWARD) and isinstance(nodes[1], n.Name):
        low, high = b.bound_of(nodes[0]) + _UPWARD[signs[0]], b.bound_of(nodes[2]) - _UPWARD[signs[1]]
        return [(nodes[1], low, high)]
    if len(signs) == 1 and signs[0] in {"≥", ">"} and isinstance(nodes[0], n.Name):
        return [(nodes[0], b.value(nodes[1]) + (signs[0] == ">"), sympy.oo)]
    return None


def _over_set(b: Builder, big: n.Big) -> sympy.Expr:
    """Return a sum over the natural numbers that meet conditions."""
    names = _bound_names(b, big)
    keys = tuple(name for name in names if _is_symbol(b, name))
    conditions: list[sympy.Basic] = []
    for chain in big.conditions:
        if len(chain.links) > 1 and not big.above:
            conditions += b.conditions(chain)
    body = b.within(keys, big.body)
    indices = _indices(b, big)
    conditions += _bounds(b, big, indices)
    if (split := _eliminated(big, indices, conditions, body)) is not None:
        return split
    kind = IndexSum if big.kind == "sum" else IndexProduct
    return kind(body, indices, conditions)


def _entries(big: n.Big) -> tuple[n.Node, ...]:
    """Return what stands below as the indices: entries of a list, or the names in the first side of each condition."""
    found: list[n.Node] = []
    for chain in big.conditions[:1] if big.above else big.conditions:
        nodes = [node for _, node in chain.links]
        for node in nodes[1:-1] if len(nodes) > 2 else nodes[:1]:
            found += node.entries if isinstance(node, n.Listing) else (node,)
    return tuple(found)


def _bound_names(b: Builder, big: n.Big) -> tuple[n.Name, ...]:
    return tuple(part for entry in _entries(big) for part in n.walk(entry) if isinstance(part, n.Name))


def _indices(b: Builder, big: n.Big) -> tuple[sympy.Expr, ...]:
    """Return the indices of a sum over a set: Symbols, entries of sequences, runs of them."""
    entries = _entries(big)
    found: list[sympy.Expr] = []
    for entry in entries:
        if isinstance(entry, n.Norm) and isinstance(entry.argument, n.Name) and not entry.argument.base.startswith("bold_"):
            problem = "the size of an index, which may be one number or several,"
            raise b.fault(entry, problem, r"; write 0 \leq k \leq n for a number, |\mathbf{k}| = n for several")
    for entry in b.filled(entries):
        value = b.value(entry.argument if isinstance(entry, n.Norm) else entry)
        found += [value] if isinstance(value, Run) else []
        for term in sympy.Add.make_args(value):
            found += _of_term(term)
    if not found:
        raise b.fault(big, "a sum whose condition names no index", "; write k=0 below and n above, or k_1 + k_2 = k below")
    return tuple(dict.fromkeys(found))


def _of_term(term: sympy.Expr) -> list[sympy.Expr]:
    r"""Return the indices in a term of a condition such as `k_1 + \dots + k_d` or `i + 2j`."""
    if isinstance(term, sympy.Sum) and len(term.limits) == 1:
        entries = [part for part in sympy.Mul.make_args(term.function) if isinstance(part, sympy.Indexed)]
        return [Run(entry, tuple(term.limits[0])) for entry in entries]
    _, rest = term.as_coeff_Mul()
    return [rest] if isinstance(rest, sympy.Symbol | sympy.Indexed) else []


def _bounds(b: Builder, big: n.Big, indices: tuple[sympy.Expr, ...]) -> list[sympy.Basic]:
    """Return the bounds that stand above, and the value below, as conditions on the indices."""
    if not big.above:
        return []
    above = _above(b, big, len(indices))
    found: list[sympy.Basic] = []
    links = big.conditions[0].links
    if len(links) == 1 and len(indices) == 1 and not isinstance(indices[0], Run):
        raise b.fault(big, f"a {big.kind} without its lower bound", r"; write it below, \sum_{k=0}^{n}")
    if len(links) == 2 and links[1][0] == "=":
        found += [sympy.Ge(index, b.bound_of(links[1][1])) for index in indices]
    elif len(links) != 1:
        raise b.fault(big, "a sum with a condition below and a bound above", "; write k=0 below and n above")
    found += [sympy.Le(index, bound) for index, bound in zip(indices, above, strict=True) if bound != sympy.oo]
    for chain in big.conditions[1:]:
        found += b.conditions(chain)
    return found


def _above(b: Builder, big: n.Big, count: int) -> list[sympy.Expr]:
    """Return one upper bound for each index; equal bounds with dots between them are one."""
    written = [entry for entry in big.above if not isinstance(entry, n.Dots)]
    if all(entry == written[0] for entry in written) and (len(written) != len(big.above) or len(written) == 1):
        return [b.bound_of(written[0])] * count
    if all(isinstance(entry, n.Infinity) for entry in written):
        return [sympy.oo] * count
    bounds = [b.bound_of(entry) for entry in b.filled(big.above)]
    if len(bounds) != count:
        raise b.fault(big, f"{len(bounds)} upper bounds for {count} indices", "; write one above each index")
    return bounds


def _eliminated(
    big: n.Big, indices: tuple[sympy.Expr, ...], conditions: list[sympy.Basic], body: sympy.Expr
) -> sympy.Expr | None:
    """Return a sum over `i + j = n` as a sum in limits, or None where the condition is another."""
    if big.kind != "sum" or len(conditions) != 1 or not isinstance(conditions[0], sympy.Eq):
        return None
    left, right = conditions[0].args
    plain = len(indices) > 1 and all(isinstance(index, sympy.Symbol) for index in indices)
    if not plain or left != sympy.Add(*indices) or right.free_symbols & set(indices):
        return None
    rest, limits = right, []
    for index in indices[:-1]:
        limits.append((index, 0, rest))
        rest -= index
    return sympy.Sum(body.xreplace({indices[-1]: rest}), *reversed(limits))
