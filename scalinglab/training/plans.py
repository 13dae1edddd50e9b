"""A checked training plan: every argument validated, broadcast to the stack, and small enough for this machine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from scalinglab._checks import (
    fail,
    non_negative,
    non_negative_integer,
    number,
    positive,
    positive_integer,
    same_length,
)
from scalinglab._errors import TooLargeError
from scalinglab._machine import free_memory
from scalinglab.training.given import checked_arrays, per_network
from scalinglab.training.memory import bytes_needed
from scalinglab.training.networks import ACTIVATIONS, SCALINGS, Arrays, parameter_sizes
from scalinglab.training.optimizers import OPTIMIZERS, SCHEDULES
from scalinglab.training.tasks.task import Task, own_labels

Value = TypeVar("Value")
DTYPES = {"float32": torch.float32, "float64": torch.float64}
#: Limits that no run in a course comes near; they keep a slip of the finger from filling the memory.
MOST = {"networks": 100_000, "depth": 1000, "steps": 10**9, "evaluations": 10**5, "embedding": 10**4}


@dataclass(frozen=True, eq=False)
class Plan:
    """What ``train`` was asked for, in canonical types; tuples have one entry for each network."""

    task: Task
    width: tuple[int, ...]
    step_size: tuple[float, ...]
    seed: tuple[int, ...]
    samples: tuple[int, ...]
    depth: int
    activation: str
    optimizer: str
    momentum: float
    betas: tuple[float, float]
    weight_decay: float
    batch_size: int
    steps: int
    start: int
    scaling: str
    schedule: str
    resample: bool
    embedding: int
    labels: NDArray[Any] | None
    initial: tuple[Arrays, ...] | None
    masks: tuple[tuple[NDArray[np.bool_], ...], ...] | None
    remask: Callable[..., Any] | None
    masses: tuple[tuple[NDArray[np.float64], ...], ...] | None
    mass_rule: bool
    penalty: Callable[..., torch.Tensor] | None
    evaluated: NDArray[np.int64]
    dtype: torch.dtype
    device: torch.device

    @property
    def networks(self) -> int:
        """Height of the stack."""
        return len(self.width)

    @property
    def batch_sizes(self) -> tuple[int, ...]:
        """Examples in a batch of each network: all it has, if these are fewer than asked."""
        return tuple(min(self.batch_size, samples) for samples in self.samples)

    def sizes(self, width: int) -> tuple[int, ...]:
        """Numbers of units from the inputs to the outputs of a network of this width."""
        return (self.task.inputs * (self.embedding or 1), *[width] * self.depth, self.task.outputs)

    @property
    def table(self) -> tuple[int, int] | None:
        """Codes and numbers for each of the embedding, if the task's inputs are codes."""
        return (self.task.vocabulary, self.embedding) if self.task.vocabulary else None

    @property
    def input_dtype(self) -> torch.dtype:
        """Inputs are whole numbers if they are codes."""
        return torch.int64 if self.task.vocabulary else self.dtype

    def parameters(self, network: int) -> int:
        """Weights and biases of one network."""
        return sum(parameter_sizes(self.sizes(self.width[network]), self.table))


def checked_plan(
    task: Task,
    *,
    width: Any,
    step_size: Any,
    seed: Any,
    samples: Any,
    depth: int,
    activation: str,
    optimizer: str,
    momentum: float,
    betas: tuple[float, float],
    weight_decay: float,
    batch_size: int,
    steps: int,
    start: int,
    scaling: str,
    schedule: str,
    resample: bool,
    labels: Any,
    embedding: int,
    initial: Any,
    masks: Any,
    masses: Any,
    mass_rule: bool,
    penalty: Any,
    dtype: str,
    device: Any,
    evaluations: int,
) -> Plan:
    """Check every argument of ``train``; the first that is wrong raises a ``ValueError`` that names it."""
    if not isinstance(task, Task):
        fail("task", "be a Task", task)
    remask = masks if callable(masks) else None
    each = {
        "width": _each("width", width, positive_integer),
        "step_size": _each("step_size", step_size, positive),
        "seed": _each("seed", seed, non_negative_integer),
        "samples": _each("samples", task.samples if samples is None else samples, _samples_of(task)),
        "initial": per_network("initial", initial, nested=True),
        "masks": per_network("masks", None if remask else masks),
        "masses": per_network("masses", masses),
        "labels": None if labels is None else list(own_labels(task, labels)),
    }
    stacked = _broadcast(each)
    given = {name: stacked.pop(name) for name in ("initial", "masks", "masses")}
    own = stacked.pop("labels")
    steps = _at_most("steps", steps)
    plan = Plan(
        task=task,
        **stacked,
        labels=None if labels is None else np.stack(own),
        initial=None,
        masks=None,
        remask=remask,
        masses=None,
        depth=_at_most("depth", depth),
        scaling=_word("scaling", scaling, SCALINGS),
        schedule=_word("schedule", schedule, SCHEDULES),
        resample=_resample(task, resample),
        embedding=_at_most("embedding", embedding) if task.vocabulary else 0,
        mass_rule=_flag("mass_rule", mass_rule),
        penalty=_penalty(penalty),
        activation=_word("activation", activation, ACTIVATIONS),
        optimizer=_word("optimizer", optimizer, OPTIMIZERS),
        momentum=_below_one("momentum", momentum),
        betas=_betas(betas),
        weight_decay=non_negative("weight_decay", weight_decay),
        batch_size=positive_integer("batch_size", batch_size),
        steps=steps,
        start=_before("start", start, steps),
        evaluated=evaluation_steps(steps, _at_most("evaluations", evaluations), start=start),
        dtype=DTYPES[_word("dtype", dtype, DTYPES)],
        device=_device(device, DTYPES[dtype]),
    )
    _refuse_what_does_not_fit(plan, given)
    return replace(plan, **checked_arrays(plan, **given))


