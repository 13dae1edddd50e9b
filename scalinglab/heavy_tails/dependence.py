"""Are the columns of a layer independent, as the theorem on compressibility supposes? Measured over many runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, array, fail


@dataclass(frozen=True)
class ColumnDependence:
    """Correlation of two columns of one layer over runs; 0 if columns are independent.

    Attributes
    ----------
    vectors : float
        Of the columns as vectors: the mean product of two, in units of the mean square of one, about the mean.
    lengths : float
        Of the logarithms of their norms.
    vectors_error, lengths_error : float
        Standard errors, by leaving out each run in turn.
    runs, columns : int
    """

    vectors: float
    lengths: float
    vectors_error: float
    lengths_error: float
    runs: int
    columns: int

    def rows(self) -> list[dict[str, Any]]:
        """Return a record for each kind: ``of``, ``correlation``, ``low`` and ``high`` at two standard errors."""
        pairs = {"vectors": (self.vectors, self.vectors_error), "lengths": (self.lengths, self.lengths_error)}
        return [
            {"of": name, "correlation": value, "low": value - 2 * error, "high": value + 2 * error}
            for name, (value, error) in pairs.items()
        ]


def column_dependence(layers: ArrayLike) -> ColumnDependence:
    """Correlation between two columns of a layer, over runs that differ in their seeds alone.

    Columns of one layer have one law, as nothing distinguishes hidden units, so the correlation of any two is that of
    the mean over columns with itself: what the mean varies from run to run, beyond what independent columns would
    (the intraclass correlation of a one-way analysis of variance, which has no bias where columns are independent).

    Parameters
    ----------
    layers : array, shape (runs, rows, columns)
        The same layer of at least 4 runs, with at least 2 columns, none of them all zeros.

    Returns
    -------
    ColumnDependence

    Raises
    ------
    ValueError
        If the array is of another shape, or not finite, or holds a column of zeros.

    Examples
    --------
    >>> import numpy as np
    >>> normal = np.random.default_rng(0).standard_normal((50, 8, 40))
    >>> abs(column_dependence(normal).vectors) < 0.01
    True
    """
    weights = array("layers", layers)
    if weights.ndim != 3 or weights.shape[0] < 4 or weights.shape[2] < 2:
        fail("layers", "have the shape (runs, rows, columns), with 4 runs and 2 columns at least", weights.shape)
    norms = np.sqrt((weights**2).sum(1, keepdims=True))
    if not norms.all():
        fail("layers", "hold no column of zeros", weights.shape)
    found = {"vectors": weights, "lengths": np.log(norms)}
    parts = {name: _correlation(values) for name, values in found.items()}
    (vectors, vectors_error), (lengths, lengths_error) = parts["vectors"], parts["lengths"]
    return ColumnDependence(vectors, lengths, vectors_error, lengths_error, len(weights), weights.shape[2])


def _correlation(values: Array) -> tuple[float, float]:
    """The intraclass correlation of columns, summed over rows, and its standard error by a jackknife over runs."""
    runs, _, columns = values.shape
    means = values.mean(2)
    within = ((values - means[:, :, None]) ** 2).sum((1, 2)) / (columns - 1)
    every = np.arange(runs)
    whole = _ratio(means, within, columns)
    without = np.array([_ratio(means[every != run], within[every != run], columns) for run in every])
    error = np.sqrt((runs - 1) / runs * ((without - without.mean()) ** 2).sum())
    return whole, float(error)


def _ratio(means: Array, within: Array, columns: int) -> float:
    """Variance between runs beyond that of independent columns, as a share of all variance."""
    between = ((means - means.mean(0)) ** 2).sum() / (len(means) - 1) - within.mean() / columns
    whole = between + within.mean()
    return float(between / whole) if whole > 0 else 0.0
