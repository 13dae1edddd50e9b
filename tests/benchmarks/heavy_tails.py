"""Heavy tails, one thread: chains of the recursion, the power-law fit against the package ``powerlaw``, estimators."""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np

from scalinglab.heavy_tails import recursion_tail_index, simulate_recursion, stable, tail_index
from tests.benchmarks.compare import compare

ROUNDS = 7


def run() -> None:
    """Print a line for each promise."""
    sample, many = stable(1.5, 10_000, 3), stable(1.5, 100_000, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import powerlaw

        def theirs() -> float:
            # By default it refuses exponents above 3; its exponent is of the density.
            fit = powerlaw.Fit(np.abs(sample), verbose=0, parameter_ranges={"alpha": (1.0, 30.0)})
            return float(fit.power_law.alpha - 1)

        def ours() -> float:
            return tail_index(sample, method="power_law").alpha

        print(compare("power-law fit of 10,000 points, and powerlaw", ours, theirs, threads=1, rounds=ROUNDS))
        print(f"{'':<52} exponents: ours {ours():.4f}, theirs {theirs():.4f}", flush=True)

    def chains(batch: int, dimension: int, method: str = "radial") -> Callable[[], object]:
        return lambda: simulate_recursion(0.5, batch, dimension, chains=10_000, steps=1000, method=method)

    for batch, dimension in ((2, 2), (5, 10)):
        name = f"10,000 chains of 1,000 steps, B = {batch}, d = {dimension}"
        _seconds(f"{name}, norms", chains(batch, dimension))
    print(compare("the same by norms, and by vectors", chains(5, 10), chains(5, 10, "vectors"), threads=1, rounds=3))
    _seconds("characteristic function, 100,000 points", lambda: tail_index(many, method="characteristic"))
    # The step differs from call to call, so that nothing is kept from the last.
    steps = iter(np.linspace(0.5, 0.9, 1000))
    _seconds("tail index of the recursion, B = d = 2", lambda: recursion_tail_index(float(next(steps)), 2, 2))


def _seconds(name: str, call: Callable[[], object]) -> None:
    call()
    low, median, high = statistics.quantiles([_time(call) for _ in range(ROUNDS)], n=4)
    print(f"{name:<52} {median * 1e3:6.1f} ms  ({low * 1e3:.1f} to {high * 1e3:.1f})", flush=True)


def _time(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
