"""Networks that are no perceptrons, as pruning sees them: a module, its parameters by name, and an example of inputs.

A perceptron is its list of (weight, bias). Of any other network a mask says nothing without the module: which weights
hang together is known to its ``forward`` alone.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglab._checks import Array, fail
from scalinglab._later import torch
from scalinglab.pruning.flows import flow_gradients
from scalinglab.pruning.paths import path_gradients
from scalinglab.pruning.recordings import Recording, record
from scalinglab.training import Task, build_network, weight_names

if TYPE_CHECKING:
    from torch import Tensor, nn

#: The (weight, bias) of each layer of a perceptron; any other network as a ``torch.nn.Module``, or a ``Network``.
Layers = Any
#: Settings of ``train``, beside the width, that say what a network computes.
STRUCTURE = ("network", "depth", "activation", "embedding")


class Wiring:
    """How the weights of a module hang together; it is recorded when it is first asked for.

    Parameters
    ----------
    module : torch.nn.Module
        From (examples, inputs) to (examples, outputs). It is copied, and used in the mode, training or not, that it is
        in.
    inputs : array, shape (examples, inputs), optional
        Paths and flows need one example, of which only the shape counts.
    """

    def __init__(self, module: nn.Module, inputs: ArrayLike | None = None) -> None:
        self.module = copy.deepcopy(module).cpu()
        self.names = weight_names(module)
        if not self.names:
            fail("network", "have weights that can be pruned", "a module with none")
        named = dict(self.module.named_parameters())
        self.shapes = tuple(tuple(named[name].shape) for name in self.names)
        self.inputs = None if inputs is None else np.asarray(inputs)[:1]

    @cached_property
    def recording(self) -> Recording:
        """What the module does with one example, given twice."""
        if self.inputs is None:
            fail("inputs", "be given with a module, as in Network(module, inputs), to find what flows through it", None)
        rows = torch.tensor(self.inputs).expand(2, *self.inputs.shape[1:]).contiguous()
        real = next(self.module.parameters()).dtype
        return record(self.fresh(), rows.to(real) if rows.is_floating_point() else rows)

    def fresh(self) -> nn.Module:
        """A copy to run: a module may keep what it makes on its way, of the kind of numbers that it was given."""
        return copy.deepcopy(self.module)

    def on_path(self, masks: Sequence[NDArray[np.bool_]]) -> list[NDArray[np.bool_]]:
        """Which of the kept weights lie on a path of kept weights from an input to an output."""
        found = path_gradients(self.recording, self._named(masks))
        return [(found[name].numpy() > 0) & mask for name, mask in zip(self.names, masks, strict=True)]

    def flows(self, sizes: Sequence[Array]) -> list[Array]:
        """The flow through each weight, of the weights' sizes."""
        found = flow_gradients(self.recording, self._named(sizes))
        return [found[name].numpy() * size for name, size in zip(self.names, sizes, strict=True)]

    def _named(self, arrays: Sequence[NDArray[Any]]) -> dict[str, Tensor]:
        return {name: torch.tensor(array) for name, array in zip(self.names, arrays, strict=True)}


