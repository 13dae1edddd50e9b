"""What chapter 03 says in words, measured."""

from __future__ import annotations

import math
import random
import re

import numpy as np
import pytest

from scalinglab.pruning import MEASURES
from scalinglab.tables import grid_of, table
from scalinglab.training import summarize, sweep

GRIDS = grid_of("digits_pruning")


@pytest.fixture
def rows_of(chapter):
    """The measured rounds of a network of two layers, by its width, the dense one first."""
    return lambda width: [row for row in chapter["means"]() if row["width"] == width]


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


def test_most_weights_of_a_network_are_free(chapter, rows_of):
    assert rows_of(64)[0]["mean"] == pytest.approx(0.02, abs=0.002)
    assert 1 - float(chapter["single"](64).density_at(0.04)) == pytest.approx(0.954, abs=0.005)


def test_three_regions_are_seen_in_every_width(chapter, rows_of):
    single = chapter["single"]
    for width in chapter["WIDTHS"]:
        fit, density = single(width), np.array([row["density"] for row in rows_of(width)])
        assert (density > fit.low_transition).sum() >= 2
        assert ((density > fit.transition) & (density < fit.low_transition)).sum() >= 5
        assert fit.sd_deviation < 0.065
    assert single(8).exponent == pytest.approx(2.4, abs=0.1)
    assert single(128).exponent == pytest.approx(1.1, abs=0.1)
    assert "exponent" in single(8).undetermined
    assert single(8).intervals["exponent"] == (pytest.approx(1.8, abs=0.1), 4)


def test_without_the_high_plateau_only_the_slope_is_left(chapter):
    fit, whole = chapter["single"](32, 0.015), chapter["single"](32)
    assert fit.undetermined == ("high_plateau",)
    low, high = fit.intervals["transition"]
    assert 2 < high / low < 3
    assert fit.exponent == pytest.approx(whole.exponent, rel=0.05)
    assert fit.amplitude == pytest.approx(whole.amplitude, rel=0.2)


def test_a_fit_that_sees_less_loses_more_numbers(chapter):
    (panel,) = [panel for panel in chapter.panels if panel.name == "three-regions"]
    preset = panel._positions.presets["no high plateau"]
    assert preset == {"width": "32", "lowest": 0.0113}
    found = [chapter["three_regions"](**preset | moved)["caption"] for moved in ({}, {"lowest": 0.03})]
    assert [caption.rpartition("undetermined: ")[2] for caption in found] == [
        "high plateau.",
        "high plateau, exponent, transition.",
    ]
    narrow = chapter["single"](8, 6e-4)
    assert 2 < narrow.low_transition / narrow.transition < 4
    assert chapter["three_regions"]("8", 6e-4)["caption"].endswith("undetermined: exponent.")


def test_the_worked_example(chapter):
    made, again, gap = (chapter[name] for name in ("made", "again", "gap"))
    assert made == {"unpruned": 0.02, "high_plateau": 0.9, "exponent": 1.3, "transition": 0.004}
    assert pytest.approx(18.7, abs=0.05) == 45 ** (1 / 1.3)
    assert gap == pytest.approx(0.075, abs=0.0005)
    assert again.low_transition == pytest.approx(gap, rel=1e-6)
    assert pytest.approx(0.111, abs=0.0005) == 0.9 * 0.2**1.3
    assert float(again.predict(0.02)) == pytest.approx(0.113, abs=0.0005)
    assert float(again.predict(gap)) / 0.02 == pytest.approx(1.6, abs=0.05)  # 2 to the power of half the slope
    assert float(again.predict(0.02)) == pytest.approx(0.02 * ((4e-4 + gap**2) / (4e-4 + 1.6e-5)) ** 0.65, rel=1e-5)


def test_a_power_law_between_close_corners_is_steeper_than_most_dots(chapter):
    found, fit = chapter["three_regions"]("32", 6e-4), chapter["single"](32)
    assert fit.low_transition / fit.transition == pytest.approx(10, abs=1)
    densities, errors = np.log([[row[name] for row in found["law"]] for name in ("density", "mean")])
    slopes = -np.diff(errors) / np.diff(densities)
    assert 0.7 * fit.exponent < slopes.max() < fit.exponent


