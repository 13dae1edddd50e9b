"""What chapter 04 says in words, measured."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest

import scalinglab.approximation as limit
from scalinglab.approximation.networks import band_task, periodic_task
from scalinglab.tables import grid_of, table


@pytest.fixture
def race(chapter):
    return chapter["race"](256)


@pytest.fixture
def median(chapter, monkeypatch):
    """The median error of a learner with so many samples, as the panel of learners finds it."""

    def of(samples, target="band limit 10", learner="nyquist", band=10, noise=0):
        monkeypatch.setitem(chapter.names, "COUNTS", (samples,))
        rows = chapter["learned"](target, band, noise)
        (found,) = [row["median"] for row in rows if (row["learner"], row["samples"]) == (learner, samples)]
        return found

    return of


def test_five_starts_of_the_second_order_learner_reach_the_limit_where_adam_stays_far_above(race):
    assert race.limit < 1e-20
    assert race.reached.min() > 1e-3


def test_five_times_the_steps_bring_adam_nearer_and_not_to_the_limit(chapter, race):
    reached = chapter["race"](256, 8000).reached
    assert reached.min() < race.reached.min() / 10
    assert 2e-5 < reached.min() < 5e-4
    assert reached.min() > 1e20 * race.limit


def test_the_second_chart_shows_adam_alone_and_all_of_it(chapter):
    (panel,) = [panel for panel in chapter.panels if panel.name == "adam-and-second-order"]
    rows = chapter.drawn("adam-and-second-order")
    adam = np.array([row["test_error"] for row in rows if row["learner"] == "adam"])
    assert {row["learner"] for row in rows} == {"adam", "second order"}
    whole, nearer = (domain(panel._specs[place]) for place in (0, 1))
    # Adam has a third of the height there, or more; in the whole chart it has less than a sixth.
    share = np.log10(adam.max() / adam.min())
    assert share > np.log10(nearer[1] / nearer[0]) / 3
    assert share < np.log10(whole[1] / whole[0]) / 6
    assert nearer[0] < adam.min() < adam.max() < nearer[1]
    assert nearer[0] < chapter["race"](256, 8000).reached.min()


def domain(spec):
    """The ends of a chart's vertical axis."""
    return spec["layer"][0]["encoding"]["y"]["scale"]["domain"]


def test_three_samples_determine_the_example_and_two_do_not():
    places = np.array([0, 1 / 4, 1 / 2])
    waves = np.column_stack([np.ones(3), np.cos(2 * np.pi * places), np.sin(2 * np.pi * places)])
    np.testing.assert_allclose(np.linalg.solve(waves, [3, 1, -1]), [1, 2, 0], atol=1e-12)
    assert np.linalg.matrix_rank(waves[:2]) == 2


def test_what_is_left_of_the_error_of_adam_is_optimisation(race):
    split = race.split()
    assert split.capacity.max() == 0
    assert split.finite_data.max() < 1e-20
    np.testing.assert_allclose(split.optimisation, split.total, rtol=1e-6)


def test_below_the_count_of_unknowns_the_limit_is_not_reached(chapter):
    assert chapter["race"](60, steps=100).limit > 1e-6


def test_near_the_teacher_the_error_falls_at_one_sample_for_each_of_81_unknowns(chapter):
    found = {row["samples"]: row for row in chapter.drawn("the-count-of-unknowns")}
    assert {round(samples / row["per_unknown"]) for samples, row in found.items()} == {81}
    assert found[75]["median"] > 1e10 * found[82]["median"]


def test_the_nyquist_learner_falls_off_a_cliff_at_21_samples(chapter):
    before, after = chapter["cliff"]
    assert 0.01 < before < 0.06
    assert after < 1e-20
    assert chapter["powers_fallen"]() == pytest.approx(np.log10(before / after))


def test_the_expected_median_is_that_of_the_share_along_the_one_unseen_direction(chapter):
    (row,) = [row for row in chapter.table("Tie-out") if row["claim"].startswith("median error at 20 samples")]
    assert row["measured"] == chapter["cliff"][0]
    # By simulation: the share of a normal vector along an axis. Medians of 50,000 err by 0.0003.
    drawn = np.random.default_rng(0).standard_normal((50_000, 21)) ** 2
    shares = drawn[:, 0] / drawn.sum(1)
    assert row["expected"] == pytest.approx(0.0231, abs=5e-5)
    assert np.median(shares) == pytest.approx(row["expected"], abs=0.001)
    assert shares.mean() == pytest.approx(1 / 21, abs=0.001)
    # The errors of 200 targets are drawn from this law, and their median errs by more than 0.01 in 1 % of such sets.
    errors = limit.learning_curve(limit.band_limited(10), [20]).errors[0]
    assert kstest(errors, shares).pvalue > 0.01
    medians = np.median(np.random.default_rng(1).choice(shares, (2000, 200)), axis=1)
    assert np.quantile(abs(medians - row["expected"]), 0.98) < 0.01


