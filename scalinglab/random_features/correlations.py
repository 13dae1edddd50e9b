"""The two-point functions: what the loss is made of, at a pair of frequencies.

With kappa = kappa(s), kappa' = kappa(s') and sums over modes with denominators (lam + kappa)(lam + kappa'),

    D1 = sum lam / ..,  D2 = sum lam^2 / ..,  W1 = sum lam w^2 / ..,  W2 = sum lam^2 w^2 / ..
    eN = 1 - D2 / N,  eP = 1 - D2 / P,  q = kappa kappa' D1^2 / (N P)
    test     = [kappa kappa' (eN W1 + D1 W2 / N) + noise (eN D2 / P + q)] / (eP eN - q)
    train    = R1 R1' (test + noise)
    ensemble = (kappa kappa' W1 + noise D2 / P) / eP         other features, same data: infinitely many networks
    bagging  = kappa kappa' (W1 + D1 W2 / (N eN))            same features, other data: infinitely many data sets
    bias     = kappa kappa' W1                               both other: what no averaging removes

Each stands for the loss's transform times s s'. Curves are double sums of them over the nodes of a path (``invert``).
They follow from the single-site equations of [Bordelon2024] (section 3 and appendix A), of which eqs. (10) and (11) are
the responses, with the noise of the labels subtracted from the test loss. Every algorithm shares them; algorithms
differ in s(z).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array
from scalinglab.random_features.contours import hyperbola, windows
from scalinglab.random_features.response import Medium

Complex = NDArray[Any]
#: Averages over independent draws of features, of data, and of both.
CROSS = ("ensemble", "bagging", "bias")
PARTS = ("test", "train", *CROSS)
#: Above so many nodes, sums over modes for each pair cost more than divided differences.
MANY = 100
#: Nodes that are paired with all others at a time: their arrays stay in the processor's cache.
BLOCK = 32


@dataclass(frozen=True, eq=False)
class Nodes:
    """Frequencies and what belongs to each of them.

    Attributes
    ----------
    medium : Medium
    s, kappa : array, shape (nodes,)
    """

    medium: Medium
    s: Any
    kappa: Any

    @cached_property
    def inverse(self) -> Any:
        """``1 / (lam + kappa)``, shape (nodes, modes)."""
        return 1 / (self.medium.seen[0] + self.kappa[:, None])

    @cached_property
    def single(self) -> Any:
        """``sum lam / (lam + kappa)`` and ``sum lam w^2 / (lam + kappa)``, shape (2, nodes)."""
        return _weights(self.medium)[::2] @ self.inverse.T

    @cached_property
    def double(self) -> Any:
        """The same with squared denominators, shape (2, nodes)."""
        return _weights(self.medium)[::2] @ (self.inverse * self.inverse).T

    @cached_property
    def data_response(self) -> Any:
        """R1, without cancellation where it is small: more features than samples can fit them all."""
        medium = self.medium
        if medium.width == medium.samples < np.inf:
            return np.sqrt(self.s / self.kappa)
        data, model, _ = medium.responses(self.kappa)
        return data if medium.width < medium.samples or np.isinf(medium.samples) else self.s / self.kappa / model

    def __getitem__(self, own: slice) -> Nodes:
        return self._each(lambda values: values[..., own], lambda values: values[own])

    def conj(self) -> Nodes:
        """The nodes in the lower half-plane."""
        return self._each(np.conj, np.conj)

    def _each(self, last: Any, first: Any) -> Nodes:
        """Apply a function to all that is known: by the last axis, or the first of the large array."""
        found = Nodes(self.medium, last(self.s), last(self.kappa))
        known = {
            name: last(self.__dict__[name]) for name in ("single", "double", "data_response") if name in vars(self)
        }
        found.__dict__.update(known | ({"inverse": first(self.inverse)} if "inverse" in vars(self) else {}))
        return found


def correlations(left: Nodes, right: Nodes, noise: float, parts: Sequence[str]) -> dict[str, Any]:
    """The two-point functions named, for each pair of nodes.

    Parameters
    ----------
    left, right : Nodes
        n and m of them.
    noise : float
        Variance of the noise on the labels.
    parts : sequence of str
        Of ``PARTS``.

    Returns
    -------
    dict of str to array, shape (n, m)
    """
    medium = left.medium
    d1, d2, w1, w2 = sums(left, right)
    pair = left.kappa[:, None] * right.kappa
    model, data = 1 - d2 / medium.width, 1 - d2 / medium.samples
    mixed = pair * d1 * d1 / (medium.width * medium.samples)
    signal = pair * (model * w1 + d1 * w2 / medium.width)
    found: dict[str, Any] = {}
    # What no feature sees stays in every loss, and is noise to those who learn.
    stays = medium.spectrum.unlearnable
    total = noise + stays
    if "test" in parts or "train" in parts:
        found["test"] = stays + (signal + total * (model * d2 / medium.samples + mixed)) / (data * model - mixed)
    if "train" in parts:
        found["train"] = left.data_response[:, None] * right.data_response * (found["test"] + noise)
    if "ensemble" in parts:
        found["ensemble"] = stays + (pair * w1 + total * d2 / medium.samples) / data
    if "bagging" in parts:
        found["bagging"] = stays + signal / model
    if "bias" in parts:
        found["bias"] = stays + pair * w1
    return {part: found[part] for part in parts}


def _weights(medium: Medium) -> Any:
    """``lam``, ``lam^2``, ``lam w^2`` and ``lam^2 w^2`` of all modes that are seen, shape (4, modes)."""
    values, counts, power = medium.seen
    return np.stack([counts * values, counts * values**2, power, power * values])


def sums(left: Nodes, right: Nodes) -> tuple[Any, Any, Any, Any]:
    """D1, D2, W1 and W2 for each pair of nodes, shape (n, m) each."""
    if len(right.kappa) > MANY:
        return _differences(left, right)
    turned = right.inverse.T
    d1, d2, w1, w2 = ((left.inverse * weight) @ turned for weight in _weights(left.medium))
    return d1, d2, w1, w2


def _differences(left: Nodes, right: Nodes) -> tuple[Any, Any, Any, Any]:
    """The same from partial fractions, which need no sum over modes for each pair.

    Digits cancel where two kappas are close against their size; nodes of a circle of some hundreds are not.
    """
    distance = right.kappa - left.kappa[:, None]
    equal = np.nonzero(distance == 0)
    distance[equal] = 1
    found = []
    for own, other, slope in zip(left.single, right.single, left.double, strict=True):
        first = (own[:, None] - other) / distance
        first[equal] = slope[equal[0]]
        found += [first, other - left.kappa[:, None] * first]
    d1, d2, w1, w2 = found
    return d1, d2, w1, w2


def decades(medium: Medium, times: Array, ridge: float = 0.0) -> Iterator[tuple[slice, Nodes, Complex]]:
    """For gradient flow: windows of positive, finite times, the nodes of each, and what multiplies them at its times.

    The factors, shape (times, nodes), hold the weight and the transform 1 / z of a constant: the units of time cancel.
    """
    spans, (z, weights) = windows(times), hyperbola()
    s = z / np.array([[span.first] for span in spans]).reshape(-1, 1) + ridge
    for span, frequencies, kappa in zip(spans, s, medium.solve(s), strict=True):
        factors = np.exp(np.outer(times[span.members] / span.first, z)) * (weights / z)
        yield span.members, Nodes(medium, frequencies, kappa), factors


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
