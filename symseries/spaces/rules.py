"""Which coefficient rings a space can carry, and spaces as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symseries.display import TextTable, text_cell
from symseries.errors import DataError, OptionError, suggestion
from symseries.scalars import F64, Scalars
from symseries.spaces.base import Space
from symseries.spaces.box import BoxSpace
from symseries.spaces.chebyshev import ChebyshevSpace
from symseries.spaces.empirical import EmpiricalSpace
from symseries.spaces.fourier import FourierSpace
from symseries.spaces.legendre import LegendreSpace
from symseries.spaces.taylor import TaylorSpace

# Family of rings -> what coefficients in it are of. What is absent raises and says what to use.
_ROUNDED, _EXACT, _BALLS = "any function", "exact polynomials", "closed forms"
SUPPORTED: dict[str, dict[str, str]] = {
    "taylor": dict.fromkeys(("F64", "QQ", "MPF", "ARB", "SYM"), "any function"),
    "legendre": {"F64": _ROUNDED, "QQ": _EXACT, "MPF": _BALLS, "ARB": _BALLS, "SYM": _BALLS},
    "chebyshev": {"F64": _ROUNDED, "QQ": _EXACT, "MPF": _BALLS, "ARB": _BALLS, "SYM": _BALLS},
    "fourier": {"F64": _ROUNDED, "MPF": _BALLS, "ARB": _BALLS},
    "empirical": {"F64": _ROUNDED, "QQ": "rational data"},
}
_RINGS = ("F64", "QQ", "MPF", "ARB", "SYM")

_SPACES: dict[str, type[Space]] = {
    space.kind: space for space in (TaylorSpace, LegendreSpace, ChebyshevSpace, FourierSpace, EmpiricalSpace)
}


def check_supported(space: Space, scalars: Scalars) -> None:
    """Raise `OptionError` where the space cannot carry coefficients of the ring, saying what can."""
    if isinstance(space, TaylorSpace) and space.symbols and scalars.family != "SYM":
        raise OptionError(f"scalars={scalars} over {space.describe()}: the centre holds symbols; use scalars=SYM")
    if isinstance(space, FourierSpace) and space.extension == "ramp" and scalars is not F64:
        raise OptionError(f"scalars={scalars} over {space.describe()}: not supported; use scalars=F64, or extension='even'")
    if scalars.family in SUPPORTED[space.kind]:
        return
    spaces = [kind for kind, rings in SUPPORTED.items() if scalars.family in rings]
    other = f", or a {' or '.join(spaces)} space for {scalars}" if spaces else ""
    ours = " or ".join(SUPPORTED[space.kind])
    raise OptionError(f"scalars={scalars} over {space.describe()}: not supported; use scalars={ours} here{other}")


def check_rounded(space: Space, scalars: Scalars) -> None:
    """Raise `OptionError` for a projection onto a box by quadrature in another ring than F64: it would prove nothing."""
    if isinstance(space, BoxSpace) and scalars is not F64:
        more = "" if isinstance(space, FourierSpace) else ", with symseries.enclose for a bound, or a polynomial in scalars=QQ"
        raise OptionError(
            f"scalars={scalars} over {space.describe()}: a quadrature has no proved remainder, and is no exact value; use "
            f"scalars=F64{more}"
        )


def supported() -> TextTable:
    """Return which coefficient rings each space can carry, and of what: a table that prints itself.

    "Closed forms" are laws whose terms have integrals in closed form, or with a proved error in balls, and polynomials; over a
    Fourier space laws alone, and no ramp. A quadrature in balls without a proved remainder is no proof, and refused. Everything
    that the table leaves out raises `OptionError`.

    >>> print(supported())
    space      F64           QQ                 MPF           ARB           SYM
    ────────────────────────────────────────────────────────────────────────────────────
    taylor     any function  any function       any function  any function  any function
    legendre   any function  exact polynomials  closed forms  closed forms  closed forms
    chebyshev  any function  exact polynomials  closed forms  closed forms  closed forms
    fourier    any function  –                  closed forms  closed forms  –
    empirical  any function  rational data      –             –             –
    """
    rows = [(text_cell(kind), *(text_cell(rings.get(ring, "–")) for ring in _RINGS)) for kind, rings in SUPPORTED.items()]
    return TextTable(tuple(map(text_cell, ("space", *_RINGS))), tuple(rows))


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
