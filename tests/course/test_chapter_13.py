"""What the capstone says in words, measured; and its way from the seal to the class."""

from __future__ import annotations

import itertools
import json
import math
import random
import re

import numpy as np
import pytest

from scalinglab.exercises import Journal
from scalinglab.exercises.progress.standing import standing
from scalinglab.live import Panel, Table
from scalinglab.pruning import MEASURES, iterative_pruning
from scalinglab.tables import grid_of, table
from scalinglab.training import budget, digits, sweep
from tests.course.executed import execute
from tests.course.notebooks import CHAPTERS

(GRID,) = grid_of("digits_plans")
CONVOLUTION, ATTENTION = grid_of("digits_plans_networks")
GRIDS = {"perceptron": GRID, "convolution": CONVOLUTION, "attention": ATTENTION}


def test_all_plans_are_in_the_table_three_times(chapter):
    plans, keys = chapter["plans"](), chapter["KEYS"]
    counts = [math.prod(len(grid[name]) for name in keys[1:-1]) * grid["pruning"]["rounds"] for grid in GRIDS.values()]
    assert counts == [1600, 1200, 600]
    assert len(plans) == len({tuple(row[name] for name in keys) for row in plans}) == sum(counts) == 3400
    assert {row["count"] for row in plans} == {3}
    assert {grid["pruning"]["fraction"] for grid in GRIDS.values()} == {0.35}


@pytest.mark.parametrize(("network", "width"), [("perceptron", 32), ("convolution", 8), ("attention", 8)])
def test_the_cost_of_a_plan_is_that_of_its_trainings(chapter, network, width):
    """As ``budget`` counts the updates of each; a perceptron needs no gradient of its inputs."""
    choices = {"network": network, "width": width, "samples": 300, "batch_size": 16, "step_size": 0.1, "round": 2}
    row, counted = chapter["row_of"](choices), 0
    for start in (0, 40, 40):
        settings = {"network": network, "width": width, "batch_size": 16, "evaluations": 2}
        settings |= {name: GRIDS[network][name] for name in ("depth",) if name in GRIDS[network]}
        made = budget(digits(), steps=400, start=start, **settings)
        counted += made.multiply_adds - made.testing
    assert row["cost"] * 1e9 - 1e6 * row["samples"] == pytest.approx(counted, rel=1e-9)
    assert row["density"] == pytest.approx(0.65**2, abs=0.5 / (row["kept"] / row["density"]))
    if network == "perceptron":
        assert counted == 16 * (400 + 2 * 360) * (3 * chapter["DENSE"][network, width] - 64 * width)


def test_the_worked_example_and_what_each_network_asks_for(chapter):
    asked = {(row["network"].split()[0], int(row["network"].split()[2])): row for row in chapter.table("What each")}
    assert asked["convolution", 8]["weights"] == "1,064"
    assert asked["convolution", 8]["multiply-adds for each image"] == "18,304"
    example = {"network": "convolution", "width": 8, "samples": 300, "batch_size": 16, "step_size": 0.03, "round": 2}
    row = chapter["row_of"](example)
    assert (row["kept"], round(row["cost"], 3), chapter["standing"](row)) == (450, 0.628, "within the brief")
    # Few weights and much work; attention has the most work of all.
    per_weight = {key: chapter["work"](*key) / count for key, count in chapter["DENSE"].items()}
    assert min(w for (name, _), w in per_weight.items() if name == "convolution") > 4 * max(
        w for (name, _), w in per_weight.items() if name == "perceptron"
    )
    work = {key: chapter["work"](*key) for key in asked}
    assert max(work, key=work.get) == ("attention", 16)
    assert set(asked) == {(name, width) for name, grid in GRIDS.items() for width in grid["width"]}


