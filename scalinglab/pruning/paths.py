"""Which weights of a module lie on a path from an input to an output: its flow, as ones and zeros.

Where there is no flow, there may be paths:

- Any place of a window may be its maximum.
- All shares of a softmax depend on all that it sees.
- A product of activations, such as those of attention, is a path through both factors: a query counts if keys and
  values do. Values do without both, as a softmax still has its shares.
- Nobody knows what an operation does that has no rule here: all may depend on all.

A kernel's weight is at work at many positions. It lies on a path if it does so at any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, reduce
from typing import TYPE_CHECKING, Any

from scalinglab._later import torch
from scalinglab.pruning.flows import RULES, Player, gradients
from scalinglab.pruning.recordings import Call, Key, Recording, key, tensors

if TYPE_CHECKING:
    from torch import Tensor


def path_gradients(recording: Recording, masks: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Of each weight a number, above zero if a path of kept weights would go through it, were it kept."""
    return gradients(recording, masks, Paths)


class Paths(Player):
    """Plays with ones and zeros: whether there is a path, however many there are.

    Some numbers are there even if nothing comes in, as the shares of a softmax are. No path begins in them, but what
    they are multiplied with has its path without another.
    """

    def __init__(self, recording: Recording, weights: Mapping[str, Tensor]) -> None:
        super().__init__(recording, weights)
        self.present: dict[Key, Tensor] = {}

    def rule(self, call: Call) -> Any:
        """The same, with a note of what is there without inputs."""
        given = [each for each in tensors((call.args, call.kwargs)) if self.is_live(each)]
        if len(given) == 1:
            self.note(call, given[0])
        return super().rule(call)

    def note(self, call: Call, given: Tensor) -> None:
        """Note what an operation on one tensor puts out if it is fed with nothing, or with what is there anyway."""
        there = self.there(given)
        if RULES.get(call.name) in ("moved", "handed_on", "divided") or "dropout" in call.name:
            if not there.any():
                return
        elif call.name in RULES or torch.Tag.pointwise not in call.function.tags:
            return
        results = self.again(call, lambda one: there if one is given else one)
        for real, found in zip(tensors(call.found), tensors(results), strict=True):
            self.keep(real, found)

    def unmasked(self, parameter: Tensor) -> Tensor:
        """It is there."""
        return torch.ones(parameter.shape, dtype=torch.float64)

    def passed(self, value: Tensor) -> Tensor:
        """One for whatever is not zero."""
        return _marked().apply(value)

    def times(self, call: Call, operation: Callable[[Any, Any], Tensor], one: Any, other: Any) -> Tensor:
        """A path leads through both factors, or through one if the other is there anyway."""
        values = self.value(one), self.value(other)
        # What is there anyway: of what does not flow all of it, of what flows what was noted.
        pairs = zip((one, other), values, strict=True)
        there = [self.there(each) if self.is_live(each) else value for each, value in pairs]
        self.keep(call.found, operation(*there))
        found = operation(*values)
        if self.is_live(one) and self.is_live(other):
            found = found + operation(there[0], values[1]) + operation(values[0], there[1])
        return found

    def added(self, call: Call) -> Tensor:
        """A path leads through both; a number that is added is there anyway."""
        anyway = torch.zeros(call.found.shape, dtype=torch.float64)
        for each in call.args[:2]:
            if self.is_live(each):
                anyway = anyway + self.there(each)
            elif not isinstance(each, torch.Tensor):
                anyway = anyway + float(each != 0)
        self.keep(call.found, anyway)
        return super().added(call)

    def there(self, tensor: Tensor) -> Tensor:
        """What is there of a tensor without inputs."""
        found = self.present.get(key(tensor))
        return torch.zeros(tensor.shape, dtype=torch.float64) if found is None else found

    def keep(self, real: Tensor, found: Tensor) -> None:
        """Note what is there of a tensor, if anything is."""
        if found.any():
            self.present[key(real)] = (found != 0).double()

    def attention(self, call: Call) -> Tensor:
        """Attention in one operation; with its mask or without, all pieces look at all."""
        values = self.value(call.args[2])
        return (super().attention(call).sum(-1, keepdim=True) + 1) * values.sum(-2, keepdim=True)

    def divided(self, call: Call) -> Tensor:
        """A path leads through both; how large numbers are does not count."""
        return self.handed_on(call)

    def shares(self, call: Call) -> Tensor:
        """All shares depend on all that a softmax sees; there are none where it sees minus infinity."""
        real, dim = call.args[:2]
        flow, seen = self.live[key(real)], (real != -torch.inf).double()
        self.present[key(call.found)] = seen
        return flow.sum(dim, keepdim=True) * seen * (seen.sum(dim, keepdim=True) > 1)

    def joined(self, call: Call, flows: list[Tensor]) -> Tensor:
        """A path leads through any of them."""
        return reduce(torch.add, flows).expand(next(tensors(call.found)).shape)

    def spread(self, call: Call) -> Any:
        """No path leads through what others are divided by."""

    def largest(self, call: Call) -> Any:
        """Any of the places may be the largest."""
        real, *how = call.args
        if call.name in ("amax", "max") and how and not isinstance(how[0], torch.Tensor):
            return self.live[key(real)].sum(*how)
        if call.name == "max_pool2d_with_indices" and len(how) < 4:  # there is no dilation
            return torch.nn.functional.avg_pool2d(self.live[key(real)], *how)
        return self.unknown(call)

    def unknown(self, call: Call) -> Any:
        """Nobody knows what it does: all may depend on all."""
        flows = [self.live[key(each)].sum() for each in tensors((call.args, call.kwargs)) if self.is_live(each)]
        return [torch.stack(flows).sum().expand(real.shape) for real in tensors(call.found)]


@cache
def _marked() -> type[torch.autograd.Function]:
    class Marked(torch.autograd.Function):
        """One for what is above zero, forward and back, so that nothing over- or underflows."""

        @staticmethod
        def forward(ctx: Any, value: Tensor) -> Tensor:
            return (value > 0).to(value.dtype)

        @staticmethod
        def backward(ctx: Any, *gradients: Tensor) -> Tensor:
            return (gradients[0] > 0).to(gradients[0].dtype)

    return Marked
