"""Masks: which weights of one network are kept. An exact count, validated, and what of it can matter at all."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import Array, fail
from scalinglab._results import read_only
from scalinglab.pruning.modules import Layers, Network, Wiring, seen, wiring_of

Mask = NDArray[np.bool_]


class Masks(Sequence[Mask]):
    """Which weights of one network are kept: an array of truth values for each layer, read-only.

    It is what ``train(masks=...)`` takes. Biases are never pruned. Masks are equal if they keep the same weights, and
    can be counted and looked up in a ``dict``.

    Parameters
    ----------
    layers : sequence of array, shape (outputs, inputs)
        Truth values, or zeros and ones. Of a network that is no perceptron: of the shapes of its weights, such as
        (outputs, inputs, kernel), in the order of ``weight_names``.
    network : torch.nn.Module or Network, optional
        The network, if it is no perceptron.

    Attributes
    ----------
    wiring : Wiring or None
        How the weights of a network hang together that is no perceptron.

    Raises
    ------
    ValueError
        If there is none, one is no matrix of zeros and ones, or one does not fit onto the one below, or the network.

    Examples
    --------
    >>> masks = Masks([[[1, 0], [0, 0]], [[1, 1]]])
    >>> masks
    Masks(3 of 6 weights, 2 on a path)
    >>> masks.empty_layers
    ()
    """

    def __init__(self, layers: Iterable[Any], network: Any = None) -> None:
        wiring = wiring_of(network)
        found = tuple(_mask(layer, number, kernels=wiring is not None) for number, layer in enumerate(_listed(layers)))
        if not found:
            fail("masks", "hold at least one layer", layers)
        if wiring is None:
            check_fit("masks", [layer.shape for layer in found])
        elif (shapes := tuple(layer.shape for layer in found)) != wiring.shapes:
            fail("masks", f"have the shapes of the network, {wiring.shapes}", shapes)
        self.layers: tuple[Mask, ...] = found
        self.wiring: Wiring | None = wiring

    @classmethod
    def full(cls, shapes: Iterable[tuple[int, ...]], network: Any = None) -> Masks:
        """All weights of layers of these shapes, (outputs, inputs), or of a network."""
        return cls((np.ones(shape, dtype=np.bool_) for shape in shapes), network)

    @overload
    def __getitem__(self, place: int) -> Mask: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Mask, ...]: ...
    def __getitem__(self, place: int | slice) -> Mask | tuple[Mask, ...]:
        return self.layers[place]

    def __len__(self) -> int:
        return len(self.layers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Masks) and self.shapes == other.shapes and self._packed == other._packed

    def __hash__(self) -> int:
        return hash(self._packed)

    def __repr__(self) -> str:
        lost = self.wiring is not None and self.wiring.inputs is None
        return f"Masks({self.kept} of {self.size} weights{'' if lost else f', {self.effective.kept} on a path'})"

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """(outputs, inputs) of each layer; of a convolution with the shape of its kernel."""
        return tuple(layer.shape for layer in self.layers)

    @cached_property
    def _packed(self) -> bytes:
        return np.packbits(self.flat).tobytes()

    @cached_property
    def flat(self) -> Mask:
        """All truth values in one vector, layer after layer and row after row, shape (size,)."""
        return read_only(np.concatenate([layer.ravel() for layer in self.layers]))

    @property
    def size(self) -> int:
        """Weights of the network, kept or not."""
        return sum(math.prod(shape) for shape in self.shapes)

    @cached_property
    def kept(self) -> int:
        """Weights that are kept."""
        return sum(self.counts)

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """Weights that are kept in each layer."""
        return tuple(int(np.count_nonzero(layer)) for layer in self.layers)

    @property
    def density(self) -> float:
        """Share of the weights that is kept."""
        return self.kept / self.size

    @property
    def densities(self) -> tuple[float, ...]:
        """Share of the weights that is kept in each layer."""
        return tuple(count / math.prod(shape) for count, shape in zip(self.counts, self.shapes, strict=True))

    @cached_property
    def effective(self) -> Masks:
        """The kept weights that lie on a path of kept weights from an input to an output; no other can matter.

        A unit that nothing comes into still puts out a constant. The weights above it shift what biases can shift as
        well, and are not counted either.

        Of a network that is no perceptron these are paths through the network without its nonlinearities. A kernel's
        weight is on a path if it is on one at any position. Where activations are multiplied with each other, as in
        attention, a path needs all factors: that of a query leads through keys and values, too. That of a value does
        not: without queries or keys a softmax has even shares. Paths lead around norms (not through the mean and the
        variance), and all ways through an operation that is not known.

        Raises
        ------
        ValueError
            If a module was given without an example of inputs: see ``Network``.
        """
        if self.wiring is not None:
            return Masks(self.wiring.on_path(self.layers), self.wiring)
        first, last = self.shapes[0][1], self.shapes[-1][0]
        reached: list[Mask] = [np.ones(first, dtype=np.bool_)]
        reaching: list[Mask] = [np.ones(last, dtype=np.bool_)]
        for layer in self.layers:
            reached.append(np.asarray((layer & reached[-1]).any(axis=1)))
        for layer in reversed(self.layers):
            reaching.append(np.asarray((layer & reaching[-1][:, None]).any(axis=0)))
        ends = zip(self.layers, reached[:-1], reaching[-2::-1], strict=True)
        return Masks(layer & below & above[:, None] for layer, below, above in ends)

    @property
    def effective_density(self) -> float:
        """Share of the weights that is kept and lies on a path from an input to an output."""
        return self.effective.kept / self.size

    @property
    def empty_layers(self) -> tuple[int, ...]:
        """Numbers, from 1, of the layers that keep nothing: the outputs are constants then, if no way leads around."""
        return tuple(number for number, count in enumerate(self.counts, start=1) if not count)

    @property
    def warning(self) -> str:
        """One sentence if nothing of the inputs reaches the outputs; else empty."""
        if self.wiring is not None and self.effective.kept:  # a way may lead around an empty layer
            return ""
        if self.empty_layers:
            which = ", ".join(map(str, self.empty_layers))
            many = len(self.empty_layers) > 1
            return f"Layer{'s' * many} {which} keep{'s' * (not many)} no weight: the outputs are constants."
        if not self.effective.kept:
            return "No path of kept weights leads from an input to an output: the outputs are constants."
        return ""

    def within(self, other: Masks) -> bool:
        """Whether every weight that is kept here is kept there: whether these masks are nested in the others."""
        return self.shapes == other.shapes and not (self.flat & ~other.flat).any()

    def apply(self, layers: Any) -> Any:
        """Weights and biases with zeros for the weights that are not kept; an embedding of codes stays as it is.

        Parameters
        ----------
        layers : sequence of (weight, bias), torch.nn.Module or Network

        Returns
        -------
        tuple of (weight, bias), or Network
            As the layers are those of a perceptron, or of another network.

        Raises
        ------
        ValueError
            If the shapes are others.
        """
        network = seen(layers)
        pruned = () if isinstance(network, Network) else prunable(layers)
        weights = (
            network.weights if isinstance(network, Network) else [np.asarray(w, dtype=np.float64) for w, _ in pruned]
        )
        if tuple(weight.shape for weight in weights) != self.shapes:
            fail("layers", f"have the shapes of the masks, {self.shapes}", tuple(weight.shape for weight in weights))
        if isinstance(network, Network):
            return network.masked(self.layers)
        table, biases = layers[: len(layers) - len(pruned)], (bias for _, bias in pruned)
        masked = ((weight * mask, bias) for weight, mask, bias in zip(weights, self.layers, biases, strict=True))
        both = ((np.asarray(weight, np.float64), np.asarray(bias, np.float64)) for weight, bias in (*table, *masked))
        return tuple(both)


def prunable(layers: Sequence[tuple[Any, Any]]) -> Sequence[tuple[Any, Any]]:
    """Layers that masks are for: all but an embedding of codes, a first layer without biases as in ``forward``."""
    return layers[1:] if len(layers) and not np.size(layers[0][1]) else layers


def weights_of(layers: Layers) -> list[Array]:
    """The weights that masks are for, in float64; of perceptrons checked to be matrices that fit onto each other."""
    layers = seen(layers)
    if isinstance(layers, Network):
        return layers.weights
    try:
        found = [np.asarray(weight, dtype=np.float64) for weight, _ in prunable(layers)]
    except (TypeError, ValueError, IndexError):
        fail("layers", "be a list of (weight, bias)", layers)
    if not found or any(weight.ndim < 2 or not weight.size for weight in found):
        fail("layers", "hold matrices of weights", [weight.shape for weight in found])
    check_fit("layers", [weight.shape for weight in found])
    return found


def check_fit(name: str, shapes: Sequence[tuple[int, ...]]) -> None:
    """Refuse layers, of the shapes (..., outputs, inputs), that do not fit onto each other."""
    for number, (below, above) in enumerate(itertools.pairwise(shapes), start=2):
        if above[-1] != below[-2]:
            fail(name, f"have {below[-2]} columns in layer {number}", above)


def _listed(layers: Any) -> list[Any]:
    try:
        return list(layers)
    except TypeError:
        fail("masks", "be a list of arrays, one for each layer", layers)


def _mask(value: Any, number: int, *, kernels: bool) -> Mask:
    """Return a read-only copy of one layer."""
    try:
        array = np.asarray(value)
        right = (array.ndim >= 2 if kernels else array.ndim == 2) and array.size > 0 and array.dtype.kind in "biuf"
    except ValueError:
        array, right = np.empty(0), False
    if not right:
        fail("masks", f"hold a matrix of zeros and ones in layer {number + 1}", value)
    if array.dtype != np.bool_ and not np.isin(array, (0, 1)).all():
        fail("masks", f"hold zeros and ones in layer {number + 1}", array[~np.isin(array, (0, 1))][0].item())
    return read_only(array.astype(np.bool_))
