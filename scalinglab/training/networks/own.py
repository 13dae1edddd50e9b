"""A user's own module: made under a seed, and looked over before it is trained."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scalinglab._checks import fail
from scalinglab._later import torch, torch_flops
from scalinglab.training.networks.families import Family, Named
from scalinglab.training.networks.perceptrons import WEIGHTS

if TYPE_CHECKING:
    from torch import Tensor, nn

#: Most characters of an error that a sentence repeats.
LONGEST = 200
Maker = Callable[[int, int, int], Any]


class Own(Family):
    """Networks that a function ``(width, inputs, outputs)`` makes.

    Parameters
    ----------
    make : callable
    *given
        As of a ``Family``.
    """

    name = "a module of your own"
    lacks = MappingProxyType(dict.fromkeys(("depth", "activation", "embedding"), "which sees to it"))

    def __init__(self, make: Maker, *given: Any) -> None:
        super().__init__(*given)
        if isinstance(make, torch.nn.Module):
            fail("network", "be a function that makes a module, as each network is one of its own", make)
        self.make = make

    def build(self, width: int) -> nn.Module:
        """Call the function, and refuse what is no module."""
        try:
            module = self.make(width, self.inputs, self.outputs)
        except Exception as error:
            raise ValueError(f"network must make a module from (width, inputs, outputs), got {_said(error)}") from error
        if not isinstance(module, torch.nn.Module):
            fail("network", "return a torch.nn.Module", module)
        _check_parameters(module)
        return module.train()

    def outline(self, width: int) -> nn.Module:
        """Without numbers if the function can do without."""
        try:
            with torch.random.fork_rng(devices=[]):
                return super().outline(width)
        except ValueError:
            return self.module(width)

    def drawn(self, width: int, seed: int) -> nn.Module:
        """A module that depends on the width and the seed alone, as long as it draws from torch's own generator."""
        state = np.random.SeedSequence((seed, WEIGHTS)).generate_state(1, np.uint64)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(state[0]))
            return self.build(width)

    def fresh(self, width: int, seed: int) -> nn.Module:
        """As its constructor makes it under the seed."""
        return self.drawn(width, seed).to(self.device, self.dtype)

    def draw(self, width: int, seed: int) -> Named:
        """What the module's constructor draws, under a seed of its own."""
        named = self.drawn(width, seed).named_parameters()
        return {name: parameter.detach().double().numpy() for name, parameter in named}

    def module(self, width: int) -> nn.Module:
        """Its parameters are not looked at; its buffers are those of all networks."""
        if width not in self._modules:
            self._modules[width] = self.drawn(width, 0).to(self.device, self.dtype)
        return self._modules[width]

    def work(self, width: int, examples: int, *, back: bool) -> int:
        """As torch counts the products of matrices and convolutions in a pass of the module."""
        try:
            return self._counted(self.outline(width), examples, back=back)
        except Exception:  # the module brings numbers along that an outline has no use for
            return self._counted(self.fresh(width, 0), examples, back=back)

    def _counted(self, module: nn.Module, examples: int, *, back: bool) -> int:
        device = next(module.parameters()).device
        inputs = torch.zeros((examples, self.inputs), dtype=self.input_dtype, device=device)
        with torch.set_grad_enabled(back), torch_flops.FlopCounterMode(display=False) as counter, _by_products:
            outputs = module.to(self.dtype)(inputs)
            if back:
                outputs.sum().backward()
        return counter.get_total_flops() // 2

    def mapped(self, width: int, parameters: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        """As of any family; attention by products, as the fused kinds do not stack."""
        with _by_products:
            return super().mapped(width, parameters, inputs)

    def check(self, width: int, seed: int, rows: NDArray[np.generic]) -> None:
        """Run two networks on some inputs of the task, and refuse what cannot be trained, in one sentence each.

        Raises
        ------
        ValueError
            If the module has parameters that do not learn or are no real numbers, buffers that change or are drawn,
            draws random numbers, mixes examples, has outputs of another shape or that are not finite, cannot run in a
            stack, or is not differentiable.
        """
        module = self.fresh(width, seed)
        inputs = torch.tensor(rows, dtype=self.input_dtype, device=self.device)
        _check_buffers(module, inputs, self.drawn(width, seed + 1))
        parameters = {
            name: torch.stack((one.detach(),) * 2).requires_grad_() for name, one in module.named_parameters()
        }
        self._check_outputs(_run(module, inputs), len(rows))
        outputs = self._tried(width, parameters, inputs.expand(2, -1, -1))
        fewer = self._tried(width, parameters, inputs[:2].expand(2, -1, -1))
        # Rounding of sums in another order; what one example tells another is of the order of the outputs.
        if not torch.allclose(outputs[..., :2], fewer, rtol=1e-3, atol=1e-4 * float(outputs.abs().max())):
            fail(
                "network", "treat each example by itself, as normalisation over a batch does not", "outputs that differ"
            )

    def _check_outputs(self, outputs: Any, examples: int) -> None:
        if not isinstance(outputs, torch.Tensor):
            fail("network", "return a tensor", outputs)
        if (shape := tuple(outputs.shape)) != (wanted := (examples, self.outputs)):
            fail("network", f"turn {examples} examples into outputs of the shape {wanted}", shape)
        if not outputs.isfinite().all():
            fail("network", "have finite outputs at the start", float(outputs[~outputs.isfinite()][0].detach()))
        if not outputs.requires_grad:
            fail("network", "have outputs that depend on its parameters", "outputs without a gradient")

    def _tried(self, width: int, parameters: dict[str, Tensor], inputs: Tensor) -> Tensor:
        """Forward and back as in a run."""
        try:
            with torch.enable_grad():
                outputs = self.mapped(width, parameters, inputs)
            torch.autograd.grad(outputs.sum(), list(parameters.values()), allow_unused=True)
        except Exception as error:
            fail("network", _reason(str(error)), _said(error))
        return outputs.detach()


class _ByProducts:
    """Inside, attention on a CPU is computed by products of matrices, which stack, and which torch's counter knows.

    Its fused kind does neither. The choice is one for all threads, so the last to leave restores what the first found.
    """

    def __init__(self) -> None:
        self.lock, self.inside, self.before = threading.Lock(), 0, True

    def __enter__(self) -> None:
        with self.lock:
            if not self.inside:
                self.before = torch.backends.cuda.flash_sdp_enabled()
                torch.backends.cuda.enable_flash_sdp(False)
            self.inside += 1

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.inside -= 1
            if not self.inside:
                torch.backends.cuda.enable_flash_sdp(self.before)


_by_products = _ByProducts()


def _run(module: nn.Module, inputs: Tensor) -> Any:
    """The module by itself: where it fails alone, it would fail in a stack with worse words."""
    try:
        with torch.enable_grad():
            return module(inputs)
    except Exception as error:
        sentence = f"network must turn inputs of the shape {tuple(inputs.shape)} into outputs, got {_said(error)}"
        raise ValueError(sentence) from error


def _check_buffers(module: nn.Module, inputs: Tensor, other: nn.Module) -> None:
    """Buffers are constants, and the same in all networks."""
    before = {name: buffer.clone() for name, buffer in module.named_buffers()}
    _run(module, inputs)
    others = dict(other.named_buffers())
    for name, buffer in module.named_buffers():
        if not torch.equal(buffer, before[name]):
            fail("network", "have no buffers that training changes, such as those of batch normalisation", name)
        if not torch.equal(buffer, others[name].to(buffer)):
            fail("network", "have no buffers that are drawn", name)


def _check_parameters(module: nn.Module) -> None:
    parameters = dict(module.named_parameters())
    if not parameters:
        fail("network", "have parameters", "a module with none")
    for name, parameter in parameters.items():
        if isinstance(parameter, torch.nn.UninitializedParameter):
            fail("network", "have parameters whose shapes it knows from the start, which lazy layers do not", name)
        if not parameter.is_floating_point():
            fail("network", "have parameters that are real numbers", f"{name} of {parameter.dtype}")
        if not parameter.requires_grad:
            fail("network", "have parameters that all learn (requires_grad); keep constants as buffers", name)


def _reason(message: str) -> str:
    """What the module must do, read off what torch said of it."""
    if "randomness" in message:
        return "draw no random numbers, as dropout does"
    if "in-place" in message or "inplace" in message:
        return "run in a stack by torch.func.vmap, without writing in place to what it did not make of its inputs"
    return "run in a stack by torch.func.vmap"


def _said(error: Exception) -> str:
    """The beginning of an error on one line, which may go on for a page."""
    text = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
