"""What chapter 06 says in words, measured; its exponents are tested with the package."""

from __future__ import annotations

import numpy as np
import pytest

import scalinglab.random_features as rf


@pytest.mark.parametrize(("a", "factor"), [(1.5, 2.8), (3.0, 3.8)])
def test_ten_times_the_budget(chapter, a, factor):
    assert 10 ** chapter["frontier"](a, 1.25).exponents().width == pytest.approx(factor, abs=0.1)
    assert 10 ** chapter["exponents_of"](3, 1.25)["published"].width == pytest.approx(2.8, abs=0.05)


def test_the_panels_frontier_is_found_over_the_sliders_range(chapter):
    for a, b in ((1.2, 1.0), (1.2, 2.0), (4, 1.0), (4, 2.0), (2, 1.0)):
        found = chapter["frontier"](a, b)
        assert found.interior.sum() > 10
        assert found.loss.min() > 1e-6


def test_the_lines_of_both_laws_go_through_the_middle_dot_with_the_laws_slopes(chapter):
    found, laws = chapter["compute"](3.0, 1.25), chapter["exponents_of"](3.0, 1.25)
    budgets, middle = np.log(found["laws"]["budget"]), len(chapter["BUDGETS"]) // 2
    for name, law in laws.items():
        line = np.log(found["laws"][name])
        np.testing.assert_allclose(np.diff(line) / np.diff(budgets), -law.loss)
        assert line[middle] == pytest.approx(np.log(found["best"].loss[middle]))


def test_the_fitted_exponents_follow_the_corrected_law_and_on_easy_tasks_not_the_published_one(chapter):
    for row in chapter["fits"]:
        easy = row["a"] - 1 > row["b"]
        assert abs(row["loss"] - row["corrected"]) < 0.04
        assert (abs(row["loss"] - row["published"]) > 0.05) == easy


def test_in_phase_three_noise_of_fixed_batches_makes_width_and_time_grow_alike(chapter):
    flow, early, late = chapter["third_phase"]
    assert flow["width"] == pytest.approx(flow["law of width"], abs=0.01)
    assert flow["width"] > flow["time"] + 0.3
    assert late["width"] == pytest.approx(0.5, abs=0.01)
    assert late["loss"] == pytest.approx(late["its law"], abs=0.01)
    assert 0.51 < early["width"] < 0.56
    assert chapter["phase"](4, 1.25).startswith("III")
    assert "\none-pass SGD: loss -0.600, width 0.500, time 0.500" in chapter["plane"](4, 1.25)["caption"]


def apart(points, line):
    """By what factor points lie off a line that is given at the same places; the largest."""
    return np.exp(np.abs(np.log(np.asarray(points) / np.asarray(line))).max())


def test_the_frontier_opens_where_the_laws_part_and_its_dots_follow_the_corrected_one(chapter):
    best, laws = chapter.drawn("the-frontier", "best"), chapter.drawn("the-frontier", "laws")
    loss = [row["loss"] for row in best]
    corrected, published = ([row[name] for row in laws] for name in ("corrected", "published"))
    assert apart(loss, corrected) < 1.25
    assert apart(loss, published) > 4
    # Both ends of both lines are in the frame, so that they are seen to part.
    assert min(corrected + published) > 1e-6
    assert max(corrected + published) < 2
    hard = chapter["compute"](1.5, 1.25)
    np.testing.assert_allclose(hard["laws"]["corrected"], hard["laws"]["published"])
    assert apart(hard["best"].loss, hard["laws"]["corrected"]) < 1.25


def test_the_example_of_balance():
    def loss(width, time):
        return 1 / width + time**-0.5

    assert loss(1000, 1000) == pytest.approx(0.033, abs=5e-4)
    assert 0.95 * loss(1000, 1000) < 1000**-0.5
    assert loss(100, 1e4) == pytest.approx(0.020)
    widths = np.geomspace(10, 1e4, 1001)
    assert loss(widths, 1e6 / widths).min() == pytest.approx(0.019, abs=5e-4)
    np.testing.assert_allclose(10 ** (np.array([1, 2]) / 3), [2.2, 4.6], atol=0.05)


