"""Physical constants and laws from neural networks, by comparing the series of both over one space."""

from symseries.activations import register_activation
from symseries.convergence import enclose, radius
from symseries.errors import SymseriesError
from symseries.fitting import Estimate, Fit, fit
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