def test_a_plan_at_random_is_found_again():
    """As close as other seeds are: rounding differs between processors, and pruning multiplies it."""
    draw = random.randrange(2**32)
    choose = random.Random(draw)
    some = {"width": choose.choice([8, 16]), "samples": choose.choice(GRID["samples"]), "step_size": 0.03}
    some["batch_size"] = choose.choice(GRID["batch_size"])
    ours = sweep(GRID | some, measure=MEASURES["rounds"], progress=False).rows()
    theirs = [row for row in table("digits_plans") if all(row[name] == value for name, value in some.items())]
    assert len(ours) == len(theirs) == 3 * GRID["pruning"]["rounds"]
    for number in range(GRID["pruning"]["rounds"]):
        one, other = ([row for row in rows if row["round"] == number] for rows in (ours, theirs))
        assert {row["kept"] for row in one} == {row["kept"] for row in other}
        errors = [[row["test_error"] for row in rows] for rows in (one, other)]
        spread = max(np.std(errors[0], ddof=1), np.std(errors[1], ddof=1), 0.01)
        assert np.mean(errors[0]) == pytest.approx(np.mean(errors[1]), abs=4 * spread), (draw, some, number)


@pytest.mark.parametrize(("grid", "change"), [(CONVOLUTION, {"width": 2}), (ATTENTION, {"width": 8, "seed": [0]})])
def test_a_small_network_of_the_second_table_is_found_again(grid, change):
    """Its first round, and for the convolution a second one: the first rounds do not depend on how many follow."""
    draw = random.randrange(2**32)
    choose = random.Random(draw)
    some = change | {"samples": choose.choice(grid["samples"]), "batch_size": 16, "step_size": 0.03}
    short = grid["pruning"] | {"rounds": 2 if grid is CONVOLUTION else 1}
    for row in sweep(grid | some | {"pruning": short}, measure=MEASURES["rounds"], progress=False).rows():
        place = {name: row[name] for name in ("network", "width", "samples", "batch_size", "step_size", "round")}
        peers = [
            other
            for other in table("digits_plans_networks")
            if all(other[name] == value for name, value in place.items())
        ]
        (same,) = [other for other in peers if other["seed"] == row["seed"]]
        assert row["kept"] == same["kept"]
        spread = max(np.std([other["test_error"] for other in peers], ddof=1), 0.01)
        assert row["test_error"] == pytest.approx(same["test_error"], abs=4 * spread), (draw, place)


def test_the_regret_of_the_advice(chapter):
    found = {case: chapter["regret"](*case)["regret"] for case in chapter["CASES"]}
    assert len(found) == 12
    for most, limit in found:
        best = min(row["mean"] for row in chapter["plans"]() if row["cost"] <= most and row["kept"] <= limit)
        assert chapter["regret"](most, limit)["best"] == best
    by_limit = {limit: [value for (_, most), value in found.items() if most == limit] for limit in (200, 2000, 9000)}
    assert (min(by_limit[200][1:]), max(by_limit[200])) == (
        pytest.approx(0.34, abs=0.01),
        pytest.approx(0.71, abs=0.01),
    )
    assert (min(by_limit[2000]), max(by_limit[2000])) == (pytest.approx(0.22, abs=0.01), pytest.approx(0.26, abs=0.01))
    assert max(by_limit[9000]) == pytest.approx(0.63, abs=0.01)
    for most in (2.0, 4.0, 8.0):  # which the laws left out
        best = chapter["best_plan"](most, 200)
        assert (best["network"], best["batch_size"]) == ("convolution", 64)


def test_in_the_brief_the_advice_ties_with_the_best_plan(chapter):
    assert (chapter["BUDGET"], chapter["LIMIT"]) == (1.0, 500)
    regret = chapter["regret"](1.0, 500)["regret"]
    assert regret == pytest.approx(0.15, abs=0.01)
    assert regret < chapter["tie"]() == pytest.approx(0.335, abs=0.005)
    best, follow = chapter["best_plan"](), chapter["advised"]()
    assert (best["network"], follow["network"]) == ("convolution", "perceptron")
    rows = chapter["ranked"]()
    assert len(rows) == pytest.approx(1000, abs=50)
    tied = chapter["ties"](rows, best)
    assert {row["samples"] for row in tied} == {600}
    assert all(1e6 * row["samples"] / 1e9 > row["cost"] / 2 and row["round"] >= 1 for row in tied)
    assert all(row["kept"] / row["density"] > 500 for row in tied)
    # Attention needs more than the budget buys.
    attention = min(row["mean"] for row in rows if row["network"] == "attention")
    assert attention > 3 * best["mean"]


