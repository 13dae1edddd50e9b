"""How inputs flow to the outputs of any module: it runs once, and its operations are played again as sums of products.

What is played is the network without its nonlinearities: every way from an input to an output counts with the product
of its weights.

- Inputs are one everywhere, weights are not negative. What does not depend on the inputs (biases, positions) is zero.
- Activations, norms and dropout hand on what comes in; a maximum over a window stays one.
- Products of activations, such as those of attention, have no flow: what flows in is not what flows out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from scalinglab._checks import fail
from scalinglab._later import torch
from scalinglab.pruning.recordings import Call, Key, Recording, key, tensors

if TYPE_CHECKING:
    from torch import Tensor

#: How operations are played, by their names in ATen: the method of a player, and for which.
RULES = {
    name: rule
    for rule, names in {
        "moved": """
            view _unsafe_view reshape _reshape_alias permute transpose t expand squeeze unsqueeze select slice split
            unbind split_with_sizes unsafe_split cat stack clone alias sum mean constant_pad_nd roll flip repeat cumsum
            index_select gather index _unsafe_index diagonal tril triu copy slice_scatter select_scatter
            diagonal_scatter im2col unfold avg_pool1d avg_pool2d avg_pool3d _adaptive_avg_pool2d
            _adaptive_avg_pool3d upsample_nearest1d upsample_nearest2d pixel_shuffle reflection_pad1d reflection_pad2d
            replication_pad1d replication_pad2d
        """,
        "product": "mm bmm mv dot",
        "product_and_sum": "addmm baddbmm addmv",
        "convolution": "convolution",
        "added": "add sub rsub",
        "scaled": "mul",
        "divided": "div",
        "embedding": "embedding",
        "shares": "softmax _softmax _safe_softmax",
        "attention": "_scaled_dot_product_flash_attention_for_cpu _scaled_dot_product_attention_math",
        "largest": "amax max max_pool2d_with_indices max_pool3d_with_indices",
        "spread": "var std var_mean std_mean linalg_vector_norm norm",
        "handed_on": "detach _to_copy",
    }.items()
    for name in names.split()
}


def flow_gradients(recording: Recording, sizes: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``dR/d|w|``, where R adds up the products of the sizes ``|w|`` of weights along all paths.

    Raises
    ------
    ValueError
        If activations are multiplied with each other, or an operation is unknown.
    """
    return gradients(recording, sizes, Player)


def gradients(recording: Recording, weights: Mapping[str, Tensor], player: type[Player]) -> dict[str, Tensor]:
    """The gradient of all that flows out, for each weight."""
    leaves = {name: weight.detach().double().requires_grad_() for name, weight in weights.items()}
    with torch.enable_grad():
        flow = player(recording, leaves).play()
    if flow is None or not flow.requires_grad:
        return {name: torch.zeros_like(leaf) for name, leaf in leaves.items()}
    found = torch.autograd.grad(flow.sum(), list(leaves.values()), allow_unused=True, materialize_grads=True)
    return dict(zip(leaves, found, strict=True))


