"""Masks and masses: which weights of a stack exist, and how much each hidden unit counts.

A hidden unit of mass c counts c times in the layer above: ``f(x) = sum_j c_j v_j s(w_j x + b_j)``. Then a unit of mass
2 stands for two equal units, as long as it also *learns* like one of them. The gradient of its weights carries its mass
as a factor that the gradient of one of two copies does not have, so each is divided by the masses at its ends:
the 1/c rule of [Wang2025]. The passes run on *effective* weights, in which the masses below are multiplied in; the
gradient of a weight is that of the effective weight times the mass below, and the rule takes this factor away again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalinglab._later import torch
from scalinglab.training.networks.modules import ModuleStack
from scalinglab.training.networks.perceptrons import Masks, Stack
from scalinglab.training.plans import Plan

if TYPE_CHECKING:
    from torch import Tensor


class Weighting:
    """The factors between the parameters of a stack, the weights that its passes use, and the gradients.

    Attributes
    ----------
    effective : Stack or ModuleStack
        What the passes run on: the stack itself, unless there are masses.
    """

    def __init__(self, plan: Plan, stack: Stack | ModuleStack) -> None:
        self.plan, self.stack, self.effective = plan, stack, stack
        self.scale: Tensor | None = None
        self.factor: Tensor | None = None
        self.rule: Tensor | None = None
        self.absent: Tensor | None = None
        if plan.masses is not None and isinstance(stack, Stack):
            below, above = _masses(plan, stack)
            self.rule = 1 / above if plan.mass_rule else below
            self.scale, self.effective = below, stack.like()
        if any(part is not None for part in (plan.masks, plan.remask, plan.masses, plan.penalty)):
            self.remask(plan.masks)
        if plan.remask is None:
            self.rule = None
        self.refresh()

    def remask(self, masks: Masks | None) -> Tensor:
        """From now on, what the masks remove does not exist. Returns a one for each parameter that does."""
        exists = self.stack.existing(masks)
        self.factor = exists if self.rule is None else exists * self.rule
        self.absent = exists == 0 if self.plan.penalty is not None else None
        if masks is not None:
            self.stack.flat.mul_(exists)
            self.refresh()
        return exists

    def refresh(self) -> None:
        """Bring the effective weights up to date with the parameters."""
        if self.scale is not None:
            torch.mul(self.stack.flat, self.scale, out=self.effective.flat)

    def existing(self, gradient: Tensor) -> Tensor:
        """The gradient of a penalty, in place, with zeros for what does not exist.

        No factor would do: at a zero the gradient of a root is infinite, and that of a norm may be nan.
        """
        return gradient if self.absent is None else gradient.masked_fill_(self.absent, 0)

    def pull(self, gradients: Stack | ModuleStack) -> None:
        """Turn gradients of effective weights into those that the optimizer is given, in place."""
        if self.factor is not None:
            gradients.flat.mul_(self.factor)


def _masses(plan: Plan, stack: Stack) -> tuple[Tensor, Tensor]:
    """For each parameter, the mass of the unit below it (1 for biases and first weights) and that of its own unit."""
    below, above = stack.like(), stack.like()
    below.flat.fill_(1)
    above.flat.fill_(1)
    assert plan.masses is not None
    for network, width in enumerate(plan.width):
        for number, column in enumerate(plan.masses[network]):
            mass = torch.tensor(column).to(stack.flat)
            above.layers[number][0][network, :width] = mass[:, None]
            above.layers[number][1][network, :width] = mass
            below.layers[number + 1][0][network, :, :width] = mass
    return below.flat, above.flat
