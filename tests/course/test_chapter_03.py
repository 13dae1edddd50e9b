"""What chapter 03 says in words, measured."""

from __future__ import annotations

import functools
import math
import random

import numpy as np
import pytest

from scalinglab.pruning import MEASURES, density_path, iterative_pruning
from scalinglab.scaling_laws import fit_pruned, fit_pruned_joint
from scalinglab.tables import grid_of, table
from scalinglab.training import digits, summarize, sweep

GRIDS = grid_of("digits_pruning")
WIDTHS = GRIDS[0]["width"]


@functools.cache
def means(depth=2):
    rows = [row for row in table("digits_pruning") if row["depth"] == depth]
    groups = summarize(rows, by=["width", "round", "kept"])
    dense = {row["width"]: row for row in groups if row["round"] == 0}
    found = [row | {"weights": dense[row["width"]]["kept"], "depth": depth} for row in groups]
    unpruned = {width: row["mean"] for width, row in dense.items()}
    return [row | {"density": row["kept"] / row["weights"], "unpruned": unpruned[row["width"]]} for row in found]


def columns(rows, *names):
    return {name: [row[name] for row in rows] for name in names}


@functools.cache
def law(*left_out):
    rows = [row for row in means() if row["width"] not in left_out]
    given = columns(rows, "width", "unpruned", "density")
    return fit_pruned_joint(given.pop("density"), [row["mean"] for row in rows], highest=0.92, **given)


@functools.cache
def depth_law():
    rows = [row for depth in (1, 2, 3, 4) for row in means(depth) if row["width"] in {32, 64}]
    given = columns(rows, "width", "depth", "unpruned", "density")
    return fit_pruned_joint(given.pop("density"), [row["mean"] for row in rows], highest=0.92, **given)


def single(width, lowest=0.0):
    rows = [row for row in means() if row["width"] == width and row["density"] >= lowest]
    return fit_pruned(*columns(rows, "density", "mean").values(), unpruned=rows[0]["unpruned"], highest=0.92)


def crossing(rows, error, column):
    last = max((place for place, row in enumerate(rows) if row["mean"] <= error), default=-1)
    if not 0 <= last < len(rows) - 1:
        return math.nan
    ends = [[math.log(row[name]) for row in rows[last : last + 2]] for name in ("mean", column)]
    return math.exp(np.interp(math.log(error), *ends))


def ratio(width, budget):
    """Predicted over measured weights, the width left out of the fit; nan if it cannot meet the budget."""
    rows = [row for row in means() if row["width"] == width]
    density = law(width).density_at(budget, unpruned=rows[0]["unpruned"], width=width)
    return float(density) * rows[0]["weights"] / crossing(rows, budget, "kept")


def spread(rows, name, exponent):
    sizes = sorted({row[name] for row in rows})
    curves = ([row for row in rows if row[name] == size] for size in sizes)
    found = [crossing(rows, 0.2, "density") * size**exponent for rows, size in zip(curves, sizes, strict=True)]
    return max(found) / min(found)


def test_some_rows_of_the_table_are_found_again():
    """Another processor rounds in another way, and pruning multiplies that: errors agree as those of other seeds do."""
    draw = random.randrange(2**32)
    seeds = random.Random(draw).sample(range(10), 4)
    rows = sweep(GRIDS[0] | {"width": [16], "seed": seeds}, measure=MEASURES["rounds"], progress=False).rows()
    kept = [row for row in table("digits_pruning") if (row["width"], row["depth"]) == (16, 2)]
    for number in range(GRIDS[0]["pruning"]["rounds"]):
        all_errors = [row["test_error"] for row in kept if row["round"] == number]
        theirs = [row for row in kept if row["round"] == number and row["seed"] in seeds]
        ours = [row for row in rows if row["round"] == number]
        assert {row["kept"] for row in ours} == {row["kept"] for row in theirs}
        difference = np.mean([row["test_error"] for row in ours]) - np.mean([row["test_error"] for row in theirs])
        assert abs(difference) <= 4 * np.std(all_errors, ddof=1) * math.sqrt(2 / 4) + 1e-5, (draw, number)


def test_the_table_holds_every_round_of_every_network():
    rounds = [(row["width"], row["depth"], row["seed"], row["round"]) for row in table("digits_pruning")]
    wanted = [
        (width, depth, seed, number)
        for grid in GRIDS
        for width in grid["width"]
        for depth in (grid["depth"] if isinstance(grid["depth"], list) else [grid["depth"]])
        for seed in grid["seed"]
        for number in range(34)
    ]
    assert sorted(rounds) == sorted(wanted)
    assert {
        row["kept"] for row in table("digits_pruning") if (row["width"], row["depth"], row["round"]) == (64, 2, 1)
    } == {7066}


def test_most_weights_of_a_network_are_free():
    rows = [row for row in means() if row["width"] == 64]
    assert rows[0]["mean"] == pytest.approx(0.02, abs=0.002)
    assert 1 - float(single(64).density_at(0.04)) == pytest.approx(0.954, abs=0.005)


