"""Networks: layers in a row, with names for inputs and outputs, and their expansion over a space."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import sympy

from symseries.cost import Cost
from symseries.display import write_text
from symseries.errors import (
    LawNameError,
    NetworkFormatError,
    NetworkShapeError,
    NetworkValueError,
    OptionError,
    ResourceLimitError,
    SpaceMismatchError,
    listing,
    suggestion,
)
from symseries.expansion import Expansion, exact, general_coefficient
from symseries.layers import Activation, Affine, Formula, Held, Layer, Pick, Transform, Width, count
from symseries.names import check_name, check_names, plain, symbol
from symseries.parsing import parse_expression
from symseries.plans import Plan
from symseries.progress import announce
from symseries.projection import Projection, between_kinks, check_formula, check_values, projected, whole_powers
from symseries.scalars import F64, MPF, Array, Scalars, check_scalars, reached
from symseries.series import Series
from symseries.spaces import BoxSpace, Space, TaylorSpace, any_space, check_space, check_supported
from symseries.symbolic import Polynomials
from symseries.tables import Table, input_matrix, read_table

FORMAT = "symseries.network"
VERSION = 1

# Measured on networks that are converged, under-trained and memorising: converged ones stay far below.
_UNDER_TRAINED = 0.6  # distance to the optimum relative to sqrt(measurements - effective weights)
_MEMORISING = 0.7  # share of the measurements that the weights use up
_OVERFITTED = 0.3  # explained variance lost on data left out

_MAX_JACOBIAN = 50_000_000  # derivatives of coefficients in weights, 400 MB


@dataclass(frozen=True)
class Training:
    """How a network was trained: what its report says. Residuals are in units of the target."""

    rmse: float
    """Root mean square residual at the data."""
    r2: float
    """Share of the target's variance explained at the data."""
    heldout_rmse: float
    """Root mean square leave-one-out residual of the linearised network."""
    heldout_r2: float
    noise: float
    """Standard deviation of the noise, sqrt(RSS/(n - effective weights))."""
    effective_weights: float
    """Number of weights that the data determine (MacKay's gamma)."""
    distance: float
    """Newton distance to the optimum, in standard errors of any constant read off the network."""
    converged: bool
    rows: int
    logarithms: tuple[str, ...] = ()
    """Inputs that enter in their logarithm."""
    smooth: bool = True
    """Whether no activation has a kink; at kinks the distance to the optimum means little."""
    finished: int = 1
    """Random starts that were followed to their end; fewer than `wanted` where training was interrupted."""
    wanted: int = 1
    seed: int | None = None
    """Seed of the random starts, where one was given."""

    @property
    def under_trained(self) -> bool:
        """Whether the distance to the optimum is of the size of the noise, as of a network whose training stopped early."""
        return self.smooth and self.distance > _UNDER_TRAINED * max(self.rows - self.effective_weights, 1.0) ** 0.5

    @property
    def memorises(self) -> bool:
        """Whether the weights use up the measurements, or much is lost on data left out."""
        return self.effective_weights > _MEMORISING * self.rows or self.r2 - self.heldout_r2 > _OVERFITTED


