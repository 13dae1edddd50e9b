"""Numbers of an independent implementation, at 400 exact modes; its own error is 2e-6, ours 1e-6, the bar 1e-5."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scalinglab.random_features import (
    final_loss,
    gradient_descent,
    gradient_flow,
    stable_step_size,
)
from tests.random_features.targets import SETTINGS, SPECTRUM

TIMES = [0.1, 1, 10, 100, 1e3, 1e4, 1e6]
FLOW = {
    "test": [2.282717, 1.3230132, 0.6603482, 0.6092486, 0.8503192, 0.8950666, 0.8950667],
    "train": [2.3680444, 1.3441258, 0.5667123, 0.3015601, 0.2494367, 0.2487667, 0.2487667],
    "ensemble": [2.2819902, 1.2957962, 0.5454161, 0.3218949, 0.2793606, 0.277602, 0.277602],
    "bagging": [2.2824187, 1.3122694, 0.6068199, 0.4187136, 0.3976181, 0.3975334, 0.3975334],
    "bias": [2.2817357, 1.2869093, 0.5138087, 0.2659401, 0.2103673, 0.2078051, 0.2078051],
}


@pytest.mark.parametrize("part", FLOW)
def test_gradient_flow(part):
    curve = gradient_flow(SPECTRUM, TIMES, cross_terms=True, **SETTINGS)
    np.testing.assert_allclose(getattr(curve, part), FLOW[part], rtol=1e-5)


def test_before_training_and_after():
    curve = gradient_flow(SPECTRUM, [0, math.inf], **SETTINGS)
    assert curve.test[0] == pytest.approx(2.512437809623024, rel=1e-12)
    assert curve.train[0] == pytest.approx(2.612437809623024, rel=1e-12)
    assert curve.test[1] == pytest.approx(0.8950667120308045, rel=1e-10)
    assert final_loss(SPECTRUM, ridge=0.01, **SETTINGS) == pytest.approx(0.5801892508520785, rel=1e-10)
    assert final_loss(SPECTRUM, width=60, samples=math.inf) == pytest.approx(0.3975333560154023, rel=1e-10)


def test_the_edge_of_the_spectrum_bounds_the_step_size():
    bound = stable_step_size(SPECTRUM, width=60, samples=120)
    assert 2 / bound == pytest.approx(1.4314050434314003, rel=1e-6)
    heavy = stable_step_size(SPECTRUM, width=60, samples=120, momentum=0.9, ridge=0.1)
    assert heavy == pytest.approx(3.8 / (2 / bound + 0.1))


def test_gradient_descent():
    curve = gradient_descent(SPECTRUM, [0, 1, 2, 10, 100, 1000, 10**5], step_size=0.8, **SETTINGS)
    found = [2.512438, 1.260458, 1.042053, 0.685577, 0.596231, 0.83051, 0.895067]
    np.testing.assert_allclose(curve.test, found, rtol=1e-5)


def test_heavy_ball():
    curve = gradient_descent(SPECTRUM, [0, 1, 2, 10, 100, 1000], step_size=0.4, momentum=0.9, **SETTINGS)
    np.testing.assert_allclose(curve.test, [2.512438, 1.695371, 1.141287, 0.892198, 0.760673, 0.894756], rtol=1e-5)
