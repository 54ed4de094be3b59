"""The three records of a fit as JSON knows them, and the reading of what was written.

Nothing is computed anew: what a fit shows after it was read is what it showed when it was written. Text is read by the
grammar of laws, and by the readers of networks, tables and series; all that does not fit together is refused by its place.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import sympy

from symseries.display import refuse_path
from symseries.errors import DataError, ResourceLimitError, SymseriesError, listing
from symseries.fitting.judge import Judged
from symseries.fitting.options import Wishes, reduced, ties_from, ties_record
from symseries.fitting.prepare import Measurements, Prepared, Source, law_series
from symseries.fitting.solve import Solved
from symseries.fitting.weights import Weighting
from symseries.laws import Law
from symseries.network import Network
from symseries.parsing import parse_expression
from symseries.parsing import to_text as spelled
from symseries.readers.native import from_text
from symseries.scalars import F64, QQ, Array, Scalars, object_array
from symseries.series import Series
from symseries.tables import Table

MAX_CHARACTERS = 2**30
_WAY_OUT = "write it anew with Fit.to_json"

Record = dict[str, Any]


# ------------------------------------------------------------------------------------------------------------ writing
def to_text(record: Mapping[str, Any]) -> str:
    """Return a record as JSON text, an entry a line."""
    entries = (f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}" for key, value in record.items())
    return "{" + ",\n ".join(entries) + "}"


def real(value: float | None) -> float | str | None:
    """Return a number as JSON knows it, one that is not finite as text."""
    return value if value is None or math.isfinite(value) else str(float(value))


def records(prepared: Prepared, solved: Solved, judged: Judged) -> Record:
    """Return the three records as plain lists, numbers and text."""
    return {"prepared": _prepared(prepared), "solved": _solved(solved, prepared.scalars), "judged": _judged(judged)}


def _prepared(prepared: Prepared) -> Record:
    data = prepared.source.data
    return {
        "law": prepared.law.to_dict(), "source": _source(prepared.source), "data": None if data is None else data.to_dict(),
        "alpha": json.loads(prepared.alpha.to_json()), "root": _encoded(prepared.root, prepared.scalars),
        "weighting": prepared.weighting.words, "declared": prepared.weighting.declared, "composed": prepared.composed,
        "notes": list(prepared.notes), "ties": ties_record(prepared.ties), "given": prepared.given, "wanted": prepared.wanted,
        "relative": None if prepared.weighting.relative is None else prepared.weighting.relative.tolist(),
        "bounds": {name: [real(limit) for limit in pair] for name, pair in prepared.wishes.bounds.items()},
    }  # fmt: skip


def _source(source: Source) -> Record:
    if isinstance(source, Network):
        return {"network": {**json.loads(source.to_json()), "data": None}}  # its table stands beside it, with all columns
    assert isinstance(source, Measurements)  # noqa: S101 - narrows the type
    return {"inputs": list(source.inputs), "target": source.target, "transform": source.transform}


def _solved(solved: Solved, scalars: Scalars) -> Record:
    return {
        "values": _values(solved.values, scalars), "gain": solved.gain.tolist(),
        "jacobian": solved.jacobian.tolist(), "residual": _encoded(solved.residual, scalars), "method": solved.method,
        "digits": list(solved.digits), "bounded": list(solved.bounded),
    }  # fmt: skip


def _values(values: Sequence[Any], scalars: Scalars) -> Any:
    """Return constants: elements of a ring, or algebraic numbers as text."""
    if not scalars.exact and all(isinstance(value, sympy.Expr) for value in values):
        return [spelled(value) for value in values]
    return _encoded(object_array(values), scalars)


def _judged(judged: Judged) -> Record:
    return {
        "covariance": None if judged.covariance is None else judged.covariance.tolist(), "reason": judged.reason,
        "freedom": real(judged.freedom), "misfit": real(judged.misfit), "chi2": real(judged.chi2), "dof": judged.dof,
        "p_value": real(judged.p_value), "birge": real(judged.birge), "warnings": list(judged.warnings),
    }  # fmt: skip


def _encoded(values: Array, scalars: Scalars) -> Any:
    """Return ring elements (n,) or (n, m) as nested lists."""
    return [_encoded(v, scalars) if isinstance(v, np.ndarray) else scalars.encode(v) for v in values]


# ------------------------------------------------------------------------------------------------------------ reading
def from_json(text: object) -> Record:
    """Return the object that a text holds; `DataError` names the line and column where it is no JSON."""
    refuse_path(text, "fit")
    if not isinstance(text, str):
        raise DataError(f"fit: {type(text).__name__} received; expected the text that Fit.to_json returns")
    if len(text) > MAX_CHARACTERS:
        raise ResourceLimitError(f"fit: the text has {len(text)} characters; at most {MAX_CHARACTERS} are read")
    try:
        record: Record = entry_type(json.loads(text, object_pairs_hook=_once), dict, "the text")
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise DataError(f"fit: no JSON ({place}: {error.msg}); is it cut off? {_WAY_OUT}") from error
    except RecursionError as error:
        raise DataError(f"fit: brackets nested too deeply; {_WAY_OUT}") from error
    except DataError:
        raise
    except ValueError as error:  # a number of more digits than Python reads
        raise DataError(f"fit: {str(error).splitlines()[0]}; {_WAY_OUT}") from error
    return record


def _once(pairs: list[tuple[str, Any]]) -> Record:
    record = dict(pairs)
    if len(record) < len(pairs):
        twice = next(key for i, (key, _) in enumerate(pairs) if key in [k for k, _ in pairs[:i]])
        raise DataError(f"fit: key {twice!r} is given twice in one object; {_WAY_OUT}")
    return record


@contextmanager
def place(where: str) -> Iterator[None]:
    """Turn every refusal of a part into a `DataError` that names it."""
    try:
        yield
    except ResourceLimitError:
        raise
    except SymseriesError as error:
        said = str(error).removeprefix("fit, ")
        raise DataError(f"fit, {where}: {said}" if said == str(error) else f"fit, {said}") from error
    except (AttributeError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        said = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise DataError(f"fit, {where}: it cannot be read ({said}); {_WAY_OUT}") from error


def read(record: Mapping[str, Any], form: str, version: int) -> Record:
    """Return what makes a fit but its baseline: the three records, their shapes and names checked against each other."""
    _check_form(record, form, version)
    parts = entry(record, "records", dict, "top")
    prepared = _read_prepared(entry(parts, "prepared", dict, "records"))
    solved = _read_solved(entry(parts, "solved", dict, "records"), prepared)
    judged = _read_judged(entry(parts, "judged", dict, "records"), len(solved.values))
    versions = entry(entry(record, "provenance", dict, "top"), "versions", dict, "provenance")
    return {
        "prepared": prepared, "solved": solved, "judged": judged, "level": _level(record),
        "remarks": texts(record, "remarks", "top"),
        "versions": {name: entry_type(value, str, f"versions, {name}") for name, value in versions.items()},
    }  # fmt: skip


def _check_form(record: Mapping[str, Any], form: str, version: int) -> None:
    if record.get("format") != form:
        raise DataError(f"fit: format {str(record.get('format'))[:40]!r}; expected {form!r}, as Fit.to_json writes it")
    written = record.get("version")
    if type(written) is not int or written != version:
        raise DataError(
            f"fit: version {str(written)[:40]} of {form!r}; this release reads version {version}, write it anew or update"
        )


def _level(record: Mapping[str, Any]) -> float:
    level = read_real(record, "level", "top")
    if not 0 < level < 1:
        raise DataError(f"fit, level: {level!r}; expected a number between 0 and 1")
    return level


def entry(record: Mapping[str, Any], key: str, kind: type | None, where: str) -> Any:
    """Return an entry of a record, of the JSON type that it should have."""
    if key not in record:
        raise DataError(f"fit, {where}: no entry {key!r}; is it cut off? {_WAY_OUT}")
    return record[key] if kind is None else entry_type(record[key], kind, f"{where}, {key}")


def entry_type(value: object, kind: type, where: str) -> Any:
    """Return a value of the JSON type that it should have."""
    if type(value) is not kind:
        words = {list: "a list", dict: "an object", str: "text", int: "a whole number", bool: "true or false"}
        raise DataError(f"fit, {where}: {str(value)[:40]!r} ({type(value).__name__}); expected {words[kind]}")
    return value


def texts(record: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    """Return an entry that is a list of texts."""
    return tuple(entry_type(item, str, f"{where}, {key}") for item in entry(record, key, list, where))


def read_real(record: Mapping[str, Any], key: str, where: str) -> float:
    """Return an entry that `real` wrote."""
    value = entry(record, key, None, where)
    if isinstance(value, str) and value in {"inf", "-inf", "nan"}:
        return float(value)
    return _number(value, f"{where}, {key}")


def _number(value: object, where: str) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):  # type: ignore[arg-type]
        raise DataError(f"fit, {where}: {str(value)[:40]!r} ({type(value).__name__}); expected a finite number")
    return float(value)  # type: ignore[arg-type]


def _optional(record: Mapping[str, Any], key: str, where: str, reading: Callable[..., Any]) -> Any:
    return None if entry(record, key, None, where) is None else reading(record, key, where)


def _array(record: Mapping[str, Any], key: str, where: str, shape: Sequence[int | None], scalars: Scalars = F64) -> Array:
    """Return an entry that is an array of ring elements of this shape, None being any length."""
    items = entry(record, key, list, where)
    with place(f"{where}, {key}"):
        rows = [entry_type(row, list, f"{where}, {key}") for row in items] if len(shape) == 2 else [items]
        if len(shape) == 2 and len({len(row) for row in rows}) > 1:
            raise DataError("rows of different lengths; expected a matrix")
        flat = [scalars.decode(value) for row in rows for value in row]
        array = scalars.array(object_array(flat)).reshape((len(items), -1) if len(shape) == 2 else (-1,))
    if len(array.shape) != len(shape) or any(n not in (None, m) for n, m in zip(shape, array.shape, strict=True)):
        expected = ", ".join("any" if n is None else str(n) for n in shape)
        raise DataError(f"fit, {where}, {key}: shape {array.shape}; expected ({expected}); {_WAY_OUT}")
    if not scalars.exact and not np.isfinite(array).all():
        raise DataError(f"fit, {where}, {key}: an entry is not finite; {_WAY_OUT}")
    return array


def _read_prepared(record: Record) -> Prepared:
    where = "prepared"
    with place(f"{where}, law"):
        law = Law.from_dict(entry(record, "law", dict, where))
    data = entry(record, "data", None, where)
    with place(f"{where}, data"):
        table = None if data is None else Table.from_dict(entry_type(data, dict, f"{where}, data"))
    with place(f"{where}, source"):
        source = _read_source(entry(record, "source", dict, where), table)
    with place(f"{where}, ties"):
        ties = ties_from(entry(record, "ties", dict, where), law)
        model = reduced(law, ties)
    with place(f"{where}, alpha"):
        alpha = Series.from_json(json.dumps(entry(record, "alpha", dict, where)))
        beta = law_series(model, source, alpha.space, alpha.scalars)
        if alpha.coefficients.ndim != 1:
            raise DataError(f"coefficients of shape {alpha.coefficients.shape}; expected those of one output")
    return Prepared(
        source, law, alpha.space, alpha.scalars, alpha, model, beta, _read_weighting(record, alpha),
        entry(record, "composed", str, where), texts(record, "notes", where), ties, Wishes({}, _read_bounds(record, law)),
        entry(record, "given", bool, where), _optional(record, "wanted", where, lambda r, k, w: entry(r, k, str, w)),
    )  # fmt: skip


def _read_weighting(record: Record, alpha: Series) -> Weighting:
    where, size = "prepared", len(alpha.space)
    words, declared = entry(record, "weighting", str, where), entry(record, "declared", bool, where)
    relative = _optional(record, "relative", where, lambda r, k, w: _array(r, k, w, (size,)))
    return Weighting(_read_root(record, size, alpha.scalars), words, declared, relative)


def _read_bounds(record: Record, law: Law) -> dict[str, tuple[float, float]]:
    where, box = "prepared", {}
    for name, pair in entry(record, "bounds", dict, where).items():
        limits = entry_type(pair, list, f"{where}, bounds")
        if name not in law.constants or len(limits) != 2:
            raise DataError(f"fit, {where}, bounds of {name[:40]!r}; expected two limits of a constant; {_WAY_OUT}")
        low, high = (read_real({"limit": limit}, "limit", f"{where}, bounds") for limit in limits)
        box[name] = (low, high)
    return box


def _read_root(record: Record, size: int, scalars: Scalars) -> Array:
    rows = entry(record, "root", list, "prepared")
    is_matrix = bool(rows) and isinstance(rows[0], list)
    return _array(record, "root", "prepared", (None, size) if is_matrix else (size,), scalars)


def _read_source(record: Record, table: Table | None) -> Source:
    where = "prepared, source"
    if "network" in record:
        net = from_text(json.dumps(entry(record, "network", dict, where)), "network")
        if len(net.outputs) != 1:
            raise DataError(f"a network of {len(net.outputs)} outputs; expected one")
        if table is not None:
            net.with_data(table)  # refuses a table that lacks a column
            net.data = table
        return net
    if table is None:
        raise DataError(f"fit, {where}: neither a network nor data; expected one of them")
    inputs, target = texts(record, "inputs", where), entry(record, "target", str, where)
    transform = entry(record, "transform", None, where)
    if transform not in (None, "log"):
        raise DataError(f"transform {str(transform)[:40]!r}; expected 'log' or null")
    table.matrix((*inputs, target))  # refuses a table that lacks a column
    return Measurements(table, inputs, target, transform)


def _read_solved(record: Record, prepared: Prepared) -> Solved:
    where, size, unknowns = "solved", len(prepared.space), len(prepared.law.constants)
    handed = _read_values(record, prepared, unknowns)
    gain = _array(record, "gain", where, (unknowns, size))
    bounded = texts({"bounded": record.get("bounded", [])}, "bounded", where)  # absent from what earlier releases wrote
    if len({*bounded} & {*prepared.model.constants}) < len(bounded):
        raise DataError(f"fit, {where}, bounded: {listing(bounded)[:80]}; expected free constants of the law; {_WAY_OUT}")
    jacobian = _array(record, "jacobian", where, (size, len(prepared.model.constants) - len(bounded)))
    residual = _array(record, "residual", where, (size,), prepared.scalars)
    digits = texts(record, "digits", where)
    if len(digits) not in (0, unknowns):
        raise DataError(f"fit, {where}, digits: {len(digits)} texts for {unknowns} constants; {_WAY_OUT}")
    return Solved(handed, gain, jacobian, residual, entry(record, "method", str, where), digits, bounded)


def _read_values(record: Record, prepared: Prepared, unknowns: int) -> tuple[Any, ...]:
    given, where = record.get("values"), "solved"
    if not prepared.scalars.exact and isinstance(given, list) and given and all(isinstance(value, str) for value in given):
        found = tuple(parse_expression(value, f"fit, {where}, values") for value in given)
        if len(found) != unknowns or any(value.free_symbols for value in found):
            raise DataError(f"fit, {where}, values: expected {unknowns} numbers; {_WAY_OUT}")
        return found
    values = _array(record, "values", where, (unknowns,), prepared.scalars)
    return tuple(QQ.handed(values)) if prepared.scalars.exact else tuple(values.tolist())


def _read_judged(record: Record, unknowns: int) -> Judged:
    where = "judged"
    return Judged(
        covariance=_optional(record, "covariance", where, lambda r, k, w: _covariance(_array(r, k, w, (unknowns, unknowns)))),
        reason=entry(record, "reason", str, where),
        freedom=read_real(record, "freedom", where),
        misfit=read_real(record, "misfit", where),
        chi2=_optional(record, "chi2", where, read_real),
        dof=_optional(record, "dof", where, lambda r, k, w: entry(r, k, int, w)),
        p_value=_optional(record, "p_value", where, read_real),
        birge=read_real(record, "birge", where),
        warnings=texts(record, "warnings", where),
    )


def _covariance(matrix: Array) -> Array:
    errors = np.sqrt(np.maximum(matrix.diagonal(), 0.0))
    if (matrix.diagonal() < 0).any() or (np.abs(matrix - matrix.T) > 1e-6 * np.outer(errors, errors)).any():
        raise DataError(f"fit, judged, covariance: it is not symmetric, or a variance is negative; {_WAY_OUT}")
    return matrix
