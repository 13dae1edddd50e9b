"""Networks on disk: weights and biases, bit for bit, in a file that runs no code when it is read (safetensors)."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail
from scalinglab._files import write_atomically
from scalinglab.training.sweeps.store import absolute, exact_json

FORMAT = "scalinglab networks 1"
Layer = tuple[NDArray[np.floating], NDArray[np.floating]]
Network = tuple[Layer, ...]


@dataclass(frozen=True, eq=False)
class SavedNetworks:
    """What a file of networks holds.

    Attributes
    ----------
    networks : tuple of networks
        A network is a tuple of layers, a layer is (weight, bias) of the shapes (outputs, inputs) and (outputs,), or
        (0,) if it has no bias. The arrays are read-only and have the dtype in which they were saved.
    about : dict
        What ``save_networks`` was told about them.
    """

    networks: tuple[Network, ...]
    about: dict[str, Any]


def save_networks(
    path: str | os.PathLike[str], networks: Sequence[Sequence[Layer]], about: dict[str, Any] | None = None
) -> None:
    """Write networks to a file; one that is there is replaced at once, never by a part.

    Parameters
    ----------
    path : path
        The file; its folders are made if they are not there.
    networks : sequence of networks
        Each as ``Training.arrays`` returns it: (weight, bias) for each layer, of the shapes (outputs, inputs) and
        (outputs,), or (0,) for none; float32 or float64.
    about : dict, optional
        What to remember about them: anything that JSON can hold exactly.

    Raises
    ------
    ValueError
        If an argument is of no use.
    OSError
        If the file cannot be written.
    """
    from safetensors.numpy import save

    file = absolute(path)
    checked = _checked(networks)
    about = {} if about is None else about
    if not isinstance(about, dict):
        fail("about", "be a dict", about)
    depths = [len(network) for network in checked]
    metadata = {"format": FORMAT, "layers": json.dumps(depths), "about": exact_json("about", about)}
    arrays = [array for network in checked for layer in network for array in layer]
    # The writer takes the bytes as they lie in memory, so they must lie there in order.
    ordered = [np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("=")) for array in arrays]
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, save(dict(zip(_names(depths), ordered, strict=True)), metadata))


def load_networks(path: str | os.PathLike[str]) -> SavedNetworks:
    """Read networks that ``save_networks`` wrote.

    Raises
    ------
    ValueError
        If the file is damaged, or not one that ``save_networks`` wrote; the message names it.
    OSError
        If there is no file, or it cannot be read.
    """
    from safetensors import SafetensorError, safe_open

    file = absolute(path)
    with file.open("rb"):  # the usual errors of a file that is missing, a folder, or locked away
        pass
    try:
        with safe_open(file, "np") as stored:
            metadata = stored.metadata() or {}
            arrays = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 (it is no mapping)
    except (SafetensorError, OSError, ValueError, TypeError, MemoryError) as problem:
        raise ValueError(f"{file} is damaged, or no file of networks ({problem})") from problem
    if metadata.get("format") != FORMAT:
        raise ValueError(f"{file} was not written by save_networks of this version of scalinglab")
    try:
        about = json.loads(metadata["about"])
        if not isinstance(about, dict):
            raise ValueError("what is said about them is no dict")
        return SavedNetworks(_assembled(arrays, json.loads(metadata["layers"])), about)
    except (KeyError, TypeError, ValueError, RecursionError) as problem:
        raise ValueError(f"{file} is damaged: its networks do not fit together ({problem})") from problem


def _names(depths: Sequence[int]) -> list[str]:
    """Names of the arrays in the file, in the order of networks, layers, weight and bias."""
    return [
        f"network.{network}.layer.{layer}.{part}"
        for network, depth in enumerate(depths)
        for layer in range(depth)
        for part in ("weight", "bias")
    ]


def _assembled(arrays: dict[str, NDArray[np.floating]], depths: Any) -> tuple[Network, ...]:
    """Put networks together from their named arrays, which must be all there and no others."""
    if not isinstance(depths, list) or not all(type(depth) is int and depth > 0 for depth in depths):
        raise ValueError("its number of layers is not known")
    if 2 * sum(depths) != len(arrays):
        raise ValueError(f"it holds {len(arrays)} arrays instead of {2 * sum(depths)}")
    for array in arrays.values():
        array.setflags(write=False)
    parts = (arrays[name] for name in _names(depths))
    layers = zip(parts, parts, strict=True)  # a weight and the bias after it
    return _checked([list(itertools.islice(layers, depth)) for depth in depths])


def _checked(networks: Any) -> tuple[Network, ...]:
    """Networks of the shapes that they must have, as tuples of tuples."""
    each = [_some("a network", network) for network in _some("networks", networks)]
    return tuple(tuple(_layer(layer) for layer in network) for network in each)


def _some(name: str, value: Any) -> Sequence[Any]:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or not value:
        fail(name, "be a sequence that is not empty", value)
    return value


def _layer(layer: Any) -> Layer:
    if not isinstance(layer, Sequence) or len(layer) != 2:
        fail("a layer", "be a pair of a weight and a bias", len(layer) if isinstance(layer, Sequence) else type(layer))
    for name, array, dimensions in (("a weight", layer[0], 2), ("a bias", layer[1], 1)):
        if not isinstance(array, np.ndarray) or array.dtype.str[1:] not in ("f4", "f8"):
            fail(name, "be an array of float32 or float64", getattr(array, "dtype", type(array)))
        if array.ndim != dimensions:
            fail(name, f"have {dimensions} dimensions", array.shape)
    weight, bias = layer
    if len(bias) not in (0, len(weight)):
        fail("a bias", f"have the length {len(weight)} or 0", len(bias))
    return weight, bias
