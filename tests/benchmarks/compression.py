"""Compression, one thread: recombination against NNLS and pyrecombine, and 128,000 points to a tenth."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

import numpy as np
import psutil
from scipy.optimize import nnls

from scalinglab.compression import compress, moment_count, moment_error, polynomial_features, recombine
from tests.benchmarks.compare import compare

MILLION = 10**6
#: Seconds of the paper's own code on another machine [Wang2025] Figure 6, and of the first version of this one.
PAPER, FIRST = (97, 59, 449, 1588, 11508), (0.09, 0.4, 0.8, 2.3, 6.5)
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def run() -> None:
    """Run in a process of its own, in which no library starts more than one thread."""
    environment = os.environ | dict.fromkeys(THREADS, "1")
    subprocess.run([sys.executable, "-m", "tests.benchmarks.compression"], env=environment, check=True)


def main() -> None:
    """Print a line for each promise."""
    to_a_tenth()
    for dimension, order in ((2, 5), (3, 4)):
        against_nnls(dimension, order)
    against_pyrecombine()


def against_nnls(dimension: int, order: int) -> None:
    """Both are given the polynomials of a million points, and both keep their sums to rounding."""
    features = np.ascontiguousarray(polynomial_features(uniform(MILLION, dimension), order))
    columns, sums = features.T, features.sum(0)
    name = f"1,000,000 points, {features.shape[1]} moments, against NNLS"
    ours, theirs = (lambda: recombine(features)), (lambda: nnls(columns, sums))
    print(compare(name, ours, theirs, threads=1, rounds=5), flush=True)


def against_pyrecombine() -> None:
    """Both are given a million points in three dimensions and keep the 84 moments up to order 6."""
    try:
        from pyrecombine import recombine as theirs
    except ImportError:
        print("pyrecombine is not installed: no comparison", flush=True)
        return
    points = uniform(MILLION, 3)
    index, weights = theirs(points, np.arange(MILLION), np.full(MILLION, 1.0), degree=6)
    few, rows = compress(points, 84, 6), recombine(polynomial_features(points, 6))
    for name, ours in (
        ("84 moments, against pyrecombine", lambda: compress(points, 84, 6)),
        ("with a table of features, against it", lambda: recombine(polynomial_features(points, 6))),
    ):
        other = lambda: theirs(points, np.arange(MILLION), np.full(MILLION, 1.0), degree=6)  # noqa: E731
        print(compare(f"1,000,000 points, {name}", ours, other, threads=1, rounds=5), flush=True)
    found = ((few.index, few.weights), rows, (index, weights))
    errors = [f"{moment_error(points, None, points[i], w, 6):.0e}" for i, w in found]
    print(f"{'':<52} errors of the moments: ours {errors[0]}, {errors[1]}, theirs {errors[2]}", flush=True)


def to_a_tenth() -> None:
    """128,000 points to 12,800 at order 5, in one to five dimensions; the paper's Figure 6."""
    for dimension in range(1, 6):
        points, seconds = uniform(128_000, dimension), []
        for _ in range(5):
            began = time.perf_counter()
            compress(points, 12_800, 5)
            seconds.append(time.perf_counter() - began)
        low, median, high = statistics.quantiles(seconds, n=4)
        name = f"128,000 points to a tenth, {moment_count(dimension, 5)} moments"
        other = f"first {FIRST[dimension - 1]} s, the paper {PAPER[dimension - 1]} s"
        print(f"{name:<52} {median:6.2f} s  ({low:.2f} to {high:.2f})  {other}  threads 1", flush=True)
    compress(uniform(MILLION, 3), 5600, 5)
    peak = getattr(psutil.Process().memory_info(), "peak_wset", 0) or _peak()
    print(f"{'peak memory of these, and of 1,000,000 to 5,600':<52} {peak / 1e9:6.2f} GB", flush=True)


def _peak() -> int:
    """Largest resident set of this process, in bytes; only where there is a module that knows."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def uniform(points: int, dimension: int) -> np.ndarray:
    """Points that are uniform in [-1, 1] along each axis."""
    return np.random.default_rng(0).uniform(-1, 1, size=(points, dimension))


if __name__ == "__main__":
    main()