def test_the_spill_is_for_a_time_the_largest_term_of_an_easy_task(chapter):
    columns = {
        name: np.array([row[name] for row in chapter.drawn("three-terms")])
        for name in ("time", "loss", "left", "width", "spill")
    }
    early, largest = np.isfinite(columns["spill"]), columns["spill"] > columns["left"]
    # A factor of ten in time or more, and before the width's own limit, where the dashed line ends.
    assert columns["time"][largest][-1] > 10 * columns["time"][largest][0]
    assert (columns["spill"][early] > columns["width"][early]).all()
    # Early, what time leaves and the spill are all of the loss; late, what width leaves is.
    soon = columns["time"] < columns["time"][largest][-1] / 3
    assert apart(columns["loss"][soon], (columns["left"] + columns["spill"])[soon]) < 1.25
    assert columns["loss"][-1] == pytest.approx(columns["width"][-1], rel=0.05)
    powers = np.diff(np.log(columns["spill"][early]))[-5:] / np.diff(np.log(columns["time"][early]))[-5:]
    np.testing.assert_allclose(powers, -(1 - 1 / 1.25), atol=0.02)


def test_on_a_hard_task_the_spill_is_never_the_largest_term(chapter):
    found = chapter["three_terms"]("hard (a = 1.5)", 4096)
    assert "never" in found["caption"]
    columns, (at,) = found["rows"], found["balance"]["time"]
    place = list(chapter["TRAINED"]).index(at)
    # Time and width are in balance, and the loss is of the size of each.
    assert apart(columns["left"][place], columns["width"][place]) < 1.2
    assert columns["spill"][place] < 0.5 * columns["width"][place]
    assert apart(columns["loss"][place], columns["left"][place]) < 2


def test_networks_that_are_drawn_leave_the_published_bottleneck(chapter):
    # The panel's own networks, of its default task, a = 3 and b = 1.25.
    drawn = {row["width"]: row["loss"] for row in chapter.drawn("width-alone", "drawn") if row["width"] >= 25}
    theory = chapter["width_theory"](3, 1.25)
    sizes, losses = list(drawn), list(drawn.values())
    expected = np.exp(np.interp(np.log(sizes), np.log(theory["width"]), np.log(theory["loss"])))
    np.testing.assert_allclose(losses, expected, rtol=0.06)
    slope = -np.polyfit(np.log(sizes), np.log(losses), 1)[0]
    # Finite modes steepen it a little; the published exponent is 2.
    assert 1.15 < slope < 1.45
    for law, exponent in (("corrected", 1.25), ("published", 2)):
        line = np.polyfit(np.log(theory["width"]), np.log(theory[law]), 1)
        assert -line[0] == pytest.approx(exponent)
        assert theory[law][-1] == theory["loss"][-1]


def test_the_bend_from_early_to_late_moves_with_time(chapter):
    sizes, law = chapter["FINITE"], rf.power_law(1.5, 1.25, 10**13)
    for time, bent in ((1, False), (1e3, True)):
        cost = chapter["differences"](law, time, "width")
        rows, first = chapter["early_late"]("width", time)["rows"], rf.one_over_size(law, [time])[0]
        np.testing.assert_array_equal(rows["cost"], cost)
        early = rows["early"][np.isfinite(rows["early"])]
        np.testing.assert_allclose(early * sizes[-len(early) :], first)
        assert cost[-1] * sizes[-1] == pytest.approx(first, rel=0.2)
        assert (cost[0] * sizes[0] < 0.5 * first) == bent
    rows = chapter["early_late"]("width", 1e9)["rows"]
    wide = sizes > 900
    np.testing.assert_allclose(rows["cost"][wide], rows["late"][wide], rtol=0.2)


def test_a_dot_marks_the_bend_where_the_panel_opens_and_it_moves_to_larger_sizes(chapter):
    ((bend,), at) = chapter.drawn("early-and-late", "bend"), {}
    assert bend["size"] == pytest.approx(370, rel=0.05)
    assert "cross at size 370." in chapter.captions["early-and-late"]
    for time in (100, 1e4):
        (at[time],) = chapter["early_late"]("width", time)["bend"]["size"]
    assert 8 < at[100] < bend["size"] < at[1e4] < 8192
    # As many modes are learned, t^(1/b).
    assert at[1e4] / at[100] == pytest.approx(100 ** (1 / 1.25), rel=0.1)
    for time, law in ((1, "early"), (1e9, "late")):
        found = chapter["early_late"]("width", time)
        assert not np.isfinite(found["bend"]["size"]).any()
        assert apart(found["rows"]["cost"], found["rows"][law]) < 1.5


