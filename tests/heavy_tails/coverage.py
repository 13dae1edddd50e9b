"""How often the intervals of "power_law" hold the exponent: ``python -m tests.heavy_tails.coverage [samples]``.

A few minutes, outside of CI. Beside each, the interval that the length of the chosen tail alone would give.
"""

from __future__ import annotations

import math
import sys

import numpy as np

from scalinglab.heavy_tails import stable, tail_index

SIZES = (300, 1000, 10_000)
LAWS = ("student 1.5", "student 3", "student 5", "pareto 1.5", "pareto 3", "stable 1.2", "stable 1.5")


def draw(law: str, seed: int, n: int) -> np.ndarray:
    """A sample of a law named as above."""
    name, _, index = law.partition(" ")
    random = np.random.default_rng(seed)
    if name == "stable":
        return stable(float(index), n, seed)
    return random.standard_t(float(index), n) if name == "student" else random.pareto(float(index), n) + 1


def run(samples: int) -> None:
    """Print the table."""
    print(f"{'law':<12}{'n':>7}{'tail':>7}{'mean':>7}{'covered':>9}{'width':>7}{'by length alone':>17}")
    for law in LAWS:
        truth = float(law.split()[1])
        for n in SIZES:
            found = [tail_index(draw(law, seed, n), method="power_law") for seed in range(samples)]
            covered = np.mean([each.interval[0] < truth < each.interval[1] for each in found])
            alone = np.mean([abs(1 - truth / each.alpha) < 1.96 / math.sqrt(each.used) for each in found])
            width = np.median([(each.interval[1] - each.interval[0]) / each.alpha for each in found])
            used, mean = np.median([each.used for each in found]), np.mean([each.alpha for each in found])
            print(f"{law:<12}{n:>7}{used:>7.0f}{mean:>7.2f}{covered:>9.2f}{width:>7.2f}{alone:>17.2f}", flush=True)


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
