"""The zoo of pruning, one thread: 8 methods, 4 densities, 5 seeds in CPU seconds; a stack against one by one."""

from __future__ import annotations

import time

import torch

from scalinglab.pruning import compare_methods, prune_at_start
from scalinglab.training import digits, finish, train
from tests.benchmarks.compare import compare

METHODS = ["random", "erk", "magnitude", "snip", "grasp", "synflow", "after, lamp", "iterative"]
DENSITIES = [0.5, 0.2, 0.1, 0.05]
SETTINGS = {"width": 64, "depth": 2, "optimizer": "adam", "step_size": 0.003, "steps": 300}


def run() -> None:
    """Print a line for each promise."""
    torch.set_num_threads(1)
    began, seconds = time.process_time(), time.perf_counter()
    *_, last = compare_methods(digits(), methods=METHODS, densities=DENSITIES, seed=range(5), **SETTINGS)
    name = "64-64-64-10: 8 methods, 4 densities, 5 seeds (bar 10 s)"
    used = time.process_time() - began
    print(f"{name:<52} {used:6.1f} CPU s  ({time.perf_counter() - seconds:.1f} s in all)", flush=True)
    print(f"{'':<52} {last.caption}", flush=True)
    task, seeds = digits(), range(20)
    first = next(train(task, seed=seeds, **SETTINGS))
    masks = [prune_at_start(first.arrays(seed), 0.1, "erk", seed=seed) for seed in seeds]
    settings = SETTINGS | {"steps": 50, "evaluations": 2}

    def stacked() -> object:
        return finish(train(task, seed=seeds, masks=masks, **settings))

    def alone() -> object:
        return [finish(train(task, seed=seed, masks=masks[seed], **settings)) for seed in seeds]

    print(compare("20 masks in one stack, and one by one", stacked, alone, threads=1, rounds=5))
