"""Units carried through to the constants, where pint is installed.

Every sum has one unit, arguments and results of exp, sin and the like have none, and the right side has the unit of the target.
Each of these rules is a linear equation between the exponents of the units that were given and those of the constants; they are
solved over the rational numbers. Units of one kind but another size, kJ beside J, count as different, since the law holds no
factor between them. The logarithm of a quantity is that of its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

import sympy

from symseries.errors import LawNameError, OptionError, listing
from symseries.fitting.options import plain_number
from symseries.laws import Law
from symseries.tables import Table, is_quantity

_MISSING = "units need pint, which is missing; run: pip install symseries[units]"
Form = dict[str, sympy.Rational]
"""Exponents of units, and of the unknown units of constants, which are written with a star in front."""


def registry() -> Any:
    """Return pint's registry; `OptionError` that names the extra where pint is missing."""
    try:
        return import_module("pint").get_application_registry()
    except ImportError as error:
        raise OptionError(_MISSING) from error


def parsed_unit(text: str, name: str) -> Any:
    """Return the unit that a text names; `OptionError` where it names none."""
    try:
        return registry().Unit(text)
    except OptionError:
        raise
    except Exception as error:
        raise OptionError(
            f"unit of {name}: {text!r} is no unit that pint knows; write 'MPa', 'J/mol/K' or 'um**0.5'"
        ) from error


# ---------------------------------------------------------------------------------------------------- units of constants
def with_units(law: Law) -> tuple[Law, tuple[str, ...]]:
    """Return the law with the units of its constants derived from those given, and what does not fit together, in words.

    Without units, or without pint, the law comes back as it is.
    """
    if not law.units or all(name in law.units for name in law.constants):
        return law, ()
    try:
        found = derived(law)
    except OptionError as error:
        return law, () if str(error) == _MISSING else (f"no units of constants: {error}",)
    return _with(law, {**found, **law.units}), ()


def _with(law: Law, units: Mapping[str, str]) -> Law:
    twin = object.__new__(Law)  # a copy made from its text would parse the law again
    twin.__dict__.update(law.__dict__)
    twin.units = dict(units)
    return twin


def derived(law: Law) -> dict[str, str]:
    """Return the units of the constants that the units given determine.

    Raises `OptionError` where the units do not fit together, or pint is missing.
    """
    given = {name: _form(law.units[name], name) for name in law.units if name not in law.constants}
    rules: list[Form] = []
    for name in law.constants:
        given[name] = {f"*{name}": sympy.Integer(1)}
        if name in law.units:
            rules.append(_less(given[name], _form(law.units[name], name)))
    right = _unit_of(law.expression, given, rules)
    left = {} if law.transform else given.get(law.target or "")
    if right is not None and left is not None:
        rules.append(_less(right, left))
    return _solved(rules, law)


def _form(text: str, name: str) -> Form:
    container = parsed_unit(text, name)._units
    return {str(unit): sympy.nsimplify(power, rational=True) for unit, power in container.items()}


def _less(one: Form, other: Form) -> Form:
    powers = {unit: one.get(unit, sympy.Integer(0)) - other.get(unit, sympy.Integer(0)) for unit in {**one, **other}}
    return {unit: power for unit, power in powers.items() if power}


def _unit_of(expression: sympy.Expr, given: Mapping[str, Form], rules: list[Form]) -> Form | None:
    """Return the unit of an expression, None where it is not known; what must have none, or be equal, goes to the rules."""
    if expression.is_Symbol:
        return given.get(expression.name)
    if expression.is_number:
        return {}
    parts = [_unit_of(part, given, rules) for part in expression.args]
    known = [part for part in parts if part is not None]
    if expression.is_Mul:
        return _product((part, sympy.Integer(1)) for part in known) if len(known) == len(parts) else None
    if expression.is_Add or isinstance(expression, sympy.Max | sympy.Min):
        rules.extend(_less(part, known[0]) for part in known[1:])
        return known[0] if known else None
    if expression.is_Pow and not isinstance(expression, sympy.exp):
        return _power(expression, parts, rules)
    if isinstance(expression, sympy.Abs):
        return parts[0]
    if not isinstance(expression, sympy.log):
        rules.extend(known)
    return {}


def _power(expression: sympy.Expr, parts: list[Form | None], rules: list[Form]) -> Form | None:
    base, exponent = parts
    if expression.exp.is_Rational:
        return None if base is None else _product([(base, expression.exp)])
    if exponent is not None:
        rules.append(exponent)
    return {} if base == {} else None  # the unit of c**m is not known before m is


def _product(factors: Iterable[tuple[Form, sympy.Rational]]) -> Form:
    found: Form = {}
    for form, power in factors:
        for unit, exponent in form.items():
            found[unit] = found.get(unit, sympy.Integer(0)) + power * exponent
    return {unit: power for unit, power in found.items() if power}


