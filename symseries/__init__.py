"""Physical constants and laws from neural networks, by comparing the series of both over one space."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for editors and type checkers, which do not call __getattr__
    from symseries.activations import register_activation
    from symseries.convergence.enclosures import enclose
    from symseries.convergence.radius import radius
    from symseries.errors import SymseriesError
    from symseries.fitting.fit import fit
    from symseries.fitting.result import Estimate, Fit
    from symseries.generating import generating_functions
    from symseries.laws import Law, LawSeries
    from symseries.layers import Activation, Affine, Dropout, LogSoftmax, Softmax, Transform, Whitening
    from symseries.network import Network
    from symseries.readers import read_network
    from symseries.scalars import ARB, F64, MPF, QQ
    from symseries.series import Series
    from symseries.spaces import ChebyshevSpace, EmpiricalSpace, FourierSpace, LegendreSpace, TaylorSpace
    from symseries.symbolic import SYM
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
    "Whitening",
    "enclose",
    "fit",
    "generating_functions",
    "radius",
    "read_network",
    "refine",
    "register_activation",
    "train",
]

# Each name is loaded where it is first used: importing the package costs next to nothing, and a page that expands a network
# does not pay for what fits one.
_ROOMS = {
    "activations": "register_activation",
    "convergence": "enclose radius",
    "errors": "SymseriesError",
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
