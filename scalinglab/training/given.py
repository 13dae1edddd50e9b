"""Arrays that a run is given for its networks (initial weights, masks, masses), checked against their shapes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail
from scalinglab._later import torch
from scalinglab.training.networks.families import Named
from scalinglab.training.networks.perceptrons import Arrays, Masks
from scalinglab.training.plans import Plan

#: Masses and their inverses are finite between these in single precision, too.
MASSES = 1e-30, 1e30
Layers = tuple[NDArray[np.float64], ...]


def per_network(name: str, value: Any, *, nested: bool = False) -> Any:
    """Tell the arrays of one network, a tuple that counts for all, from a list with a tuple for each network.

    Nested are those that have pairs of arrays in the place of arrays.
    """
    if value is None:
        return None
    if nested and isinstance(value, Mapping):  # one network of modules
        return value
    if nested and _is_list(value) and all(isinstance(entry, Mapping) for entry in value):
        return list(value)
    probe = value[0] if nested and _is_list(value) else value
    if not _is_list(value) or not _is_list(probe):
        kind = "(weight, bias)" if nested else "arrays, one for each layer"
        fail(name, f"be a list of {kind}, or such a list for each network", value)
    # Arrays of NumPy and tensors of PyTorch tell of themselves; a list or a tuple is that of a network.
    return tuple(value) if hasattr(probe[0], "__array__") else [tuple(_entries(name, entry)) for entry in value]


def checked_arrays(plan: Plan, *, initial: Any, masks: Any, masses: Any) -> dict[str, Any]:
    """Check what each network is given against its own shape; in mean-field scaling the masses default to 1 / width.

    Parameters
    ----------
    plan : Plan
    initial, masks, masses : tuple
        An entry for each network: a tuple of arrays (or pairs), or ``None``.

    Returns
    -------
    dict
        The three, each a tuple of read-only arrays for each network (masks of truth values, the others float64), or
        ``None``. What is given for all is checked and kept once for each width.
    """
    if masses[0] is None and plan.scaling == "mean-field":
        masses = [tuple(np.full(width, 1 / width) for _ in range(plan.depth)) for width in plan.width]
    checks = {
        "initial": lambda value, width: _initial(plan, value, width),
        "masks": lambda value, width: _masks(value, weight_shapes(plan, width)),
        "masses": lambda value, width: _masses(value, [width] * plan.depth),
    }
    given = {"initial": initial, "masks": masks, "masses": masses}
    return {
        name: _each_once(values, plan.width, checks[name]) if values[0] is not None else None
        for name, values in given.items()
    }


def checked_masks(plan: Plan, masks: Any) -> Masks:
    """Check masks that a callable returned on the way: of one network, for all, or for each."""
    found = per_network("masks", masks)
    each = found if isinstance(found, list) else [found] * plan.networks
    if len(each) != plan.networks:
        fail("masks", f"be of one network or of all {plan.networks}", f"{len(each)}")
    return _each_once(each, plan.width, lambda value, width: _masks(value, weight_shapes(plan, width)))


def weight_shapes(plan: Plan, width: int) -> list[tuple[int, ...]]:
    """Shapes of the weights that masks are for, in their order."""
    if plan.network is not None:
        return [plan.network.shapes(width)[name] for name in plan.network.weights(width)]
    return [(outputs, inputs) for inputs, outputs in itertools.pairwise(plan.sizes(width))]


def _each_once(values: Sequence[Any], widths: Sequence[int], check: Callable[[Any, int], Any]) -> tuple[Any, ...]:
    """Check the value of each network; one that many networks of a width share is checked, and copied, only once."""
    keys = [(id(value), width) for value, width in zip(values, widths, strict=True)]
    first = {key: network for network, key in reversed(list(enumerate(keys)))}
    found = {key: check(values[network], key[1]) for key, network in first.items()}
    return tuple(found[key] for key in keys)


def _initial(plan: Plan, value: Any, width: int) -> Arrays | Named:
    """The parameters of one network."""
    found = _layers(plan, value, width) if plan.network is None else _named(plan.network.shapes(width), value)
    every = found.values() if isinstance(found, dict) else [part for pair in found for part in pair]
    largest = max(float(np.abs(part).max(initial=0)) for part in every)
    if largest > torch.finfo(plan.dtype).max:
        fail("initial", f"hold numbers that {str(plan.dtype).removeprefix('torch.')} can hold", largest)
    return found


def _named(shapes: Mapping[str, tuple[int, ...]], value: Any) -> Named:
    """The parameters of a module by name, in the module's order."""
    if not isinstance(value, Mapping):
        fail("initial", "be a dict from the names of a module's parameters to arrays", value)
    if set(value) != set(shapes):
        fail("initial", f"have the names {', '.join(shapes)}", ", ".join(map(str, value)))
    return {name: _array("initial", value[name], shape) for name, shape in shapes.items()}