def test_the_power_law_that_is_drawn_meets_the_plateaus_at_its_transitions(chapter):
    found, fit = chapter["three_regions"]("32", 6e-4), chapter["single"](32, 6e-4)
    high, low = found["power"]
    assert (high["density"], low["density"]) == (fit.transition, fit.low_transition)
    assert high["mean"] == pytest.approx(fit.high_plateau, rel=0.02)
    assert low["mean"] == pytest.approx(fit.unpruned, rel=0.02)


def test_one_law_joins_all_widths(chapter):
    law, spread = chapter["law"](), chapter["spread"]
    assert law.sd_deviation < 0.09
    assert law.sd_deviation == pytest.approx(0.08, abs=0.005)
    assert law.width_exponent == pytest.approx(1.2, abs=0.05)
    assert 2**law.width_exponent == pytest.approx(2.3, abs=0.1)
    assert spread("widths", 0) > 20
    assert spread("widths", law.width_exponent) < 1.3
    assert max(spread("widths", psi) for psi in (1.2, 1.25)) < 1.3


def test_depth_is_no_axis(chapter):
    law, depths, spread = chapter["law"](), chapter["depth_law"](), chapter["spread"]
    assert abs(depths.depth_exponent) < 0.3
    assert depths.sd_deviation > law.sd_deviation
    assert spread("depths", 0) < 1.5
    assert spread("depths", 0.3) < 1.2
    assert chapter["found"]["widths at depth 2"]["depth exponent"] == "not fitted"
    assert not any("outside the frame" in said for said in chapter.captions.values())
    assert spread("depths", law.width_exponent) > 2 * spread("depths", 0)


def test_a_width_that_was_left_out_is_predicted(chapter, rows_of):
    for width in (16, 24, 32, 48, 64, 128):
        law, rows = chapter["law"](width), rows_of(width)
        given = {name: [row[name] for row in rows] for name in ("unpruned", "width")}
        off = law.predict([row["density"] for row in rows], **given) / [row["mean"] for row in rows] - 1
        assert abs(off.mean()) < 0.1
        assert off.std() < 0.12
        said = f"Off by {100 * off.mean():+.1f} % on average over the densities, with a standard deviation of "
        said += f"{100 * off.std():.1f} %."
        assert chapter["left_out"](f"{width}")["caption"] == said


def test_the_law_is_worst_where_it_must_extrapolate(chapter):
    told = {width: chapter["left_out"](f"{width}")["caption"].split() for width in chapter["WIDTHS"]}
    mean, scatter = ({width: float(words[place]) for width, words in told.items()} for place in (2, 14))
    assert (round(mean[8]), round(mean[128])) == (6, 8)
    assert max(abs(mean[width]) for width in (16, 24, 32, 48, 64)) < 5
    assert max(scatter, key=scatter.get) == 8


def test_strict_budgets_need_wide_networks_and_the_width_hardly_matters_at_five_percent(chapter):
    served = {budget: [row["width"] for row in chapter["budgeted"](budget)["rows"]] for budget in (3.0, 12.0)}
    assert served == {3.0: [24, 32, 48, 64, 128], 12.0: [8, 16, 24, 32, 48, 64, 128]}
    rows = chapter.drawn("the-smallest-network")
    assert (round(min(row["measured"] for row in rows)), round(max(row["measured"] for row in rows))) == (264, 372)
    least = min(row["measured"] for row in chapter.drawn("the-smallest-network", "dense"))
    assert least / min(row["predicted"] for row in rows) == pytest.approx(5, abs=0.4)


