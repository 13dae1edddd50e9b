"""What chapter 09 says in words of SGD as a random recursion and of estimators, measured."""

from __future__ import annotations

import numpy as np
import pytest

import scalinglab.heavy_tails as tails


def test_the_ladder_holds_a_quarter_on_each_rung(chapter):
    """And so it does in the simulation beside it, up to what 100,000 chains scatter."""
    rows = chapter.table("How many of 100,000 chains")
    assert [row["distance"] for row in rows] == [1, 2, 4, 8, 16, 32]
    for row in rows:
        assert row["by balance"] == row["distance"] ** -2
        assert abs(row["share of chains"] - row["by balance"]) <= 4 * (row["by balance"] / 100_000) ** 0.5
    assert 2**2 / 5 + 4 / 5 * 2**-2 == 1
    assert 0.9e-12 < 4.0**-20 < 1.1e-12


@pytest.mark.parametrize(("batch", "dimension"), [(1, 1), (2, 2), (3, 5)])
def test_the_steps_to_the_critical_step_size(batch, dimension):
    """The means of steps 2 and 3 over drawn batches, and h(2) of step 4."""
    a = np.random.default_rng(1).standard_normal((100_000, batch, dimension))
    along = (a[..., :1] * a).mean(axis=1)  # H u
    assert along[:, 0].mean() == pytest.approx(1, rel=0.02)
    assert (along**2).sum(axis=1).mean() == pytest.approx((dimension + batch + 1) / batch, rel=0.04)
    h = 1 - 2 * 0.3 + 0.3**2 * (dimension + batch + 1) / batch
    assert np.exp(tails.log_moment(2, 0.3, batch, dimension)) == pytest.approx(h)
    assert tails.critical_step_size(2, 2) == 4 / 5


def test_the_curve_of_one_step_is_back_at_one_at_the_tail_index(chapter):
    drawn = chapter.drawn("one-step", "drawn")
    assert chapter.drawn("one-step")[0]["h"] == pytest.approx(1)
    assert len(drawn) >= 8
    for row in drawn:
        assert row["drawn"] == pytest.approx(row["h"], rel=0.03)
    (back,) = chapter.drawn("one-step", "here")
    assert back["s"] == pytest.approx(1.22, abs=0.005)
    assert chapter.captions["one-step"] == "The curve is back at 1 at s = 1.22, the tail index."
    assert chapter["one_step"](1.0, 2, "2")["here"][0]["s"] == pytest.approx(2)
    assert chapter["one_step"](1.7, 2, "2")["here"][0]["s"] < 0.1
    gone = chapter["one_step"](1.8, 2, "2")
    assert (gone["here"], min(row["h"] for row in gone["rows"])) == ([], pytest.approx(1))


@pytest.mark.parametrize(("dimension", "width"), [(2, 0.75), (5, 0.24)])
def test_the_window_of_infinite_variance_is_narrow_in_many_dimensions(dimension, width):
    ratio = tails.largest_step_size(2, dimension) / tails.critical_step_size(2, dimension)
    assert ratio - 1 == pytest.approx(width, abs=0.005)
    for batch in (1, 10, 20):
        assert tails.largest_step_size(batch, 100) < 1.01 * tails.critical_step_size(batch, 100)


def test_in_five_dimensions_the_preset_without_a_law_has_none_and_an_estimate_all_the_same(chapter):
    found = chapter["recursion"](1.5, 2, "5")
    assert found["law"] == []
    assert all(np.isnan([row["theory"], row["characteristic"]]).all() for row in found["hill"])
    assert found["caption"].startswith(f"Step size {1.5 * tails.critical_step_size(2, 5):.3g}.")
    chains = tails.simulate_recursion(1.5 * tails.critical_step_size(2, 5), 2, 5, chains=4000, steps=300)
    assert np.isnan(chains.alpha)
    assert 0 < found["one"][0]["alpha"] == chapter["estimates"](chains)["hill"] < 1
    assert all(0.2 < row["alpha"] < 0.7 for row in found["hill"] if row["used"] >= 10)


