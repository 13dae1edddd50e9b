"""Sanity checks of a mask: does it matter which weights are kept, or only how many of each layer? [Frankle2021]

A network is trained with another mask, or from other weights, and compared with the one that was meant to be good.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail, non_negative_integer, one_of
from scalinglab.pruning.masks import Masks, prunable
from scalinglab.pruning.modules import Layers, Network, seen
from scalinglab.training.networks import ACTIVATIONS, draw

#: Streams of a seed: those of training begin at 0, that of random scores is 21.
SHUFFLES, WEIGHTS = 22, 23


def shuffled_masks(masks: Masks, seed: int = 0) -> Masks:
    """As many weights of each layer, but others: the truth values of each layer in random order.

    What stays is how many weights each layer keeps. A method whose shuffled masks do as well has found only that.

    Parameters
    ----------
    masks : Masks
    seed : int

    Raises
    ------
    ValueError
        If the first is no ``Masks``, or the seed no whole number, zero or above.

    Examples
    --------
    >>> shuffled_masks(Masks([[[1, 1, 0, 0]], [[1], [0]]])).counts
    (2, 1)
    """
    if not isinstance(masks, Masks):
        fail("masks", "be Masks", masks)
    generator = np.random.default_rng(np.random.SeedSequence((non_negative_integer("seed", seed), SHUFFLES)))
    # Permuted flat: a shuffle along one axis would keep how many weights each unit has.
    return Masks((generator.permutation(layer.ravel()).reshape(layer.shape) for layer in masks), masks.wiring)


def inverted_scores(scores: Sequence[Any]) -> list[NDArray[np.float64]]:
    """Negative scores: ``keep_largest`` then keeps what the method thought least of.

    One over the score would not do: scores of zero would become infinite, and those of GraSP, which have signs, would
    not change their order there.

    Examples
    --------
    >>> [layer.tolist() for layer in inverted_scores([[[2.0, 0.5]]])]
    [[[-2.0, -0.5]]]
    """
    return [-np.asarray(layer, dtype=np.float64) for layer in scores]


def reinitialized(layers: Layers, seed: int = 0, *, activation: str = "relu") -> Any:
    """Other initial weights for a network of the same shape, in the standard scaling; biases are zero.

    They come from a stream of their own: no seed of ``train`` draws the same ones.

    Parameters
    ----------
    layers : sequence of (weight, bias), torch.nn.Module or Network
        Only their shapes, (outputs, inputs) and (outputs,), are read. Of a module its own parameters are read, those
        that it begins with: each tensor of two or more dimensions gets them in random order, which for numbers that
        were drawn alike is as good as another draw. Biases and norms stay as they are.
    seed : int
    activation : {"relu", "tanh"}
        Of perceptrons.

    Returns
    -------
    tuple of (weight, bias), or dict of array
        What ``train(initial=...)`` takes.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    layers = seen(layers)
    if isinstance(layers, Network):
        generator = np.random.default_rng(np.random.SeedSequence((non_negative_integer("seed", seed), WEIGHTS)))
        named = layers.arrays.items()
        return {name: generator.permuted(array) if array.ndim > 1 else array for name, array in named}
    shapes = [np.shape(weight) for weight, _ in layers]
    if not shapes or any(len(shape) != 2 for shape in shapes):
        fail("layers", "hold matrices of weights", shapes)
    one_of("activation", activation, tuple(ACTIVATIONS))
    network = [np.shape(weight) for weight, _ in prunable(layers)]
    table = None if len(network) == len(shapes) else (shapes[0][1], shapes[0][0])
    sizes = [network[0][1], *(shape[0] for shape in network)]
    return draw(sizes, non_negative_integer("seed", seed), activation, table=table, stream=WEIGHTS)