@pytest.mark.parametrize("budget", [0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2])
def test_the_smallest_network_under_a_budget_is_predicted_to_within_a_third(chapter, rows_of, budget):
    found = chapter["budgeted"](100 * budget)
    needed = {row["width"]: row["predicted"] for row in found["rows"]}
    ratios = {row["width"]: row["predicted"] / row["measured"] for row in found["rows"]}
    smallest = min(needed, key=needed.get)
    assert 0.75 < ratios[smallest] < 1.33
    for width in chapter["WIDTHS"]:
        if width > 8 and budget > 4 / 3 * rows_of(width)[0]["mean"]:
            assert 0.75 < ratios[width] < 1.33
    # Far fewer than any network that is not pruned, and at about the same width whatever the budget.
    least = min(row["measured"] for row in found["dense"])
    assert 2 < least / needed[smallest] < 9
    assert smallest in {24, 32, 48}


def test_near_the_low_plateau_the_prediction_is_worst(chapter):
    assert np.divide(*chapter["needed"](8, 0.08)) == pytest.approx(1.8, abs=0.15)
    assert np.divide(*chapter["needed"](48, 0.025)) < 0.8


def test_at_five_percent_the_width_hardly_matters(chapter, rows_of):
    found = [chapter["needed"](width, 0.05)[1] for width in chapter["WIDTHS"][1:]]
    assert max(found) / min(found) < 1.5
    sizes = {width: rows_of(width)[0]["weights"] for width in (16, 64)}
    assert math.log(sizes[64] / sizes[16], 4) == pytest.approx(1.3, abs=0.05)
    assert min(row["mean"] for row in rows_of(8)) > 0.05


def test_new_networks_that_are_pruned_to_the_prediction_keep_the_budget(chapter, rows_of):
    width, budget = 32, 0.05
    predicted, _ = chapter["needed"](width, budget)
    *_, last = chapter["watched"](width, 0.4 * predicted / rows_of(width)[0]["weights"], budget, {})
    groups = summarize([row | {"status": "done"} for row in last["rows"]], by=["round", "kept"])
    assert {group["count"] for group in groups} == {3}
    assert 0.75 < predicted / chapter["crossing"](groups, budget, "kept") < 1.33


def test_the_panel_opens_on_networks_that_keep_the_budget_and_wide_ones_come_close_to_a_strict_one(chapter):
    *_, strict = chapter["check_budget"]("64", 3)
    for caption, weights, error, budget in (
        (chapter.captions["train-it"], 291, 4.5, 5),
        (strict["caption"], 623, 3.3, 3),
    ):
        told = re.fullmatch(r"With (\d+) weights: ([\d.]+) % against a budget of (\d) %\.", caption)
        assert (int(told[1]), int(told[3])) == (weights, budget)
        assert float(told[2]) == pytest.approx(error, abs=0.5)


def test_small_steps_pay_and_rewinding_does_not(chapter):
    def error(rows):
        """At a density of 0.04, between two rounds on a line in logarithms."""
        groups = summarize([row | {"status": "done"} for row in rows], by="density")
        densities, errors = np.log(sorted((row["density"], row["mean"]) for row in groups)).T
        return math.exp(np.interp(math.log(0.04), densities, errors))

    def pruned(fraction, rewind):
        for state in chapter["pruning"]("32", fraction, rewind):
            if (rows := state["rows"]) and min(row["density"] for row in rows) <= 0.04 * (1 + 1e-9):
                return error(rows)
        raise AssertionError("never so sparse")

    small = error(chapter.drawn("prune-in-rounds"))
    assert small == pytest.approx(0.11, abs=0.025)
    assert pruned("50 %", 40) == pytest.approx(0.19, abs=0.04)
    assert pruned("80 %", 40) > 0.3
    assert pruned("20 %", 0) == pytest.approx(small, rel=0.25)


@pytest.fixture
def off(chapter):
    """How far laws are off in the panel of two networks, in per cent at each density."""

    def at(network, left, source="other widths", worth=1.0):
        found = chapter["carried"](network, left, source, worth)
        densities, errors = np.log([[row[name] for row in found["law"]] for name in ("density", "mean")])
        measured = [[row[name] for row in found["rows"]] for name in ("density", "mean")]
        gaps = 100 * (np.exp(np.interp(np.log(measured[0]), densities, errors)) / measured[1] - 1)
        told = re.fullmatch(r"A (\w+) of width (\d+): off by (.+) % ± (.+) %, at worst by (.+) %\.", found["caption"])
        assert told.groups()[:2] == (network, f"{found['rows'][0]['width']}")
        # Between two of its 60 points the curve that is drawn is a line.
        worst = max(gaps, key=abs)
        assert [float(one) for one in told.groups()[2:]] == pytest.approx([gaps.mean(), gaps.std(), worst], abs=0.8)
        return gaps

    return at


