"""Layers: what a network is made of, each an evaluation, a power series, a SymPy expression and a line of JSON at once."""

from symseries.layers.base import Layer as Layer
from symseries.layers.base import Width as Width
from symseries.layers.base import count as count
from symseries.layers.functions import Activation as Activation
from symseries.layers.functions import LogSoftmax as LogSoftmax
from symseries.layers.functions import Softmax as Softmax
from symseries.layers.functions import Transform as Transform
from symseries.layers.structure import Dropout as Dropout
from symseries.layers.structure import Formula as Formula
from symseries.layers.structure import Held as Held
from symseries.layers.structure import Pick as Pick
from symseries.layers.weights import Affine as Affine
from symseries.layers.weights import Whitening as Whitening
