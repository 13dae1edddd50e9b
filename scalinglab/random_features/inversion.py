"""From two-point functions to curves: the double sum over the nodes of a path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab.random_features.correlations import MANY, Nodes

__all__ = ["invert"]

Array = NDArray[np.float64]
Complex = NDArray[Any]
#: Nodes that are paired with all others at a time: their arrays stay in the processor's cache.
BLOCK = 32


def invert(nodes: Nodes, factors: Complex, pairs: Callable[[Nodes, Nodes], Mapping[str, Any]]) -> dict[str, Array]:
    """Sum two-point functions over all pairs of nodes and their conjugates.

    Parameters
    ----------
    nodes : Nodes
        Of a path, in the upper half-plane.
    factors : array of complex, shape (times, nodes)
        What multiplies a node at each time: the kernel, the weight, and the transform of a constant.
    pairs : callable
        The two-point functions by name, shape (n, m) each, of n and m nodes.

    Returns
    -------
    dict of str to array, shape (times,)
    """
    count = len(nodes.kappa)
    total: dict[str, Array] = {}
    if count > MANY:
        _ = nodes.single, nodes.double, nodes.data_response  # once for all blocks
    mirrored = nodes.conj()
    for start in range(0, count, BLOCK):
        own = slice(start, start + BLOCK)
        for right, others in ((nodes, factors), (mirrored, factors.conj())):
            for part, values in pairs(nodes[own], right).items():
                sums = 2 * ((factors[:, own] @ values) * others).sum(1).real
                total[part] = total[part] + sums if part in total else sums
    return total
