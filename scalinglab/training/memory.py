"""How much memory a run will ask for, counted before anything is allocated, and refused if it is too much."""

from __future__ import annotations

import math

from scalinglab._errors import TooLargeError
from scalinglab._later import torch
from scalinglab._machine import free_memory
from scalinglab.training.networks.modules import module_stack_size
from scalinglab.training.networks.perceptrons import stack_size
from scalinglab.training.plans import Plan

#: Most columns that an evaluation pushes through the networks at once, and most examples of its training probe.
PROBE = 256
#: Bytes of an index, and of a number of double precision.
LONG = 8
#: Bytes of the Python objects of one network: its generator, its settings.
OBJECTS = 2**14


def slice_lengths(examples: int) -> set[int]:
    """Lengths of the nearly equal slices, of at most 256 each, in which so many examples are evaluated."""
    slices = math.ceil(examples / PROBE)
    return {examples // slices, math.ceil(examples / slices)}


def refuse_too_large(plan: Plan, *, masks: bool = False, initial: bool = False, passes: bool = True) -> None:
    """Raise ``TooLargeError`` if the run would take more than half the free memory; see ``bytes_needed``."""
    needed = bytes_needed(plan, masks=masks or plan.remask is not None, initial=initial, passes=passes)
    free = torch.cuda.mem_get_info(plan.device)[0] if plan.device.type == "cuda" else free_memory()
    if needed > free // 2:
        asked = f"{needed / 1e9:.2g} GB" if needed < 10**18 else "over a billion GB"
        stack = f"{plan.networks} networks" if plan.networks > 1 else "the network"
        raise TooLargeError(
            f"width must let {stack} fit into half the free memory, {free / 2e9:.2g} GB instead of {asked}, "
            f"got {max(plan.width)}"
        )


def bytes_needed(plan: Plan, *, masks: bool = False, initial: bool = False, passes: bool = True) -> int:
    """About the most bytes that a run holds at once, rather too many than too few; what a penalty takes is guessed.

    Parameters
    ----------
    plan : Plan
    masks, initial : bool
        Whether arrays of these will be given, of which copies are kept.
    passes : bool
        Whether what the passes of modules keep is counted, for which one is run.
    """
    networks, size = plan.networks, plan.dtype.itemsize
    # Parameters, gradients, two moments, rates, directions, and three of weighting; a penalty has a graph of its own.
    held = (9 + 2 * (plan.remask is not None) + 6 * (plan.penalty is not None)) * size + masks + LONG * initial
    if plan.network is not None:
        # The gradients that autograd returns are copied from.
        numbers = module_stack_size(plan.network, plan.width) * (held + size)
        columns = _kept(plan) if passes else 0
        return numbers + columns + networks * (_order(plan) + OBJECTS) + _data(plan)
    sizes, batch = plan.sizes(max(plan.width)), max(plan.batch_sizes)
    numbers = stack_size(sizes, networks, plan.table)
    examples = 2 * batch + sum(map(sum, map(slice_lengths, _evaluated(plan))))
    columns = examples * sum(sizes[1:]) + 3 * max(batch, PROBE) * sizes[-1] + _inputs(plan, sizes[0], batch)
    return numbers * held + networks * (columns * size + _order(plan) + OBJECTS) + _data(plan)


def _kept(plan: Plan) -> int:
    """Bytes of the passes of modules: all on the way to the loss is kept for the way back, and then pulled back."""
    assert plan.network is not None
    most = 2 * max(*plan.batch_sizes, *map(max, map(slice_lengths, _evaluated(plan))))
    inputs = max(plan.batch_sizes) + PROBE * (1 + plan.resample)
    size = plan.network.input_dtype.itemsize * plan.task.inputs + plan.dtype.itemsize * plan.task.outputs
    each = {width: plan.network.kept(width) for width in set(plan.width)}
    return sum(most * each[width] + inputs * size for width in plan.width)


def _evaluated(plan: Plan) -> list[int]:
    """Examples of the training probe and of what is held out."""
    task = plan.task
    held_out = [task.test_inputs, task.validation_inputs]
    return [min(max(plan.samples), PROBE), *(len(inputs) for inputs in held_out if inputs is not None)]


def _inputs(plan: Plan, first: int, batch: int) -> int:
    """Numbers of what comes into the first layers of one network: a batch, and a probe that is not shared."""
    embedded = 2 * max(batch, PROBE) * first if plan.table else 0
    return batch * first + embedded + 2 * PROBE * first * plan.resample


def _order(plan: Plan) -> int:
    """Bytes of the order in which a network sees its data, and of the choice of its data."""
    return LONG * (2 + plan.resample) * max(plan.samples)


def _data(plan: Plan) -> int:
    """Bytes of the data, which are copied to the device once for all networks."""
    task = plan.task
    sets = [task.train_inputs, task.test_inputs, task.validation_inputs]
    rows = sum(len(inputs) for inputs in sets if inputs is not None)
    own = 2 * plan.networks * task.samples * task.outputs * LONG if plan.labels is not None else 0
    return rows * (task.inputs * (LONG if plan.table else plan.dtype.itemsize) + task.outputs * LONG) + own
