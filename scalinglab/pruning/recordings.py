"""What a module does: all operations of one pass, as torch runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from scalinglab._later import torch, torch_dispatch

if TYPE_CHECKING:
    from torch import Tensor, nn

#: Where a tensor lies in memory. Views of different shapes differ in it.
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Call:
    """One operation as it was run."""

    function: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    found: Any

    @property
    def name(self) -> str:
        """As ATen calls it."""
        return self.function._schema.name.removeprefix("aten::")


@dataclass(frozen=True)
class Recording:
    """All operations of a pass, with the tensors that went in and came out; it keeps all tensors alive."""

    calls: list[Call]
    parameters: dict[str, Tensor]
    inputs: Tensor
    outputs: Tensor


def record(module: nn.Module, inputs: Tensor) -> Recording:
    """Run a module on examples, shape (examples, ...), and note what it does; in-place operations become others."""
    parameters = {name: one.detach().requires_grad_() for name, one in module.named_parameters()}

    def run(named: dict[str, Tensor], rows: Tensor) -> Tensor:
        return torch.func.functional_call(module, named, (rows,))

    # With gradients, as modules take shortcuts without, which are one operation that says nothing.
    with torch.enable_grad(), _recorder()() as noted:
        outputs = torch.func.functionalize(run)(parameters, inputs)
    return Recording(noted.calls, parameters, inputs, outputs)


@cache
def _recorder() -> Callable[[], Any]:
    """The class, made when it is first asked for, as torch is loaded then."""

    class Recorder(torch_dispatch.TorchDispatchMode):
        """Notes each operation that torch runs."""

        def __init__(self) -> None:
            super().__init__()
            self.calls: list[Call] = []

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            found = func(*args, **(kwargs or {}))
            self.calls.append(Call(func, args, kwargs or {}, found))
            return found

    return Recorder


def key(tensor: Tensor) -> Key:
    """Two tensors of the same key are the same numbers, as a recording keeps all storages."""
    place = tensor.untyped_storage().data_ptr(), tensor.storage_offset()
    return (*place, tuple(tensor.shape), tensor.stride(), tensor.dtype)


def tensors(given: Any) -> Iterator[Tensor]:
    """All tensors in nested lists and dictionaries."""
    if isinstance(given, torch.Tensor):
        yield given
    elif isinstance(given, dict | tuple | list):
        for each in given.values() if isinstance(given, dict) else given:
            yield from tensors(each)
