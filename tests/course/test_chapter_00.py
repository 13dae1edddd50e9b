"""What chapter 00 says in words, measured."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.training import digits, finish, train


@pytest.fixture(scope="module")
def final_error():
    """Mean test error after 400 steps over five seeds, by setting; and how many networks diverged."""

    def measure(**settings):
        run = finish(train(digits(settings.pop("images", 1200)), seed=range(5), steps=400, **settings))
        return float(np.nanmean(run.test_error[:, -1])), int(np.count_nonzero(run.diverged_at >= 0))

    return measure


def test_an_untrained_network_guesses():
    # The error of one untrained network has a spread of about 0.04 (its guesses favour some digits); with 100
    # networks the mean is within five standard errors of 0.9.
    error = finish(train(digits(), width=32, seed=range(100), steps=1)).test_error[:, 0]
    assert abs(error.mean() - 0.9) < 0.02


def test_a_narrow_network_misreads_more_and_width_stops_mattering(final_error):
    narrow, usual, wide = (final_error(width=width)[0] for width in (4, 32, 512))
    assert narrow > 3 * usual
    assert abs(wide - usual) < 0.015


def test_less_data_costs_at_the_end(final_error):
    assert final_error(width=32, images=50)[0] > 3 * final_error(width=32)[0]


def test_small_batches_cost_little(final_error):
    assert final_error(width=32, batch_size=4)[0] < 0.15


def test_step_sizes_help_then_kill_then_diverge(final_error):
    # The steps that the chapter names: 0.2 and 1 learn, 16 leaves most networks guessing though none diverges,
    # 32 (the preset "too fast") makes most diverge.
    (slow, _), (better, _) = final_error(width=32, step_size=0.2), final_error(width=32, step_size=1.0)
    dead, none = final_error(width=32, step_size=16.0)
    _, most = final_error(width=32, step_size=32.0)
    assert better < slow
    assert dead > 0.5
    assert none == 0
    assert most >= 3
