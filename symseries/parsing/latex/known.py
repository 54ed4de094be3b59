r"""Names that mathematics knows by their indices: orthogonal polynomials `H_{n}(x)`, the delta `\delta_{m n}`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import sympy

from symseries.errors import SymseriesError
from symseries.parsing.latex import nodes as n
from symseries.parsing.latex.doubts import PAIRED, check_permutation

if TYPE_CHECKING:
    from symseries.parsing.latex.values import Builder

# By their letter and how many upper indices in round brackets they have.
POLYNOMIALS: dict[tuple[str, int], Callable[..., sympy.Expr]] = {
    ("H", 0): sympy.hermite,
    ("P", 0): sympy.legendre,
    ("T", 0): sympy.chebyshevt,
    ("U", 0): sympy.chebyshevu,
    ("L", 0): sympy.laguerre,
    ("L", 1): sympy.assoc_laguerre,
    ("P", 2): sympy.jacobi,
    ("C", 1): sympy.gegenbauer,
}
# Letters that count degrees; `T_c` is a temperature, `P_i` a pressure.
_DEGREES = frozenset(("k", "l", "m", "n", "ell"))


def polynomial(builder: Builder, node: n.Bracketed) -> Callable[..., sympy.Expr] | None:
    r"""Return the orthogonal polynomial that a letter with a degree before a bracket is, or None.

    A power right behind the bracket of a sum tells a coefficient, `P_{n} (x - c)^{n}`; a number as subscript or a letter that
    counts nothing tells a name. The argument of a polynomial is no sum, which might be a factor, and its name has no power,
    which might be an order as in `P_l^m(x)`: this is refused. A prime is a derivative.
    """
    name = node.name
    rule = POLYNOMIALS.get((name.base, len(name.above)))
    if rule is None or len(node.arguments) != 1 or not _is_degree(name) or name.base in builder.context.names:
        return None
    if node.exponent is not None and isinstance(node.arguments[0], n.Plus):
        return None
    used = any(key == name.base or key.startswith(f"{name.base}_") for key in builder.context.alone)
    layered = any(isinstance(part, n.Name) and part.base == "l" for part in name.above)
    if used or layered or node.power is not None or isinstance(node.arguments[0], n.Plus):
        raise _doubtful(builder, node, rule)
    indices = [builder.value(part) for part in builder.indices(name)]
    upper, degree = indices[: len(name.above)], indices[-1]
    return lambda x: rule(degree, *upper, x)


def _is_degree(name: n.Name) -> bool:
    """Tell one subscript with a letter that counts: `n`, `n - 1`, `2 k`."""
    if len(name.below) != 1 or len(name.below[0].index or ()) != 1:
        return False
    letters = [part for part in n.walk((name.below[0].index or ())[0]) if isinstance(part, n.Name)]
    return bool(letters) and all(part.base in _DEGREES and not part.below for part in letters)


def _doubtful(builder: Builder, node: n.Bracketed, rule: Callable[..., sympy.Expr]) -> SymseriesError:
    base = node.name.base
    problem = f"{base} with an index before a bracket, which may be a product or a polynomial,"
    kind = getattr(rule, "__name__", "Function")
    return builder.fault(node, problem, rf"; write \cdot for a product, or declare names={{{base!r}: sympy.{kind}}}")


def evaluated(builder: Builder, node: n.Evaluated) -> sympy.Expr:
    """Return a part at a point, nothing computed."""
    point = builder.value(node.point)
    return sympy.Subs(builder.within((node.variable,), node.part), builder.variable(node.variable), point)


def kronecker(builder: Builder, node: n.Name) -> sympy.Expr | None:
    r"""Return the Kronecker delta that `\delta` with two indices is, or None where it is a name or an entry."""
    check_permutation(builder, node)
    if node.base != "delta" or node.above or node.primes or "delta" in builder.context.names:
        return None
    indices = [index for label in node.below for index in label.index or ()]
    words = any(label.index is None for label in node.below)
    if len(indices) != 2 or words or not _are_counted(node, indices, set(builder.bound)):
        return None
    if "delta" in builder.context.mixed:
        problem = r"\delta with one index and with two, which may be entries or a Kronecker delta,"
        raise builder.fault(node, problem, "; declare names={'delta': sympy.KroneckerDelta}, or an IndexedBase")
    return sympy.KroneckerDelta(*(builder.value(index) for index in indices))


def _are_counted(node: n.Name, indices: list[n.Node], bound: set[str]) -> bool:
    r"""Tell two indices, of which not both are numbers, from the letters of a word such as `\delta_{in}`."""
    letters = [part for index in indices for part in n.walk(index) if isinstance(part, n.Name)]
    if bound & {part.base for part in letters}:
        return True
    spelled = len(node.below) == 1 and node.below[0].text is not None
    word = spelled and indices[1].start == indices[0].start + 1 and node.below[0].text == "in"
    return bool(letters) and not word and (not spelled or all(part.base in PAIRED for part in letters))
