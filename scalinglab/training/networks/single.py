"""One network as an ordinary module of PyTorch, with the parameters that a run would begin with, or has found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scalinglab._checks import fail
from scalinglab._later import torch
from scalinglab.training.arguments import checked_plan
from scalinglab.training.networks.making import make_stack
from scalinglab.training.tasks.task import Task

if TYPE_CHECKING:
    from torch import nn


def build_network(task: Task, *, arrays: Mapping[str, Any] | None = None, **settings: Any) -> nn.Module:
    """One network that ``train`` would train, as a ``torch.nn.Module`` from (examples, inputs) to outputs.

    Parameters
    ----------
    task : Task
    arrays : mapping, optional
        Its parameters by name, as ``Training.arrays`` gives them; those that ``train`` would begin with if left out.
    **settings
        Keyword arguments of ``train`` with the same defaults, those of one network: ``network``, which must not be
        "perceptron" (for these there is ``forward``), ``width``, ``seed`` and others.

    Raises
    ------
    ValueError
        If ``train`` would raise it, or several networks are asked for.

    Examples
    --------
    >>> from scalinglab.training import digits
    >>> module = build_network(digits(300), network="convolution", width=4)
    >>> [tuple(parameter.shape) for parameter in module.parameters()][:3]
    [(4, 1, 5), (4,), (4, 4, 3)]
    """
    plan = checked_plan(task, **{"steps": 1} | settings, **({} if arrays is None else {"initial": arrays}))
    if plan.network is None:
        fail("network", "be other than perceptron, for which there is forward", "perceptron")
    if plan.networks > 1:
        fail("settings", "be of one network", f"{plan.networks} of them")
    module = plan.network.fresh(plan.width[0], plan.seed[0])
    found = make_stack(plan).take(0)
    assert isinstance(found, dict)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(torch.tensor(found[name]))
    return module
