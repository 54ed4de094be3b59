"""Values and columns: what counts as a number, what is missing, and what is wrong with the rest.

A value has two faces: the float64 used in floating-point work, and the exact rational, kept as text until it is asked for.
Decimal text, integers and rationals are exactly what was typed; binary floats are exactly the binary numbers they are.
"""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

MAX_DIGITS = 1000
DROPPED = 'ss.read_table(…, missing="drop")'  # what takes a table, such as a fit, has no such option

NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_FRACTION = re.compile(r"[+-]?[0-9]+/[0-9]+")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3},[0-9]{3}")
_INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
_MISSING = frozenset({"", "NaN", "nan", "NAN", "NA", "N/A", "n/a", "None", "null"})
_MISSING_TYPES = frozenset({"NoneType", "NAType", "NaTType"})

# The float, and the exact number as text unless it is the float; a missing value is nan and what stood there.
Value = tuple[float, str | None]


class FaultError(Exception):
    """Why a value cannot be used; `numeric` tells a spoilt number from a value that never was one."""

    def __init__(self, message: str, *, numeric: bool = True, row: int | None = None) -> None:
        super().__init__(message)
        self.numeric = numeric
        self.row = row


def is_quantity(value: Any) -> TypeGuard[Any]:
    """Return whether a value is a number or column with a unit, as pint has them, without importing pint.

    >>> is_quantity(3.0)
    False
    """
    return hasattr(value, "magnitude") and hasattr(value, "units") and hasattr(value, "to")