def test_too_narrow_a_band_never_gets_there_and_too_wide_a_one_moves_the_cliff(median):
    assert median(256, band=6) > 0.1
    assert median(40, band=20) > 1e-4
    assert median(42, band=20) < 1e-15


def test_noise_costs_orders_of_magnitude_at_the_threshold_and_then_falls_with_the_samples(median):
    assert median(21, noise=0.1) > 100
    assert median(256, noise=0.1) == pytest.approx(0.1**2 * 21 / 256, rel=0.3)


def test_without_a_band_a_fixed_one_stalls_and_a_chosen_one_goes_on(median):
    fixed = [median(samples, "power law") for samples in (128, 256)]
    chosen = [median(samples, "power law", "chosen band") for samples in (64, 256)]
    assert fixed[1] > fixed[0] / 1.5
    assert fixed[1] == pytest.approx(0.006, abs=5e-4)
    assert chosen[1] < chosen[0] / 10
    assert chosen[1] > 1e-6


def test_the_second_chart_of_the_learners_shows_the_power_law_and_the_first_one_all(chapter, median):
    (panel,) = [panel for panel in chapter.panels if panel.name == "the-nyquist-learner"]
    whole, upper = (domain(panel._specs[place]) for place in (0, 1))
    rows = chapter["learned"]("power law", 10, 0)
    shown = [row["median"] for row in rows if row["samples"] >= 64]
    assert upper[0] < min(shown) < max(shown) < upper[1]
    # What is told apart there is much less than a tenth of the height of the first chart.
    assert np.log10(max(shown) / min(shown)) < np.log10(whole[1] / whole[0]) / 20
    opened = [row["median"] for row in chapter.drawn("the-nyquist-learner")]
    assert whole[0] < min(opened) < median(21, noise=0.1) < whole[1]


def test_it_opens_with_a_cliff_that_the_other_learners_do_not_have_or_pay_more_for(chapter):
    found = {(row["learner"], row["samples"]): row["median"] for row in chapter.drawn("the-nyquist-learner")}
    assert found["nyquist", 21] < 1e-15 < found["nyquist", 20]
    assert found["chosen band", 21] > 1e-3
    assert found["chosen band", 42] < 1e-15
    assert found["nearest", 256] > 1e-4
    # In the plane, at the same band and samples, the learner that assumes nothing does much worse.
    circle = limit.learning_curve(limit.band_limited(3), [128], learner="nearest").median[0]
    plane = {row["samples"]: row["median"] for row in chapter.drawn("the-plane") if row["learner"] == "nearest"}
    assert plane[max(plane)] > 5 * circle


def test_in_the_plane_the_count_is_the_square(chapter):
    found = {row["samples"]: row["median"] for row in chapter["plane"](3) if row["learner"] == "nyquist"}
    assert found[48] > 1e-4
    assert found[49] < 1e-15


def test_the_penalty_helps_with_three_samples_for_each_unknown_and_not_with_one(chapter):
    shown = chapter.table("Median test error of networks with a penalty")
    found = {(row["samples"], row["strength"]): row["median error"] for row in shown}
    assert list(found) == [(samples, strength) for samples in (12, 32) for strength in (0, 1, 100)]
    assert found[32, 100] < found[32, 0] / 10
    assert found[12, 100] > found[12, 0] / 3
    # Two targets: a median is a mean.
    errors = {(row["samples"], row["strength"]): row["error"] for row in table("band_penalty")[:3]}
    assert errors[12, 1] + table("band_penalty")[4]["error"] == pytest.approx(2 * found[12, 1])


def test_who_trains_the_networks_again_trains_those_of_the_table(chapter, monkeypatch):
    asked = []
    monkeypatch.setattr(limit, "train_with_penalty", lambda *given, **settings: asked.append((*given, settings)))
    for samples in (12, 32):
        chapter["told"](samples)
        target, drawn, settings = asked.pop()
        grid = [one for one in grid_of("band_penalty") if one["task"]["samples"] == samples]
        assert len(grid) == len(target) == 2
        for function, one in enumerate(grid):
            task = periodic_task(target, drawn, function)
            same = band_task(**one["task"])
            for part in ("train_inputs", "train_labels", "test_labels"):
                np.testing.assert_array_equal(getattr(task, part), getattr(same, part))
            assert settings | {"strength": list(settings["strength"])} == {
                name: one[name] for name in ("strength", "steps")
            }


def test_the_parts_of_an_error_sum_to_it_and_stopping_early_can_beat_the_best_fit(chapter):
    target = chapter["SOURCES"]
    split = limit.split_band(target, limit.sample(target, 60), 8, steps=6)
    np.testing.assert_allclose(split.capacity + split.finite_data + split.optimisation, split.total, atol=1e-12)
    found = {row["part"]: row["error"] for row in chapter["parts"](8, 60) if row["step"] == 6}
    assert found["optimisation"] == pytest.approx(split.optimisation.mean())
    assert found["optimisation"] < 0
    assert found["capacity"] + found["finite data"] + found["optimisation"] == pytest.approx(found["total"])
