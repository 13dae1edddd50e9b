"""Data sets: a few examples with weights that have the loss of all of them, for every model at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import Array, fail, non_negative_integer, one_of, positive_integer, same_length
from scalinglab._results import ReadOnly, records
from scalinglab.compression._arguments import checked_points, checked_table, checked_weights, coordinates
from scalinglab.compression.compress import compress
from scalinglab.compression.exponents import MOST_MOMENTS, moment_count, regression_exponents


@dataclass(frozen=True, eq=False, repr=False)
class CompressedData(ReadOnly):
    """Some of the examples, with weights; arrays are read-only.

    Attributes
    ----------
    inputs : array, shape (kept, inputs)
    labels : array, shape (kept, outputs), or (kept,) as they were given
    weights : array, shape (kept,)
        Positive; they add up to those of all examples.
    index : array of int, shape (kept,)
        Which examples these are, ascending.
    order, moments, cells : int
        See ``Compressed``. With the squared loss the order is that of the inputs.
    """

    inputs: Array
    labels: Array
    weights: Array
    index: NDArray[np.int64]
    order: int
    moments: int
    cells: int

    def __len__(self) -> int:
        return len(self.index)

    def rows(self) -> list[dict[str, Any]]:
        """Return a record for each example: ``index``, ``weight``, inputs ``x0, x1 ...`` and labels ``y0, y1 ...``."""
        examples = coordinates(self.inputs) | coordinates(self.labels.reshape(len(self), -1), "y")
        return records({"index": self.index, "weight": self.weights} | examples)

    def __repr__(self) -> str:
        return f"CompressedData({len(self)} examples, order {self.order}, {self.moments} moments in {self.cells} cells)"


def compress_dataset(
    x: ArrayLike,
    y: ArrayLike,
    size: int,
    order: int | None = None,
    *,
    loss: str = "squared",
    weights: ArrayLike | None = None,
) -> CompressedData:
    """Choose some of the examples, and weights for them, so that the loss of any smooth model hardly changes.

    Parameters
    ----------
    x : array, shape (examples, inputs)
    y : array, shape (examples, outputs) or (examples,)
    size : int
        Most examples that are left.
    order : int, optional
        The largest that fits into one cell if left out (with at most 500 moments).
    loss : {"squared", "general"}
        - "squared": a loss that is quadratic in the labels, or linear as the cross-entropy of labels that are one-hot.
          Only ``x^a``, ``y x^a`` up to the order, and ``y^2`` have to be kept, in cells of the inputs alone: so the
          label, however noisy, is no further dimension. A model that is a polynomial of degree q
          has exactly the same loss at order 2q, whatever its coefficients.
        - "general": all moments of (x, y) up to the order.
    weights : array, shape (examples,), optional

    Returns
    -------
    CompressedData

    Raises
    ------
    ValueError
        If x and y differ in length or are not finite, or the moments do not fit into the size.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(5000, 1))
    >>> y = x[:, 0] ** 2 + np.random.default_rng(1).normal(size=5000)
    >>> few = compress_dataset(x, y, 12, 4)
    >>> few
    CompressedData(11 examples, order 4, 11 moments in 1 cells)
    >>> line, same = np.polyfit(x[:, 0], y, 2), np.polyfit(few.inputs[:, 0], few.labels, 2, w=np.sqrt(few.weights))
    >>> bool(np.allclose(line, same, rtol=1e-9))
    True
    """
    inputs = checked_points(x, "x")
    labels = np.asarray(y)
    table = checked_table("y", labels[:, None] if labels.ndim == 1 else labels, ("examples", "outputs"))
    same_length(x=inputs, y=table)
    joined, outputs = np.hstack([inputs, table]), table.shape[1]
    if one_of("loss", loss, ("squared", "general")) == "general":
        few = compress(joined, size, order, weights=weights)
        order = few.order
    else:
        order = _order(inputs.shape[1], outputs, size, order)
        exponents = regression_exponents(inputs.shape[1], order, outputs)
        few = compress(joined, size, weights=weights, exponents=exponents, cell_dims=range(inputs.shape[1]))
    chosen = np.asarray(labels, dtype=np.float64)[few.index]
    return CompressedData(inputs[few.index], chosen, few.weights, few.index, order, few.moments, few.cells)


def _order(inputs: int, outputs: int, size: int, order: int | None) -> int:
    """The order, or the largest one, if its moments fit into the size."""

    def count(degree: int) -> int:
        return (1 + outputs) * moment_count(inputs, degree) + outputs

    most = min(positive_integer("size", size), MOST_MOMENTS)
    if count(1) > most:
        fail("size", f"be at least {count(1)}, the moments of order 1 (and at most {MOST_MOMENTS} of them)", size)
    largest = 1
    while count(largest + 1) <= most:
        largest += 1
    if order is None:
        return largest
    if non_negative_integer("order", order) > largest:
        fail("order", f"be at most {largest}, of which the moments fit into {most}", order)
    return order


def weighted_mean_squared_error(predictions: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> float:
    """``sum_j c_j (prediction_j - y_j)^2 / sum_j c_j``, a mean over outputs too.

    Parameters
    ----------
    predictions, y : array, shape (examples, outputs) or (examples,)
    weights : array, shape (examples,), optional

    Raises
    ------
    ValueError
        If the shapes do not agree, or something is not finite.
    """
    found, labels = np.asarray(predictions, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if found.shape != labels.shape:
        fail("predictions", f"have the shape of y, {labels.shape}", found.shape)
    off = checked_points(found.reshape(len(found), -1) - labels.reshape(len(labels), -1), "predictions - y")
    given = checked_weights(weights, off, "predictions")
    return float((off**2).mean(1) @ (given / given.sum()))
