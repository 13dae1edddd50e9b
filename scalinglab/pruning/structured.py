"""Structured pruning: whole nodes or singular values go, and what is left is a smaller network, not a sparse one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import Array, fail, one_of, positive_integer
from scalinglab._results import read_only
from scalinglab.pruning.masks import Masks, check_fit
from scalinglab.training.networks import Arrays

Layers = Sequence[tuple[ArrayLike, ArrayLike]]
Nodes = tuple[NDArray[np.int64], ...]
#: What a node's score is made of: the norms of what comes in, of what goes out, or both.
NODE_SCORES = ("product", "incoming", "outgoing")


def node_scores(layers: Layers, score: str = "product") -> list[Array]:
    """How important each hidden node is: the norm of its incoming row, of its outgoing column, or their product.

    The product alone does not change if a rectified node's inputs are scaled up and its outputs down by one factor,
    which leaves the network the same.

    Parameters
    ----------
    layers : sequence of (weight, bias)
        Of the shapes (outputs, inputs) and (outputs,), with one hidden layer at least.
    score : {"product", "incoming", "outgoing"}

    Returns
    -------
    list of array, shape (width,)
        One for each hidden layer.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    one_of("score", score, NODE_SCORES)
    weights = [weight for weight, _ in _network(layers)]
    incoming = [np.linalg.norm(weight, axis=1) for weight in weights[:-1]]
    outgoing = [np.linalg.norm(weight, axis=0) for weight in weights[1:]]
    if score != "product":
        return incoming if score == "incoming" else outgoing
    return [below * above for below, above in zip(incoming, outgoing, strict=True)]


def kept_nodes(layers: Layers, nodes: int, *, score: str = "product") -> Nodes:
    """Places of the nodes of largest score in each hidden layer, ascending; of equal ones those with the lower place.

    Parameters
    ----------
    layers : sequence of (weight, bias)
    nodes : int
        How many each hidden layer keeps, the same in all: the width of the network that is left.
    score : {"product", "incoming", "outgoing"}

    Raises
    ------
    ValueError
        If an argument is out of range, or a layer has fewer nodes than that.
    """
    scores = node_scores(layers, score)
    narrowest = min(len(layer) for layer in scores)
    if positive_integer("nodes", nodes) > narrowest:
        fail("nodes", f"not exceed the {narrowest} of a hidden layer", nodes)
    return tuple(np.sort(np.argsort(-layer, kind="stable")[:nodes]) for layer in scores)


def keep_nodes(layers: Layers, nodes: int, *, score: str = "product") -> Arrays:
    """Return the smaller network, without the row, the bias and the column above of each node that is dropped.

    ``train(initial=..., width=nodes)`` trains it on. It computes what the large network does with the weights outside
    ``node_masks`` set to zero.

    Parameters
    ----------
    layers, nodes, score
        As in ``kept_nodes``.

    Returns
    -------
    tuple of (weight, bias)
        Of the shapes (outputs, inputs) and (outputs,), read-only.

    Raises
    ------
    ValueError
        As ``kept_nodes`` does.

    Examples
    --------
    >>> [weight.shape for weight, _ in keep_nodes([([[1.0], [3.0]], [0.0, 0.0]), ([[1.0, 1.0]], [0.0])], 1)]
    [(1, 1), (1, 1)]
    """
    network = _network(layers)
    kept = kept_nodes(network, nodes, score=score)
    rows = [*kept, np.arange(len(network[-1][1]))]
    columns = [np.arange(network[0][0].shape[1]), *kept]
    ends = zip(network, rows, columns, strict=True)
    return tuple((_frozen(weight[np.ix_(out, into)]), _frozen(bias[out])) for (weight, bias), out, into in ends)


def node_masks(layers: Layers, nodes: int, *, score: str = "product") -> Masks:
    """The same choice as masks of the large network: zeros in the row of each dropped node, and in its column above.

    A zero row alone would not be enough, because the node would still output what its bias gives.

    Parameters
    ----------
    layers, nodes, score
        As in ``kept_nodes``.

    Raises
    ------
    ValueError
        As ``kept_nodes`` does.
    """
    network = _network(layers)
    chosen = kept_nodes(network, nodes, score=score)
    kept = [np.isin(np.arange(len(bias)), each) for (_, bias), each in zip(network[:-1], chosen, strict=True)]
    rows = [*kept, np.ones(len(network[-1][1]), dtype=bool)]
    columns = [np.ones(network[0][0].shape[1], dtype=bool), *kept]
    return Masks(out[:, None] & into for out, into in zip(rows, columns, strict=True))


