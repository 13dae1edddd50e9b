"""Theory as rows: the tail index of the recursion over a range of step sizes, up to where it ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from scalinglab._checks import positive
from scalinglab.heavy_tails.recursion import critical_step_size, largest_step_size, recursion_tail_index


def recursion_curve(
    batch_size: int, dimension: int, *, shares: Iterable[float] | None = None, input_variance: float = 1.0
) -> list[dict[str, Any]]:
    """Tail index of SGD on linear regression at step sizes in units of the critical one.

    Parameters
    ----------
    batch_size, dimension : int
    shares : iterable of float, optional
        Step sizes as multiples of the critical one, positive; 49 from 0.2 to 1.6 if left out. Those without a
        stationary law are left out of the answer.
    input_variance : float

    Returns
    -------
    list of dict
        ``share``, ``step_size``, ``ratio`` (step size over batch size), ``batch_size``, ``dimension``, ``alpha``.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> [(row["share"], round(row["alpha"], 3)) for row in recursion_curve(2, 2, shares=[0.5, 1.0, 5.0])]
    [(0.5, 6.534), (1.0, 2.0)]
    """
    critical = critical_step_size(batch_size, dimension, input_variance=input_variance)
    largest = largest_step_size(batch_size, dimension, input_variance=input_variance)
    rows = []
    for share in np.linspace(0.2, 1.6, 49).tolist() if shares is None else shares:
        step = positive("shares", share) * critical
        if step < largest:
            alpha = recursion_tail_index(step, batch_size, dimension, input_variance=input_variance)
            place = {"share": share, "step_size": step, "ratio": step / batch_size}
            rows.append(place | {"batch_size": batch_size, "dimension": dimension, "alpha": alpha})
    return rows
