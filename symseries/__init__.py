"""Physical constants and laws from neural networks, by comparing the series of both over one space."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for editors and type checkers, which do not call __getattr__
    from symseries.activations import register_activation as register_activation
    from symseries.convergence import enclose as enclose
    from symseries.convergence import radius as radius
    from symseries.errors import SymseriesError as SymseriesError
    from symseries.fitting import Estimate as Estimate
    from symseries.fitting import Fit as Fit
    from symseries.fitting import fit as fit
    from symseries.generating import generating_functions as generating_functions
    from symseries.laws import Law as Law
    from symseries.laws import LawSeries as LawSeries
    from symseries.layers import Activation as Activation
    from symseries.layers import Affine as Affine
    from symseries.layers import Dropout as Dropout
    from symseries.layers import LogSoftmax as LogSoftmax
    from symseries.layers import Softmax as Softmax
    from symseries.layers import Transform as Transform
    from symseries.layers import Whitening as Whitening
    from symseries.network import Network as Network
    from symseries.readers import read_network as read_network
    from symseries.scalars import ARB as ARB
    from symseries.scalars import F64 as F64
    from symseries.scalars import MPF as MPF
    from symseries.scalars import QQ as QQ
    from symseries.series import Series as Series
    from symseries.spaces import ChebyshevSpace as ChebyshevSpace
    from symseries.spaces import EmpiricalSpace as EmpiricalSpace
    from symseries.spaces import FourierSpace as FourierSpace
    from symseries.spaces import LegendreSpace as LegendreSpace
    from symseries.spaces import TaylorSpace as TaylorSpace
    from symseries.symbolic import SYM as SYM
    from symseries.training import refine as refine
    from symseries.training import train as train

__version__ = "0.1.0"

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
__all__ = sorted(_PLACES)  # noqa: PLE0605


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module 'symseries' has no attribute {name!r}")
    value = globals()[name] = getattr(_import_module(f"symseries.{_PLACES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
