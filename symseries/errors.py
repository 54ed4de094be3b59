"""The one family of errors.

Every error that symseries raises on purpose derives from `SymseriesError`, which is a `ValueError`. A message names the
thing, the value received, what was expected and the way out, in one line that a person can read aloud.
"""

from __future__ import annotations

from collections.abc import Iterable


class SymseriesError(ValueError):
    """Base class of all errors of this package; also a `ValueError`."""


class LawSyntaxError(SymseriesError):
    """The text of a law is not an expression of the grammar."""


class LawNameError(SymseriesError):
    """A name in a law, a table or a network is unknown, doubled, unused or not an identifier."""


class LawValueError(SymseriesError):
    """A law has no finite value: a division by zero, a logarithm of zero."""


class NotAnalyticError(SymseriesError):
    """A function has no power series at the point asked for: a pole, a branch point or a kink."""


class ComplexResultError(SymseriesError):
    """A real number was expected and the law gives a complex one."""


class IdentifiabilityError(SymseriesError):
    """The coefficients or the data do not determine the constants."""


class SpaceMismatchError(SymseriesError):
    """Two series, or a series and an option, do not belong to the same space."""


class NetworkShapeError(SymseriesError):
    """Shapes of weights, biases, whitening vectors or inputs do not fit together."""


class NetworkValueError(SymseriesError):
    """A weight, bias, mean or scale is not a finite number, or a scale is zero."""


class NetworkFormatError(SymseriesError):
    """A file or object cannot be read as a network."""


class UnsupportedLayerError(SymseriesError):
    """A layer, activation or transform is not one that can be expanded."""


class ResourceLimitError(SymseriesError):
    """The answer would need more time or memory than the stated limit."""


class OptionError(SymseriesError):
    """An option has a value that means nothing here."""


class DataError(SymseriesError):
    """A table of measurements cannot be used as it is."""


class ConvergenceError(SymseriesError):
    """An iteration did not reach an answer that can be stood behind."""


def suggestion(name: object, known: Iterable[str]) -> str:
    """Return `"; did you mean 'x'?"` for the known name closest to `name`, or an empty string.

    >>> suggestion("tahn", ["tanh", "exp"])
    "; did you mean 'tanh'?"
    >>> suggestion("zzz", ["tanh", "exp"])
    ''
    """
    names = sorted(set(known))
    folded = {candidate.casefold(): candidate for candidate in names}
    text = str(name).strip().casefold()
    if text in folded:
        return f"; did you mean {folded[text]!r}?"
    from difflib import get_close_matches  # needed by errors alone

    close = get_close_matches(text, folded, n=1, cutoff=0.6)
    return f"; did you mean {folded[close[0]]!r}?" if close else ""


def listing(names: Iterable[object], limit: int = 12) -> str:
    """Return names joined by commas, cut after `limit` of them.

    >>> listing(["c", "d"])
    'c, d'
    """
    items = [str(name) for name in names]
    return ", ".join(items[:limit]) + (f", … ({len(items)} in all)" if len(items) > limit else "")
