"""From a plan to its stack of networks, and to what runs it forward and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from scalinglab._checks import fail
from scalinglab._later import torch
from scalinglab.training.losses import LOSSES
from scalinglab.training.networks.attention import Attention
from scalinglab.training.networks.convolutions import Convolutions
from scalinglab.training.networks.families import BuiltIn, Family
from scalinglab.training.networks.modules import ModulePasses, ModuleStack
from scalinglab.training.networks.own import Own
from scalinglab.training.networks.passes import Passes
from scalinglab.training.networks.perceptrons import ACTIVATIONS, Stack, draw
from scalinglab.training.plans import Plan
from scalinglab.training.settings import DEFAULTS
from scalinglab.training.tasks.task import Task

#: Both have the same methods; what is put into one is what was taken from its like.
AnyStack = Stack | ModuleStack
#: Families by the word that asks for them.
BUILT_IN: dict[str, type[BuiltIn]] = {"convolution": Convolutions, "attention": Attention}


def make_family(task: Task, asked: Mapping[str, Any], dtype: torch.dtype, device: torch.device) -> Family | None:
    """The family of the networks that are asked for, or ``None`` for perceptrons.

    Raises
    ------
    ValueError
        If something is asked for that such a network does not have.
    """
    network = asked["network"]
    if network == "perceptron":
        return None
    given = (task.inputs, task.outputs, task.vocabulary, dtype, device)
    kind = BUILT_IN[network] if isinstance(network, str) else Own
    lacks = {**dict.fromkeys(("scaling", "masses"), "as only perceptrons have masses"), **kind.lacks}
    for name, why in lacks.items():
        # Where there are no codes, the size of an embedding is not looked at.
        if asked[name] != DEFAULTS[name] and (name != "embedding" or task.vocabulary):
            fail(name, f"be {DEFAULTS[name]!r}, the default, for {kind.name}, {why}", asked[name])
    if not isinstance(network, str):
        return Own(network, *given)
    return BUILT_IN[network](*given, **{name: asked[name] for name in ("activation", "depth", "embedding")})


def make_stack(plan: Plan) -> AnyStack:
    """The networks before training: as they were given, or drawn each from its seed."""
    stack: Any = _empty_stack(plan)
    keys = list(zip(plan.width, plan.seed, strict=True))
    drawn = {key: _drawn(plan, *key) for key in set(keys)} if plan.initial is None else {}
    for network, key in enumerate(keys):
        stack.put(network, plan.initial[network] if plan.initial is not None else drawn[key])
    return stack


def make_passes(plan: Plan, stack: Any, lengths: Collection[int], *, back: bool = True) -> Any:
    """What runs a stack on so many examples at once, one of some lengths; without a way back for evaluations."""
    if plan.network is not None:
        return ModulePasses(plan.network, LOSSES[plan.task.loss])
    return Passes(stack, ACTIVATIONS[plan.activation], LOSSES[plan.task.loss], lengths, back=back)


def _empty_stack(plan: Plan) -> AnyStack:
    if plan.network is not None:
        return ModuleStack(plan.network, plan.width)
    sizes = plan.sizes(max(plan.width))
    return Stack(sizes, plan.networks, plan.dtype, plan.device, table=plan.table, widths=plan.width)


def _drawn(plan: Plan, width: int, seed: int) -> Any:
    if plan.network is not None:
        return plan.network.draw(width, seed)
    return draw(plan.sizes(width), seed, plan.activation, plan.scaling, plan.table)
