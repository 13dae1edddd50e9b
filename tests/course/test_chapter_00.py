"""What chapter 00 says in words, measured by its own functions."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.training import digits, finish


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


def test_the_line_bends_where_it_has_fallen_to_the_offset(chapter):
    for exponent, samples in ((0.5, 100), (1.0, 10)):
        at_bend = [row["error"] for row in chapter["power_law"](exponent, 0.1) if row["samples"] == samples]
        assert at_bend == pytest.approx([0.2, 0.1])  # with the offset, and without


def test_an_untrained_network_guesses(chapter):
    # The error of one untrained network has a spread of about 0.04 (its guesses favour some digits); with 100
    # networks the mean is within five standard errors of 0.9.
    assert abs(chapter["untrained"] - 0.9) < 0.02


def test_a_narrow_network_misreads_more_and_width_stops_mattering(chapter, final_error):
    narrow, usual, wide = (chapter["measured_error"](width) / 100 for width in (4, 32, 512))
    assert narrow > 3 * usual
    assert abs(wide - usual) < 0.015
    # From 4 to 32 most is gained; sixteen times as many units gain a little more.
    assert narrow - usual > 10 * (usual - wide) > 0
    # The panel trains the same networks.
    assert final_error()[0] == pytest.approx(usual)


def test_less_data_costs_at_the_end(final_error):
    assert final_error(samples=50)[0] > 3 * final_error()[0]


def test_with_little_data_the_first_steps_are_the_same(chapter):
    values = {control.name: control.value for control in chapter["controls"]}
    much, little = (finish(chapter["training"](**values | {"samples": samples})) for samples in (1200, 50))
    early = [run.test_error[:, run.evaluated == 8].mean() for run in (much, little)]
    assert early[1] == pytest.approx(early[0], rel=0.05)


def test_small_batches_cost_half_the_error_again_and_a_sixteenth_of_the_training(chapter, final_error):
    assert 1.3 < final_error(batch_size=4)[0] / final_error()[0] < 1.7
    values = {control.name: control.value for control in chapter["controls"]}
    usual, small = (chapter["cost"](**values | {"batch_size": size}) for size in (64, 4))
    assert small.testing == usual.testing
    assert 16 * (small.multiply_adds - small.testing) == usual.multiply_adds - usual.testing


def test_step_sizes_help_then_kill_then_diverge(chapter, final_error):
    # The steps that the chapter names: 0.2 and 1 learn, 8 as well though not all equally, 16 leaves all networks near
    # guessing though none diverges, 32 (the preset "too fast") makes most diverge.
    (slow, _), (better, _) = final_error(step_size=0.2), final_error(step_size=1.0)
    dead, none = final_error(step_size=16.0)
    _, most = final_error(step_size=32.0)
    values = {control.name: control.value for control in chapter["controls"]}
    at_8, at_16, at_32 = (finish(chapter["training"](**values | {"step_size": size})) for size in (8.0, 16.0, 32.0))
    assert at_8.test_error[:, -1].max() < 0.3
    assert at_8.test_error[:, -1].max() > 5 * np.median(at_8.test_error[:, -1])
    assert at_16.test_error[:, -1].min() > 0.75
    images = np.asarray(digits().test_inputs)
    for network in range(5):
        (weights, biases), _ = at_16.arrays(network)
        assert np.mean((images @ weights.T + biases).max(axis=0) <= 0) > 0.8  # units that are off for every image
    assert max(at_32.diverged_at) < 10  # so the grey points stand at the left edge
    assert better < slow
    assert dead > 0.5
    assert none == 0
    assert most >= 3