def _layers(plan: Plan, value: Any, width: int) -> Arrays:
    """Weights and biases of a perceptron, an embedding first where there is one."""
    if isinstance(value, Mapping):
        fail("initial", "be a list of (weight, bias)", value)
    wanted = [((outputs, inputs), (outputs,)) for outputs, inputs in weight_shapes(plan, width)]
    if plan.table:
        codes, numbers = plan.table
        wanted.insert(0, ((numbers, codes), (0,)))
    _check_count("initial", value, len(wanted), "layers")
    return tuple(
        (_array("initial", weight, weight_shape), _array("initial", bias, bias_shape))
        for (weight, bias), (weight_shape, bias_shape) in zip(map(_pair, value), wanted, strict=True)
    )


def _masks(value: Any, shapes: list[tuple[int, ...]]) -> tuple[NDArray[np.bool_], ...]:
    _check_count("masks", value, len(shapes), "arrays, one for each layer of weights")
    return tuple(_mask(mask, shape) for mask, shape in zip(value, shapes, strict=True))


def _mask(value: Any, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return a read-only array of truth values, which take an eighth of the room."""
    if isinstance(value, np.ndarray) and value.dtype == np.bool_ and value.shape == shape:
        kept = value.copy()
    else:
        mask = _array("masks", value, shape)
        if not np.isin(mask, (0, 1)).all():
            fail("masks", "hold zeros and ones", float(mask[~np.isin(mask, (0, 1))][0]))
        kept = mask.astype(np.bool_)
    kept.setflags(write=False)
    return kept


def _masses(value: Any, widths: list[int]) -> Layers:
    _check_count("masses", value, len(widths), "arrays, one for each hidden layer")
    found = tuple(_array("masses", mass, (width,)) for mass, width in zip(value, widths, strict=True))
    for mass in found:
        if not (mass > 0).all():
            fail("masses", "be positive", float(mass.min()))
        if not MASSES[0] <= mass.min() <= mass.max() <= MASSES[1]:
            off = mass.min() if mass.min() < MASSES[0] else mass.max()
            fail("masses", f"be from {MASSES[0]:g} to {MASSES[1]:g}", float(off))
    return found


def _array(name: str, value: Any, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return a read-only float64 copy of a finite array of this shape."""
    try:
        given = np.asarray(value)
        array = given if np.iscomplexobj(given) else given.astype(np.float64)
    except (TypeError, ValueError, RuntimeError):  # the last of a tensor that has a gradient
        fail(name, "hold arrays of numbers", value)
    if np.iscomplexobj(array):
        fail(name, "hold real numbers", array)
    if array.shape != shape:
        fail(name, f"hold an array of the shape {shape} here", array.shape)
    if not np.isfinite(array).all():
        fail(name, "be finite", f"{np.count_nonzero(~np.isfinite(array))} entries that are not")
    array.setflags(write=False)
    return array


def _check_count(name: str, value: Any, count: int, what: str) -> None:
    if len(value) != count:
        fail(name, f"hold {count} {what}", f"{len(value)}")


def _pair(value: Any) -> tuple[Any, Any]:
    if not _is_list(value) or len(value) != 2:
        fail("initial", "hold pairs of weight and bias", value)
    return value[0], value[1]


def _entries(name: str, value: Any) -> Any:
    if not _is_list(value):
        fail(name, "hold a list of arrays for each network", value)
    return value


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes) and len(value) > 0
