"""From the arguments of ``train`` to a plan: every one checked, broadcast to the stack, and small enough for memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from scalinglab._checks import fail, same_length
from scalinglab._later import torch
from scalinglab.training.given import checked_arrays, per_network
from scalinglab.training.memory import refuse_too_large
from scalinglab.training.networks.families import COUNTED
from scalinglab.training.networks.making import make_family
from scalinglab.training.plans import Plan, evaluation_steps
from scalinglab.training.settings import DEFAULTS, SETTINGS
from scalinglab.training.tasks.task import Task, own_labels


def checked_plan(task: Task, **settings: Any) -> Plan:
    """Check every argument of ``train``, and fill in what is left out; what is wrong is named by a ``ValueError``."""
    if not isinstance(task, Task):
        fail("task", "be a Task", task)
    asked = DEFAULTS | settings
    plain = _plain(task, asked)
    steps, dtype = plain["steps"], getattr(torch, plain.pop("dtype"))
    masks, labels = asked["masks"], asked["labels"]
    remask = masks if callable(masks) else None
    each = {name: plain.pop(name) for name, setting in SETTINGS.items() if setting.by_network and name in plain}
    each |= {
        "initial": per_network("initial", asked["initial"], nested=True),
        "masks": per_network("masks", None if remask else masks),
        "masses": per_network("masses", asked["masses"]),
        "labels": None if labels is None else list(own_labels(task, labels)),
    }
    stacked = _broadcast(each)
    given = {name: stacked.pop(name) for name in ("initial", "masks", "masses")}
    own, device = stacked.pop("labels"), _device(asked["device"], dtype)
    network = make_family(task, plain | {"masses": given["masses"][0]}, dtype, device)
    del plain["network"]
    plan = Plan(
        task=task,
        network=network,
        evaluated=evaluation_steps(steps, plain.pop("evaluations"), start=plain["start"]),
        **plain,
        **stacked,
        labels=None if labels is None else np.stack(own),
        initial=None,
        masks=None,
        remask=remask,
        masses=None,
        penalty=_penalty(asked["penalty"]),
        dtype=dtype,
        device=device,
    )
    _look_over(plan)
    refuse_too_large(plan, masks=given["masks"][0] is not None, initial=given["initial"][0] is not None)
    return replace(plan, **checked_arrays(plan, **given))


def _look_over(plan: Plan) -> None:
    """Try networks that are modules, once it is clear that their parameters alone fit."""
    if plan.network is not None:
        refuse_too_large(plan, passes=False)
        for width, seed in {width: seed for width, seed in zip(plan.width, plan.seed, strict=True)}.items():
            plan.network.check(width, seed, plan.task.train_inputs[:COUNTED])


def _plain(task: Task, asked: Mapping[str, Any]) -> dict[str, Any]:
    """All numbers and words, checked one by one, against each other and against the task."""
    asked = {**asked, "samples": task.samples if asked["samples"] is None else asked["samples"]}
    # Without an embedding, its size is not looked at.
    unread = () if task.vocabulary else ("embedding",)
    plain = {name: 0 if name in unread else s.checked(asked[name]) for name, s in SETTINGS.items() if s.plain}
    most, samples, steps = task.samples, plain["samples"], plain["steps"]
    for count in samples if isinstance(samples, list) else [samples]:
        if count > most:
            fail("samples", f"not exceed the {most} training samples of the task", count)
    if plain["start"] >= steps:
        fail("start", f"be below {steps}, the number of steps", plain["start"])
    if plain["resample"] and task.train_weights is not None:
        fail("resample", "be False for a task whose examples have weights", True)
    return plain


def _broadcast(each: dict[str, Any]) -> dict[str, Any]:
    """Repeat scalars to the one length that all sequences share."""
    sequences = {name: value for name, value in each.items() if isinstance(value, list)}
    networks = same_length(**sequences) if sequences else 1
    return {name: tuple(value) if isinstance(value, list) else (value,) * networks for name, value in each.items()}


def _penalty(value: Any) -> Any:
    if value is not None and not callable(value):
        fail("penalty", "be a function of the layers", value)
    return value


def _device(value: Any, dtype: torch.dtype) -> torch.device:
    """Return the device, if this machine has it and it computes in these numbers ("meta" is one that does not)."""
    try:
        device = torch.device(value)
        torch.zeros(1, dtype=dtype, device=device).item()
    except (RuntimeError, AssertionError, TypeError, NotImplementedError, ValueError):
        fail("device", f"name a device of this machine that computes in {str(dtype).removeprefix('torch.')}", value)
    return device