def test_what_the_cheap_runs_leave_open_is_left_out_of_the_advice(chapter):
    report = {(row["network"], row["batch size"]): row for row in chapter.table("What the cheap runs")}
    spoken = {key for key, row in report.items() if row["in the advice"] == "yes"}
    assert spoken == {("perceptron", 16), ("convolution", 16)}
    for key in report.keys() - spoken:
        law = chapter["laws"]().get(key)
        assert law is None if key[0] == "attention" else len(law[1].dense.undetermined) == 5, key
    assert {(row["network"], row["batch_size"]) for row in chapter.drawn("advice")} == spoken
    assert all(law.dense.points == 9 for _, law in chapter["laws"]().values())


def test_the_intervals_hold_on_the_cheap_runs_and_not_always_beyond(chapter):
    found = chapter.table("Share of measured errors inside")
    assert len(found) == 4
    assert [round(row["cheap runs"], 2) for row in found] == [0.99] * 4
    beyond = [row["beyond them"] for row in found]
    assert (min(beyond), max(beyond)) == (pytest.approx(0.77, abs=0.01), pytest.approx(0.99, abs=0.01))


def test_the_step_size_of_small_networks_is_not_that_of_large_ones(chapter):
    def best(**about):
        rows = [row for row in chapter["plans"]() if all(row[name] == value for name, value in about.items())]
        return min(rows, key=lambda row: row["mean"])["step_size"]

    assert {row["step_size"] for row in chapter["predicted"]() if row["network"] == "perceptron"} == {0.1}
    for size in GRID["batch_size"]:
        assert best(network="perceptron", width=64, samples=1200, batch_size=size, round=0) == 0.03
    # The best steps lie inside the grid, so the reference leaves none out.
    assert 0.01 < best(network="perceptron") < 0.3
    for network in GRIDS:
        rows = [row for row in chapter["ranked"]() if row["network"] == network]
        assert 0.01 < rows[0]["step_size"] < 0.3


def test_the_cheap_runs_are_not_cheap_together(chapter):
    runs, used, most = chapter["runs"], chapter["used"], {"perceptron": 32, "convolution": 8, "attention": 8}
    assert {(row["width"] <= most[row["network"]], row["samples"] <= 300, row["round"]) for row in runs} == {
        (True, True, 9)
    }
    assert len(runs) == len(chapter["CHEAP"]) / 10
    assert {(row["network"], row["step_size"]) for row in used} == {("perceptron", 0.1), ("convolution", 0.03)}
    assert sum(row["cost"] for row in used) == pytest.approx(40, abs=0.5)
    assert sum(row["cost"] for row in runs) == pytest.approx(238, abs=0.5)


def test_the_panels_say_something_at_the_ends_of_their_sliders(chapter):
    advice, reference = chapter["advice"], chapter["reference"]
    assert advice(10.0, 10_000)["caption"].endswith("would not change the advice.")
    nothing = advice(0.1, 25)
    assert nothing["rows"] == []
    cheapest = min(row["cost"] for row in chapter["plans"]() if row["kept"] <= 25)
    assert f"The cheapest costs {cheapest:.2f}" in nothing["caption"] == reference(0.1, 25)["caption"]
    for most, limit in itertools.product((0.1, 1.0, 10.0), (25, 500, 10_000)):
        said, found = advice(most, limit)["caption"], chapter["advised"](most, limit)
        assert (found is None) == said.startswith("No plan")
        if found:
            assert f"{100 * found['predicted']:.1f} %, interval {100 * found['low']:.1f}" in said
            assert found["cost"] <= most
            assert found["kept"] <= limit
    # In the brief, money is worth more than weights, by the laws.
    told = advice(1.0, 500)["caption"]
    worth = re.search(r"twice the budget it is ([\d.]+) %, with twice the weights ([\d.]+) %", told)
    assert float(worth[1]) < float(worth[2])


