"""Where two readings are open that only the whole text can tell apart: each is refused at its place, never guessed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from symseries.parsing.latex import nodes as n
from symseries.parsing.latex.bigs import indices_of
from symseries.parsing.latex.context import is_simple
from symseries.parsing.latex.naming import key_of

if TYPE_CHECKING:
    from symseries.parsing.latex.values import Builder

# Letters that are functions by custom where an index and a bracket follow: those of Bessel.
_BESSEL = frozenset("JY")
# Letters that count in pairs, as indices of matrices do.
PAIRED = frozenset("ijklmnpqrs")


def multiplies(node: n.Bracketed, alone: bool, entry: bool) -> bool:
    r"""Tell a bracket that can only multiply the name before it.

    It holds what needs a bracket as a factor: a sum, or several factors under a power, `s_k (\theta x)^k`. Behind a name that
    also stands `alone` in the text any formula does, behind an `entry`, a name with an index, no single value.
    """
    if len(node.arguments) != 1 or not (alone or entry):
        return False
    inner = node.arguments[0]
    if node.name.base in _BESSEL and node.name.below and not alone:
        return False
    several = isinstance(inner, n.Big | n.Integral) or (isinstance(inner, n.Plus) and (alone or len(inner.terms) > 1))
    if node.exponent is not None:
        return several or isinstance(inner, n.Times | n.Over) or (alone and not is_simple(inner))
    return several or (alone and not is_simple(inner))


def check_power(b: Builder, node: n.Power) -> None:
    """Refuse a power that may be a transpose, a mixed tensor, or that of e with the imaginary unit."""
    exponent = node.exponent
    if isinstance(exponent, n.Plus) and len(exponent.terms) == 1:
        exponent = exponent.terms[0][1]
    parts = node.base.factors if isinstance(node.base, n.Times) else (node.base,)
    if b.context.transposed and exponent == n.Name(exponent.start, "T") and _is_free(b, "T") and _are_names(parts):
        problem = "a superscript T, which may be a transpose or a power,"
        raise b.fault(exponent, problem, "; declare names={'T': Symbol('T')} for a power, or write the entries")
    if isinstance(node.base, n.Name) and any(label.index for label in node.base.below) and _is_layer(b, exponent):
        problem = "l above a name with indices, which may be a power or count layers,"
        raise b.fault(exponent, problem, r"; write w^{(l)}_{ij} for a layer, declare names={'l': ...} for a power")
    if isinstance(node.base, n.Name) and node.base.base == "delta" and _is_free(b, "delta"):
        _check_delta(b, node.base, exponent)


def _is_layer(b: Builder, exponent: n.Node) -> bool:
    """Tell `l`, alone or plus a number."""
    terms = [term for _, term in exponent.terms] if isinstance(exponent, n.Plus) else [exponent]
    names = [key_of(term) for term in terms if isinstance(term, n.Name)]
    return (
        names in (["l"], ["ell"]) and all(isinstance(term, n.Name | n.Number) for term in terms) and _is_free(b, names[0] or "")
    )


def _are_names(parts: tuple[n.Node, ...]) -> bool:
    return all(isinstance(part, n.Name) and part.base != "e" for part in parts)


def _is_free(b: Builder, key: str) -> bool:
    """Tell a letter that nobody declared and nothing binds."""
    return key not in b.bound and key not in b.context.names


def _check_delta(b: Builder, name: n.Name, exponent: n.Node) -> None:
    below = [index for label in name.below for index in label.index or ()]
    above = exponent.factors if isinstance(exponent, n.Times) else (exponent,)
    if len(below) + len(above) == 2 and all(isinstance(part, n.Name) and part.base in PAIRED for part in (*below, *above)):
        raise b.fault(exponent, "an index above, which may be that of a Kronecker delta,", r"; write \delta_{ij}")


def check_imaginary(b: Builder, exponent: n.Node) -> None:
    """Refuse `i` in the exponent of e, where nothing says whether it is the imaginary unit or a name."""
    for name in _bare(exponent):
        if _is_free(b, "i"):
            problem = "i in an exponent of e, which may be the imaginary unit or a name,"
            raise b.fault(name, problem, "; declare names={'i': sympy.I} or {'i': Symbol('i')}")


def _bare(node: n.Node) -> Iterator[n.Name]:
    """Yield where i stands in a formula, not as a subscript and not bound by a sum."""
    if isinstance(node, n.Name):
        yield from [node] if key_of(node) == "i" else []
    elif not isinstance(node, n.Big) or "i" not in map(key_of, indices_of(node)):
        for child in n.children(node):
            yield from _bare(child)


def check_differential(b: Builder, factors: tuple[n.Node, ...]) -> None:
    r"""Refuse `dx` outside of an integral, unless d also stands apart; `\mathrm{d}x` is never a product."""
    for first, second in itertools.pairwise(factors):
        if not isinstance(first, n.Name) or key_of(first) != "d" or not _is_free(b, "d") or not isinstance(second, n.Name):
            continue
        upright = b.source.text[first.start] == "\\"
        if upright or (b.context.differentials and second.start == first.start + 1):
            shown = b.source.text[first.start : second.start] + second.base
            problem = f"{shown!r}, which may be a differential or a product,"
            raise b.fault(first, problem, r"; write a derivative or an integral, or d \, x for a product")


def check_reach(b: Builder, node: n.Plus) -> None:
    r"""Refuse an index of a sum, or the variable of a limit, in a term behind it: `\sum_{k} a_k + b_k` ends before the +."""
    bound: set[str] = set()
    for _, term in node.terms:
        found = next((name for name in _unbound(term, frozenset()) if key_of(name) in bound), None) if bound else None
        if found is not None:
            problem = f"{key_of(found)} behind the sum or limit that it belongs to, which may reach to here or not,"
            raise b.fault(found, problem, "; put what it acts on into brackets, or rename it")
        last = term.factors[-1] if isinstance(term, n.Times) else term
        names = indices_of(last) if isinstance(last, n.Big) else (last.variable,) if isinstance(last, n.Limit) else ()
        bound |= {key for name in names if (key := key_of(name)) and key not in b.bound}


def _unbound(node: n.Node, bound: frozenset[str | None]) -> Iterator[n.Name]:
    """Yield the names in a formula that nothing in it binds, in subscripts too."""
    if isinstance(node, n.Name) and key_of(node) not in bound:
        yield node
    if isinstance(node, n.Big):
        bound |= {key_of(name) for name in indices_of(node)}
    elif isinstance(node, n.Integral | n.Limit | n.Evaluated):
        bound |= {key_of(node.variable)}
    for child in n.children(node):
        yield from _unbound(child, bound)


def check_pairs(b: Builder, big: n.Big) -> None:
    r"""Refuse `\sum_{i<j} a_i a_j`, where nothing outside says what j is: it may run over i, or over both."""
    if len(big.conditions) != 1 or big.above or len(big.conditions[0].links) != 2:
        return
    (_, first), (sign, second) = big.conditions[0].links
    if sign not in {"<", ">", "≤", "≥", "≠"} or not isinstance(first, n.Name) or not isinstance(second, n.Name):
        return
    key = key_of(second) or ""
    within = sum(isinstance(part, n.Name) and part.base == second.base for part in n.walk(big))
    if second.base in PAIRED and _is_free(b, key) and within > 1 and within == b.context.counts.get(second.base, 0):
        problem = f"a {big.kind} over {key_of(first)} {sign} {key}, which may run over one of them or over both,"
        raise b.fault(second, problem, r"; write 1 \leq i < j \leq n, or a sum for each")


def check_permutation(b: Builder, name: n.Name) -> None:
    r"""Refuse `\epsilon_{ijk}`, which may be the sign of a permutation."""
    letters = [key_of(index) for label in name.below for index in label.index or () if isinstance(index, n.Name)]
    three = len(letters) == 3 and all(letter in PAIRED for letter in letters)
    if name.base in {"epsilon", "varepsilon"} and three and not name.above and name.base not in b.context.names:
        problem = f"{name.base} with three indices, which may be the sign of a permutation,"
        raise b.fault(name, problem, "; declare what it means, sympy.LeviCivita or an IndexedBase")


def check_entry(b: Builder, node: n.Entry, product: bool) -> None:
    """Refuse a subscript behind a bracket, unless there are vectors in it."""
    bold = any(isinstance(part, n.Name) and part.base.startswith("bold_") for part in n.walk(node.vector))
    if product or not bold:
        problem = "a subscript behind a bracket, which may be a bound, what is held fixed, a rising factorial or an index,"
        raise b.fault(node, problem, r"; write \left. x^2 \right|_{x=1} for a value, bold names for vectors")


def check_radiation(b: Builder, node: n.Bracketed) -> None:
    r"""Refuse `\sigma(T^4 - T_0^4)`, a sum of powers of names, where sigma is rather a constant than a function."""
    inner = node.arguments[0]
    terms = [term for _, term in inner.terms] if isinstance(inner, n.Plus) else []
    powers = [term for term in terms if isinstance(term, n.Power) and isinstance(term.base, n.Name)]
    if (
        node.name.base == "sigma"
        and len(terms) > 1
        and powers == terms
        and all(isinstance(p.exponent, n.Number) for p in powers)
    ):
        problem = "sigma before a sum of powers, which may be a product or a function,"
        raise b.fault(node, problem, r"; write \cdot for a product, or declare names={'sigma': ...} as a Symbol or a Function")


def check_entry_name(b: Builder, name: n.Name) -> None:
    r"""Refuse a superscript that may be a power, indices that stand in two ways, and `\mathbf{W}^{(1)}`, which is no number."""
    if name.above and name.base in b.context.alone:
        problem = f"{name.base} alone and with a superscript in round brackets, which may be a power or an index,"
        raise b.fault(name, problem, "; write a power without brackets, or declare the sequence")
    if name.base in b.context.mixed:
        problem = f"the indices of {name.base}, which stand in two ways,"
        raise b.fault(name, problem, "; write them in one way")
    if name.base.startswith("bold_") and name.above and not name.below:
        problem = "a bold name with an upper index, which is no number,"
        raise b.fault(name, problem, r"; write an entry, \mathbf{x}^{(1)}_{i}, or give it a name of its own")
