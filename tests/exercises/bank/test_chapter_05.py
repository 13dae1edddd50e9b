"""Chapter 05's exercises: no ridge of the package does better than the best one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scalinglab import random_features as rf
from scalinglab.exercises.bank import find


def test_no_ridge_of_the_package_does_better_than_the_best_ridge():
    law, samples, noise = rf.power_law(1.5, 1.2, 12), 8, 0.4
    values, parts = law.eigenvalues.tolist(), law.target_power.tolist()
    best = find("05-ridge").oracle(samples, values, parts, noise)
    sizes = {"width": math.inf, "samples": samples, "noise": noise}
    losses = [rf.final_loss(law, ridge=ridge, **sizes) + noise for ridge in np.geomspace(1e-4, 10, 400)]
    assert min(losses) == pytest.approx(best, rel=1e-4)
    assert min(losses) > best * (1 - 1e-9)
