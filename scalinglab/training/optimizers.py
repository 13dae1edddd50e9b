"""SGD, momentum, Adam and AdamW on the flat vector of a whole stack; the rules are those of ``torch.optim``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from scalinglab._later import torch, torch_adam
from scalinglab.training.networks.making import AnyStack
from scalinglab.training.plans import Plan

if TYPE_CHECKING:
    from torch import Tensor

EPSILON = 1e-8
#: Factor of the step size, from the share of the steps that have been made.
SCHEDULES = {
    "constant": lambda _: 1.0,
    "cosine": lambda share: (1 + math.cos(math.pi * share)) / 2,  # half a wave from one down to zero
}


def step_sizes(stack: AnyStack, each: tuple[float, ...]) -> float | Tensor:
    """One number if all networks share a step size, else a vector with the step size of each parameter."""
    if len(set(each)) == 1:
        return each[0]
    return stack.spread(stack.flat.new_tensor(each))


def _move(parameters: Tensor, direction: Tensor, rate: float | Tensor, factor: float) -> None:
    if isinstance(rate, torch.Tensor):
        parameters.addcmul_(direction, rate, value=-factor)
    else:
        parameters.sub_(direction, alpha=rate * factor)


class SGD:
    """Stochastic gradient descent: ``p -= step_size * (g + weight_decay * p)``; the others build on it."""

    def __init__(self, stack: AnyStack, gradients: AnyStack, rate: float | Tensor, decay: float) -> None:
        self.stack, self.gradients, self.rate, self.decay = stack, gradients, rate, decay
        self.memory: tuple[AnyStack, ...] = ()  # what is remembered of past gradients

    def step(self, factor: float = 1.0) -> None:
        """Make one update in place, with all step sizes multiplied by a factor."""
        _move(self.stack.flat, self.regularized(), self.rate, factor)

    def regularized(self) -> Tensor:
        """Return the gradient, with that of ``weight_decay / 2 * p^2`` added in place."""
        if self.decay:
            self.gradients.flat.add_(self.stack.flat, alpha=self.decay)
        return self.gradients.flat

    def forget(self, network: int) -> None:
        """Set what is remembered of one network to zero."""
        for part in self.memory:
            part.clear(network)

    def keep(self, exists: Tensor) -> None:
        """Set what is remembered of parameters that exist no more to zero; the others have a one."""
        for part in self.memory:
            part.flat.mul_(exists)


class Momentum(SGD):
    """Heavy ball: ``v = momentum * v + g``, ``p -= step_size * v``."""

    def __init__(
        self, stack: AnyStack, gradients: AnyStack, rate: float | Tensor, decay: float, momentum: float
    ) -> None:
        super().__init__(stack, gradients, rate, decay)
        self.momentum, self.velocity = momentum, stack.like()
        self.memory = (self.velocity,)

    def step(self, factor: float = 1.0) -> None:
        """Make one update in place."""
        self.velocity.flat.mul_(self.momentum).add_(self.regularized())
        _move(self.stack.flat, self.velocity.flat, self.rate, factor)


class Adam(SGD):
    """Adam [Kingma2014], or AdamW [Loshchilov2017] where the decay is decoupled: ``p *= 1 - step_size * decay``.

    PyTorch's fused rule runs on the parameters where all step sizes agree. Where they do not, it runs with the step
    size 1 on a vector of zeros, which then holds the direction of each parameter, to be scaled by its own step size.
    """

    def __init__(
        self,
        stack: AnyStack,
        gradients: AnyStack,
        rate: float | Tensor,
        decay: float,
        betas: tuple[float, float],
        *,
        decoupled: bool,
    ) -> None:
        super().__init__(stack, gradients, rate, 0.0 if decoupled else decay)
        self.shrink = rate * decay if decoupled and decay else None
        self.betas = betas
        self.memory = self.mean, self.square = stack.like(), stack.like()
        self.direction = torch.zeros_like(stack.flat) if isinstance(rate, torch.Tensor) else None
        self.fused = stack.flat.device.type in {"cpu", "cuda"}
        self.made, self.count = 0, torch.zeros((), device=stack.flat.device if self.fused else None)

    def step(self, factor: float = 1.0) -> None:
        """Make one update in place."""
        parameters = self.stack.flat
        gradient = self.regularized()
        if isinstance(self.shrink, torch.Tensor):
            parameters.addcmul_(parameters, self.shrink, value=-factor)
        elif self.shrink:
            parameters.mul_(1 - self.shrink * factor)
        if self.direction is not None and isinstance(self.rate, torch.Tensor):
            self._rule(self.direction.zero_(), gradient, 1.0)
            parameters.addcmul_(self.direction, self.rate, value=factor)
        else:
            self._rule(parameters, gradient, self.rate * factor)

    def _rule(self, target: Tensor, gradient: Tensor, rate: float | Tensor) -> None:
        given: dict[str, Any] = {
            "amsgrad": False,
            "beta1": self.betas[0],
            "beta2": self.betas[1],
            "lr": rate,
            "weight_decay": 0.0,
            "eps": EPSILON,
            "maximize": False,
        }
        lists = [target], [gradient], [self.mean.flat], [self.square.flat], [], [self.count]
        if self.fused:
            # What ``torch_adam.adam`` comes to, after ten microseconds: a tenth of the step of a small network. Nor is
            # a one added to the count: that makes a tensor of it, and takes three times as long as writing a number.
            self.made += 1
            self.count.fill_(self.made)
            torch._fused_adam_(*lists, **given)  # pyright: ignore[reportPrivateImportUsage]
        else:
            torch_adam.adam(*lists, foreach=False, fused=False, **given)


def make_optimizer(plan: Plan, stack: AnyStack, gradients: AnyStack) -> SGD:
    """Return the optimizer of the plan, which reads only the settings it knows."""
    rate, decay = step_sizes(stack, plan.step_size), plan.weight_decay
    if plan.optimizer == "sgd":
        return SGD(stack, gradients, rate, decay)
    if plan.optimizer == "momentum":
        return Momentum(stack, gradients, rate, decay, plan.momentum)
    return Adam(stack, gradients, rate, decay, plan.betas, decoupled=plan.optimizer == "adamw")
