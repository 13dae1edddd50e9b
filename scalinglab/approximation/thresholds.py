"""How many samples a network of some number of unknowns needs: the second-order learner against the count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import Array, array, fail, non_negative, non_negative_integer, positive_integer
from scalinglab._results import ReadOnly, records
from scalinglab.approximation.second_order import examples, fit_network, held_out
from scalinglab.approximation.students import NEAR, Layers, Students, stream


@dataclass(frozen=True, eq=False, repr=False)
class NetworkCurve(ReadOnly):
    """Errors of the second-order learner at several numbers of samples; arrays are read-only.

    Attributes
    ----------
    samples : array of int, shape (points,)
    train_error, test_error : array, shape (points, starts)
        Mean squared errors in units of the variance of the labels.
    parameters : int
        The count of unknowns, which the threshold is compared with.
    """

    samples: NDArray[np.int64]
    train_error: Array
    test_error: Array
    parameters: int

    @property
    def best(self) -> Array:
        """Test error of the start of least training error, shape (points,)."""
        return self.test_error[np.arange(len(self.samples)), self.train_error.argmin(1)]

    def rows(self) -> list[dict[str, Any]]:
        """Return a record for each number of samples, over the starts.

        ``samples``, ``per_unknown`` (their ratio to the parameters), the ``median`` and the ``best`` test error, and
        how many starts were ``solved``: fit their samples to rounding.
        """
        columns = {"samples": self.samples, "per_unknown": self.samples / self.parameters}
        columns |= {"median": np.median(self.test_error, axis=1), "best": self.best}
        return records(columns | {"solved": (self.train_error < 1e-25).sum(1)})

    def __repr__(self) -> str:
        return f"NetworkCurve({self.parameters} parameters, samples {self.samples.tolist()})"


def network_curve(
    inputs: ArrayLike,
    labels: ArrayLike,
    test_inputs: ArrayLike,
    test_labels: ArrayLike,
    *,
    width: int,
    samples: Iterable[int],
    **options: Any,
) -> NetworkCurve:
    """Fit networks to the first samples, for each number of them.

    Parameters
    ----------
    inputs, labels, test_inputs, test_labels : array
        As a task of ``teacher_student`` holds them.
    width : int
    samples : iterable of int
        At most as many as there are inputs.
    **options
        Of ``fit_network``: ``starts``, ``steps``, ``seed``, ``initial``.

    Raises
    ------
    ValueError
        If an argument is out of range, or a shape does not fit.
    """
    places, answers = array("inputs", inputs), array("labels", labels)
    counts = [positive_integer("samples", count) for count in samples]
    if not counts or max(counts) > len(places):
        fail("samples", f"hold numbers up to {len(places)}, at least one", counts)
    test = held_out(test_inputs, test_labels, examples("inputs", "labels", places, answers)[0].shape[1])
    fits = [fit_network(places[:count], answers[:count], width=width, **options) for count in counts]
    return NetworkCurve(
        np.array(counts),
        np.stack([fit.train_error[-1] for fit in fits]),
        np.stack([fit.shape.error(fit.values, *test) for fit in fits]),
        fits[0].parameters,
    )


def perturbed(layers: Layers, *, spread: float = 0.03, starts: int = 6, seed: int = 0) -> tuple[Layers, ...]:
    """Draw networks near one: its parameters with normal noise of the standard deviation ``spread``.

    From starts near the teacher, local minima are out of the way, and what is left is the count of unknowns.

    Parameters
    ----------
    layers : ((weight, bias), (weight, bias))
        Of a network with one hidden layer and one output, such as ``teacher()`` returns.

    Raises
    ------
    ValueError
        If an argument is out of range, or the layers are not of that kind.
    """
    try:
        width, inputs = np.shape(layers[0][0])
    except (TypeError, ValueError, IndexError):
        fail("layers", "be ((weight, bias), (weight, bias))", layers)
    shape, level = Students(inputs, width), non_negative("spread", spread)
    count, own = positive_integer("starts", starts), stream(non_negative_integer("seed", seed), NEAR)
    noise = own.standard_normal((count, shape.parameters))
    return tuple(shape.layers(row) for row in shape.gather([layers]) + level * noise)