def test_the_two_networks_on_signals_are_those_of_the_text(chapter):
    for network, widths in (("perceptron", (16, 32, 64, 128)), ("convolution", (4, 8, 16, 32))):
        rows = chapter["on_signals"](network)
        assert sorted({row["width"] for row in rows}) == list(widths)
        assert {row["count"] for row in rows} == {5}
        assert len(rows) == 16 * 4
        for width in widths:
            kept = [row["kept"] for row in rows if row["width"] == width]
            assert np.allclose(kept[1:6] / (kept[0] * 0.7 ** np.arange(1, 6)), 1, atol=0.01)


def test_the_panel_opens_on_the_law_of_the_perceptrons_and_the_widest_convolution(chapter):
    assert {row["width"] for row in chapter.drawn("a-law-carried-over")} == {32}
    assert {row["width"] for row in chapter.drawn("a-law-carried-over", "others")} == {16, 32, 64, 128}
    found = chapter.captions["a-law-carried-over"]
    assert found == "A convolution of width 32: off by +40.2 % ± 30.0 %, at worst by +86 %."
    rest = chapter["carried"]("convolution", "third", "other widths", 1)["others"]
    assert {row["width"] for row in rest} == {4, 8, 32}


def test_the_widest_convolution_is_predicted_worst_and_the_others_to_within_two_per_cent(off):
    found = {left: off("convolution", left) for left in ("narrowest", "second", "third", "widest")}
    assert found["widest"].mean() == pytest.approx(12, abs=0.5)
    assert np.abs(found.pop("widest")).max() == pytest.approx(22, abs=0.5)
    assert all(abs(one.mean()) < 2 and np.abs(one).max() < 12.5 for one in found.values())
    perceptrons = {left: abs(off("perceptron", left).mean()) for left in ("narrowest", "second", "third", "widest")}
    assert max(perceptrons, key=perceptrons.get) == "widest"


def test_the_numbers_of_the_perceptrons_misjudge_a_convolution_unless_a_channel_counts_as_two_units(off):
    widest = off("convolution", "widest", "other network")
    assert widest.mean() == pytest.approx(40, abs=0.5)
    assert np.abs(widest).max() == pytest.approx(86, abs=0.7)
    narrowest = off("convolution", "narrowest", "other network")
    assert narrowest.mean() == pytest.approx(3, abs=0.5)
    assert np.abs(narrowest).max() == narrowest.max() == pytest.approx(29, abs=0.7)
    for left in ("narrowest", "second", "third", "widest"):
        two = off("convolution", left, "other network", 2.0)
        assert abs(two.mean()) < 7
        assert np.abs(two).max() < 24.5
    assert np.abs(off("convolution", "widest", "other network", 2.0)).max() == pytest.approx(24, abs=0.5)


def test_the_formula_holds_for_both_networks_and_their_exponents_are_not_told_apart(chapter):
    laws = {network: chapter["signals_law"](network) for network in ("perceptron", "convolution")}
    assert [round(100 * law.sd_deviation) for law in laws.values()] == [5, 4]
    told = {
        "width_exponent": {"convolution": (1.03, 0.85, 1.21), "perceptron": (1.20, 1.10, 1.30)},
        "exponent": {"convolution": (0.86, 0.66, 1.19), "perceptron": (0.54, 0.45, 0.67)},
    }
    for name, networks in told.items():
        for network, numbers in networks.items():
            found = (getattr(laws[network], name), *laws[network].intervals[name])
            assert found == pytest.approx(numbers, abs=0.006)
        ends = [laws[network].intervals[name] for network in laws]
        assert max(low for low, _ in ends) < min(high for _, high in ends)
    assert not any(law.undetermined for law in laws.values())
