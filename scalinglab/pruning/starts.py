"""Pruning at the start: masks of networks that have not been trained yet."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from scalinglab._checks import fail, one_of, positive_integer
from scalinglab.pruning.allocation import erk_counts, uniform_counts
from scalinglab.pruning.masks import Masks, weights_of
from scalinglab.pruning.modules import Layers, Network, seen
from scalinglab.pruning.scores import (
    grasp_scores,
    lamp_scores,
    magnitude_scores,
    ordered_flows,
    random_scores,
    representable,
    snip_scores,
    synflow_scores,
)
from scalinglab.pruning.selection import keep_largest, kept_weights

#: Ways to prune a network before it is trained.
AT_START = ("random", "erk", "magnitude", "lamp", "snip", "grasp", "synflow")
#: How weights of different layers are compared.
SCOPES = ("global", "layer", "erk", "lamp")
#: Rounds of SynFlow, as in its paper; one round empties whole layers.
ROUNDS = 100


def prune_at_start(
    layers: Layers,
    density: float,
    method: str,
    *,
    inputs: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    loss: str = "cross_entropy",
    activation: str = "relu",
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Masks:
    """Choose the weights of one untrained network that are kept.

    Parameters
    ----------
    layers : sequence of (weight, bias), torch.nn.Module or Network
        Of the shapes (outputs, inputs) and (outputs,), as ``Training.arrays`` gives them. An embedding of codes comes
        first where there is one, and is never pruned. A network that is no perceptron is a module, as ``build_network``
        gives it.
    density : float
        Share of all weights that is kept, above 0 and at most 1; the count is the nearest whole number.
    method : {"random", "erk", "magnitude", "lamp", "snip", "grasp", "synflow"}
        Random in the same share of each layer, or in the shares of ``erk_counts``; by ``magnitude_scores``,
        ``lamp_scores``, ``snip_scores`` or ``grasp_scores``, over all layers together; or ``synflow_masks``.
    inputs, labels : array, shape (examples, inputs) and (examples,)
        For "snip" and "grasp"; the inputs also for "synflow" of a module.
    loss, activation : str
        As in ``snip_scores``.
    rounds : int
        For "synflow".
    seed : int
        For "random" and "erk".

    Raises
    ------
    ValueError
        If an argument is out of range, or data are missing.
    """
    one_of("method", method, AT_START)
    layers = seen(layers, inputs)
    shapes = _shapes(layers)
    kept = kept_weights(density, sum(map(math.prod, shapes)))
    if method == "synflow":
        return synflow_masks(layers, kept, rounds=rounds)
    if method in ("random", "erk"):
        counts = uniform_counts(shapes, kept) if method == "random" else erk_counts(shapes, kept)
        return keep_largest(random_scores(shapes, seed), counts, network=layers)
    if method in ("magnitude", "lamp"):
        return magnitude_masks(layers, kept, scope="global" if method == "magnitude" else "lamp")
    if inputs is None or labels is None:
        fail("inputs and labels", f"be given for {method}", None)
    scores = snip_scores if method == "snip" else grasp_scores
    return keep_largest(scores(layers, inputs, labels, loss=loss, activation=activation), kept, network=layers)


def magnitude_masks(layers: Layers, kept: int, *, scope: str = "global", within: Masks | None = None) -> Masks:
    """Keep the largest weights of a network, trained or not.

    Parameters
    ----------
    layers : sequence of (weight, bias), torch.nn.Module or Network
    kept : int
        How many weights of the network are kept.
    scope : {"global", "layer", "erk", "lamp"}
        Which weights are compared: all of them; those of a layer, each of which keeps the same share, or the share of
        ``erk_counts``; or all of them by ``lamp_scores``. "global" assumes that
        the scales of the layers are comparable. If earlier masks left a layer less than its share, it keeps what they
        left, and the other layers keep more.
    within : Masks, optional
        Earlier masks: what they removed stays removed.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    one_of("scope", scope, SCOPES)
    layers = seen(layers)
    masked = layers if within is None else within.apply(layers)
    given = {"within": within, "network": layers if within is None else None}
    if scope == "lamp":
        return keep_largest(lamp_scores(masked), kept, **given)
    scores = magnitude_scores(masked)
    if scope == "global":
        return keep_largest(scores, kept, **given)
    shares, shapes = uniform_counts if scope == "layer" else erk_counts, _shapes(layers)
    counts = shares(shapes, kept)
    if within is not None and any(count > left for count, left in zip(counts, within.counts, strict=True)):
        counts = shares(shapes, kept, room=within.counts)
    return keep_largest(scores, counts, **given)


def synflow_masks(layers: Layers, kept: int, *, rounds: int = ROUNDS) -> Masks:
    """Prune by ``synflow_scores`` in rounds, each of which keeps the same share of what the last one left.

    Parameters
    ----------
    layers : sequence of (weight, bias), or Network with an example of inputs
    kept : int
    rounds : int
        With one round whole layers are emptied; ten are nearly as good as a hundred.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    layers = seen(layers)
    masks = Masks.full(_shapes(layers), layers)
    if positive_integer("kept", kept) > masks.size:
        fail("kept", f"not exceed the {masks.size} weights of the network", kept)
    times = positive_integer("rounds", rounds)
    # Where the scores of all weights are numbers, those of fewer are.
    numbers = not isinstance(layers, Network) and representable(magnitude_scores(layers))
    flows = synflow_scores if numbers else ordered_flows
    for step in range(1, times + 1):
        left = round(masks.size * (kept / masks.size) ** (step / times))
        masks = keep_largest(flows(layers, masks), left, within=masks)
    return masks


def _shapes(layers: Layers) -> list[tuple[int, ...]]:
    return [weight.shape for weight in weights_of(layers)]