def test_at_the_bend_the_local_slope_lies_between_that_of_both_laws(chapter):
    rows, (bend,) = chapter.drawn("early-and-late"), chapter.drawn("early-and-late", "bend")
    sizes, cost = (np.array([row[name] for row in rows]) for name in ("size", "cost"))
    slope = np.interp(np.log(bend["size"]), np.log(sizes), np.gradient(np.log(cost), np.log(sizes)))
    assert -0.95 < slope < -0.55


def test_reused_data_open_a_gap_and_noise_turns_test_curves_upwards(chapter):
    for row in chapter.drawn("reused-data"):
        assert row["train"] <= row["test"] * (1 + 1e-6)
    assert "P^-0.99" in chapter["reused"](512, 0.0, 0.1)["caption"]
    assert "P^-0.49" in chapter["reused"](65536, 0.0, 1e5)["caption"]
    noisy = {
        n: [row["test"] for row in chapter["reused"](512, 0.2, 10)["rows"] if row["samples"] == n]
        for n in chapter["REUSED"]
    }
    assert all(curve[-1] > 1.05 * min(curve) for n, curve in noisy.items() if n <= 1024)


def test_the_tables_of_slopes_say_what_the_text_reads_off_them(chapter):
    early, *_, late = chapter["slopes"]
    assert early["N 512 to 1024"] == pytest.approx(-1, abs=0.01)
    assert late["N 16384 to 32768"] == pytest.approx(-0.5, abs=0.02)
    assert late["gap in P"] == pytest.approx(-0.5, abs=0.01)
    for row in chapter["bottlenecks"]:
        assert row["samples"] == pytest.approx(row["min(a-1, 2b)"], abs=0.1)
    easiest = chapter["bottlenecks"][-1]
    assert easiest["width"] < 1.25 < easiest["its bias"]


def test_four_networks_are_best_late_near_the_peak_and_one_at_its_best_time(chapter):
    losses = chapter["split_losses"](1024, 0.1, 1e6)
    assert chapter["best_split"]() == 4
    assert min(losses, key=lambda e: losses[e][-1]) == 4
    assert min(losses, key=lambda e: losses[e].min()) == 1


def test_one_network_is_best_with_data_without_end(chapter):
    losses = chapter["split_losses"](10**6, 0.0, 1e4)
    assert min(losses, key=lambda e: losses[e][-1]) == 1


def test_the_left_chart_of_ensembles_opens_with_four_best_at_the_end_and_one_at_its_best_time(chapter):
    rows = chapter.drawn("ensembles")
    assert min(rows, key=lambda row: row["loss"])["networks"] == 4
    assert min(rows, key=lambda row: row["stopped"])["networks"] == 1
    for sizes, best in (((10**6, 0.0, 1e4), 1), ((4096, 0.0, 1e4), 2), ((1024, 0.1, 100), 1)):
        losses = chapter["split_losses"](*sizes)
        assert min(losses, key=lambda e: losses[e][-1]) == best


def test_each_curve_per_unit_of_compute_is_named_by_its_networks_and_their_width(chapter):
    (panel,) = [panel for panel in chapter.panels if panel.name == "ensembles"]
    names = [f"{e} x {width}" for e in (1, 4) for width in (64, 256, 1024)]
    assert [layer["label"] for layer in panel._specs[1]["usermeta"]["scalinglab"]["layers"]] == names
    assert set(names) <= set(panel.data)
    for width in (64, 256, 1024):
        single, four = (chapter.drawn("ensembles", f"{e} x {width}") for e in (1, 4))
        assert four[0]["budget"] == pytest.approx(4 * single[0]["budget"])


def test_late_near_the_peak_scatter_of_the_features_is_most_of_the_loss(chapter):
    law = rf.power_law(1.5, 1.25, 10**6)
    curve = rf.gradient_flow(law, [1e6], width=1024, samples=1024, noise=0.1, cross_terms=True)
    assert curve.ensemble[0] < 0.5 * curve.test[0]
