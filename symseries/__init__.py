"""Physical constants and laws from neural networks, by comparing the series of both over one space."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for editors and type checkers, which do not call __getattr__
    from symseries.activations.registered import register_activation
    from symseries.comparison.compare import compare
    from symseries.comparison.extension import extend
    from symseries.comparison.nuisance import nuisance
    from symseries.comparison.rosetta import translate_all
    from symseries.comparison.sufficiency import sufficiency
    from symseries.comparison.translation import translate
    from symseries.convergence.distance import distance
    from symseries.convergence.enclosures import enclose
    from symseries.convergence.pieces import split
    from symseries.convergence.proved import proved_series
    from symseries.convergence.radius import radius
    from symseries.derivations import Derivation, Verdict
    from symseries.derivations.steps import derive_coefficient
    from symseries.derivations.steps_constant import derive_constant
    from symseries.derivations.verifying import verify
    from symseries.errors import SymseriesError
    from symseries.fields import constant_field
    from symseries.fitting import Estimate, Fit
    from symseries.fitting.fit import fit
    from symseries.generating.table import generating_functions
    from symseries.laws import Law, LawSeries
    from symseries.layers import Activation, Affine, Dropout, LogSoftmax, Softmax, Transform, Whitening
    from symseries.network import Network
    from symseries.readers.read import read_network
    from symseries.scalars import ARB, F64, MPF, QQ
    from symseries.series import Series
    from symseries.spaces import ChebyshevSpace, EmpiricalSpace, FourierSpace, LegendreSpace, TaylorSpace
    from symseries.symbolic import SYM
    from symseries.tables import read_table
    from symseries.training import refine, train

__version__ = "0.1.0"
__all__ = [
    "ARB",
    "F64",
    "MPF",
    "QQ",
    "SYM",
    "Activation",
    "Affine",
    "ChebyshevSpace",
    "Derivation",
    "Dropout",
    "EmpiricalSpace",
    "Estimate",
    "Fit",
    "FourierSpace",
    "Law",
    "LawSeries",
    "LegendreSpace",
    "LogSoftmax",
    "Network",
    "Series",
    "Softmax",
    "SymseriesError",
    "TaylorSpace",
    "Transform",
    "Verdict",
    "Whitening",
    "compare",
    "constant_field",
    "derive_coefficient",
    "derive_constant",
    "distance",
    "enclose",
    "extend",
    "fit",
    "generating_functions",
    "nuisance",
    "proved_series",
    "radius",
    "read_network",
    "read_table",
    "refine",
    "register_activation",
    "split",
    "sufficiency",
    "train",
    "translate",
    "translate_all",
    "verify",
]

# Each name is loaded where it is first used: importing the package costs next to nothing, and a page that expands a network
# does not pay for what fits one.
_ROOMS = {
    "activations": "register_activation",
    "comparison": "compare extend nuisance sufficiency translate translate_all",
    "convergence": "distance enclose proved_series radius split",
    "derivations": "Derivation Verdict derive_coefficient derive_constant verify",
    "errors": "SymseriesError",
    "fields": "constant_field",
    "fitting": "Estimate Fit fit",
    "generating": "generating_functions",
    "laws": "Law LawSeries",
    "layers": "Activation Affine Dropout LogSoftmax Softmax Transform Whitening",
    "network": "Network",
    "readers": "read_network",
    "scalars": "ARB F64 MPF QQ",
    "series": "Series",
    "spaces": "ChebyshevSpace EmpiricalSpace FourierSpace LegendreSpace TaylorSpace",
    "symbolic": "SYM",
    "tables": "read_table",
    "training": "refine train",
}
_PLACES = {name: room for room, names in _ROOMS.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module 'symseries' has no attribute {name!r}")
    value = globals()[name] = getattr(_import_module(f"symseries.{_PLACES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