def test_the_drawing_board_gives_cost_limits_and_interval_without_what_was_measured(chapter):
    names = ("network", "width", "samples", "batch_size", "rounds")

    def board(*values):
        return chapter["board"](**dict(zip(names, values, strict=True)))

    drawn = board("convolution", "8", "300", "16", "2")
    assert "Cost 0.63 of 1 (images 0.30, training 0.33), 450 of 500 weights: within the brief." in drawn["caption"]
    assert not any("mean" in row for row in drawn["rows"])
    (mine,) = drawn["plan"]
    assert mine["low"] < mine["predicted"] < mine["high"]
    assert [row["round"] for row in drawn["rows"]] == list(range(10))
    # The step size is the one at which the law was fitted.
    assert "step size 0.03" in drawn["caption"]
    assert "step size 0.1" in chapter.captions["drawing-board"]
    assert "do not trust it" in board("perceptron", "32", "300", "64", "5")["caption"]
    assert "no law for attention" in board("attention", "16", "300", "64", "5")["caption"]
    assert "over budget and too many weights" in board("perceptron", "64", "1200", "16", "0")["caption"]
    # A width that a network does not have is the nearest one that it has.
    assert board("convolution", "64", "300", "16", "2")["caption"].startswith("Convolution of 16 channels, 300 im")
    # The interval is much wider with 1,200 images, which no cheap run has.
    few, many = chapter.drawn("drawing-board"), board("perceptron", "32", "1200", "16", "5")["rows"]
    width, wider = ([math.log(row["high"] / row["low"]) for row in rows] for rows in (few, many))
    assert wider[5] > 2 * width[5]


def test_the_cheap_runs_answer_the_tasks_of_their_panel(chapter):
    """As the fold below the panel says, at the settings with which it opens."""

    def errors(network, images="300"):
        rows = chapter["cheap"](network, images, "64", "0.1")["rows"]
        return {(row["width"], row["kept"]): 100 * row["mean"] for row in rows}

    assert chapter.drawn("cheap-runs") == chapter["cheap"]("perceptron", "300", "64", "0.1")["rows"]
    perceptrons, convolutions = errors("perceptron"), errors("convolution")
    assert convolutions[8, 450] == pytest.approx(6.9, abs=0.05)
    near = [error for (width, left), error in perceptrons.items() if width > 8 and 350 < left < 700]
    assert 6.3 < min(near) < max(near) < 8
    assert min(error for (width, _), error in convolutions.items() if width < 8) > 11
    whole = [(width, chapter["DENSE"]["perceptron", width]) for width in (8, 32)]
    dense, few = ({size[0]: errors("perceptron", images)[size] for size in whole} for images in ("300", "75"))
    assert all(few[width] > 2 * dense[width] for width in dense)
    assert all(0.6 < found[32] / found[8] < 0.7 for found in (dense, few))
    settings = itertools.product(("16", "64"), ("0.01", "0.03", "0.1"))
    best = [min(row["mean"] for row in chapter["cheap"]("perceptron", "300", *one)["rows"]) for one in settings]
    assert (round(100 * min(best), 1), round(100 * max(best), 1)) == (5.1, 5.6)
    for width in (8, 16, 32):
        above, below = (
            [error for (w, left), error in perceptrons.items() if w == width and least < left < most]
            for least, most in ((250, 10_000), (100, 190))
        )
        assert min(below) > max(above)


def test_points_are_given_as_the_text_says(chapter):
    best, tie = chapter["best_plan"](), chapter["tie"]()
    made = [best | {"mean": best["mean"] * (1 + off)} for off in (0, tie - 0.001, 0.49, 0.99, 1.99, 9)]
    assert [chapter["plan_points"](row) for row in made] == [5, 5, 4, 3, 2, 1]
    assert chapter["plan_points"](best | {"cost": 1.01}) == chapter["plan_points"](best | {"kept": 501}) == 0
    said = [
        chapter["expectation_points"](best, best["mean"] * ratio)
        for ratio in (1, 1 / 1.14, 1.29, 1 / 1.49, 1.9, 0.34, 4)
    ]
    assert said == [5, 5, 4, 3, 2, 1, 0]