def evaluation_steps(steps: int, evaluations: int, *, start: int = 0) -> NDArray[np.int64]:
    """Steps at which networks are evaluated: half of them evenly spaced, half evenly on a log scale from the start.

    Always the first and the last; never more than ``max(evaluations, 2)``, and fewer where both halves agree.
    """
    if start:
        return start + evaluation_steps(steps - start, evaluations)
    if evaluations > steps:
        return np.arange(steps + 1)
    even = np.linspace(0, steps, max(evaluations - evaluations // 2, 2))
    early = np.geomspace(1, steps, max(evaluations - len(even), 0))
    return np.unique(np.rint(np.concatenate((even, early))).astype(np.int64))


def _each(name: str, value: Any, check: Callable[[str, Any], Value]) -> list[Value] | Value:
    """Check a scalar, or every entry of a list, tuple, range or array."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        return check(name, value)
    if not 0 < len(value) <= MOST["networks"]:
        fail(name, f"hold from 1 to {MOST['networks']} values", value)
    return [check(name, entry) for entry in value]


def _broadcast(each: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Repeat scalars to the one length that all sequences share."""
    sequences = {name: value for name, value in each.items() if isinstance(value, list)}
    networks = same_length(**sequences) if sequences else 1
    return {name: tuple(value) if isinstance(value, list) else (value,) * networks for name, value in each.items()}


def _word(name: str, value: Any, choices: Collection[str]) -> str:
    if not isinstance(value, str) or value not in choices:
        fail(name, "be one of " + ", ".join(choices), value)
    return value


def _samples_of(task: Task) -> Callable[[str, Any], int]:
    def check(name: str, value: Any) -> int:
        if positive_integer(name, value) > task.samples:
            fail(name, f"not exceed the {task.samples} training samples of the task", value)
        return int(value)

    return check


def _at_most(name: str, value: Any) -> int:
    if positive_integer(name, value) > MOST[name]:
        fail(name, f"not exceed {MOST[name]}", value)
    return int(value)


def _before(name: str, value: Any, steps: int) -> int:
    if non_negative_integer(name, value) >= steps:
        fail(name, f"be below {steps}, the number of steps", value)
    return int(value)


def _below_one(name: str, value: Any) -> float:
    if not 0 <= number(name, value) < 1:
        fail(name, "be at least 0 and below 1", value)
    return float(value)


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        fail(name, "be True or False", value)
    return value


def _resample(task: Task, value: Any) -> bool:
    if _flag("resample", value) and task.train_weights is not None:
        fail("resample", "be False for a task whose examples have weights", value)
    return value


def _penalty(value: Any) -> Any:
    if value is not None and not callable(value):
        fail("penalty", "be a function of the layers", value)
    return value


def _betas(value: Any) -> tuple[float, float]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        fail("betas", "be two numbers", value)
    return _below_one("betas", value[0]), _below_one("betas", value[1])


def _device(value: Any, dtype: torch.dtype) -> torch.device:
    """Return the device, if this machine has it and it computes in these numbers ("meta" is one that does not)."""
    try:
        device = torch.device(value)
        torch.zeros(1, dtype=dtype, device=device).item()
    except (RuntimeError, AssertionError, TypeError, NotImplementedError, ValueError):
        fail("device", f"name a device of this machine that computes in {str(dtype).removeprefix('torch.')}", value)
    return device


def _refuse_what_does_not_fit(plan: Plan, given: dict[str, Any]) -> None:
    """Stop a stack that would fill the memory, before anything is allocated."""
    masked, begun = (given[name][0] is not None for name in ("masks", "initial"))
    needed = bytes_needed(plan, masks=masked or plan.remask is not None, initial=begun)
    free = free_memory()
    if plan.device.type == "cuda":
        free = torch.cuda.mem_get_info(plan.device)[0]
    if needed > free // 2:
        asked = f"{needed / 1e9:.2g} GB" if needed < 10**18 else "over a billion GB"
        stack = f"{plan.networks} networks" if plan.networks > 1 else "the network"
        raise TooLargeError(
            f"width must let {stack} fit into half the free memory, {free / 2e9:.2g} GB instead of {asked}, "
            f"got {max(plan.width)}"
        )
