"""Series: a vector of coefficients over a space, with its ring and, where known, its covariance."""

from symseries.series.series import Series as Series
