"""The tree of a formula as it is written, before anything in it is computed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Node:
    """A part of the formula, and where it starts; two parts that are written alike are equal wherever they stand."""

    start: int = field(compare=False)


@dataclass(frozen=True)
class Number(Node):
    """A decimal number."""

    text: str


@dataclass(frozen=True)
class Label:
    r"""One entry of a subscript: `text` where it may be part of a name (`f`, `max`, `1`), `index` where it may be an index.

    `\sigma_{f}` has both, `\sigma_{\mathrm{HP}}` no index, `a_{k+1}` no text; `ij` stands for the indices i and j.
    """

    text: str | None
    index: tuple[Node, ...] | None


@dataclass(frozen=True)
class Name(Node):
    """A letter or word with its subscripts, and superscripts in round brackets."""

    base: str
    below: tuple[Label, ...] = ()
    above: tuple[Node, ...] = ()
    primes: int = 0


@dataclass(frozen=True)
class Infinity(Node):
    """The sign of infinity."""


@dataclass(frozen=True)
class Dots(Node):
    """Terms, factors or entries that are left out."""


@dataclass(frozen=True)
class Plus(Node):
    """Terms with their signs."""

    terms: tuple[tuple[int, Node], ...]


@dataclass(frozen=True)
class Times(Node):
    """Factors."""

    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Over(Node):
    """A quotient."""

    above: Node
    below: Node


@dataclass(frozen=True)
class Power(Node):
    """A power."""

    base: Node
    exponent: Node


@dataclass(frozen=True)
class Call(Node):
    """A function of the table with its arguments; `base` is the subscript of a logarithm or of a polylogarithm."""

    function: str
    arguments: tuple[Node, ...]
    base: Node | None = None


@dataclass(frozen=True)
class Bracketed(Node):
    r"""A name with a bracket after it, a function and its arguments or a product: names and other lines decide.

    `exponent` stands on the bracket (that of each entry if `elementwise`), `power` on the name; `marked` tells the form
    `f{\left(x\right)}`, which means a function; `step` is that of a factorial right behind the bracket, 0 without one.
    """

    name: Name
    arguments: tuple[Node, ...]
    exponent: Node | None = None
    marked: bool = False
    power: Node | None = None
    elementwise: bool = False
    step: int = 0


@dataclass(frozen=True)
class Entry(Node):
    """An entry of a vector that is a formula: `[...]_i`."""

    vector: Node
    indices: tuple[Node, ...]


@dataclass(frozen=True)
class Factorial(Node):
    """A factorial, `step` 1, or a double one, `step` 2."""

    argument: Node
    step: int


@dataclass(frozen=True)
class Choose(Node):
    """A binomial or multinomial coefficient."""

    above: Node
    below: tuple[Node, ...]


@dataclass(frozen=True)
class Stirling(Node):
    """A Stirling number of the second kind."""

    above: Node
    below: Node


@dataclass(frozen=True)
class Unit(Node):
    """Units with their exponents, and the number that was written together with them."""

    parts: tuple[tuple[str, int], ...]
    number: str = ""


@dataclass(frozen=True)
class Relations(Node):
    """A chain `first R second R third`; the first relation is empty, or the one that the chain begins with."""

    links: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Listing(Node):
    """Entries with commas between them."""

    entries: tuple[Node, ...]


@dataclass(frozen=True)
class Big(Node):
    """A sum or product: `conditions` stand below, `above` are the upper bounds."""

    kind: str
    conditions: tuple[Relations, ...]
    above: tuple[Node, ...]
    body: Node


@dataclass(frozen=True)
class Integral(Node):
    """An integral over one variable, definite or not."""

    body: Node
    variable: Name
    bounds: tuple[Node, Node] | None


@dataclass(frozen=True)
class Derivative(Node):
    """A derivative in the variables, each with its order."""

    operand: Node
    variables: tuple[tuple[Name, Node], ...]


@dataclass(frozen=True)
class Limit(Node):
    """A limit; `side` is "+", "-" or "+-"."""

    body: Node
    variable: Name
    point: Node
    side: str


@dataclass(frozen=True)
class Norm(Node):
    """A norm with its index, or an absolute value where `double` is false."""

    argument: Node
    double: bool
    index: Node | None = None


@dataclass(frozen=True)
class Rounded(Node):
    """The next integer below (`up` false) or above."""

    argument: Node
    up: bool


@dataclass(frozen=True)
class Remainder(Node):
    """The remainder of a division."""

    above: Node
    below: Node


@dataclass(frozen=True)
class Cases(Node):
    """Branches: a value and its condition, a chain, a parity, or None for the rest."""

    branches: tuple[tuple[Node, tuple[Relations, ...] | None], ...]


@dataclass(frozen=True)
class Evaluated(Node):
    """A part in which one variable has a value."""

    part: Node
    variable: Name
    point: Node


@dataclass(frozen=True)
class Order(Node):
    """The order of what is left out."""

    argument: Node


@dataclass(frozen=True)
class Annotated(Node):
    """A part with words or a name under or over its brace."""

    part: Node
    note: str


@dataclass(frozen=True)
class Elementwise(Node):
    """A power taken of each entry of a vector."""

    base: Node
    exponent: Node


def children(node: object) -> Iterator[Node]:
    """Yield the nodes right inside a node, in the order they are written.

    >>> [child.base for child in children(Power(0, Name(0, "x"), Name(2, "n")))]
    ['x', 'n']
    """
    if isinstance(node, Node | Label):
        values = [getattr(node, item.name) for item in dataclasses.fields(node)]
    else:
        values = list(node) if isinstance(node, tuple) else []
    for value in values:
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple | Label):
            yield from children(value)


def walk(node: Node, labels: bool = True) -> Iterator[Node]:
    """Yield a node and all nodes inside it; with `labels` false not those in subscripts that may be words.

    >>> len(list(walk(Power(0, Name(0, "x"), Name(2, "n")))))
    3
    """
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        if isinstance(current, Name) and not labels:
            computed = [part for label in current.below if label.text is None for part in label.index or ()]
            waiting += reversed([*current.above, *computed])
        else:
            waiting += reversed(list(children(current)))
