"""The solvable model, one thread: gradient flow against the theory in the time domain, and what else a panel asks.

The time-domain solution of 200 steps takes most of a minute, so there are three rounds of it.
"""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from scalinglab.random_features import (
    compute_optimal_frontier,
    gradient_descent,
    gradient_flow,
    one_pass_sgd,
    power_law,
)
from tests.benchmarks.compare import compare
from tests.random_features.time_domain import descend

LAW = power_law(1.5, 1.25, 10**6)
SIZES = {"width": 200, "samples": 1000, "noise": 0.1}
TIMES = np.geomspace(1e-2, 1e4, 200)
STEPS = np.unique(np.geomspace(1, 1e5, 200).round())
MODES = np.arange(1, 40.0)


def flow() -> None:
    """200 points over six decades, test and training loss."""
    gradient_flow(LAW, TIMES, **SIZES)


def oracle() -> None:
    """200 steps, 39 modes."""
    settings = {"step_size": 0.5, "width": 30, "samples": 60, "noise": 0.1}
    descend(MODES**-1.25, MODES**-1.5, 200, **settings)


#: What a panel asks for, each beside a curve of gradient flow.
ASKED = {
    "gradient descent to 1e5 steps (bar 30 ms)": lambda: gradient_descent(LAW, STEPS, step_size=0.5, **SIZES),
    "heavy ball .9 to 1e5 steps (bar 50 ms)": lambda: gradient_descent(
        LAW, STEPS, step_size=0.5, momentum=0.9, **SIZES
    ),
    "frontier, 9 budgets, 24 widths (bar 300 ms)": lambda: compute_optimal_frontier(
        LAW, np.geomspace(1e5, 1e9, 9), np.unique(np.geomspace(10, 1e5, 24).round())
    ),
    "one-pass SGD to 1e5 steps": lambda: one_pass_sgd(LAW, STEPS, step_size=0.3, batch_size=8, width=200, noise=0.1),
    "flow of 1e13 modes": lambda: gradient_flow(power_law(1.5, 1.25, 10**13), TIMES, **SIZES),
}


def run() -> None:
    """Print the table; "theirs" is the time-domain solution first, and then the curve of gradient flow."""
    with threadpool_limits(1):
        print(compare("flow (bar 15 ms, 1000x) and the time domain", flow, oracle, threads=1, rounds=3), flush=True)
        for name, ask in ASKED.items():
            print(compare(name, ask, flow, threads=1), flush=True)
