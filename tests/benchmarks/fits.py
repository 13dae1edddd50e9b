"""Fits, one thread: ``fit_compute`` against the usual grid of L-BFGS-B starts, and what a bootstrap costs.

The usual grid, of [Hoffmann2022], has 4,500 starts. Run in full it takes most of a minute, so each round draws some of
its starts at random, and the time is scaled to all of them (a start takes as long as any other, on average).
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from scalinglab.scaling_laws import SyntheticRuns, fit_compute, fit_joint, synthetic_compute

Array = NDArray[np.float64]
#: [Hoffmann2022], appendix D.3: logarithms of A and B, logarithm of E, alpha and beta.
STARTS = np.array(
    list(
        itertools.product(
            np.arange(0, 30, 5.0), np.arange(0, 30, 5.0), np.arange(-1, 1.5, 0.5), *[np.arange(0, 2.5, 0.5)] * 2
        )
    )
)
DRAWN, ROUNDS, DELTA = 150, 7, 1e-3


def objective(values: Array, runs: SyntheticRuns) -> tuple[float, Array]:
    """The sum of Huber's loss (times 1,000, so that tolerances do not stop it early), and its slope."""
    logs = np.log(runs.parameters), np.log(runs.tokens)
    first, second, floor, alpha, beta = values
    terms = np.stack([first - alpha * logs[0], second - beta * logs[1], np.full_like(logs[0], floor)])
    total = np.logaddexp.reduce(terms)
    left = total - np.log(runs.loss)
    size, pull, shares = np.abs(left), np.clip(left, -DELTA, DELTA), np.exp(terms - total)
    loss = np.where(size <= DELTA, size**2 / 2, DELTA * (size - DELTA / 2)).sum()
    slopes = [
        pull * shares[0],
        pull * shares[1],
        pull * shares[2],
        -pull * shares[0] * logs[0],
        -pull * shares[1] * logs[1],
    ]
    return 1e3 * float(loss), 1e3 * np.array([slope.sum() for slope in slopes])


def run() -> None:
    """Print a line for each promise."""
    runs = synthetic_compute(outliers=5)
    grid(runs)
    for name, fit in (
        (
            "fit_compute, 240 runs, 400 refits",
            lambda: fit_compute(runs.parameters, runs.tokens, runs.loss, bootstrap=400),
        ),
        ("fit_joint, 42 points", lambda: fit_joint(*_grid(), chance=0.9)),
        ("fit_joint, 42 points, 400 refits", lambda: fit_joint(*_grid(), chance=0.9, bootstrap=400)),
    ):
        fit()
        low, median, high = statistics.quantiles([_time(fit) for _ in range(15)], n=4)
        print(f"{name:<52} {median * 1e3:6.0f} ms  ({low * 1e3:.0f} to {high * 1e3:.0f})", flush=True)


def grid(runs: SyntheticRuns) -> None:
    """The ratio, paired by round, and whether both found the same optimum."""
    generator, ratios, ours, theirs, best, reached = np.random.default_rng(0), [], [], [], np.inf, []
    law = fit_compute(runs.parameters, runs.tokens, runs.loss)
    for _ in range(ROUNDS):
        starts = STARTS[generator.choice(len(STARTS), DRAWN, replace=False)]
        ours.append(_time(lambda: fit_compute(runs.parameters, runs.tokens, runs.loss)))
        began = time.perf_counter()
        found = [minimize(objective, start, args=(runs,), jac=True, method="L-BFGS-B").fun / 1e3 for start in starts]
        theirs.append((time.perf_counter() - began) * len(STARTS) / DRAWN)
        ratios.append(theirs[-1] / ours[-1])
        best = min(best, *found)
        reached += [cost <= 1.0001 * law.cost for cost in found]
    low, median, high = statistics.quantiles(ratios, n=4)
    name = f"fit_compute and 4,500 starts (scaled from {DRAWN} a round)"
    print(
        f"{name:<52} {median:6.0f}x  ({low:.0f} to {high:.0f})"
        f"  ours {statistics.median(ours) * 1e3:.1f} ms  theirs {statistics.median(theirs):.1f} s  threads 1\n"
        f"{'':<52} objective: ours {law.cost:.9f}, theirs {best:.9f}; "
        f"starts that reach it: ours {law.reached:.0%}, theirs {statistics.mean(reached):.0%}",
        flush=True,
    )


def _grid() -> tuple[Array, Array, Array]:
    data, model = (size.ravel() for size in np.meshgrid(50_000 / 2.0 ** np.arange(6), 1e6 / 4.0 ** np.arange(7)))
    bare = 0.045 * (data / 50_000) ** -0.66 + 0.0027 * (model / 1e6) ** -0.53 + 0.02
    noise = 1 + 0.03 * np.random.default_rng(0).standard_normal(len(data))
    return data, model, bare / np.hypot(1, bare / 0.9) * noise


def _time(contestant: Callable[[], object]) -> float:
    began = time.perf_counter()
    contestant()
    return time.perf_counter() - began