def test_three_regions_are_seen_in_every_width():
    for width in WIDTHS:
        fit, rows = single(width), [row for row in means() if row["width"] == width]
        density = np.array([row["density"] for row in rows])
        assert (density > fit.low_transition).sum() >= 2
        assert ((density > fit.transition) & (density < fit.low_transition)).sum() >= 5
        assert fit.sd_deviation < 0.065
    assert single(8).exponent == pytest.approx(2.5, abs=0.1)
    assert single(128).exponent == pytest.approx(1.1, abs=0.1)
    assert single(8).standard_errors["exponent"] / single(8).exponent == pytest.approx(0.33, abs=0.07)


def test_without_the_high_plateau_only_the_slope_is_left():
    fit = single(32, 0.015)
    assert set(fit.undetermined) == {"high_plateau", "transition"}
    assert fit.exponent == pytest.approx(single(32).exponent, rel=0.05)
    assert fit.amplitude == pytest.approx(single(32).amplitude, rel=0.2)


def test_one_law_joins_all_widths():
    assert law().sd_deviation < 0.09
    assert law().sd_deviation == pytest.approx(0.08, abs=0.005)
    assert law().width_exponent == pytest.approx(1.2, abs=0.05)
    assert 2 ** law().width_exponent == pytest.approx(2.3, abs=0.1)
    assert spread(means(), "width", 0) > 20
    assert spread(means(), "width", law().width_exponent) < 1.3


def test_depth_is_no_axis():
    assert abs(depth_law().depth_exponent) < 0.3
    assert depth_law().sd_deviation > law().sd_deviation
    rows = [row for depth in (1, 2, 3, 4) for row in means(depth) if row["width"] == 64]
    assert spread(rows, "depth", 0) < 1.6
    assert spread(rows, "depth", law().width_exponent) > 2 * spread(rows, "depth", 0)


def test_a_width_that_was_left_out_is_predicted():
    for width in (16, 24, 32, 48, 64, 128):
        rows = [row for row in means() if row["width"] == width]
        given = columns(rows, "density", "unpruned", "width")
        off = law(width).predict(given.pop("density"), **given) / [row["mean"] for row in rows] - 1
        assert abs(off.mean()) < 0.1
        assert off.std() < 0.12


@pytest.mark.parametrize("budget", [0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2])
def test_the_smallest_network_under_a_budget_is_predicted_to_within_a_third(budget):
    rows = {row["width"]: row for row in means() if row["round"] == 0}
    able = [width for width in WIDTHS if rows[width]["mean"] < budget]
    needed = {
        width: float(law(width).density_at(budget, unpruned=rows[width]["unpruned"], width=width))
        * rows[width]["weights"]
        for width in able
    }
    smallest = min(needed, key=needed.get)
    assert 0.75 < ratio(smallest, budget) < 1.33
    for width in able:
        if width > 8 and budget > 4 / 3 * rows[width]["mean"]:
            assert 0.75 < ratio(width, budget) < 1.33
    # Far fewer than any network that is not pruned, and at about the same width whatever the budget.
    least = min(row["weights"] for row in rows.values() if row["mean"] <= budget)
    assert 2 < least / needed[smallest] < 9
    assert smallest in {24, 32, 48}


def test_near_the_low_plateau_the_prediction_is_worst():
    assert ratio(8, 0.08) == pytest.approx(1.8, abs=0.15)
    assert ratio(48, 0.025) < 0.8


def test_at_five_percent_the_width_hardly_matters():
    rows = {width: [row for row in means() if row["width"] == width] for width in WIDTHS}
    found = {width: crossing(rows[width], 0.05, "kept") for width in WIDTHS[1:]}
    assert max(found.values()) / min(found.values()) < 1.5
    assert min(row["mean"] for row in rows[8]) > 0.05


@pytest.mark.parametrize(("width", "budget"), [(32, 0.05), (48, 0.08)])
def test_new_networks_that_are_pruned_to_the_prediction_keep_the_budget(width, budget):
    rows = [row for row in means() if row["width"] == width]
    density = float(law(width).density_at(budget, unpruned=rows[0]["unpruned"], width=width))
    names = ("optimizer", "step_size", "weight_decay", "schedule", "steps", "depth")
    settings = {name: GRIDS[0][name] for name in names} | {"width": width, "seed": [21, 22, 23, 24, 25, 26]}
    *_, last = iterative_pruning(digits(), densities=density_path([density, 0.4 * density]), rewind=40, **settings)
    groups = summarize([row | {"status": "done"} for row in last.rows()], by=["round", "kept"])
    assert 0.75 < density * rows[0]["weights"] / crossing(groups, budget, "kept") < 1.33


def test_small_steps_pay_and_rewinding_does_not():
    names = ("optimizer", "step_size", "weight_decay", "schedule", "steps", "depth")
    settings = {name: GRIDS[0][name] for name in names} | {"width": 32, "seed": range(6)}
    errors = {}
    for fraction, rewind in ((0.2, 40), (0.2, 0), (0.5, 40), (0.8, 40)):
        path = density_path([0.04], fraction=fraction + 1e-9)
        *_, last = iterative_pruning(digits(), densities=path, rewind=rewind, **settings)
        errors[fraction, rewind] = np.mean([row["test_error"] for row in last.rows() if row["density"] == 0.04])
    assert errors[0.2, 40] == pytest.approx(0.11, abs=0.025)
    assert errors[0.5, 40] == pytest.approx(0.19, abs=0.04)
    assert errors[0.8, 40] > 0.3
    assert errors[0.2, 0] == pytest.approx(errors[0.2, 40], rel=0.25)
