"""Which coefficient rings a space can carry, and spaces as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symseries.errors import DataError, OptionError, suggestion
from symseries.scalars import Scalars
from symseries.spaces.base import Space
from symseries.spaces.chebyshev import ChebyshevSpace
from symseries.spaces.empirical import EmpiricalSpace
from symseries.spaces.fourier import FourierSpace
from symseries.spaces.legendre import LegendreSpace
from symseries.spaces.taylor import TaylorSpace

# What is absent raises and says what to use.
SUPPORTED: dict[str, tuple[str, ...]] = {
    "taylor": ("F64", "QQ", "MPF", "ARB", "SYM"),
    "legendre": ("F64",),
    "chebyshev": ("F64",),
    "fourier": ("F64",),
    "empirical": ("F64", "QQ"),
}

_SPACES: dict[str, type[Space]] = {
    space.kind: space for space in (TaylorSpace, LegendreSpace, ChebyshevSpace, FourierSpace, EmpiricalSpace)
}


def check_supported(space: Space, scalars: Scalars) -> None:
    """Raise `OptionError` where the space cannot carry coefficients of the ring, saying what can."""
    if isinstance(space, TaylorSpace) and space.symbols and scalars.family != "SYM":
        raise OptionError(f"scalars={scalars} over {space.describe()}: the centre holds symbols; use scalars=SYM")
    if scalars.family in SUPPORTED[space.kind]:
        return
    spaces = [kind for kind, rings in SUPPORTED.items() if scalars.family in rings]
    other = f", or a {' or '.join(spaces)} space for {scalars}" if spaces else ""
    ours = " or ".join(SUPPORTED[space.kind])
    raise OptionError(f"scalars={scalars} over {space.describe()}: not supported; use scalars={ours} here{other}")


def space_from_dict(record: Mapping[str, Any]) -> Space:
    """Return the space that `to_dict` wrote; OptionError for another basis, DataError for a damaged record.

    >>> space_from_dict({"basis": "taylor", "center": {"x": "1/2"}, "order": 3, "index_set": "total"})
    <TaylorSpace: Taylor series about x = 0.5, order 3>
    """
    if not isinstance(record, Mapping):
        raise DataError(f"record of a space: {type(record).__name__}; expected a mapping, as to_dict writes it")
    kind = str(record.get("basis"))
    if kind not in _SPACES:
        raise OptionError(f"basis {kind!r} is not known{suggestion(kind, _SPACES)}; expected {' or '.join(_SPACES)}")
    try:
        return _SPACES[kind].from_dict(record)
    except KeyError as missing:
        raise DataError(f"record of a {kind} space has no {missing}; write it with to_json") from missing
    except TypeError as error:
        raise DataError(f"record of a {kind} space cannot be read ({error}); write it with to_json") from error