def show(value: object) -> str:
    """Return a value as it is quoted in a message: on one line, and not without end."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:59] + "…"


def tidy(label: object) -> str:
    """Return a label on one line, without blanks around it: spreadsheets break the names of columns over lines."""
    return " ".join(str(label).split())


def _not_a_number(value: object) -> FaultError:
    advice = f"write a number such as 2.5, or leave the cell empty and pass the table {DROPPED}"
    return FaultError(f"{show(value)} is not a number; {advice}", numeric=False)


def _out_of_range(value: object) -> FaultError:
    return FaultError(f"{show(value)} is outside the range of floating-point numbers (5e-324 to 1.8e308); use another unit")


def _too_long(value: object) -> FaultError:
    return FaultError(f"{show(value)} has too many digits; expected at most {MAX_DIGITS}")


def _infinite(value: object) -> FaultError:
    return FaultError(
        f'{show(value)} is not finite, expected a finite number; missing="drop" keeps such a row: correct or remove it'
    )


def decimal_cell(cell: str) -> Value:
    """Read the text of a cell as the decimal number that was typed."""
    text = cell.strip()
    if text in _MISSING:
        return math.nan, text
    if len(text) > MAX_DIGITS and NUMBER.fullmatch(text):
        raise _too_long(text)
    if NUMBER.fullmatch(text):
        return _decimal(text)
    raise _text_fault(text)


def _decimal(text: str) -> Value:
    value = float(text)
    if value == 0:
        if any(digit in "123456789" for digit in re.split("[eE]", text)[0]):
            raise _out_of_range(text)
        return 0.0, "0"
    if math.isinf(value):
        raise _out_of_range(text)
    return value, text


def _text_fault(text: str) -> FaultError:
    if _INFINITE.fullmatch(text):
        return _infinite(text)
    if _THOUSANDS.fullmatch(text):
        point, plain = text.replace(",", "."), text.replace(",", "")
        return FaultError(
            f"{show(text)} has a comma; write {point} if it is a decimal comma, {plain} if it separates thousands"
        )
    if _DECIMAL_COMMA.fullmatch(text):
        return FaultError(f"{show(text)} has a decimal comma; write {text.replace(',', '.')}")
    return _not_a_number(text)


def _ratio(value: Fraction) -> Value:
    top, bottom = value.numerator, value.denominator
    if max(top.bit_length(), bottom.bit_length()) > MAX_DIGITS * math.log2(10):
        raise FaultError(f"an integer of more than {MAX_DIGITS} digits cannot be used; use another unit")
    try:
        number = top / bottom
    except OverflowError:
        raise _out_of_range(value) from None
    if top and not number:
        raise _out_of_range(value)
    return number, str(value)


def _binary(number: float) -> Value:
    if math.isinf(number):
        raise _infinite(number)
    return number, "nan" if math.isnan(number) else None


def _fraction_text(text: str) -> Value:
    top, bottom = text.split("/")
    if max(len(top), len(bottom)) > MAX_DIGITS:
        raise _too_long(text)
    if not int(bottom):
        raise FaultError(f"{show(text)} divides by zero")
    return _ratio(Fraction(int(top), int(bottom)))


def _text_or_fraction(cell: str) -> Value:
    text = cell.strip()
    return _fraction_text(text) if _FRACTION.fullmatch(text) else decimal_cell(text)


def _plain(value: object) -> object:
    # .item() turns durations in nanoseconds into bare integers, which would pass for measurements.
    if isinstance(value, (np.timedelta64, np.datetime64)):
        raise _not_a_number(value)
    return value.item() if isinstance(value, np.generic) else value


def python_cell(cell: object) -> Value:
    """Read a Python object: text, integers, rationals and decimals exactly, other real numbers as binary floats."""
    value = _plain(cell)
    if isinstance(value, str):
        return _text_or_fraction(value)
    if type(value).__name__ in _MISSING_TYPES:
        return math.nan, show(value)
    if isinstance(value, Decimal):
        return decimal_cell(str(value))
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise _object_fault(value)
    return _real(value)


def _real(value: numbers.Real) -> Value:
    if isinstance(value, numbers.Rational):
        return _ratio(Fraction(int(value.numerator), int(value.denominator)))
    return _binary(float(value))


def _object_fault(value: object) -> FaultError:
    if isinstance(value, bool):
        return FaultError(f"{value} is a truth value, expected a number; write 1 or 0", numeric=False)
    if isinstance(value, numbers.Complex):
        return FaultError(f"{show(value)} is complex, expected a real number; give real and imaginary part as two columns")
    if isinstance(value, (list, tuple, np.ndarray)):
        return FaultError(f"{show(value)} is a sequence, expected one number in each row; split it into several columns")
    return _not_a_number(value)


# Columns


@dataclass(frozen=True, eq=False)
class Column:
    """The floats of a column, and the text of its exact values unless they are binary floats."""

    values: NDArray[np.float64]
    texts: tuple[str, ...] | None

    def __post_init__(self) -> None:
        self.values.setflags(write=False)

    def __reduce__(self) -> tuple[Any, ...]:
        # Arrays come back from a pickle writeable; building the column anew makes them read-only again.
        return Column, (self.values, self.texts)

    def take(self, rows: NDArray[np.intp]) -> Column:
        """Return the column at some positions."""
        return Column(self.values[rows], None if self.texts is None else tuple(self.texts[row] for row in rows.tolist()))

    def ratios(self) -> list[tuple[int, int]]:
        """Return the exact values as reduced pairs of numerator and denominator."""
        if self.texts is None:
            return [value.as_integer_ratio() for value in self.values.tolist()]
        return [_integer_ratio(text) for text in self.texts]

    def encoded(self) -> bytes:
        """Return bytes that are the same for the same values, however these were written."""
        if self.texts is None:
            return (self.values + 0.0).astype("<f8").tobytes()  # adding 0.0 makes -0.0 and 0.0 the same value
        return "\n".join(f"{top}/{bottom}" for top, bottom in self.ratios()).encode()


def _integer_ratio(text: str) -> tuple[int, int]:
    # Decimal holds any decimal text as it is, and is several times faster than Fraction at reading it.
    return Fraction(text).as_integer_ratio() if "/" in text else Decimal(text).as_integer_ratio()


Missing = dict[int, str]


def parse(raw: object, convert: Callable[[Any], Value]) -> tuple[Column, Missing]:
    """Read a column; the missing rows are told apart and hold nan in the column."""
    cells = _cells(raw)
    column, missing = _parse_floats(cells) if isinstance(cells, np.ndarray) else _parse_cells(cells, convert)
    if missing and len(missing) == len(column.values):
        raise FaultError("every value is missing, expected numbers; leave the column out", numeric=False)
    return column, missing


def _parse_floats(raw: NDArray[np.floating[Any]]) -> tuple[Column, Missing]:
    with np.errstate(over="ignore"):
        values = raw.astype(np.float64)
    infinite = np.flatnonzero(np.isinf(values))
    if infinite.size:
        row = int(infinite[0])
        raise FaultError(str(_infinite(float(values[row]))), row=row)
    return Column(values, None), dict.fromkeys(np.flatnonzero(np.isnan(values)).tolist(), "nan")


def _cells(raw: object) -> NDArray[np.floating[Any]] | Sequence[object]:
    """Return an array of floats as it is, and any other column as a sequence of objects."""
    if isinstance(raw, np.ma.MaskedArray):
        return list(raw.tolist())  # a masked entry becomes None, which is missing
    if isinstance(raw, (list, tuple, range)):
        return raw
    array = raw if isinstance(raw, np.ndarray) else _as_array(raw)
    if array.ndim != 1:
        raise FaultError(f"shape {array.shape}, expected one value for each row, shape (n,); give one-dimensional columns")
    if array.dtype.kind not in "iufOUT":
        numeric = array.dtype.kind == "c"
        raise FaultError(f"the values are {array.dtype}, expected real numbers; convert the column", numeric=numeric)
    return array if array.dtype.kind == "f" else list(array.tolist())


def _as_array(raw: object) -> NDArray[Any]:
    foreign = hasattr(raw, "dtype") and not isinstance(raw.dtype, np.dtype)
    try:
        # Nullable integers would turn into floats on the way and lose their last digits.
        return np.asarray(raw, dtype=object if foreign else None)
    except (TypeError, ValueError, RuntimeError) as error:
        message = f"{show(raw)} is no column ({tidy(error)}), expected a list or a one-dimensional array"
        raise FaultError(message) from error


def _parse_cells(cells: Iterable[object], convert: Callable[[Any], Value]) -> tuple[Column, Missing]:
    values: list[float] = []
    texts: list[str | None] = []
    spoilt: FaultError | None = None
    for row, cell in enumerate(cells):
        try:
            value, text = convert(cell)
        except FaultError as fault:
            fault.row = row
            if not fault.numeric:
                raise
            spoilt = spoilt or fault  # text further down would show that the column is not one of numbers at all
            continue
        values.append(value)
        texts.append(text)
    if spoilt is not None:
        raise spoilt
    exact = tuple(text for text in texts if text is not None)
    column = Column(np.array(values, dtype=np.float64), exact if len(exact) == len(texts) else None)
    return column, {row: texts[row] or "" for row in np.flatnonzero(np.isnan(column.values)).tolist()}