class Network:
    """A feed-forward network: named inputs, layers in a row, named outputs.

    Parameters: `layers`, a sequence of `Affine`, `Activation`, `Whitening`, `Transform`, `Dropout`; `inputs`, the names of its
    inputs in order; `outputs`, the names of its outputs. `data` is the table it was trained on and `covariance` that of its
    weights, (P, P) in the order weights row by row, then bias, layer by layer; both are None where they are not known.

    Raises `NetworkShapeError`, `NetworkValueError` (naming layer, row and column), `UnsupportedLayerError`, `LawNameError`.

    >>> import symseries as ss
    >>> net = ss.Network([ss.Affine([[1, 2]], [3]), ss.Activation("tanh"), ss.Affine([[2]])], inputs=("c", "d"))
    >>> net.expression()
    2*tanh(c + 2*d + 3)
    >>> net([[0.1, 0.2]]).round(6).tolist()
    [1.996356]
    """

    data: Table | None = None
    covariance: Array | None = None
    training: Training | None = None
    name: str = "network"

    def __init__(self, layers: object, inputs: Sequence[object] | str, outputs: Sequence[str] | str = ("y",)) -> None:
        self.inputs = check_names(inputs, "input")
        self.outputs: tuple[str, ...] = (outputs,) if isinstance(outputs, str) else tuple(outputs)
        if not isinstance(layers, (list, tuple)):
            raise NetworkFormatError(f"layers {layers!r}: expected a list of layers")
        # A Transform learns from the network which columns it names, so that one object cannot serve two.
        self.layers = tuple(copy.copy(layer) if isinstance(layer, Transform) else layer for layer in layers)
        if not self.layers or not self.inputs:
            raise NetworkShapeError(
                f"network of {len(self.layers)} layers and {len(self.inputs)} inputs; expected at least one of each"
            )
        self._plan = Plan(self.layers)
        width: Width = self.inputs
        for position, layer in enumerate(self.layers, 1):
            if not isinstance(layer, Layer):
                raise NetworkFormatError(
                    f"layer {position}: {layer!r}; expected Affine, Activation, Whitening, Transform or Dropout"
                )
            width = layer.check(width, self._where(position))
        self._check_outputs(count(width))
        for name in self.symbols:
            if name in self.inputs:
                raise LawNameError(f"symbol {name!r} among the weights is also an input; rename one of the two")

    def _check_outputs(self, columns: int) -> None:
        if len(self.outputs) != columns:
            raise NetworkShapeError(
                f"network: the last layer has {columns} outputs, named {self.outputs!r}; give {columns} names"
            )
        for name in self.outputs:
            check_name(measured_column(str(name))[0], "output")
        if len(set(self.outputs)) < columns:
            raise LawNameError(f"outputs {listing(self.outputs)}: a name is given twice; expected different names")

    @classmethod
    def symbolic(cls, widths: object, activation: str, inputs: Sequence[object] | str) -> Network:
        """Return a network with symbols for weights, w<layer>_<row>_<column>, and biases, b<layer>_<row>, rows from 1.

        `widths` counts inputs, hidden neurons layer by layer, outputs. The activation stands between layers, not at the end.

        >>> Network.symbolic((1, 1, 1), "tanh", inputs=("x",)).expression()
        b2_1 + w2_1_1*tanh(b1_1 + w1_1_1*x)
        """
        sizes = tuple(widths) if isinstance(widths, (list, tuple)) else ()
        if len(sizes) < 2 or not all(isinstance(n, (int, np.integer)) and n > 0 for n in sizes):
            raise NetworkShapeError(f"widths={widths!r}: expected two or more positive integers, inputs first, outputs last")
        layers: list[Layer] = []
        for k in range(1, len(sizes)):
            rows = range(1, sizes[k] + 1)
            weights = [[symbol(f"w{k}_{i}_{j}") for j in range(1, sizes[k - 1] + 1)] for i in rows]
            layers += [Affine(weights, [symbol(f"b{k}_{i}") for i in rows]), Activation(activation)]
        last = sizes[-1]
        return cls(layers[:-1], inputs, ("y",) if last == 1 else tuple(f"y{i}" for i in range(1, last + 1)))

    @classmethod
    def from_expression(
        cls, expression: object, inputs: Sequence[object] | str, outputs: Sequence[str] | str = ("y",)
    ) -> Network:
        """Return the network that a SymPy expression, or text of the law grammar, is; a list of them has several outputs.

        Raises `LawNameError` for a symbol that is no input.

        >>> Network.from_expression("1/(1 + exp(-3*x))", inputs=("x",))([[0.0]]).tolist()
        [0.5]
        """
        names = check_names(inputs, "input")
        several = expression if isinstance(expression, (list, tuple)) else [expression]
        formulas = [parse_expression(e, "network", declared=names) if isinstance(e, str) else e for e in several]
        for formula in formulas:
            if not isinstance(formula, sympy.Expr):
                raise NetworkFormatError(f"expression {formula!r}: expected a SymPy expression or text")
            extra = sorted(s.name for s in formula.free_symbols if s.name not in names)
            if extra:
                raise LawNameError(f"symbol {extra[0]!r} is no input{suggestion(extra[0], names)}; inputs: {listing(names)}")
        return cls([Formula([plain(f) for f in formulas], names)], names, outputs)

    def _where(self, position: int) -> str:
        return self._words[position - 1]

    @cached_property
    def _words(self) -> tuple[str, ...]:
        """The layers in words, as errors call them."""
        names = [f" {layer.name}" if isinstance(layer, Activation) else "" for layer in self.layers]
        pairs = enumerate(zip(self.layers, names, strict=True), 1)
        return tuple(f"layer {position} ({type(layer).__name__}{name})" for position, (layer, name) in pairs)

    # -------------------------------------------------------------------------------------------------------- values
    def __call__(self, X: object) -> Array:
        """Return the outputs at X (n, inputs), or a table matched by name: (n,), or (n, outputs) for several.

        Raises `DataError` for inputs of another shape or type, and where the network has no finite value.
        """
        points = F64.array(input_matrix(X, self.inputs))
        values = self.evaluate(points, F64)
        check_values(values, points, self.inputs, self.outputs)
        return values[:, 0] if len(self.outputs) == 1 else values

    def evaluate(self, X: Array, scalars: Scalars) -> Array:
        """Return the outputs (n, outputs) at points (n, inputs) of a ring; float64 ones may come out infinite or undefined."""
        self._check_numbers()
        with np.errstate(all="ignore"):
            for position, layer in enumerate(self.layers, 1):
                X = layer.values(X, scalars, self._where(position))
        return X

    def jacobian(self, X: Array) -> Array:
        """Return the derivatives of the outputs in the weights at X (n, inputs), (outputs, n, P), by reverse accumulation."""
        self._check_numbers()
        with np.errstate(all="ignore"):
            return self._jacobian(X)

    def _jacobian(self, X: Array) -> Array:
        inputs = [X]
        for position, layer in enumerate(self.layers, 1):
            inputs.append(layer.values(inputs[-1], F64, self._where(position)))
        n, m = inputs[-1].shape
        delta = np.broadcast_to(np.eye(m)[:, None, :], (m, n, m))
        blocks: list[Array] = []
        for layer, before, after in zip(self.layers[::-1], inputs[-2::-1], inputs[:0:-1], strict=True):
            if isinstance(layer, Affine):
                blocks[:0] = [(delta[..., :, None] * before[None, :, None, :]).reshape(m, n, -1), delta]
            if isinstance(layer, Formula) or len(blocks) == 2 * self._affine_count:
                break
            delta = layer.pull_back(delta, before, after)
        return np.concatenate(blocks, axis=2) if blocks else np.zeros((m, n, 0))

    @property
    def _affine_count(self) -> int:
        return sum(isinstance(layer, Affine) for layer in self.layers)

    @property
    def exact(self) -> bool:
        """Whether all numbers and activations are rational, so that rational inputs give rational outputs."""
        return all(layer.exact for layer in self.layers)

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """The symbols among the weights, by name."""
        found = set().union(*(layer.symbols for layer in self.layers))
        return tuple(sorted(s.name for s in found))

    def _check_numbers(self) -> None:
        if self.symbols:
            raise OptionError(f"the weights {listing(self.symbols, 4)} are symbols; expected numbers here, use .expression()")

    # ----------------------------------------------------------------------------------------------------- expansion
    def expand(self, space: Space, scalars: Scalars = F64) -> Series:
        """Return the network's series over a space, its variables matched by name.

        Over a Taylor space every activation is expanded at the actual constant term of its argument, so that coefficients of
        every order kept are those of the network: rounded in `F64`, exact in `QQ` where all values are rational, to any number
        of digits in `MPF(dps)`, certainly inside the balls of `ARB(bits)`, and in `SYM` exact polynomials in the symbols among
        the weights, in the centre, and in one generator for each value that is not rational, such as tanh(3/10). Over the other
        spaces the coefficients are the projection of the network's values at the nodes, in float64; `notes` tell the estimated
        error of the quadrature, `warnings` where it is large, and with `order="auto"` the order chosen. Polynomials are
        projected exactly in the other rings. Where the covariance Sigma of the weights is known, coefficients in `F64` carry
        J Sigma J', J being their derivatives in the weights.

        Raises `SpaceMismatchError` where the space lacks an input, `NotAnalyticError` on a kink and where a network written as
        an expression has a pole in the domain, `OptionError` for a value that the ring does not hold, naming the neuron, and
        `ResourceLimitError` with the prediction for what is too large. What takes over two seconds is announced on a terminal.
        """
        any_space(space)
        if not isinstance(space, TaylorSpace):
            return self._off_taylor(space, check_scalars(scalars))
        check_supported(space, check_scalars(scalars))
        if not isinstance(scalars, Polynomials):
            self._check_numbers()
        expansion, cost = self._expansion(space, scalars), self.cost(space, scalars)
        announce("expanding", cost, cost.seconds)
        return self._taylor(expansion)

    def _off_taylor(self, space: Space, scalars: Scalars) -> Series:
        """Return the projection onto a space with nodes; of a polynomial in exact rings and balls the exact one."""
        places = self._places(space)
        if isinstance(space, BoxSpace):
            check_formula(self.layers, space)
        if isinstance(space, BoxSpace) and scalars is not F64:
            return self._polynomial(space, scalars)
        self._check_numbers()
        found = projected(between_kinks(self.layers, space), lambda points, ring: self._at(points[:, places], ring), scalars)
        covariance = self._projected_covariance(found, places) if scalars is F64 else None
        return Series(found.space, self._shaped(found.table), scalars, covariance, **found.said)

    def _at(self, points: Array, scalars: Scalars) -> Array:
        found = self.evaluate(points, scalars)
        if scalars is F64:
            check_values(found, points, self.inputs, self.outputs)
        return found

    def _polynomial(self, space: BoxSpace, scalars: Scalars) -> Series:
        """Return the exact projection of a network that is a polynomial of its inputs; `OptionError` where it is none."""
        formulas = self.expression()
        powers = whole_powers(formulas if isinstance(formulas, list) else [formulas], self.inputs, space, scalars)
        whole = self.expand(powers, scalars).project(space)
        return Series(space, self._shaped(whole.elements), whole.scalars)

    def _projected_covariance(self, found: Projection, places: list[int]) -> Array | None:
        if self.covariance is None or len(self.outputs) > 1:
            return None
        root = found.of(self.jacobian(found.space.nodes[:, places])[0]) @ _square_root(self.covariance)
        return np.asarray(root @ root.T)

    def cost(self, space: TaylorSpace, scalars: Scalars = F64) -> Cost:
        """Return what the expansion over a Taylor space costs, its covariance included, all estimated.

        Raises `ResourceLimitError` beyond the limits.
        """
        return self._plan.cost(space, scalars, derivatives=self._carries_covariance(space, scalars))

    def _shaped(self, table: Array) -> Array:
        return table[:, 0] if len(self.outputs) == 1 else table

    def _places(self, space: Space) -> list[int]:
        for name in self.inputs:
            if name not in space.variables:
                raise SpaceMismatchError(
                    f"the network's input {name!r} is not in the space{suggestion(name, space.variables)}; its variables are "
                    f"{listing(space.variables)}; use net.slice to hold an input"
                )
        return [space.variables.index(name) for name in self.inputs]

    def _expansion(self, space: TaylorSpace, scalars: Scalars) -> Expansion:
        return Expansion(self._plan, space, self._places(space), scalars, self._where)

    def _taylor(self, expansion: Expansion) -> Series:
        space, scalars = expansion.space, expansion.scalars
        if isinstance(scalars, Polynomials):
            ring, table, warnings = exact(expansion, scalars, self.symbols)
            return Series(space, self._shaped(table), ring, warnings=warnings)
        if isinstance(scalars, MPF):
            table, warnings = reached(lambda ring: replace(expansion, scalars=ring).outputs(), scalars)
            return Series(space, self._shaped(table), scalars, warnings=warnings)
        with np.errstate(all="ignore"), scalars.working():
            table, warnings, covariance = self._with_covariance(expansion)
        if scalars is F64 and not np.isfinite(table).all():
            raise NetworkValueError(f"coefficients over {space.describe()} overflow; expected finite numbers, move the centre")
        return Series(space, self._shaped(table), scalars, covariance, warnings=warnings)

    def _with_covariance(self, expansion: Expansion) -> tuple[Array, tuple[str, ...], Array | None]:
        """Return coefficients, how far they hold, and J Sigma J' where the covariance of the weights is known."""
        if self.covariance is None or not self._carries_covariance(expansion.space, expansion.scalars):
            return *expansion.outputs(), None
        tables = expansion.forward()
        root = expansion.derivative(tables, 0) @ _square_root(self.covariance)
        return tables[-1], expansion.warnings(tables), np.asarray(root @ root.T)

    def _carries_covariance(self, space: Space, scalars: Scalars) -> bool:
        """Whether the coefficients get a covariance: in float64, of one output, with derivatives of a size to be held."""
        if self.covariance is None or scalars is not F64 or len(self.outputs) > 1:
            return False
        return len(space) * len(self.covariance) <= _MAX_JACOBIAN

    def general_coefficient(self, space: Space, output: int = 0) -> sympy.Expr:
        """Return the Taylor coefficient of general order of a network with one hidden layer, a formula to print.

        c_n = sum_i v_i prod_j W_ij**n_j/n_j! f^(|n|)(b_i), the exponents n_<input> being symbols; put numbers in, then doit().

        Raises `OptionError` for more than one hidden layer, one with pieces, layers that are neither affine nor activations, or
        an output that there is not, `LawNameError` for a symbol among the weights that is named as an exponent.

        >>> import symseries as ss
        >>> net = ss.Network.symbolic((1, 1, 1), "exp", inputs=("x",))
        >>> formula = net.general_coefficient(ss.TaylorSpace({"x": 0}, order=0))
        >>> formula.subs("n_x", 3).doit()
        w1_1_1**3*w2_1_1*exp(b1_1)/6
        """
        check_space(space)
        if not isinstance(space, TaylorSpace):
            raise OptionError(f"general coefficient over {space.describe()}: expected a TaylorSpace")
        self._places(space)
        if output not in range(len(self.outputs)) or isinstance(output, bool):
            raise OptionError(f"output={output!r}: expected a number from 0 to {len(self.outputs) - 1}")
        return general_coefficient(self.layers, self.inputs, space, output)

    def coefficient_jacobian(self, space: Space, scalars: Scalars = F64) -> Array:
        """Return the derivatives of the Taylor coefficients in the weights, (N, P), or (outputs, N, P) for several outputs.

        The order of the P weights is W row by row, then b, layer by layer. They are found by reverse accumulation, exactly as
        the coefficients themselves, and handed over as `Series.coefficients` are.

        Raises what `expand` raises, `OptionError` over another space or in SYM, `ResourceLimitError` for too many derivatives.

        >>> import symseries as ss
        >>> net = ss.Network([ss.Affine([[2]], [1]), ss.Activation("exp")], inputs=("x",))
        >>> net.coefficient_jacobian(ss.TaylorSpace({"x": 0}, order=1)).round(3).tolist()  # exp(b + w x) in w and b
        [[0.0, 2.718], [2.718, 5.437]]
        """
        check_supported(check_space(space), check_scalars(scalars))
        if not isinstance(space, TaylorSpace) or isinstance(scalars, Polynomials):
            raise OptionError(f"derivatives of coefficients over {space!r} in {scalars}; use a TaylorSpace, and F64, QQ or ARB")
        self._check_numbers()
        weights = sum(layer.weights.size + layer.bias.size for layer in self.layers if isinstance(layer, Affine))
        if len(space) * weights > _MAX_JACOBIAN:
            raise ResourceLimitError(
                f"derivatives of {len(space)} coefficients in {weights} weights: the limit is {_MAX_JACOBIAN} numbers; "
                "lower the order"
            )
        with np.errstate(all="ignore"), scalars.working():
            expansion = self._expansion(space, scalars)
            tables = expansion.forward()
            found = [scalars.handed(expansion.derivative(tables, m)) for m in range(len(self.outputs))]
        return found[0] if len(found) == 1 else np.stack(found)

    def expression(self) -> Any:
        """Return the network as a SymPy expression of its inputs, or a list of them for several outputs."""
        xs: list[sympy.Expr] = [symbol(name) for name in self.inputs]
        for layer in self.layers:
            xs = layer.expression(xs)
        return xs if len(xs) > 1 else xs[0]

    # -------------------------------------------------------------------------------------------------------- copies
    def with_data(self, table: object) -> Network:
        """Return the network beside the table of measurements it describes.

        The table holds every input and, under its own name, the output (an output "log(p)" is found as the column p).
        Raises `DataError` for a missing column.
        """
        columns = [*self.inputs, *(measured_column(name)[0] for name in self.outputs)]
        return self._copy(data=read_table(table, dict.fromkeys(columns)))

    def slice(self, held: Mapping[str, object]) -> Network:
        """Return the network with some inputs held at values: a virtual experiment. It keeps no data of its own.

        Raises `NetworkShapeError` for a name that is no input, or where none is left free.
        """
        for name in held:
            if name not in self.inputs:
                raise NetworkShapeError(
                    f"slice: {name!r} is no input{suggestion(name, self.inputs)}; inputs: {listing(self.inputs)}"
                )
        free = tuple(name for name in self.inputs if name not in held)
        sliced = Network([Held(self.inputs, held), *self.layers], free, self.outputs)
        sliced.covariance = self.covariance
        return sliced

    def output(self, position: int) -> Network:
        """Return the network of one of its outputs, counted from 0; data, covariance and training report stay with it."""
        return self.then(Pick(position), (self.outputs[position],))

    def then(self, layer: Layer, outputs: Sequence[str]) -> Network:
        """Return the network followed by one more layer without weights, its outputs named anew."""
        longer = Network([*self.layers, layer], self.inputs, outputs)
        longer.data, longer.covariance, longer.training, longer.name = self.data, self.covariance, self.training, self.name
        return longer

    def _copy(self, **changes: Any) -> Network:
        twin = copy.copy(self)
        vars(twin).update(changes)
        return twin

    # ----------------------------------------------------------------------------------------------------------- JSON
    def to_json(self, path: str | Path | None = None) -> str:
        """Return the network as JSON text, and write it to `path` where one is given; `read_network` reads it back.

        The text holds format "symseries.network", version, inputs, outputs, the layers with their numbers (floats exactly,
        rationals as text), and, where known, data, the covariance of the weights and the training report.
        """
        record = {
            "format": FORMAT, "version": VERSION, "inputs": list(self.inputs), "outputs": list(self.outputs),
            "layers": [layer.to_dict() for layer in self.layers],
            "data": None if self.data is None else self.data.to_dict(),
            "covariance": None if self.covariance is None else self.covariance.tolist(),
            "training": None if self.training is None else asdict(self.training),
        }  # fmt: skip
        text = json.dumps(record, allow_nan=False, indent=1)
        if path is not None:
            write_text(path, text)
        return text

    def __repr__(self) -> str:
        layers = ", ".join(self._where(i).split("(")[1][:-1] for i in range(1, len(self.layers) + 1))
        return f"<Network: {listing(self.inputs)} -> {listing(self.outputs)}; {layers}>"


def measured_column(output: str) -> tuple[str, str | None]:
    """Return the column that an output predicts and the transform it was predicted in: "log(p)" is ("p", "log")."""
    inner = output.removeprefix("log(")
    return (inner[:-1], "log") if inner != output and output.endswith(")") else (output, None)


def _square_root(covariance: Array) -> Array:
    """Return S with S S' = covariance, by eigenvalues, the negative ones of rounding set to zero."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
