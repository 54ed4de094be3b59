"""What a text says of a fit for whoever reads it, checked against the records from which the fit is made again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from symseries.errors import DataError
from symseries.fitting import storage
from symseries.pages import versions
from symseries.parsing import parse_law

if TYPE_CHECKING:
    from symseries.fitting.result import Fit

_NUMBERS = ("known", "constants", "covariance", "level", "misfit", "chi2", "dof", "p_value")
_SCORES = ("r2", "aic", "bic")  # absent from what earlier releases wrote
_SENTENCES = ("source", "space", "method", "warnings")
_CLOSE = 1e-9  # relative: another machine rounds otherwise
_PERFECT = 1 - 1e-12  # R² from which the residuals, and with them AIC and BIC, are rounding


def check(fit: Fit, held: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    """Refuse a text that says otherwise than its records do, `held` being what these say; `DataError` names the field.

    The law and all numbers have to agree. The sentences have to where the package that wrote them had this version; another
    one may have worded them otherwise, and then those of the fit are made from the records.
    """
    _check_law(fit, storage.entry(record, "law", str, "top"))
    for key in _NUMBERS:
        _check(key, storage.entry(record, key, None, "top"), held[key])
    if fit.r2 is None or fit.r2 < _PERFECT:
        for key in filter(record.__contains__, _SCORES):
            _check(key, record[key], held[key])
    made, own = (storage.entry(one, "provenance", dict, "top") for one in (record, held))
    for key in ("data", "seed"):
        _check(f"provenance, {key}", made.get(key), own[key])
    if made["versions"].get("symseries") == versions().get("symseries"):
        for key in _SENTENCES:
            _check(key, storage.entry(record, key, None, "top"), held[key])


def _check_law(fit: Fit, written: str) -> None:
    """Compare laws as they are read: another release may print one in another order."""
    law = fit.prepared.law
    if written == str(law):
        return
    with storage.place("law"):
        read = parse_law(written, declared=(*law.variables, *law.constants, *law.known))
    if (read.expression, read.target, read.transform) != (law.expression, law.target, law.transform):
        raise _refusal("law", written, str(law))


def _check(key: str, written: object, held: object) -> None:
    """Compare an entry with what the records say, part by part."""
    if isinstance(written, Mapping) and isinstance(held, Mapping) and set(written) == set(held):
        for name in held:
            _check(f"{key}, {name}", written[name], held[name])
    elif isinstance(written, list) and isinstance(held, list) and len(written) == len(held):
        for place, value in enumerate(held):
            _check(f"{key}, entry {place + 1}", written[place], value)
    elif not _agree(written, held):
        raise _refusal(key, written, held)


def _agree(written: object, held: object) -> bool:
    if type(written) in (int, float) and type(held) in (int, float):
        return math.isclose(written, held, rel_tol=_CLOSE)  # type: ignore[arg-type]
    return type(written) is type(held) and written == held


def _refusal(key: str, written: object, held: object) -> DataError:
    said, kept = (str(value)[:60] for value in (written, held))
    return DataError(f"fit, {key}: the text says {said!r} and its records {kept!r}; expected the text as Fit.to_json wrote it")
