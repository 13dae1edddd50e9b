"""A stack of any modules: how their parameters lie in memory, and how they run forward and back.

Networks of one width are a group: their parameters lie side by side, and run at once. Several widths are several groups
in one vector, so that an optimizer sees a stack as it does one of perceptrons.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from scalinglab._later import torch
from scalinglab.training.networks.families import Family, Named
from scalinglab.training.networks.perceptrons import Masks, aligned, copied

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True, eq=False)
class Group:
    """Networks of one width.

    Attributes
    ----------
    width : int
    members : tuple of int
        Their places in the stack.
    parameters : dict of Tensor, shape (members, ...)
        By name, in the order of the module: views of the vector of the stack.
    """

    width: int
    members: tuple[int, ...]
    parameters: dict[str, Tensor]


class ModuleStack:
    """One flat tensor that holds a number for each parameter of each network, and its views by width and by name.

    Parameters
    ----------
    family : Family
    widths : tuple of int
        Of each network.

    Attributes
    ----------
    flat : Tensor, shape (numbers,)
    groups : list of Group
    """

    def __init__(self, family: Family, widths: Sequence[int]) -> None:
        self.family, self.widths, self.networks = family, tuple(widths), len(widths)
        self.flat = torch.zeros(module_stack_size(family, widths), dtype=family.dtype, device=family.device)
        self.groups = self._groups(self.flat)
        self._row = {network: (group, row) for group in self.groups for row, network in enumerate(group.members)}

    def _groups(self, flat: Tensor) -> list[Group]:
        """Views of a vector of this layout."""
        found, start = [], 0
        for width in dict.fromkeys(self.widths):
            members = tuple(network for network, own in enumerate(self.widths) if own == width)
            parameters = {}
            for name, shape in self.family.shapes(width).items():
                numbers = len(members) * math.prod(shape)
                parameters[name] = flat[start : start + numbers].view(len(members), *shape)
                start += aligned(numbers)
            found.append(Group(width, members, parameters))
        return found

    def like(self) -> ModuleStack:
        """Return another stack of the same layout, filled with zeros."""
        return ModuleStack(self.family, self.widths)

    def parts(self, flat: Tensor) -> list[tuple[Sequence[int], dict[str, Tensor]]]:
        """Views by name of another vector of the same layout, through which gradients flow, with whose they are."""
        return [(group.members, group.parameters) for group in self._groups(flat)]

    def clear(self, network: int) -> None:
        """Set all numbers of one network to zero."""
        for part in self._of(network).values():
            part.zero_()

    def put(self, network: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Write the parameters of one network."""
        for name, part in self._of(network).items():
            part.copy_(torch.tensor(arrays[name]))

    def take(self, network: int) -> Named:
        """Copy the parameters of one network out."""
        return {name: copied(part) for name, part in self._of(network).items()}

    def spread(self, column: Tensor) -> Tensor:
        """A vector of this layout with the number of its network, of the shape (networks,), for each parameter."""
        spread = self.like()
        for group in spread.groups:
            own = column[list(group.members)]
            for part in group.parameters.values():
                part.copy_(own.view(-1, *[1] * (part.dim() - 1)).expand_as(part))
        return spread.flat

    def existing(self, masks: Masks | None) -> Tensor:
        """A vector of this layout: one for each parameter, zero for what the masks remove."""
        exists = self.like()
        exists.flat.fill_(1)
        for network, masked in enumerate(masks or ()):
            parts = exists._of(network)
            for name, mask in zip(self.family.weights(self.widths[network]), masked, strict=True):
                parts[name].copy_(torch.tensor(mask))
        return exists.flat

    def _of(self, network: int) -> dict[str, Tensor]:
        group, row = self._row[network]
        return {name: part[row] for name, part in group.parameters.items()}


class ModulePasses:
    """What runs a stack of modules.

    Parameters
    ----------
    loss : callable
        One of ``LOSSES``.
    """

    def __init__(self, family: Family, loss: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]) -> None:
        self.family, self.loss = family, loss

    def outputs(self, stack: ModuleStack, rows: Tensor) -> Tensor:
        """Outputs (networks, outputs, examples) from inputs (networks, examples, inputs), with no way back."""
        with torch.no_grad():
            if len(stack.groups) == 1:
                return self.family.stacked(stack.widths[0], stack.groups[0].parameters, rows)
            found = stack.flat.new_empty((stack.networks, self.family.outputs, rows.shape[1]))
            for group in stack.groups:
                members = list(group.members)
                found[members] = self.family.stacked(group.width, group.parameters, rows[members])
        return found

    def losses(self, outputs: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
        """The loss of each network."""
        return self.loss(outputs, labels, weights, torch.empty_like(outputs, memory_format=torch.contiguous_format))

    def pull(self, stack: ModuleStack, gradients: ModuleStack, rows: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
        """One batch forward and back: the losses, and in place the gradients of all parameters."""
        if len(stack.groups) == 1:
            return self._pull(stack.groups[0], gradients.groups[0], rows, labels, weights)
        losses = stack.flat.new_empty(stack.networks)
        for group, into in zip(stack.groups, gradients.groups, strict=True):
            members = list(group.members)
            losses[members] = self._pull(group, into, rows[members], labels[members], weights[members])
        return losses

    def _pull(self, group: Group, into: Group, rows: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
        # A learner may well go through the steps under torch.no_grad().
        with torch.enable_grad():
            leaves = {name: part.detach().requires_grad_() for name, part in group.parameters.items()}
            outputs = self.family.stacked(group.width, leaves, rows)
            gradient = torch.empty_like(outputs, memory_format=torch.contiguous_format)
            losses = self.loss(outputs.detach(), labels, weights, gradient)
            # One number with the same gradients: to be handed those of many, torch loads sympy (half a second, 40 MB).
            pulled = (outputs * gradient).sum()
        # That of a parameter on which nothing depends is zero.
        found = torch.autograd.grad(pulled, list(leaves.values()), allow_unused=True, materialize_grads=True)
        for part, own in zip(into.parameters.values(), found, strict=True):
            part.copy_(own)
        return losses


def module_of(family: Family, width: int, seed: int, arrays: Mapping[str, NDArray[Any]]) -> nn.Module:
    """A module of its own that has some parameters."""
    module = family.fresh(width, seed)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(torch.tensor(arrays[name]))
    return module


def module_stack_size(family: Family, widths: Sequence[int]) -> int:
    """Numbers in the flat vector of a stack, padding included."""
    return sum(
        aligned(widths.count(width) * math.prod(shape))
        for width in dict.fromkeys(widths)
        for shape in family.shapes(width).values()
    )