@dataclass(frozen=True)
class Factored:
    """A network some of whose layers are stored as two thinner matrices; see ``truncate``.

    Attributes
    ----------
    factors : tuple of tuple of array
        Of each layer: (weight,), or (left, right) of the shapes (outputs, rank) and (rank, inputs).
    biases : tuple of array, shape (outputs,)
    """

    factors: tuple[tuple[Array, ...], ...]
    biases: tuple[Array, ...]

    @property
    def ranks(self) -> tuple[int | None, ...]:
        """Rank of each layer that is stored as factors; ``None`` for one that is stored as it was."""
        return tuple(factor[1].shape[0] if len(factor) > 1 else None for factor in self.factors)

    @property
    def stored(self) -> int:
        """Weights that are stored, which is also how many multiplications an input takes; biases are not counted."""
        return sum(part.size for factor in self.factors for part in factor)

    @property
    def dense(self) -> int:
        """Weights of the same network multiplied out."""
        return sum(factor[0].shape[0] * factor[-1].shape[1] for factor in self.factors)

    def layers(self) -> Arrays:
        """The network multiplied out, as ``forward`` and ``train`` take it; training it on would raise its ranks."""
        weights = (factor[0] if len(factor) == 1 else factor[0] @ factor[1] for factor in self.factors)
        return tuple((_frozen(weight), bias) for weight, bias in zip(weights, self.biases, strict=True))


def truncate(layers: Layers, rank: int) -> Factored:
    """Keep the largest singular values of each layer, as two factors where that saves weights.

    ``r (inputs + outputs)`` weights are stored instead of ``inputs * outputs``; a layer for which that is no less is
    left as it is. By the theorem of Eckart and Young no matrix of that rank is nearer to the layer.

    Parameters
    ----------
    layers : sequence of (weight, bias)
    rank : int

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> small = truncate([(np.ones((8, 6)), np.zeros(8)), (np.ones((2, 8)), np.zeros(2))], 1)
    >>> small.ranks, small.stored, small.dense
    ((1, 1), 24, 64)
    """
    network, kept = _network(layers, hidden=0), positive_integer("rank", rank)
    factors = tuple(_factors(weight, kept) for weight, _ in network)
    return Factored(factors, tuple(_frozen(bias) for _, bias in network))


def _factors(weight: Array, rank: int) -> tuple[Array, ...]:
    if rank * sum(weight.shape) >= weight.size:
        return (_frozen(weight),)
    left, singular, right = np.linalg.svd(weight, full_matrices=False)
    # The root in each: factors of equal size train alike.
    roots = np.sqrt(singular[:rank])
    return _frozen(left[:, :rank] * roots), _frozen(roots[:, None] * right[:rank])


def _network(layers: Layers, *, hidden: int = 1) -> list[tuple[Array, Array]]:
    """Weights and biases of one network in float64, checked to fit onto each other."""
    try:
        found = [(np.asarray(weight, dtype=np.float64), np.asarray(bias, dtype=np.float64)) for weight, bias in layers]
    except (TypeError, ValueError):
        fail("layers", "be a list of (weight, bias)", layers)
    if found and not found[0][1].size:
        fail("layers", "not begin with an embedding: networks of codes are pruned by masks", found[0][0].shape)
    shapes: list[tuple[Any, ...]] = [weight.shape for weight, _ in found]
    fits = (len(shape) == 2 and bias.shape == shape[:1] for shape, (_, bias) in zip(shapes, found, strict=True))
    if len(found) <= hidden or not all(fits):
        fail("layers", f"hold at least {hidden + 1} weights and biases that fit", shapes)
    check_fit("layers", shapes)
    return found


def _frozen(array: Array) -> Array:
    return read_only(np.array(array))
