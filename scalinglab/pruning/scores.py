"""How important each weight is: a number for every weight, of which the largest are kept.

All are pure functions of weights, and of data where they look at data. All compute in float64. Arrays of perceptrons
may carry leading axes, of many networks at once: weights (..., outputs, inputs), data (..., examples, inputs). Any
other network is one module, and scores have the shapes of its weights.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, fail, non_negative_integer, positive
from scalinglab._later import torch
from scalinglab.pruning.gradients import added, batches, curvature, mean_loss
from scalinglab.pruning.masks import Masks, weights_of
from scalinglab.pruning.modules import Layers, Network, seen

if TYPE_CHECKING:
    pass

#: What GraSP divides outputs by [Wang2020].
TEMPERATURE = 200.0


def random_scores(shapes: Sequence[tuple[int, ...]], seed: int = 0) -> list[Array]:
    """Uniform from 0 to 1, from a stream of the seed's own.

    Raises
    ------
    ValueError
        If the seed is no whole number, zero or above.
    """
    # Streams 0 to 2 of a seed belong to the networks in training.
    generator = np.random.default_rng(np.random.SeedSequence((non_negative_integer("seed", seed), 21)))
    return [generator.random(shape) for shape in shapes]


def magnitude_scores(layers: Layers) -> list[Array]:
    """``|w|``."""
    return [np.abs(weight) for weight in weights_of(layers)]


def lamp_scores(layers: Layers) -> list[Array]:
    """``w^2 / sum of u^2 over the weights of the layer with |u| >= |w|`` [Lee2021].

    The largest weight of each layer has the score 1, so no layer is emptied as long as every layer can keep one.
    Equal weights count as if they grew with their places.
    """
    layers = seen(layers)
    return [_lamp(weight, 0 if isinstance(layers, Network) else weight.ndim - 2) for weight in weights_of(layers)]


def _lamp(weight: Array, networks: int) -> Array:
    """The scores of a weight, in so many leading axes those of networks of their own."""
    flat = np.square(weight).reshape(*weight.shape[:networks], -1)
    order = np.argsort(flat, axis=-1, kind="stable")
    squares = np.take_along_axis(flat, order, axis=-1)
    sums = np.cumsum(squares[..., ::-1], axis=-1)[..., ::-1]
    ratios = np.divide(squares, sums, out=np.zeros_like(squares), where=sums > 0)
    scores = np.empty_like(flat)
    np.put_along_axis(scores, order, ratios, axis=-1)
    return scores.reshape(weight.shape)


def snip_scores(
    layers: Layers,
    inputs: ArrayLike,
    labels: ArrayLike,
    *,
    loss: str = "cross_entropy",
    activation: str = "relu",
    masks: Masks | None = None,
) -> list[Array]:
    """``|w dL/dw|``: how much the loss would change, to first order, if the weight were removed [Lee2019].

    It equals ``|dL/dc|`` at a mask c of ones. The gradient is that of the mean loss; the absolute value comes last.

    Parameters
    ----------
    layers : sequence of (weight, bias), torch.nn.Module or Network
        Of the shapes (..., outputs, inputs) and (..., outputs). A module is used in the mode that it is in.
    inputs : array, shape (..., examples, inputs)
    labels : array, shape (..., examples)
        Classes; of a squared loss real, of the shape (..., examples, outputs).
    loss : {"cross_entropy", "logistic", "squared"}
    activation : {"relu", "tanh"}
        Of perceptrons; a module has its own.
    masks : Masks, optional
        The network is masked first.

    Returns
    -------
    list of array
        A score for each weight, of the shapes of the weights.

    Raises
    ------
    ValueError
        If an argument is out of range or does not fit.
    """
    layers, given = seen(layers), {"activation": activation, "masks": masks, "loss": loss}
    means = (mean_loss(layers, *part, **given) for part in batches(layers, inputs, labels))
    weights, gradients = added((weights, torch.autograd.grad(mean, weights)) for weights, mean in means)
    return [(w * g).abs().detach().numpy() for w, g in zip(weights, gradients, strict=True)]


def grasp_scores(
    layers: Layers,
    inputs: ArrayLike,
    labels: ArrayLike,
    *,
    loss: str = "cross_entropy",
    activation: str = "relu",
    masks: Masks | None = None,
    temperature: float = TEMPERATURE,
    absolute: bool = False,
) -> list[Array]:
    """``w (Hg)``, with the Hessian H and the gradient g of the loss: what keeps the gradient large [Wang2020].

    Shrinking a weight by a small share e changes ``|g|^2`` by ``-2 e w (Hg)``. So weights of a large positive score
    carry the gradient, and are kept; the paper's score has the other sign, and it removes the largest.

    Parameters
    ----------
    layers, inputs, labels, loss, activation, masks
        As in ``snip_scores``.
    temperature : float
        Outputs are divided by it.
    absolute : bool
        Keep what changes ``|g|^2`` most, in either direction [Frankle2021].

    Returns
    -------
    list of array
        A score for each weight, of the shapes of the weights; of either sign unless ``absolute``.

    Raises
    ------
    ValueError
        If an argument is out of range or does not fit.
    """
    layers, given = seen(layers), {"activation": activation, "masks": masks, "loss": loss}
    given["temperature"] = positive("temperature", temperature)
    parts, whole = batches(layers, inputs, labels), None
    if len(parts) > 1:
        means = (mean_loss(layers, *part, **given) for part in parts)
        _, whole = added((weights, torch.autograd.grad(mean, weights)) for weights, mean in means)
    means = (mean_loss(layers, *part, **given) for part in parts)
    weights, curved = added((weights, curvature(mean, weights, whole)) for weights, mean in means)
    found = [(weight * product).detach() for weight, product in zip(weights, curved, strict=True)]
    return [(score.abs() if absolute else score).numpy() for score in found]


def synflow_scores(layers: Layers, masks: Masks | None = None) -> list[Array]:
    """``|w| dR/d|w|`` of ``R = 1^T |W_L| ... |W_1| 1``: the flow through each weight [Tanaka2020].

    No data and no biases. What flows into a layer flows out: the scores of each layer add up to the same number, R.
    It grows or shrinks by a factor with each layer, and leaves the range of numbers in very deep networks.

    Of a module R is its output for ones as inputs, added up: with ``|w|`` in the place of weights, without biases, and
    with activations and norms that hand on what comes in. All layers in a row, convolutions too, carry the same flow.
    Where ways part and meet again, as around a residual path, their flows add up to it.

    Parameters
    ----------
    layers : sequence of (weight, bias), or Network with an example of inputs
        Of the shapes (..., outputs, inputs) and (..., outputs).
    masks : Masks, optional

    Returns
    -------
    list of array
        Not negative; zero for a weight that lies on no path from an input to an output.

    Raises
    ------
    ValueError
        If a module multiplies activations with each other, as attention does. A weight that stands in all factors of a
        product would carry its flow several times, and layers would no longer carry the same: what SynFlow rests on.
    """
    layers = seen(layers)
    sizes = [np.abs(weight) for weight in weights_of(layers)]
    sizes = sizes if masks is None else [size * mask for size, mask in zip(sizes, masks, strict=True)]
    if isinstance(layers, Network):
        return layers.wiring.flows(sizes)
    below = [np.ones((*sizes[0].shape[:-2], sizes[0].shape[-1]))]
    for size in sizes:
        below.append((size @ below[-1][..., None])[..., 0])
    above = [np.ones_like(below[-1])]
    for size in reversed(sizes[1:]):
        above.append((above[-1][..., None, :] @ size)[..., 0, :])
    ends = zip(sizes, below[:-1], reversed(above), strict=True)
    return [size * down[..., None, :] * up[..., :, None] for size, down, up in ends]


#: Sums of products of weights are computed as such between these logarithms, and in logarithms beyond.
RANGE = 600.0


def ordered_flows(layers: Layers, masks: Masks) -> list[Array]:
    """``synflow_scores`` of one network; or their logarithms, if the scores of deep networks might over- or underflow.

    Both have the same order, which is all that a choice of the largest needs.
    """
    if isinstance(layers, Network):
        return _finite(synflow_scores(layers, masks))
    sizes = [size * mask for size, mask in zip(magnitude_scores(layers), masks, strict=True)]
    if representable(sizes):
        return synflow_scores(layers, masks)
    with np.errstate(divide="ignore"):
        logs = [np.log(size) for size in sizes]
        below, above = [np.zeros(logs[0].shape[1])], [np.zeros(logs[-1].shape[0])]
        for each in logs:
            below.append(_log_sum(each + below[-1]))
        for each in reversed(logs[1:]):
            above.append(_log_sum(each.T + above[-1]))
    return [each + down + up[:, None] for each, down, up in zip(logs, below[:-1], reversed(above), strict=True)]


def representable(sizes: Sequence[Array]) -> bool:
    """Whether every sum of products of weights of these sizes, one of each layer, is a number; so it is of fewer."""
    # Every product of weights on a path, and every sum of such products, lies between these.
    least = sum(min(0.0, np.log(size[size > 0].min(initial=1.0))) for size in sizes)
    most = sum(max(0.0, np.log(size.max() * size.shape[1])) for size in sizes if size.any())
    return bool(least > -RANGE and most + np.log(sizes[-1].shape[0]) < RANGE)


def _finite(scores: list[Array]) -> list[Array]:
    """Scores of a module, refused where they have left the range of numbers."""
    largest = max(float(score.max()) for score in scores)
    if not sys.float_info.min < largest < np.inf:
        fail("network", "have a flow that is neither zero nor beyond the range of numbers", largest)
    return scores


def _log_sum(logs: Array) -> Array:
    """Logarithms of sums along the last axis; -inf where there is nothing to sum."""
    largest = logs.max(-1, keepdims=True)
    largest = np.where(np.isfinite(largest), largest, 0.0)
    return np.log(np.exp(logs - largest).sum(-1)) + largest[..., 0]