def test_noise_is_that_of_single_networks(chapter):
    """From the rows of the tables, one by one."""
    rows = [{"network": "perceptron"} | row for row in table("digits_plans")] + table("digits_plans_networks")
    errors: dict[tuple, list[float]] = {}
    for row in rows:
        errors.setdefault(tuple(row[name] for name in chapter["KEYS"]), []).append(row["test_error"])
    good = [row for row in chapter["ranked"]() if row["mean"] <= 2 * chapter["best_plan"]()["mean"]]
    some = [errors[tuple(row[name] for name in chapter["KEYS"])] for row in good]
    expected = np.sqrt(np.mean([np.var(three, ddof=1) / np.mean(three) ** 2 for three in some]))
    assert chapter["noise"]() == pytest.approx(expected, rel=1e-3)


PLAN = {
    "13-network": "perceptron",
    "13-width": "32",
    "13-samples": "600",
    "13-batch": "16",
    "13-step": "0.1",
    "13-rounds": "5",
}


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The chapter run anew, with a journal and a class of its own; its panels are not drawn."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.chdir(tmp_path)
    return lambda: execute(CHAPTERS[13], journal=tmp_path / "predictions.json")


def test_nothing_is_revealed_before_the_seal(own):
    names = own()
    closed = [one for one in names.of((Panel, Table)) if one.closed]
    assert [one.name if isinstance(one, Panel) else one.caption for one in closed] == [
        "your-run",
        "every-plan",
        "The laws' advice against the best plan",
        "Share of measured errors inside of the 95 % interval",
        "the-class",
        "Tie-out of this chapter",
        "your-result",
    ]
    assert names["own_entry"]() == []
    assert names["in_class"]("all")["caption"] == "Nobody has sealed a plan yet."
    # Without a plan there is nothing that an expected error could be compared with.
    assert names["expected"].seal(5.0) is None
    told = names["expected"].state["message"]
    assert "First seal 13-network, 13-width, 13-samples, 13-batch, 13-step, 13-rounds." in told
    assert names["expected"].setup["words"]["button"] == "Seal my expectation"
    # The choices are sealed in order, and each says what a plan costs so far.
    network, width, *_ = names["plan"].values()
    assert width.seal("8") is None
    assert network.seal("convolution") == "convolution"
    assert network.setup["words"]["answer"] == "Your choice"
    assert network.answer.startswith("You have made 1 of 6 choices. Any plan with them costs at least 0.0")
    assert width.seal("64") == "64"
    assert "No such network was trained, so the plan takes the nearest value, 16. You have made 2 of" in width.answer
    assert all(one.closed for one in closed)


def seal(names, plan, expected):
    for question, value in zip(names["plan"].values(), plan.values(), strict=True):
        question.seal(value)
    names["expected"].seal(expected)
    stop(names)


def stop(names):
    """End the run of the sealed plan, which is looked at elsewhere."""
    for panel in names.panels:
        panel.stop()


