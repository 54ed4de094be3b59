"""Physical constants and laws from neural networks, by comparing the series of both over one space."""

from symseries.errors import SymseriesError
from symseries.fitting import Estimate, Fit, fit
from symseries.laws import Law, LawSeries
from symseries.layers import Activation, Affine, Dropout, Softmax, Transform, Whitening
from symseries.network import Network
from symseries.readers import read_network
from symseries.scalars import F64, QQ
from symseries.series import Series
from symseries.spaces import EmpiricalSpace, LegendreSpace, TaylorSpace
from symseries.training import refine, train

__version__ = "0.1.0"
__all__ = [
    "F64",
    "QQ",
    "Activation",
    "Affine",
    "Dropout",
    "EmpiricalSpace",
    "Estimate",
    "Fit",
    "Law",
    "LawSeries",
    "LegendreSpace",
    "Network",
    "Series",
    "Softmax",
    "SymseriesError",
    "TaylorSpace",
    "Transform",
    "Whitening",
    "fit",
    "read_network",
    "refine",
    "train",
]
