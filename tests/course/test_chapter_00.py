"""What chapter 00 says in words, measured by its own functions."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.training import finish


@pytest.fixture(scope="module")
def final_error(chapter):
    """Mean test error at the end of the live panel's run, by what is moved in it; and how many networks diverged."""

    def measure(**moved):
        values = {control.name: control.value for control in chapter["controls"]} | moved
        run = finish(chapter["training"](**values))
        assert run.step == chapter["STEPS"] == 400
        return float(np.nanmean(run.test_error[:, -1])), int(np.count_nonzero(run.diverged_at >= 0))

    return measure


def test_the_law_is_straight_on_logarithmic_axes_and_the_offset_is_what_is_left(chapter):
    rows = chapter["power_law"](0.7, 0.03)
    straight, bent = ([row for row in rows if row["law"] == name] for name in ("without", "with the offset"))
    samples, errors = ([row[name] for row in straight] for name in ("samples", "error"))
    np.testing.assert_allclose(np.diff(np.log(errors)) / np.diff(np.log(samples)), -0.7)
    assert (samples[0], samples[-1]) == pytest.approx((10, 1e5))
    np.testing.assert_allclose([row["error"] for row in bent], np.add(errors, 0.03))


def test_an_untrained_network_guesses(chapter):
    # The error of one untrained network has a spread of about 0.04 (its guesses favour some digits); with 100
    # networks the mean is within five standard errors of 0.9.
    assert abs(chapter["untrained"] - 0.9) < 0.02


def test_a_narrow_network_misreads_more_and_width_stops_mattering(chapter, final_error):
    narrow, usual, wide = (chapter["measured_error"](width) / 100 for width in (4, 32, 512))
    assert narrow > 3 * usual
    assert abs(wide - usual) < 0.015
    # The panel trains the same networks.
    assert final_error()[0] == pytest.approx(usual)


def test_less_data_costs_at_the_end(final_error):
    assert final_error(samples=50)[0] > 3 * final_error()[0]


def test_small_batches_cost_little(final_error):
    assert final_error(batch_size=4)[0] < 0.15


def test_step_sizes_help_then_kill_then_diverge(final_error):
    # The steps that the chapter names: 0.2 and 1 learn, 16 leaves most networks guessing though none diverges,
    # 32 (the preset "too fast") makes most diverge.
    (slow, _), (better, _) = final_error(step_size=0.2), final_error(step_size=1.0)
    dead, none = final_error(step_size=16.0)
    _, most = final_error(step_size=32.0)
    assert better < slow
    assert dead > 0.5
    assert none == 0
    assert most >= 3