@pytest.mark.parametrize(("share", "index"), [(0.5, 6.53), (0.9, 2.51), (1.1, 1.58)])
def test_hill_follows_theory_across_the_critical_step_size_and_the_characteristic_estimate_does_not(
    chapter, share, index
):
    found = chapter["recursion"](share, 2, "2")
    ((theory, characteristic),) = {(row["theory"], row["characteristic"]) for row in found["hill"]}
    assert characteristic < 2
    assert theory == pytest.approx(index, abs=0.006)
    (hill,) = found["one"]
    assert hill["used"] == 4000 // 100
    near = [row["alpha"] for row in found["hill"] if row["used"] in (39, 41)]
    assert hill["alpha"] == pytest.approx(np.mean(near), rel=0.06)  # on the curve, up to one chain
    assert hill["alpha"] == pytest.approx(index, rel=2 / 40**0.5)  # it uses 40 chains


def test_the_slope_that_is_drawn_is_the_index_of_theory(chapter):
    found = chapter["recursion"](1.2, 2, "2")
    (start, end), theory = found["law"], found["hill"][0]["theory"]
    slope = np.log(end["share"] / start["share"]) / np.log(end["norm"] / start["norm"])
    assert -slope == pytest.approx(theory)
    assert theory == pytest.approx(1.22, abs=0.01)
    # The chains' own tail: half of them lie beyond the median, and 4,000 chains err by a few per cent further out.
    assert found["tail"][-1]["norm"] < 1.1
    shares, norms = ([row[name] for row in found["tail"] if 0.005 < row["share"] < 0.05] for name in ("share", "norm"))
    assert -np.polyfit(np.log(norms), np.log(shares), 1)[0] == pytest.approx(theory, rel=0.2)
    # As opened the chart is filled: the last of the chains is in the right half of its logarithmic axis.
    assert 1e2 < max(row["norm"] for row in chapter.drawn("the-recursion", "tail")) < 1e4
    assert "outside the frame" not in chapter.captions["the-recursion"]


def test_averages_are_better_for_the_block_method_and_stay_capped(chapter):
    rows = chapter.table("Block estimates of one coordinate")
    assert len(rows) == 4
    for row in rows:
        raw, mean, truth = row["raw"], row["average of 300"], min(row["theory"], 2)
        assert mean < 2.2
        assert abs(mean - truth) < abs(raw - truth)
    assert rows[0]["theory"] == pytest.approx(4, abs=0.05)
    assert rows[0]["average of 300"] == pytest.approx(2, abs=0.05)


def test_the_indices_of_the_prediction_about_the_ratio(chapter):
    assert tails.recursion_tail_index(0.2, 1, 2) == pytest.approx(7.8, abs=0.05)
    assert tails.recursion_tail_index(1.6, 8, 2) == pytest.approx(1.32, abs=0.01)
    for row in (*chapter["one_batch"](1, 2)[3:9:5], *chapter["one_batch"](8, 2)[3:9:5]):
        batch = int(row["batch"])
        assert row["alpha"] == pytest.approx(tails.recursion_tail_index(batch * row["ratio"], batch, 2), rel=1e-3)


def test_lines_over_the_ratio_begin_together_and_end_apart(chapter):
    lines = {}
    for row in chapter.drawn("is-it-the-ratio"):
        lines.setdefault(row["batch"], []).append((row["ratio"], row["alpha"]))
    limit = chapter.drawn("is-it-the-ratio", "limit")[0]
    first = [line[0] for line in lines.values()]
    assert all(ratio == pytest.approx(limit["ratio"]) for ratio, _ in first)
    assert all(0.85 * limit["alpha"] < alpha < limit["alpha"] for _, alpha in first)
    for line in lines.values():
        assert [alpha for _, alpha in line] == sorted((alpha for _, alpha in line), reverse=True)
    ends = [line[-1][0] for line in lines.values()]
    assert ends == sorted(ends, reverse=True)
    assert ends[0] > 5 * ends[-1]
    # A larger batch at one step size; and where lines end in 20 dimensions.
    at_one = [tails.recursion_tail_index(0.3, batch, 2) for batch in (1, 2, 4, 8)]
    assert at_one == sorted(at_one)
    assert all(0.05 < tails.largest_step_size(batch, 20) / batch < 0.1 for batch in (1, 2, 4, 8, 16))


