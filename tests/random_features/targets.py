"""The settings that most tests share: 400 modes, a = 1.5, b = 1.25, 60 features, 120 samples, noise 0.1."""

from __future__ import annotations

from scalinglab.random_features import power_law

SPECTRUM = power_law(1.5, 1.25, 400)
SETTINGS = {"width": 60, "samples": 120, "noise": 0.1}