class Player:
    """Plays a recording; of each tensor it knows the number that flows, and whether that comes from the inputs."""

    def __init__(self, recording: Recording, weights: Mapping[str, Tensor]) -> None:
        self.recording = recording
        # The flow is that of the first example: modules may do without a dimension if there is only one.
        ones = torch.zeros(recording.inputs.shape, dtype=torch.float64)
        ones[0] = 1
        self.live: dict[Key, Tensor] = {key(recording.inputs): ones}
        self.still: dict[Key, Tensor] = {}
        for name, parameter in recording.parameters.items():
            self.still[key(parameter)] = weights[name] if name in weights else self.unmasked(parameter)

    def play(self) -> Tensor | None:
        """What flows out."""
        for call in self.recording.calls:
            given = list(tensors((call.args, call.kwargs)))
            if any(key(tensor) in self.live for tensor in given):
                found = self.rule(call)
                known, clean = self.live, self.passed
            elif any(key(tensor) in self.still for tensor in given):
                found = self.again(call, self.value)
                known, clean = self.still, torch.abs
            else:
                continue
            results = found if isinstance(found, tuple | list) else [found]
            for real, value in zip(tensors(call.found), results, strict=False):
                if value is not None:
                    self.live.pop(key(real), None)
                    known[key(real)] = clean(value) if value.is_floating_point() else value
        return self.live.get(key(self.recording.outputs))

    def rule(self, call: Call) -> Any:
        """What comes out of an operation into which something flows; ``None`` if nothing does."""
        name = call.name
        if name in RULES:
            return getattr(self, RULES[name])(call)
        if name.endswith("_like") or name.startswith("new_"):
            return None
        if torch.Tag.pointwise in call.function.tags or any(word in name for word in ("norm", "dropout")):
            return self.handed_on(call)
        return self.unknown(call)

    def moved(self, call: Call) -> Any:
        """Numbers that are moved, or added up."""
        return self.again(call, self.flowing)

    def product(self, call: Call) -> Tensor:
        """A product of two matrices."""
        return self.times(call, torch.matmul, *call.args[:2])

    def product_and_sum(self, call: Call) -> Tensor:
        """A product of two matrices, added to something: biases do not flow."""
        added, *factors = call.args[:3]
        found = self.times(call, torch.matmul, *factors) * abs(call.kwargs.get("alpha", 1))
        return found + self.live[key(added)] if self.is_live(added) else found

    def convolution(self, call: Call) -> Tensor:
        """A convolution without its bias."""
        inputs, weight, _, *rest = call.args
        return self.times(call, lambda one, other: call.function(one, other, None, *rest), inputs, weight)

    def embedding(self, call: Call) -> Tensor:
        """Codes become ones, or what their table may hold if that can be pruned."""
        table = self.still.get(key(call.args[0]))
        rows = table.sum(0) if table is not None and table.requires_grad else 1
        return self.live[key(call.args[1])].unsqueeze(-1).expand(call.found.shape) * rows

    def attention(self, call: Call) -> Any:
        """Attention in one operation."""
        return self.times(call, lambda one, other: one @ other.mT, *call.args[:2])

    @staticmethod
    def again(call: Call, swap: Callable[[Tensor], Tensor]) -> Any:
        """Run an operation on other tensors."""
        args, kwargs = (swapped(part, swap) for part in (call.args, call.kwargs))
        if call.name in ("view", "_unsafe_view"):  # what flows may lie otherwise in memory
            return args[0].reshape(*args[1:])
        return call.function(*(args[:2] if call.name == "constant_pad_nd" else args), **kwargs)

    def value(self, tensor: Any) -> Any:
        """What flows, or a weight; of anything else its size."""
        if not isinstance(tensor, torch.Tensor):
            return abs(tensor)
        place = key(tensor)
        found = self.live.get(place, self.still.get(place))
        return found if found is not None else size_of(tensor)

    def flowing(self, tensor: Tensor) -> Tensor:
        """What flows; zero where nothing does. Whole numbers are places, not what is moved."""
        if not tensor.is_floating_point():
            return tensor
        found = self.live.get(key(tensor))
        return torch.zeros(tensor.shape, dtype=torch.float64) if found is None else found

    def is_live(self, value: Any) -> bool:
        """Whether something flows that comes from the inputs."""
        return isinstance(value, torch.Tensor) and key(value) in self.live

    def scaled(self, call: Call) -> Tensor:
        """What flows times a number; and, for paths, times what else flows."""
        return self.times(call, torch.mul, *call.args[:2])

    def times(self, call: Call, operation: Callable[[Any, Any], Tensor], one: Any, other: Any) -> Tensor:
        """A product of what flows and a weight or a number: not of two that flow."""
        if self.is_live(one) and self.is_live(other):
            words = "not multiply activations with each other, as attention does: SynFlow is defined for sums alone"
            fail("network", words, call.name)
        return operation(self.value(one), self.value(other))

    def divided(self, call: Call) -> Tensor:
        """What flows divided by a number."""
        one, other = call.args[:2]
        if self.is_live(other):
            self.unknown(call)
        return self.value(one) / self.value(other)

    def shares(self, call: Call) -> Any:
        """A softmax."""
        return self.unknown(call)

    def spread(self, call: Call) -> Any:
        """What tells how large numbers are, to divide by."""
        return self.unknown(call)

    def added(self, call: Call) -> Tensor:
        """A sum or a difference: of what flows, the sum."""
        flow = torch.zeros(call.found.shape, dtype=torch.float64)
        for each, factor in zip(call.args, (1, abs(call.kwargs.get("alpha", 1))), strict=False):
            flow = flow + self.live[key(each)] * factor if self.is_live(each) else flow
        return flow

    def handed_on(self, call: Call) -> Tensor:
        """What comes in, as wide as what really comes out first."""
        flows = [self.live[key(each)] for each in tensors((call.args, call.kwargs)) if self.is_live(each)]
        if len(flows) > 1:
            return self.joined(call, flows)
        return flows[0].expand(next(tensors(call.found)).shape)

    def joined(self, call: Call, flows: list[Tensor]) -> Tensor:
        """What several things become that flow into an activation."""
        return self.unknown(call)

    def largest(self, call: Call) -> Any:
        """A maximum within what flows."""
        real, *how = call.args
        if any(isinstance(each, torch.Tensor) for each in how):
            return self.unknown(call)
        return call.function(self.live[key(real)], *how, **call.kwargs)

    def unmasked(self, parameter: Tensor) -> Tensor:
        """What a parameter without a mask counts where something is multiplied by it."""
        return size_of(parameter)

    def passed(self, value: Tensor) -> Tensor:
        """What goes on of what flows out of an operation."""
        return value

    def unknown(self, call: Call) -> Any:
        """Refuse what has no flow, or none that is known."""
        words = "be made of layers, activations and norms that PyTorch brings along for SynFlow"
        fail("network", words, call.name)


def swapped(given: Any, swap: Callable[[Tensor], Tensor]) -> Any:
    """Arguments with other tensors."""
    if isinstance(given, dict):
        return {name: swapped(one, swap) for name, one in given.items()}
    if isinstance(given, tuple | list):
        return type(given)(swapped(one, swap) for one in given)
    return swap(given) if isinstance(given, torch.Tensor) else given


def size_of(tensor: Tensor) -> Tensor:
    """Numbers without their signs; whole numbers and truth values as they are."""
    return tensor.detach().abs().double() if tensor.is_floating_point() else tensor