def test_a_sealed_plan_is_trained_compared_and_shown_among_the_class(own, tmp_path):
    names = own()
    seal(names, PLAN, 7.0)
    choices = {"network": "perceptron", "width": 32, "samples": 600, "batch_size": 16, "step_size": 0.1, "round": 5}
    measured = [
        row["test_error"]
        for row in table("digits_plans")
        if all(row[name] == value for name, value in choices.items() if name != "network")
    ]
    assert names["verdict"]() == pytest.approx(100 * np.mean(measured), abs=0.051)
    journal = Journal(tmp_path / "predictions.json")
    older = journal.read()
    del older["predictions"]["13-network"]  # as if sealed before networks could be chosen
    journal.path.write_text(json.dumps(older), encoding="utf-8")
    names = own()  # after a restart of the kernel
    stop(names)
    assert names["plan"]["network"].value == "perceptron"
    assert "Your plan: perceptron of 32 units, 600 images" in names["plan"]["round"].answer
    (row,) = (row for row in standing(journal)["rows"] if row["number"] == "13")
    assert row["asked"] - row["sealed"] == 3  # the quiz
    row = names["sealed"]()
    assert {name: row[name] for name in choices} == choices
    # One measured value: in the reveal, beside the run, among all plans, in the class and in the result.
    assert names["own_entry"]()[0]["measured"] == row["mean"]
    assert names["verdict"]() == round(100 * row["mean"], 1)
    assert names["expected"].answer
    shown = names["reference"](1.0, 500)
    within = [row for row in names["plans"]() if row["cost"] <= 1.0 and row["kept"] <= 500]
    assert len(shown["rows"]) == len(within)
    assert [mark["who"] for mark in shown["marks"]] == ["best of these", "the laws' advice", "your plan"]
    assert shown["marks"][2]["mean"] == row["mean"]
    assert "your plan" in shown["caption"]
    areas = [mark["area"] for mark in shown["marks"]]
    assert areas == sorted(areas, reverse=True)  # where marks meet, the later ones lie on top, and all are seen
    result = names["result"]()
    assert [mark["who"] for mark in result["marks"]] == ["the laws' advice", "your plan", "what you expected"]
    assert result["rows"][result["marks"][1]["rank"] - 1]["error"] == row["mean"]
    assert f"Expected 7.0 %, measured {100 * row['mean']:.1f} %. Place " in result["caption"]
    class_of(tmp_path)
    found = names["in_class"]("all")
    assert [row["student"] for row in found["rows"]] == ["the laws", "ada", "bob", "old", "you"]
    assert re.fullmatch(r"Plans: 4, of which \d tie with the best. Left out: 1 without a whole plan.", found["caption"])
    assert [row["place"] for row in found["rows"][1:]] == [
        "within the brief",
        "outside",
        "within the brief",
        "your plan",
    ]
    assert [row["student"] for row in names["in_class"]("within the brief")["rows"]] == [
        "the laws",
        "ada",
        "old",
        "you",
    ]
    assert found["rows"][1]["expected"] == 0.09
    assert found["rows"][2]["plan"].startswith("convolution of 8 channels")
    # A journal that was sealed before networks could be chosen is whole, and means a perceptron.
    assert found["rows"][3] | {"student": "ada"} == found["rows"][1]


def class_of(folder):
    """Journals of a class: a plan, one with too many weights, one from before networks could be chosen, half a plan."""
    convolution = {"13-network": "convolution", "13-width": "8", "13-rounds": "0"}
    changes = {"ada": {}, "bob": convolution, "old": {"13-network": None}, "eve": {"13-rounds": None}}
    for student, change in changes.items():
        journal = Journal(folder / "class" / f"{student}.json")
        journal.path.parent.mkdir(exist_ok=True)
        for key, value in (PLAN | {"13-error": 9.0} | change).items():
            if value is not None:
                journal.seal(key, value, question="?")


def test_three_new_networks_show_the_noise(chapter):
    """Of a plan as every network is trained: a convolution has no depth."""
    small = {"network": "convolution", "width": 2, "samples": 75, "batch_size": 16, "step_size": 0.03, "round": 0}
    *_, last = chapter["trained"](chapter["row_of"](small), [101, 102])
    settings = {"network": "convolution", "width": 2, "samples": 75, "batch_size": 16, "step_size": 0.03, "steps": 400}
    settings |= {"optimizer": "adamw", "weight_decay": 0.1, "schedule": "cosine", "resample": True}
    *_, other = iterative_pruning(digits(), densities=[1.0], rewind=40, seed=[101, 102], **settings)
    assert [row["test_error"] for row in last.rows()] == [row["test_error"] for row in other.rows()]
    # As opened, the panel trains the plan that the laws advise: nobody has sealed another one.
    drawn, follow = chapter.drawn("your-run"), chapter["advised"]()
    assert {row["seed"] for row in drawn} == {"101", "102", "103"}
    ended = [row["test_error"] for row in drawn if row["kept"] == follow["kept"]]
    assert len(ended) == 3
    assert f"mean {100 * np.mean(ended):.1f} +-" in chapter.captions["your-run"]
    line = chapter.drawn("your-run", "line")[0]
    assert (line["test_error"], line["high"]) == (follow["mean"], follow["mean"] * (1 + 2 * chapter["noise"]()))


def test_a_plan_outside_of_the_brief_is_told_so(own):
    names = own()
    seal(names, PLAN | {"13-rounds": "0"}, 5.0)
    *_, rounds = names["plan"].values()
    assert "3392 of 500 weights: too many weights." in rounds.answer
    assert "Not ranked, too many weights. Points: 0 for the plan, " in names["result"]()["caption"]
