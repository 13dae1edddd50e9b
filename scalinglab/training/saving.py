"""Networks on disk: weights and biases, bit for bit, in a file that runs no code when it is read (safetensors)."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail
from scalinglab._files import write_atomically
from scalinglab.training.sweeps.store import absolute, exact_json

FORMAT = "scalinglab networks 1"
#: Of files with networks that have named parameters; version 0.1.0 says that it does not know it.
NAMED = "scalinglab networks 2"
Layer = tuple[NDArray[np.floating], NDArray[np.floating]]
Network = tuple[Layer, ...] | dict[str, NDArray[np.floating]]


@dataclass(frozen=True, eq=False)
class SavedNetworks:
    """What a file of networks holds.

    Attributes
    ----------
    networks : tuple of networks
        A network is a tuple of layers, a layer is (weight, bias) of the shapes (outputs, inputs) and (outputs,), or
        (0,) if it has no bias; of one that is no perceptron, a dict from names to arrays. The arrays are read-only and
        have the dtype in which they were saved.
    about : dict
        What ``save_networks`` was told about them.
    """

    networks: tuple[Network, ...]
    about: dict[str, Any]


def save_networks(
    path: str | os.PathLike[str],
    networks: Sequence[Sequence[Layer] | Mapping[str, NDArray[np.floating]]],
    about: dict[str, Any] | None = None,
) -> None:
    """Write networks to a file; one that is there is replaced at once, never by a part.

    Parameters
    ----------
    path : path
        The file; its folders are made if they are not there.
    networks : sequence of networks
        Each as ``Training.arrays`` returns it: (weight, bias) for each layer, of the shapes (outputs, inputs) and
        (outputs,), or (0,) for none; or a dict from names to arrays; float32 or float64.
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
    layout = [list(network) if isinstance(network, dict) else len(network) for network in checked]
    named = any(isinstance(entry, list) for entry in layout)
    metadata = {"format": NAMED if named else FORMAT, "layers": json.dumps(layout), "about": exact_json("about", about)}
    arrays = [array for network in checked for array in _parts(network)]
    # The writer takes the bytes as they lie in memory, so they must lie there in order; a number stays without axes.
    ordered = [np.asarray(array, dtype=array.dtype.newbyteorder("="), order="C") for array in arrays]
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, save(dict(zip(_names(layout), ordered, strict=True)), metadata))


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
    if metadata.get("format") not in (FORMAT, NAMED):
        raise ValueError(f"{file} was not written by save_networks of this version of scalinglab")
    try:
        about = json.loads(metadata["about"])
        if not isinstance(about, dict):
            raise ValueError("what is said about them is no dict")
        return SavedNetworks(_assembled(arrays, json.loads(metadata["layers"])), about)
    except (KeyError, TypeError, ValueError, RecursionError) as problem:
        raise ValueError(f"{file} is damaged: its networks do not fit together ({problem})") from problem


def _names(layout: Sequence[int | list[str]]) -> list[str]:
    """Names of the arrays in the file, in the order of networks, layers, weight and bias, or of named parameters."""
    return [
        f"network.{network}.{part}"
        for network, entry in enumerate(layout)
        for part in (entry if isinstance(entry, list) else _layer_names(entry))
    ]


def _layer_names(depth: int) -> list[str]:
    return [f"layer.{layer}.{part}" for layer in range(depth) for part in ("weight", "bias")]


def _parts(network: Network) -> list[NDArray[np.floating]]:
    """The arrays of a network, in the order of their names."""
    return list(network.values()) if isinstance(network, dict) else [array for layer in network for array in layer]


def _assembled(arrays: dict[str, NDArray[np.floating]], layout: Any) -> tuple[Network, ...]:
    """Put networks together from their named arrays, which must be all there and no others."""
    if not isinstance(layout, list) or not all(map(_is_entry, layout)):
        raise ValueError("its number of layers is not known")
    # Counted before they are listed: a damaged file may speak of any number.
    if (count := sum(len(entry) if isinstance(entry, list) else 2 * entry for entry in layout)) != len(arrays):
        raise ValueError(f"it holds {len(arrays)} arrays instead of {count}")
    for array in arrays.values():
        array.setflags(write=False)
    parts = (arrays[name] for name in _names(layout))
    return _checked([_network(entry, parts) for entry in layout])


def _is_entry(entry: Any) -> bool:
    """Whether it is a number of layers, or a list of names."""
    if isinstance(entry, list):
        return len(entry) > 0 and all(isinstance(name, str) for name in entry)
    return type(entry) is int and entry > 0


def _network(entry: int | list[str], parts: Iterator[NDArray[np.floating]]) -> Network:
    """One network from the next arrays."""
    if isinstance(entry, list):
        return dict(zip(entry, itertools.islice(parts, len(entry)), strict=True))
    return tuple(itertools.islice(zip(parts, parts, strict=True), entry))  # a weight and the bias after it


def _checked(networks: Any) -> tuple[Network, ...]:
    """Networks of the shapes that they must have, as tuples of tuples, or dicts."""
    return tuple(map(_one, _some("networks", networks)))


def _one(network: Any) -> Network:
    if not isinstance(network, Mapping):
        return tuple(_layer(layer) for layer in _some("a network", network))
    if not network or not all(isinstance(name, str) for name in network):
        fail("a network", "have names that are text", list(network))
    for name, array in network.items():
        _check_kind(name, array)
    return dict(network)


def _some(name: str, value: Any) -> Sequence[Any]:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or not value:
        fail(name, "be a sequence that is not empty", value)
    return value


def _layer(layer: Any) -> Layer:
    if not isinstance(layer, Sequence) or len(layer) != 2:
        fail("a layer", "be a pair of a weight and a bias", len(layer) if isinstance(layer, Sequence) else type(layer))
    for name, array, dimensions in (("a weight", layer[0], 2), ("a bias", layer[1], 1)):
        _check_kind(name, array)
        if array.ndim != dimensions:
            fail(name, f"have {dimensions} dimensions", array.shape)
    weight, bias = layer
    if len(bias) not in (0, len(weight)):
        fail("a bias", f"have the length {len(weight)} or 0", len(bias))
    return weight, bias


def _check_kind(name: str, array: Any) -> None:
    if not isinstance(array, np.ndarray) or array.dtype.str[1:] not in ("f4", "f8"):
        fail(name, "be an array of float32 or float64", getattr(array, "dtype", type(array)))
