"""Laws against sources, and laws against laws: what a law lacks, which of several fits, what one says in terms of another."""

from symseries.comparison.compare import compare as compare
from symseries.comparison.compare import laws_of as laws_of
from symseries.comparison.extended import Admissible as Admissible
from symseries.comparison.extended import Extension as Extension
from symseries.comparison.extension import extend as extend
from symseries.comparison.nuisance import Nuisance as Nuisance
from symseries.comparison.nuisance import nuisance as nuisance
from symseries.comparison.ranking import Comparison as Comparison
from symseries.comparison.ranking import Pair as Pair
from symseries.comparison.rosetta import translate_all as translate_all
from symseries.comparison.sufficiency import sufficiency as sufficiency
from symseries.comparison.sufficient import Sufficiency as Sufficiency
from symseries.comparison.translated import RosettaStone as RosettaStone
from symseries.comparison.translated import Translation as Translation
from symseries.comparison.translation import translate as translate
