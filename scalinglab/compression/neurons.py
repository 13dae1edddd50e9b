"""Networks: neurons are objects like any others, and a few of them with masses say the same as all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, array, fail, non_negative_integer, one_of, positive, positive_integer
from scalinglab._results import read_only
from scalinglab.compression._arguments import checked_table, checked_weights
from scalinglab.compression.baselines import cluster, random_subset
from scalinglab.compression.compress import compress

Layers = tuple[tuple[Array, Array], tuple[Array, Array]]
CHOICES = ("moments", "random", "unscaled", "clusters")


@dataclass(frozen=True, eq=False, repr=False)
class WeightedNetwork:
    """A network of one hidden layer whose neurons have masses: ``f(x) = sum_j c_j v_j s(w_j x + b_j) + b``.

    ``scalinglab.training.train(task, width=network.width, initial=network.layers, masses=[network.masses])`` trains it
    by the 1/c rule, under which a neuron of mass c learns like c neurons of mass 1. An ordinary network with c_j v_j in
    the place of v_j says the same. It learns the same by plain gradient descent if the step size of w_j and b_j is
    divided by c_j, and that of c_j v_j multiplied by it.

    Attributes
    ----------
    layers : ((weight, bias), (weight, bias))
        Of the shapes (width, inputs), (width,), (outputs, width), (outputs,).
    masses : array, shape (width,)
        The c_j, positive.
    order, cells : int
        Of the moments that are kept, 0 if only the total mass is; and how many cells they are kept in.
    """

    layers: Layers
    masses: Array
    order: int = 0
    cells: int = 1

    def __post_init__(self) -> None:
        for part in (*self.layers[0], *self.layers[1], self.masses):
            read_only(part)

    @property
    def width(self) -> int:
        """Number of neurons."""
        return len(self.masses)

    @property
    def neurons(self) -> Array:
        """The objects: a row (w_j, b_j, v_j) for each neuron, (width, inputs + 1 + outputs)."""
        (weight, bias), (above, _) = self.layers
        return np.hstack([weight, bias[:, None], above.T])

    def outputs(self, inputs: ArrayLike, activation: str = "tanh") -> Array:
        """Outputs for a table of inputs, (examples, outputs).

        Raises
        ------
        ValueError
            If the inputs do not fit, or the activation is not "tanh" or "relu".
        """
        (weight, bias), (above, last) = self.layers
        table = checked_table("inputs", inputs, ("examples", "inputs"))
        if table.shape[1] != weight.shape[1]:
            fail("inputs", f"have {weight.shape[1]} columns", table.shape)
        hidden = table @ weight.T + bias
        hidden = np.tanh(hidden) if one_of("activation", activation, ("tanh", "relu")) == "tanh" else hidden.clip(0)
        return (hidden * self.masses) @ above.T + last

    def __repr__(self) -> str:
        return f"WeightedNetwork({self.width} neurons, order {self.order}, total mass {self.masses.sum():.6g})"


def mean_field_network(
    width: int, inputs: int = 1, *, scale: float = 1.0, spread: float = 0.5, outputs: int = 1, seed: int = 0
) -> WeightedNetwork:
    """Draw a network whose neurons are alike: uniform weights, and the mass ``scale / width`` for each.

    Under the 1/c rule its training hardly depends on the width. It depends on the scale: a large one makes training
    *lazy* (the neurons hardly move, as many small changes add up), a scale of 1 makes it *rich*.

    Parameters
    ----------
    width, inputs, outputs : int
    scale : float
        Total mass of the neurons.
    spread : float
        Weights and biases of the hidden layer are uniform between minus and plus this; those above in [-1, 1].
    seed : int

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    generator = np.random.default_rng(non_negative_integer("seed", seed))
    most, shape = positive("spread", spread), (positive_integer("width", width), positive_integer("inputs", inputs))
    first = generator.uniform(-most, most, size=shape), generator.uniform(-most, most, size=width)
    above = generator.uniform(-1, 1, size=(positive_integer("outputs", outputs), width))
    return WeightedNetwork((first, (above, np.zeros(outputs))), np.full(width, positive("scale", scale) / width))


def compress_network(
    network: WeightedNetwork | Sequence[Any],
    size: int,
    order: int | None = None,
    *,
    masses: ArrayLike | None = None,
    choose: str = "moments",
    seed: int = 0,
) -> WeightedNetwork:
    """Choose some neurons of a network with one hidden layer, with masses, that compute (and learn) nearly the same.

    The output is a sum over neurons of a function of each neuron's parameters (w_j, b_j, v_j), so the moments of
    these parameters determine it [Wang2025]. Training treats all neurons alike, so the moments determine the trained
    network, too.

    Parameters
    ----------
    network : WeightedNetwork or ((weight, bias), (weight, bias))
        Layers as ``Training.arrays`` gives them: of the shapes (width, inputs), (width,), (outputs, width), (outputs,).
    size : int
        Most neurons that are left.
    order : int, optional
        Of the moments of the inputs + 1 + outputs numbers of a neuron; the largest that fits into one cell if left
        out. For a ReLU, which is not smooth, take 1 or 2.
    masses : array, shape (width,), optional
        Of layers: ones if left out, as in an ordinary network; 1 / width for a mean-field network.
    choose : {"moments", "random", "unscaled", "clusters"}
        How neurons are chosen: "random" ones share the total mass; "unscaled" keep the masses they had, so that the
        network begins as a fraction of the whole one; "clusters" are k-means centres, neurons that were not there.
    seed : int
        Read by all but "moments".

    Returns
    -------
    WeightedNetwork

    Raises
    ------
    ValueError
        If the layers do not fit together or are not finite, or the moments do not fit into the size.
    """
    if not isinstance(network, WeightedNetwork):
        network = WeightedNetwork(*_checked(network, masses))
    elif masses is not None:
        fail("masses", "be left to the network, which has its own", masses)
    if one_of("choose", choose, CHOICES) != "moments" and order is not None:
        fail("order", 'be left out, but for choose="moments"', order)
    neurons, given, inputs = network.neurons, network.masses, network.layers[0][0].shape[1]
    if choose == "clusters":
        few = cluster(neurons, min(size, len(neurons)), weights=given, seed=seed)
        kept, left, order, cells = few.points, few.weights, 1, len(few)
    else:
        few = (
            compress(neurons, size, order, weights=given)
            if choose == "moments"
            else random_subset(neurons, size, weights=given, seed=seed)
        )
        kept, order, cells = neurons[few.index], few.order, few.cells
        left = given[few.index] if choose == "unscaled" else few.weights
    first = kept[:, :inputs].copy(), kept[:, inputs].copy()
    return WeightedNetwork((first, (kept[:, inputs + 1 :].T.copy(), network.layers[1][1])), left, order, cells)


def _checked(layers: Any, masses: Any) -> tuple[Layers, Array]:
    """The layers as read-only float64 arrays, if they are a network of one hidden layer, and its masses."""
    try:
        (weight, bias), (above, last) = layers
    except (TypeError, ValueError):
        fail("layers", "be two pairs of weight and bias", layers)
    first, second = (
        checked_table("layers", part, shape)
        for part, shape in ((weight, ("width", "inputs")), (above, ("outputs", "width")))
    )
    biases = [array("layers", part, copy=True) for part in (bias, last)]
    shapes = [part.shape for part in biases]
    if second.shape[1] != len(first) or shapes != [(len(first),), (len(second),)]:
        fail("layers", "fit together", [first.shape, shapes[0], second.shape, shapes[1]])
    return ((first.copy(), biases[0]), (second.copy(), biases[1])), checked_weights(masses, first, "neurons").copy()