class Network:
    """A network that is no perceptron, for all functions of this package that take layers.

    Parameters
    ----------
    module : torch.nn.Module
        From (examples, inputs) to (examples, outputs), such as ``build_network`` returns. It is copied.
    inputs : array, shape (examples, inputs), optional
        Examples, of which one is looked at: needed for SynFlow, and for what of a mask lies on a path.
    arrays : mapping, optional
        Other parameters than the module's own, by name, as ``Training.arrays`` gives them.

    Attributes
    ----------
    wiring : Wiring
        Shared by the networks that ``having`` makes.
    arrays : dict of array
        All parameters in float64, in the module's order.

    Raises
    ------
    ValueError
        If the module has no weights that can be pruned, or the arrays are not those of its parameters.

    Examples
    --------
    >>> from scalinglab.pruning import prune_at_start
    >>> from scalinglab.training import build_network, digits
    >>> task = digits(200)
    >>> network = Network(build_network(task, network="convolution", width=4), task.train_inputs)
    >>> prune_at_start(network, 0.1, "synflow")
    Masks(44 of 436 weights, 44 on a path)
    """

    def __init__(
        self, module: nn.Module, inputs: ArrayLike | None = None, *, arrays: Mapping[str, ArrayLike] | None = None
    ) -> None:
        self.wiring = Wiring(module, inputs)
        own = {name: one.detach().double().cpu().numpy() for name, one in module.named_parameters()}
        self.arrays = own if arrays is None else self._checked(own, arrays)

    @staticmethod
    def _checked(own: Mapping[str, Array], arrays: Mapping[str, ArrayLike]) -> dict[str, Array]:
        if not isinstance(arrays, Mapping) or set(arrays) != set(own):
            fail("arrays", f"be those of {', '.join(own)}", arrays)
        found = {name: np.asarray(arrays[name], dtype=np.float64) for name in own}
        for name, array in found.items():
            if array.shape != own[name].shape:
                fail("arrays", f"have the shape {own[name].shape} for {name}", array.shape)
        return found

    def having(self, arrays: Mapping[str, ArrayLike]) -> Network:
        """The same network with other parameters."""
        other = copy.copy(self)
        other.arrays = self._checked(self.arrays, arrays)
        return other

    @property
    def weights(self) -> list[Array]:
        """The parameters that masks are for, in their order."""
        return [self.arrays[name] for name in self.wiring.names]

    def masked(self, masks: Sequence[NDArray[Any]]) -> Network:
        """The same network with zeros for the weights that masks remove."""
        kept = {name: self.arrays[name] * mask for name, mask in zip(self.wiring.names, masks, strict=True)}
        return self.having(self.arrays | kept)

    def outputs(self, inputs: ArrayLike) -> tuple[list[Tensor], Tensor]:
        """Weights that gradients are taken of, and outputs (examples, outputs), in float64."""
        module, rows = self.wiring.fresh(), torch.tensor(np.asarray(inputs))
        parameters = {name: torch.tensor(array) for name, array in self.arrays.items()}
        weights = [parameters[name].requires_grad_() for name in self.wiring.names]
        buffers = {
            name: buffer.double() if buffer.is_floating_point() else buffer for name, buffer in module.named_buffers()
        }
        rows = rows.double() if rows.is_floating_point() else rows
        return weights, torch.func.functional_call(module, parameters | buffers, (rows,))


class Modules:
    """The networks of a run, as pruning sees them: what ``Training.arrays`` gives, with the module that it belongs to.

    Parameters
    ----------
    task : Task
    settings : mapping
        Keyword arguments of ``train``, of which those are looked at that say what a network is.
    """

    def __init__(self, task: Task, settings: Mapping[str, Any]) -> None:
        self.task = task
        self.settings = {name: settings[name] for name in STRUCTURE if name in settings}
        self._networks: dict[int, Network] = {}

    def layers(self, arrays: Any, width: int) -> Any:
        """Of a perceptron the arrays as they are; else a ``Network`` that has them."""
        return self.network(width).having(arrays) if isinstance(arrays, Mapping) else arrays

    def network(self, width: int) -> Network:
        """One that has not been trained, and is no perceptron."""
        if width not in self._networks:
            module = build_network(self.task, width=width, **self.settings)
            self._networks[width] = Network(module, self.task.train_inputs)
        return self._networks[width]


def seen(layers: Any, inputs: ArrayLike | None = None) -> Any:
    """A module as a ``Network``, which is what it is pruned as; all else as it is."""
    return Network(layers, inputs) if _is_module(layers) else layers


def wiring_of(layers: Any) -> Wiring | None:
    """How the weights of a network hang together; nothing of a perceptron, whose layers lie one on the other."""
    if layers is None or isinstance(layers, Wiring):
        return layers
    found = seen(layers)
    return found.wiring if isinstance(found, Network) else None


def _is_module(value: Any) -> bool:
    # No torch is loaded for a perceptron.
    return hasattr(value, "named_parameters") and isinstance(value, torch.nn.Module)