def test_the_steps_to_the_limit_of_small_steps():
    v = 3.591
    assert v * np.log(v) == pytest.approx(v + 1, abs=5e-4)
    y = np.linspace(1.01, 20, 20_000)
    bracket = v / 2 * np.log(y - 1) - y / 2
    assert bracket.max() == pytest.approx(0, abs=5e-4)
    assert y[bracket.argmax()] == pytest.approx(1 + v, abs=0.01)
    assert tails.small_step_tail_index(1, 1) == pytest.approx(v / 2, abs=5e-4)
    assert tails.recursion_tail_index(0.01, 1, 1) * 0.01 == pytest.approx(1.7956, rel=0.02)


def test_the_example_of_hills_estimate():
    logs = np.log([16 / 4, 8 / 4])
    assert [round(value, 3) for value in (*logs, logs.mean(), 1 / logs.mean())] == [1.386, 0.693, 1.040, 0.962]


def read_at(chapter, index, rows="rows", **values):
    """What the five methods read at one index in one chart, as the panel opens or elsewhere."""
    given = {"law": "Student's t", "points": "4000", "shift": 0, "share": 0.01} | values
    drawn = chapter["read"](**given)[rows] if values else chapter.drawn("five-estimators", rows)
    return {row["method"]: row["alpha"] for row in drawn if row["index"] == index}


def test_stable_methods_read_every_students_t_below_two(chapter):
    for index in chapter["WIDE"]:
        found = read_at(chapter, index)
        assert max(found[method] for method in tails.STABLE_METHODS) < 2
    at_three = read_at(chapter, 3)
    stable = [at_three[method] for method in tails.STABLE_METHODS]
    assert (round(min(stable), 1), round(max(stable), 1)) == (1.5, 1.7)
    assert [at_three["hill"], at_three["power_law"]] == pytest.approx([2.8, 2.8], abs=0.1)


def test_on_a_pure_power_law_the_tail_methods_lie_on_the_diagonal(chapter):
    for index in (1.5, 2, 2.5, 3, 4):
        found = read_at(chapter, index, law="Pareto")
        assert [found["hill"], found["power_law"]] == pytest.approx([index, index], rel=0.13)
        assert max(found["characteristic"], found["quantile"]) < 2.15
    assert read_at(chapter, 4, law="Pareto")["block"] > 3


def test_on_a_stable_law_the_tail_methods_leave_the_diagonal_below_two(chapter):
    for index in chapter["INDICES"]["stable"]:
        found = read_at(chapter, index, "stable")
        assert [found[method] for method in tails.STABLE_METHODS] == pytest.approx([index] * 3, abs=0.2)
        away = max(found["hill"], found["power_law"]) > 1.3 * index
        assert away == (index >= 1.6)
    near = read_at(chapter, 1.9, "stable")
    assert [near["hill"], near["power_law"]] == pytest.approx([4.2, 4.2], abs=0.1)


def test_a_shift_ruins_the_block_method_and_no_other_stable_one(chapter):
    for index in (1.5, 3, 5):
        still, moved = read_at(chapter, index), read_at(chapter, index, shift=0.5)
        change = {method: abs(moved[method] - still[method]) for method in tails.STABLE_METHODS}
        assert moved["block"] == pytest.approx(1.05, abs=0.06)
        assert max(change["characteristic"], change["quantile"]) < 1e-6


def test_laplace_has_a_finite_variance_and_a_smaller_stable_equivalent_index_than_a_stable_law(chapter):
    read = {row["law"]: row for row in chapter.table("Two laws of finite variance")}
    for method in tails.STABLE_METHODS:
        assert read["Laplace"][method] < min(1.9, read["stable 1.9"][method])


def test_cells_of_the_published_synthetic_grid_without_a_stationary_law():
    """Step sizes 0.02 to 0.2 in 100 dimensions: all of them with batches of one, and none with batches of 20."""
    assert tails.largest_step_size(1, 100) < 0.02
    assert tails.largest_step_size(20, 100) > 0.2


def test_small_data_sets_have_indices_of_their_own(chapter):
    *few, many, fresh = [row["tail index"] for row in chapter.table("Regression in one dimension with step size 0.8")]
    assert fresh == tails.recursion_tail_index(0.8, 1, 1)
    assert len(few) == 5
    assert min(few) < 0.2 * fresh
    assert 4 * fresh < max(value for value in few if np.isfinite(value))
    assert max(few) == np.inf
    assert many == pytest.approx(fresh, rel=0.05)
