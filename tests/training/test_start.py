"""A run that begins in the middle goes on as one that began at the start."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from scalinglab.training import budget, digits, finish, train

SETTINGS = {"width": 8, "seed": range(3), "steps": 60, "batch_size": 32, "dtype": "float64"}


@pytest.mark.parametrize("samples", [100, 32, 20])
@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_stopping_and_going_on_is_going_on(samples, schedule):
    settings = SETTINGS | {"samples": samples, "schedule": schedule}
    whole = train(digits(100), **settings)
    middle = next(itertools.islice(whole, 25, None))
    half = [middle.arrays(network) for network in range(3)]
    resumed = finish(train(digits(100), initial=half, start=25, **settings))
    ended = finish(whole)
    for network in range(3):
        for one, other in zip(resumed.arrays(network), ended.arrays(network), strict=True):
            np.testing.assert_allclose(one[0], other[0], rtol=0, atol=1e-13)
            np.testing.assert_allclose(one[1], other[1], rtol=0, atol=1e-13)


def test_a_run_counts_from_its_start():
    states = list(train(digits(100), start=40, evaluations=6, **SETTINGS))
    assert [state.step for state in states] == list(range(40, 61))
    assert states[-1].evaluated[0] == 40
    assert states[-1].evaluated[-1] == 60
    assert len(states[-1].evaluated) <= 6


def test_the_budget_counts_what_is_left():
    whole, rest = budget(digits(100), **SETTINGS), budget(digits(100), start=40, **SETTINGS)
    assert (whole.steps, rest.steps) == (60, 20)
    evaluations = len(next(train(digits(100), start=40, **SETTINGS))._record.plan.evaluated)
    few = budget(digits(100), **(SETTINGS | {"steps": 20}))
    assert evaluations == 21
    assert rest.multiply_adds == few.multiply_adds


@pytest.mark.parametrize(("start", "sentence"), [(60, "start must be below 60, the number of steps, got 60")])
def test_a_start_at_the_end_is_refused(start, sentence):
    with pytest.raises(ValueError, match=sentence):
        train(digits(100), start=start, **SETTINGS)


@pytest.mark.parametrize("start", [-1, 0.5, True, None])
def test_a_start_is_a_whole_number(start):
    with pytest.raises(ValueError, match=r"^start must"):
        train(digits(100), start=start, **SETTINGS)
