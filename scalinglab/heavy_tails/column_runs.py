"""The theorem on compressibility with genuine SGD: columns with batches of their own, and with one batch for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail, positive_integer
from scalinglab.heavy_tails._arguments import density as checked_density
from scalinglab.heavy_tails.chains import column_chains
from scalinglab.heavy_tails.compressibility import node_error
from scalinglab.heavy_tails.recursion import recursion_tail_index
from scalinglab.heavy_tails.runs import ColumnErrors


def column_errors(
    step_size: float,
    batch_size: int,
    dimension: int,
    *,
    columns: Sequence[int] = (30, 100, 300, 1000, 3000),
    density: float = 0.1,
    draws: int = 8,
    steps: int = 250,
) -> Iterator[ColumnErrors]:
    """Prune nodes of layers whose columns are regressions by SGD, over numbers of columns, draw by draw.

    Of each draw the smaller layers are the first columns of the largest one.

    Parameters
    ----------
    step_size : float
        Below ``largest_step_size``.
    batch_size, dimension : int
    columns : sequence of int
        Numbers of columns.
    density : float
        The share of columns kept.
    draws, steps : int

    Yields
    ------
    ColumnErrors
        After each draw.

    Raises
    ------
    ValueError
        At the call, if an argument is out of range.
    DivergenceError
        At the call, if there is no stationary law.
    """
    recursion_tail_index(step_size, batch_size, dimension)
    counts = [positive_integer("columns", count) for count in columns]
    if not counts:
        fail("columns", "hold at least one number", columns)
    share, total = checked_density("density", density), positive_integer("draws", draws)
    positive_integer("steps", steps)

    def layer(seed: int, *, shared: bool) -> NDArray[np.float64]:
        size = {"columns": max(counts), "steps": steps}
        return column_chains(step_size, batch_size, dimension, **size, shared=shared, seed=seed)

    return _drawn(layer, counts, share, total)


def _drawn(
    layer: Callable[..., NDArray[np.float64]], counts: list[int], share: float, draws: int
) -> Iterator[ColumnErrors]:
    found: tuple[dict[str, object], ...] = ()
    for seed in range(draws):
        for shared in (False, True):
            drawn = layer(seed, shared=shared)
            name = "shared" if shared else "own"
            about = {"batches": name, "seed": seed, "series": f"{name} {seed}"}
            found += tuple(
                about | {"columns": count, "error": float(node_error(drawn[:, :count], share))} for count in counts
            )
        yield ColumnErrors(found, seed + 1, draws)