def _solved(rules: list[Form], law: Law) -> dict[str, str]:
    """Return the units that the rules determine; each rule says that a product of powers has no unit."""
    names = [f"*{name}" for name in law.constants]
    units = sorted({unit for rule in rules for unit in rule if not unit.startswith("*")})
    matrix = sympy.Matrix([[rule.get(name, 0) for name in names] for rule in rules] or [[0] * len(names)])
    right = sympy.Matrix([[-rule.get(unit, 0) for unit in units] for rule in rules] or [[0] * len(units)])
    reduced, pivots = matrix.row_join(right).rref()
    wrong = [p for p in pivots if p >= len(names)]
    if wrong:
        raise OptionError(f"the units of law {law} do not fit together in {listing(units[p - len(names)] for p in wrong)}")
    found = {}
    for row, pivot in enumerate(pivots):
        if all(reduced[row, j] == 0 for j in range(len(names)) if j != pivot):
            found[law.constants[pivot]] = _text({u: reduced[row, len(names) + k] for k, u in enumerate(units)})
    return {name: found[name] for name in law.constants if name in found and name not in law.units and found[name]}


def _text(powers: Form) -> str:
    pint = registry()
    unit = pint.Unit("dimensionless")
    for name, power in powers.items():
        if power:
            unit *= pint.Unit(name) ** (int(power) if power.is_Integer else float(power))
    return f"{unit:~C}"


# ------------------------------------------------------------------------------------------------------------ quantities
def without_quantities(source: object, law: Law) -> tuple[object, Law]:
    """Return a table with the magnitudes of its quantities, in the units of the law, which learns those it does not know."""
    if not isinstance(source, Mapping) or not any(is_quantity(column) for column in source.values()):
        return source, law
    units, columns = dict(law.units), dict(source)
    for name, column in source.items():
        if is_quantity(column):
            units.setdefault(name, f"{column.units:~C}")
            columns[name] = _magnitude(column, units[name], str(name))
    held = {*law.variables, *law.constants, *law.known, law.target}
    return columns, _with(law, {name: unit for name, unit in units.items() if name in held})


def learned(law: Law, *tables: object) -> Law:
    """Return the law with the units that tables of quantities brought along; `OptionError` where it has others itself."""
    units, held = dict(law.units), {*law.variables, *law.constants, *law.known, law.target}
    for table in tables:
        found = table.units if isinstance(table, Table) else {}
        for name, unit in found.items():
            if name in held and parsed_unit(units.setdefault(name, unit), name) != parsed_unit(unit, name):
                raise OptionError(f"{name}: the data have it in {unit} and the law in {units[name]}; give both one unit")
    return _with(law, units) if units != law.units else law


def _magnitude(value: Any, unit: str, name: str) -> Any:
    try:
        return value.to(parsed_unit(unit, name)).magnitude
    except OptionError:
        raise
    except Exception as error:
        raise OptionError(
            f"{name}: {value.units:~C} cannot be converted to {unit}; give it in units of the same kind"
        ) from error


def errors_in(law: Law, errors: object, source: object) -> object:
    """Return errors of a target as numbers in its unit, where they, or the column that they name, are quantities."""
    if isinstance(errors, str) and isinstance(source, Mapping) and is_quantity(source.get(errors)):
        errors = source[errors]
    if not is_quantity(errors):
        return errors
    unit = law.units.get(str(law.target))
    if unit is None:
        raise LawNameError(f"errors have a unit and {law.target} none; give units= to the law, or plain numbers")
    return _magnitude(errors, unit, "errors")


def shares(errors: object) -> object:
    """Return relative errors as plain numbers, where they are quantities such as 2 %."""
    return _magnitude(errors, "dimensionless", "relative_errors") if is_quantity(errors) else errors


def number_in(law: Law) -> Any:
    """Return what reads a number of a constant, a quantity in the constant's own unit."""

    def read(value: object, name: str, what: str) -> sympy.Rational:
        if not is_quantity(value):
            return plain_number(value, name, what)
        if name not in law.units:
            raise LawNameError(
                f"{what} of {name}: {value} has a unit and {name} none; give units= to the law, or a plain number"
            )
        return plain_number(float(_magnitude(value, law.units[name], f"{what} of {name}")), name, what)

    return read


def factor(unit: str | None, other: str, name: str) -> float:
    """Return by what a number in one unit is multiplied to be one in another."""
    if unit is None:
        raise OptionError(f"{name} has no unit; give units= to the law")
    value = registry().Quantity(1.0, parsed_unit(unit, name))
    return float(_magnitude(value, other, name))
